"""Hanging protocols in the window: commands and dialogs."""
