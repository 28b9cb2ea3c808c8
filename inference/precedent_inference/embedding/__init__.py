"""Pictures to vectors by which they are compared, by the model's own eyes or a set encoder."""
