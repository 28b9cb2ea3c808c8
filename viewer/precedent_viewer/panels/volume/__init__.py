"""The window's half of reformats and fusion."""
