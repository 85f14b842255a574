"""Joins an upstream application to an audience: everything that a deployed stack needs to know of a connection."""

from tools.connect.connecting import Connected, ConnectError, Progress, Wanted, connect
from tools.connect.stack import Stack, StackError

__all__ = ["ConnectError", "Connected", "Progress", "Stack", "StackError", "Wanted", "connect"]
