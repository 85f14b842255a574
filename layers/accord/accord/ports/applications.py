"""What the use cases ask of a membership application that needs no code: it is read, and tells what to read again.

Adapters answer; tests/fake_application.py answers too, held to the same contract. Whoever connects one more
application writes one more `MembershipApplication`. Every method may raise `Retryable` or `Misconfigured` (errors.py).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from accord.domain.seen_member import Box, SeenMember

EVERYBODY = ""
"""The reference of a fetch that reads all members."""


class MembershipApplication(Protocol):
    """One account of a membership application, read with its own token. `at`: when it is looked at."""

    def reach(self) -> None:
        """One call, which changes nothing: Accord is let in, or Misconfigured is raised."""

    def members(self, at: datetime) -> list[SeenMember]:
        """All current members. One call."""

    def member(self, reference: str, at: datetime) -> SeenMember:
        """One member; `member.left` where there is none any more. One call. Raises Rejected for a reference that the
        application does not understand."""

    def subscribe(self, callback_url: str) -> None:
        """Have everything that concerns a member told to this URL from now on. Doing it again does no harm."""

    def unsubscribe(self, callback_prefix: str) -> None:
        """End what is told to URLs that begin so. Doing it again does no harm."""


@dataclass(frozen=True, slots=True)
class QueuedFetch:
    """One message: read this member again, or `EVERYBODY`. `token` names the message however often it is put back;
    `slot` is when it may call, once that is decided; `attempt` counts calls that failed."""

    connection_id: str
    reference: str
    token: str
    slot: datetime | None = None
    attempt: int = 0


class FetchQueue(Protocol):
    """The queue that the fetching function empties."""

    def send(self, queued: QueuedFetch, delay: int = 0) -> None:
        """One message, accepted by the queue when this returns; it comes `delay` seconds later, 900 at most."""


class Turns(Protocol):
    """Whose turn it is to call an application that takes few calls a minute."""

    def reserve(self, queued: QueuedFetch, now: datetime, gap: float) -> datetime | None:
        """When this message may call; the next one not before `gap` seconds later. None: another message waits for
        the same, and will read what this one would have read. The same message may ask again."""

    def take(self, connection_id: str, now: datetime, gap: float) -> bool:
        """Whether the turn that is now is free, and then it is taken; no other one ever is."""

    def begin(self, queued: QueuedFetch) -> None:
        """The call begins: whoever asks from now on for the same waits for a turn of its own."""

    def postpone(self, connection_id: str, until: datetime) -> None:
        """Nobody calls before that: the application has had enough."""


class Boxes(Protocol):
    """The consent boxes of members, as they were last seen."""

    def boxes(self, connection_id: str, member_ids: Collection[str]) -> dict[str, Box]:
        """Those that were seen before, by member id."""

    def save_boxes(self, connection_id: str, seen: Mapping[str, tuple[Box | None, Box]]) -> set[str]:
        """For each member the box that was known, and as it now is. The member ids of those that somebody else has
        seen meanwhile are returned: look again."""
