"""What is open and how it is looked at: plain values and one evented tree. No Qt."""
