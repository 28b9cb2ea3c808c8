"""The page of all commands: made from the registry, for the documentation and the window."""
