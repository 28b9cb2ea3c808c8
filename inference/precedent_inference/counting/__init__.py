"""What a prompt would take of a model, told before it is asked."""
