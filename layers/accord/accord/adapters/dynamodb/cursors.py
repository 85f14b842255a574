"""Opaque cursors: where a page of a list ended, of that list alone."""

import base64
import json


def written_cursor(*parts: str) -> str:
    """An opaque place in a list: which kind of list, of what, and where."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def read_cursor(cursor: str, kind: str, of: str, length: int) -> list[str]:
    """The parts of a cursor of this very list. Raises ValueError."""
    try:
        parts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except ValueError as error:
        raise ValueError("this is no cursor of the ledger") from error
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts) or len(parts) != length + 2:
        raise ValueError("this is no cursor of the ledger")
    if parts[:2] != [kind, of]:
        raise ValueError("this cursor is of another list")
    return parts[2:]
