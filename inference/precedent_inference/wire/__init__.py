"""The engine protocol's JSON, both ways."""
