"""Learning from a casebook: questions, marks, and when to ask again."""
