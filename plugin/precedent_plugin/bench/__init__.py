"""Times of what grows with a library."""
