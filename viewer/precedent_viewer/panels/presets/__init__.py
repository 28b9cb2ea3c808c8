"""Window presets in the window: the dialog in which they are edited."""
