"""Cobot, as an application whose members are read."""
