"""What a state machine tells a step, and what it wants to hear: the shapes that template.yaml reads."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol


class Due(Protocol):
    """The runs that are due at a moment, by connection and id; `everywhere`: of all connections, whatever the time."""

    def __call__(self, at: datetime, *, everywhere: bool) -> Iterable[tuple[str, str]]: ...


def listed(event: dict[str, Any], due: Due) -> dict[str, Any]:
    """The run that an execution is for, or else those that a schedule finds due."""
    told = event["input"]
    found: Iterable[tuple[str, str]]
    if "run_id" in told:
        found = [(told["connection_id"], told["run_id"])]
    else:
        found = due(datetime.fromisoformat(event["at"]), everywhere=bool(told.get("everywhere")))
    return {"runs": [{"connection_id": connection_id, "run_id": run_id} for connection_id, run_id in found]}


def given_up_after(event: dict[str, Any]) -> str:
    """The name of the error after which the machine gave a run up."""
    return str(event.get("error", {}).get("Error", "unknown"))
