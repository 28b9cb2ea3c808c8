"""How well a model answers by precedent."""
