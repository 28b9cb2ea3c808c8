"""The plugin's verbs of the command line; each is a function of its arguments to an exit status."""
