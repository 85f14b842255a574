"""Requests -> values, and values -> answers."""
