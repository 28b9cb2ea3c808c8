"""What is true about a prompt and worth knowing before it is asked, each with its repair."""
