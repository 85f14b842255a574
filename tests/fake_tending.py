"""The ports of tending connections in memory: runs, steps in a queue, and email."""

from accord.domain.run import Run, RunState
from accord.ports import Page
from accord.ports.tending import QueuedStep


class FakeRuns:
    """`Runs` in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Run] = {}

    def save(self, run: Run) -> None:
        self.kept[run.connection_id, run.id] = run

    def advance(self, run: Run) -> bool:
        known = self.kept.get((run.connection_id, run.id))
        if known is not None and known.state is RunState.STOPPED:
            return False
        self.save(run)
        return True

    def run(self, connection_id: str, run_id: str) -> Run | None:
        return self.kept.get((connection_id, run_id))

    def page(self, connection_id: str, after: str | None, limit: int) -> Page[Run]:
        if after is not None and not after.startswith("before "):
            raise ValueError("this is no cursor of the ledger")
        before = after.removeprefix("before ") if after is not None else None
        ids = sorted((r for c, r in self.kept if c == connection_id), reverse=True)
        found = [self.kept[connection_id, each] for each in ids if before is None or each < before]
        return Page(found[:limit], f"before {found[limit - 1].id}" if len(found) > limit else None)


class FakeStepQueue:
    """What was sent, each with its delay in seconds."""

    def __init__(self) -> None:
        self.messages: list[tuple[QueuedStep, int]] = []

    def send(self, queued: QueuedStep, delay: int = 0) -> None:
        self.messages.append((queued, delay))


class FakeMail:
    """What was sent, to whom."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []

    def send(self, to: str, subject: str, text: str) -> None:
        self.sent.append((to, subject, text))
