"""Counts the items of one batch of a distributed map."""

from typing import Any


def handler(event: dict[str, Any], context: Any) -> Any:
    """How many items came, and in which run."""
    return {"count": len(event["Items"]), "run": event["BatchInput"]["run"]}
