"""When something is tried again. Pure: the jitter comes from the member's name, not from chance."""

import hashlib
from datetime import timedelta

from accord.domain.values import Value


class Timing(Value):
    """The delays of a stack, in seconds; short on the local stack. See the settings in the README."""

    claim: float = 150
    """How long an attempt holds an address: longer than Mailchimp may go on with a call that timed out for us."""
    batch: float = 7200
    """How long Mailchimp has for a batch, before it is stopped and its contacts are read again."""
    retry_base: float = 30
    retry_max: float = 900
    busy_retry: float = 20
    """When an address is held by another attempt."""
    paused_retry: float = 900
    unapproved_retry: float = 3600
    """When the connection waits for its approval, which offers everybody by itself."""
    lease: float = 300
    """How long a worker has the first try at an intent before it is offered to others."""


def backoff(timing: Timing, attempts: int, name: str) -> timedelta:
    """The delay before try number `attempts` + 1: doubled each time up to `retry_max`, spread by a quarter."""
    seconds = min(timing.retry_base * 2 ** min(attempts, 30), timing.retry_max)
    spread = int.from_bytes(hashlib.sha256(f"{name}#{attempts}".encode()).digest()[:4]) / 2**32
    return timedelta(seconds=seconds * (0.75 + spread / 2))
