"""A file of members: its lines as changes, and who is not in it."""
