"""How the starter model is made: procedural pictures, episodes, three stages, one command."""
