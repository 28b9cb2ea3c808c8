"""The ONNX Runtime backend: exported graphs on TensorRT, CUDA or the CPU, and no torch."""
