"""The engine's verbs on the command line: serve, model, evaluate, train."""
