"""One adapter for each viewer in which the panels can live."""
