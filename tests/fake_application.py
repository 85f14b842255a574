"""A membership application in memory; the contract tests under tests/adapters hold it to the real adapters."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from accord.domain.seen_member import Box, SeenMember
from accord.ports.applications import QueuedFetch

SOURCE = "Fake: Newsletter"


class FakeApplication:
    """Members with names and a box; told what happens by tests. `broken`: what every call raises."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, Any]] = {}
        self.told_to: set[str] = set()
        self.broken: Exception | None = None
        self.calls: list[str] = []

    def joins(self, reference: str, *, ticked: bool = False, **member: Any) -> None:
        self.known[reference] = {"ticked": ticked, "member": member}

    def leaves(self, reference: str) -> None:
        del self.known[reference]

    def reach(self) -> None:
        self._call("reach")

    def members(self, at: datetime) -> list[SeenMember]:
        self._call("members")
        return [self._seen(reference, at) for reference in self.known]

    def member(self, reference: str, at: datetime) -> SeenMember:
        self._call(reference)
        if reference not in self.known:
            return SeenMember(change={"type": "member.left", "id": reference, "occurred_at": at.isoformat()})
        return self._seen(reference, at)

    def subscribe(self, callback_url: str) -> None:
        self._call("subscribe")
        self.told_to.add(callback_url)

    def unsubscribe(self, callback_prefix: str) -> None:
        self._call("unsubscribe")
        self.told_to = {url for url in self.told_to if not url.startswith(callback_prefix)}

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.broken is not None:
            raise self.broken

    def _seen(self, reference: str, at: datetime) -> SeenMember:
        known = self.known[reference]
        change = {"type": "member.upserted", "id": reference, "occurred_at": at.isoformat(), "member": known["member"]}
        return SeenMember(change=change, ticked=known["ticked"], source=SOURCE)


class FakeFetchQueue:
    """What was sent, each with its delay in seconds."""

    def __init__(self) -> None:
        self.messages: list[tuple[QueuedFetch, int]] = []
        self.broken: Exception | None = None

    def send(self, queued: QueuedFetch, delay: int = 0) -> None:
        if self.broken is not None:
            raise self.broken
        self.messages.append((queued, delay))


class FakeTurns:
    """Turns in dictionaries."""

    GRACE = timedelta(minutes=30)

    def __init__(self) -> None:
        self.next_slot: dict[str, datetime] = {}
        self.waiting: dict[tuple[str, str], tuple[str, datetime]] = {}

    def reserve(self, queued: QueuedFetch, now: datetime, gap: float) -> datetime | None:
        name = queued.connection_id, queued.reference
        token, slot = self.waiting.get(name, (queued.token, now))
        if token != queued.token and slot > now - self.GRACE:
            return None
        slot = max(now, self.next_slot.get(queued.connection_id, now))
        self.next_slot[queued.connection_id] = slot + timedelta(seconds=gap)
        self.waiting[name] = queued.token, slot
        return slot

    def take(self, connection_id: str, now: datetime, gap: float) -> bool:
        if self.next_slot.get(connection_id, now) > now:
            return False
        self.next_slot[connection_id] = now + timedelta(seconds=gap)
        return True

    def begin(self, queued: QueuedFetch) -> None:
        self.waiting.pop((queued.connection_id, queued.reference), None)

    def postpone(self, connection_id: str, until: datetime) -> None:
        self.next_slot[connection_id] = max(until, self.next_slot.get(connection_id, until))


class FakeBoxes:
    """Boxes in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Box] = {}

    def boxes(self, connection_id: str, member_ids: Collection[str]) -> dict[str, Box]:
        found = {member_id: self.kept.get((connection_id, member_id)) for member_id in member_ids}
        return {member_id: box for member_id, box in found.items() if box is not None}

    def save_boxes(self, connection_id: str, seen: Mapping[str, tuple[Box | None, Box]]) -> set[str]:
        lost = set()
        for member_id, (known, box) in seen.items():
            if self.kept.get((connection_id, member_id)) == known:
                self.kept[connection_id, member_id] = box
            else:
                lost.add(member_id)
        return lost
