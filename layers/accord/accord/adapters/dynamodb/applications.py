"""What reading an application takes to remember: whose turn it is to call, and how the consent boxes were seen."""

import itertools
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from accord.adapters.dynamodb.items import Item, item, moment, stamp
from accord.adapters.dynamodb.table import Table, Write, put, update
from accord.domain.seen_member import Box
from accord.errors import Retryable
from accord.ports.applications import QueuedFetch

TRIES = 8
GRACE = timedelta(minutes=30)
"""How late a message may be for its turn before others no longer wait for it: as long as a queue hides a message whose
worker crashed."""
KEPT = timedelta(days=14)
"""A message is no longer in any queue by then."""


class DynamoDBTurns:
    """`Turns` over the ledger's table: `PACE#<connection>` holds the next free turn, `FETCH#<connection>#<member>` the
    message that waits."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def reserve(self, queued: QueuedFetch, now: datetime, gap: float) -> datetime | None:
        """Two reads and two conditional writes. The turn of a message that then finds another one waiting is lost."""
        key = _waiting_key(queued)
        for _ in range(TRIES):
            found = self._table.get(key) or {}
            token = found.get("waiting_token", {}).get("S")
            if token not in (None, queued.token) and moment(found["turn_at"]["S"]) > now - GRACE:
                return None
            turn_at = self._take(queued.connection_id, now, gap)
            waits = item(
                waiting_token=queued.token,
                turn_at=stamp(turn_at),
                expires_at=int((turn_at + KEPT).timestamp()),
            )
            as_read = "waiting_token = :read" if token else "attribute_not_exists(waiting_token)"
            if self._table.write(put(key | waits, as_read, {"read": token} if token else {})):
                return turn_at
        raise Retryable("others keep waiting for the same member", effect_unknown=False)

    def take(self, connection_id: str, now: datetime, gap: float) -> bool:
        """One read and one conditional write; whoever is faster has the turn."""
        key = _pace_key(connection_id)
        found = self._table.get(key)
        if found and moment(found["next_turn_at"]["S"]) > now:
            return False
        return self._table.write(_taking(key, found, now, gap))

    def begin(self, queued: QueuedFetch) -> None:
        """One conditional update; whoever took over from this message goes on waiting."""
        key = _waiting_key(queued)
        self._table.write(update(key, "REMOVE waiting_token", "waiting_token = :mine", {"mine": queued.token}))

    def postpone(self, connection_id: str, until: datetime) -> None:
        """One conditional update."""
        later = "attribute_not_exists(next_turn_at) OR next_turn_at < :until"
        change = "SET next_turn_at = :until"
        self._table.write(update(_pace_key(connection_id), change, later, {"until": stamp(until)}))

    def _take(self, connection_id: str, now: datetime, gap: float) -> datetime:
        key = _pace_key(connection_id)
        for _ in range(TRIES):
            found = self._table.get(key)
            free = moment(found["next_turn_at"]["S"]) if found else now
            turn_at = max(now, free)
            if self._table.write(_taking(key, found, turn_at, gap)):
                return turn_at
        raise Retryable("others keep taking turns", effect_unknown=False)


class DynamoDBBoxes:
    """`Boxes` over the ledger's table: one item a member, which holds no more than whether the box was ticked."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def boxes(self, connection_id: str, member_ids: Collection[str]) -> dict[str, Box]:
        """One BatchGetItem per hundred."""
        keys = {_box_pk(connection_id, member_id): member_id for member_id in member_ids}
        found = self._table.get_many([_box_key(pk) for pk in keys], consistent=True)
        return {keys[stored["pk"]["S"]]: Box.model_validate_json(stored["body"]["S"]) for stored in found}

    def save_boxes(self, connection_id: str, seen: Mapping[str, tuple[Box | None, Box]]) -> set[str]:
        """One conditional put each."""

        def save(member_id: str) -> bool:
            known, box = seen[member_id]
            stored = _box_key(_box_pk(connection_id, member_id)) | item(
                seen_at=stamp(box.seen_at), body=box.model_dump_json(exclude_defaults=True)
            )
            if known is None:
                return self._table.write(put(stored, "attribute_not_exists(pk)"))
            return self._table.write(put(stored, "seen_at = :read", {"read": stamp(known.seen_at)}))

        saved = self._table.each(save, seen)
        return set(itertools.compress(seen, (not done for done in saved)))


def _taking(key: Item, found: Item | None, turn_at: datetime, gap: float) -> Write:
    """The turn at that time, as long as nobody took one since `found` was read."""
    return put(
        key | item(next_turn_at=stamp(turn_at + timedelta(seconds=gap))),
        "next_turn_at = :read" if found else "attribute_not_exists(pk)",
        {"read": found["next_turn_at"]["S"]} if found else {},
    )


def _pace_key(connection_id: str) -> Item:
    return item(pk=f"PACE#{connection_id}", sk="PACE")


def _waiting_key(queued: QueuedFetch) -> Item:
    return item(pk=f"FETCH#{queued.connection_id}#{queued.reference}", sk="FETCH")


def _box_pk(connection_id: str, member_id: str) -> str:
    return f"BOX#{connection_id}#{member_id}"


def _box_key(pk: str) -> Item:
    return item(pk=pk, sk="BOX")
