"""What should be looked at before a casebook is shared: words that name somebody, text in pictures,
questions that cannot stand alone."""
