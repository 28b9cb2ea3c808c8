"""Released checkpoints to a model folder of ours: read, checked, converted once."""
