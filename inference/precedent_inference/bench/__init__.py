"""Benchmarks of the engine: medians of paired runs, in processes of their own."""
