"""What is kept between questions, in memory and on disk, and how much of it."""
