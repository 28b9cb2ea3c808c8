"""How much a casebook helps a model: each case asked of the others, and what follows from that."""
