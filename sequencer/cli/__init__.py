"""The command line: glue between files, library and terminal; nothing is computed here."""
