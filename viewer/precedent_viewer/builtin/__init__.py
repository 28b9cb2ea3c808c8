"""The viewer's own commands, one file a menu; extensions register theirs the same way."""
