"""Which cases to put beside a question: by picture and words, with reasons, and never padded."""
