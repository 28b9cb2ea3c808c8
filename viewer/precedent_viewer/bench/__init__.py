"""Benchmarks of the viewer: what a reader waits for, measured off screen."""
