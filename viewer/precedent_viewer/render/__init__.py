"""From pixel values to what is on the screen."""
