"""Objects beside the images: what they say, and what of it lies over an image. No Qt."""
