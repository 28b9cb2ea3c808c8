"""Hanging protocols by demonstration: what is shown where, kept as rules in plain words. No Qt."""
