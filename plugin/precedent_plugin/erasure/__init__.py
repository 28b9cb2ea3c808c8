"""Deleting a patient everywhere, and proving that nothing is left."""
