"""Models, generation, the engine server and its client; it knows no window."""
