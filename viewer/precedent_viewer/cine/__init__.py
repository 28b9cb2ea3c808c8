"""Frames played in their own time."""
