"""What the pointer does on the image. No Qt: tools work on our own pointer events."""
