"""Stacks as volumes: reformats in any plane, slabs, and one image over another."""
