"""Casebooks, prompts, the ask panel, evidence and the command line."""
