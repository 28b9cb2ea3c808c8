"""What runs a model's arithmetic: torch, or ONNX Runtime."""
