"""What a library is made of on the disk: its database, its rows and its files."""
