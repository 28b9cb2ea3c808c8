"""A model folder to ONNX graphs, in any precision, written one weight at a time."""
