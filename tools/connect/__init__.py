"""An application is joined to an audience at once, unapproved: for the local stack. People use `accord connections`."""

from tools.connect.connecting import Connected, ConnectError, Progress, Wanted, connect
from tools.connect.stack import Stack, StackError

__all__ = ["ConnectError", "Connected", "Progress", "Stack", "StackError", "Wanted", "connect"]
