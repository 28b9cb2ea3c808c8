"""Viewports that go together: linked scroll, reference lines and the 3-D cursor."""
