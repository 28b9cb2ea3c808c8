"""How a prompt is made: its templates, its rationales, pictures made alike."""
