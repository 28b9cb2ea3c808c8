"""Compressed frames decoded in processes of their own: what crashes there harms nothing here."""
