"""The tag browser: every attribute of a file, searched, copied, and two files compared."""
