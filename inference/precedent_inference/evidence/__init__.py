"""What an answer rests on: one question put again in other forms, and what that changed."""
