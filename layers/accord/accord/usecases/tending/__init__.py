"""The long work on a connection, step by step, and what keeps it in order."""
