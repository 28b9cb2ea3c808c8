"""Words compared as people compare them."""


def plain_words(text: str) -> str:
    """Give a text without case, spare blanks and a closing mark; equal ones say the same."""
    return " ".join(text.casefold().split()).rstrip(".!?")
