"""The viewer's own panels, one widget a file, each a view of a model."""
