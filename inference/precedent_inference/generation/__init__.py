"""From logits to an answer: choosing tokens, searching, scoring, stopping, cleaning up."""
