"""What a plan looks like in words, tables and figures."""
