"""What is given: the tables of an instance, read, checked, changed and written."""
