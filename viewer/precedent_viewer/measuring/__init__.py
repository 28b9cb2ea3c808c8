"""Annotations and measurements: from stored pixels, with a receipt, kept by image."""
