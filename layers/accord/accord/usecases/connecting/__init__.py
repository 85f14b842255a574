"""A connection, from its draft to its end: what operators do, and what they ask."""
