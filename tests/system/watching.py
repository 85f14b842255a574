"""Behind the scenes of the running stack: queues, dead letters, runtimes, logs; and patience that says what it saw."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.local_stack import LocalStack

QUEUES = ("MemberChangesQueueUrl", "BulkChangesQueueUrl")
HINTS, NOTICES = "AudienceEventsQueueUrl", "UpstreamNoticesQueueUrl"
DEAD_LETTERS = (
    "MemberChangesDeadLettersUrl",
    "BulkChangesDeadLettersUrl",
    "AudienceEventsDeadLettersUrl",
    "UpstreamNoticesDeadLettersUrl",
)


PATIENCE = 150.0
"""Seconds: a message whose worker was killed, or not ready on a busy machine, comes again after 125."""


def eventually[Seen](what: str, look: Callable[[], Seen], seconds: float = PATIENCE, every: float = 0.1) -> Seen:
    """What `look` sees as soon as it is true; fails with what was expected and what was last seen."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, f"expected within {seconds:.0f} s: {what}; last seen: {seen!r}"
        time.sleep(every)
    return seen


def holds(what: str, look: Callable[[], object], seconds: float, every: float = 0.5) -> None:
    """Fails as soon as `look` sees something that is not true, within these seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert look(), f"expected all the time: {what}"
        time.sleep(every)


def messages(stack: LocalStack, *outputs: str) -> int:
    """How many messages these queues hold, those that somebody works on and those that come later included."""
    sqs = stack.emulator.client("sqs")
    names = [f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed")]
    found = 0
    for output in outputs:
        attributes = sqs.get_queue_attributes(QueueUrl=stack.outputs[output], AttributeNames=names)["Attributes"]
        found += sum(int(attributes[name]) for name in names)
    return found


def wait_until_idle(stack: LocalStack, seconds: float = PATIENCE) -> None:
    """Until no message waits and none is worked on."""
    eventually("no message in the queues", lambda: messages(stack, *QUEUES) == 0, seconds)


def letters_recorded(stack: LocalStack) -> int:
    """How often record_failures was called so far: as often as there were dead letters."""
    return stack.emulator.logs("RecordFailures").count('"dead letters"')


@contextmanager
def impatient_queues(stack: LocalStack, visibility: int, queues: Iterable[str] = QUEUES) -> Iterator[None]:
    """Messages come again after so few seconds: five receives take five times that."""
    sqs = stack.emulator.client("sqs")
    _set_visibility(sqs, stack, visibility, queues)
    try:
        yield
    finally:
        _set_visibility(sqs, stack, stack.timings.visibility, queues)


def _set_visibility(sqs: object, stack: LocalStack, seconds: int, queues: Iterable[str]) -> None:
    for output in queues:
        attributes = {"VisibilityTimeout": str(seconds)}
        sqs.set_queue_attributes(QueueUrl=stack.outputs[output], Attributes=attributes)  # type: ignore[attr-defined]


def kill_workers(stack: LocalStack, function: str = "SyncMembers") -> int:
    """`kill -9` to every process that runs this function in this stack; how many there were."""
    killed = 0
    for pid in _workers(stack.emulator.url, stack.outputs[f"{function}FunctionName"]):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            killed += 1
    return killed


def _workers(emulator_url: str, function: str) -> list[int]:
    """Known by their environment, which only this stack's emulator gives."""
    wanted = {f"AWS_LAMBDA_FUNCTION_NAME={function}".encode(), f"AWS_ENDPOINT_URL={emulator_url}".encode()}
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        with suppress(OSError):
            if wanted <= set((process / "environ").read_bytes().split(b"\0")):
                found.append(int(process.name))
    return found
