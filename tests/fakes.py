"""The ports in memory. The contract tests under tests/adapters hold these fakes to the real adapters.

`FakeAudience` lives in fake_audience.py: it is Mailchimp's rules in small, and reads better alone.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

from accord.domain.activity import Activity
from accord.domain.address import MAX_HOLDERS, Address, Holder, Who
from accord.domain.changes import OrderBy
from accord.domain.connection import AudienceSetup, Connection
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.consent import Statement
from accord.domain.erasure import Erasure
from accord.domain.folding import Intent
from accord.domain.history import Cause, Event
from accord.domain.lifecycle import NotAllowed, going_on, stopped
from accord.domain.notice import Notice
from accord.domain.reasons import Status
from accord.domain.record import Record
from accord.domain.values import BEGINNING, newest
from accord.ports import Claim, Page, Remembered, Settlement
from tests.fake_audience import FakeAudience, Trouble
from tests.fake_queues import FakeClock, FakeHintQueue, FakeQueue

__all__ = ["FakeAudience", "FakeClock", "FakeHintQueue", "FakeLedger", "FakeQueue", "Trouble"]


class FakeLedger:
    """The ledger in dictionaries, with the same conditions on every write."""

    def __init__(self) -> None:
        self.connections: dict[str, Connection] = {}
        self.setups: dict[str, AudienceSetup] = {}
        self.requests: dict[tuple[str, str], Remembered] = {}
        self.stored_records: dict[tuple[str, str], Record] = {}
        self.statements_kept: dict[tuple[str, str], dict[tuple[str, str], Statement]] = {}
        self.stored_addresses: dict[tuple[str, str], Address] = {}
        self.holders: dict[tuple[str, str], dict[Who, Holder]] = {}
        self.events: dict[tuple[str, str], dict[str, Event]] = {}
        self.counted: dict[str, Counter[Status]] = {}
        self.feed: dict[str, list[Notice]] = {}
        self.erasures: dict[tuple[str, str], Erasure] = {}
        self.activity: dict[tuple[str, str], dict[object, Activity]] = {}

    # --- connections and requests ---

    def connection(self, connection_id: str) -> Connection | None:
        return self.connections.get(connection_id)

    def save_connection(self, connection: Connection) -> None:
        self.connections[connection.id] = connection

    def audience_setup(self, connection_id: str) -> AudienceSetup:
        return self.setups.get(connection_id, AudienceSetup())

    def save_audience_setup(self, connection_id: str, setup: AudienceSetup) -> None:
        self.setups[connection_id] = setup

    def break_connection(
        self, connection_id: str, reason: str, at: datetime, code: ConnectionReason | None = None
    ) -> None:
        self._move(connection_id, lambda known: stopped(known, at, code, reason))

    def stop_notices(self, connection_id: str, reason: str) -> None:
        if (connection := self.connections.get(connection_id)) is not None:
            update = {"notices_stopped": reason, "revision": connection.revision + 1}
            self.connections[connection_id] = connection.model_copy(update=update)

    def mend_connection(self, connection_id: str, at: datetime) -> None:
        self._move(connection_id, lambda known: going_on(known, at))

    def _move(self, connection_id: str, way: Callable[[Connection], Connection | NotAllowed]) -> None:
        if (connection := self.connections.get(connection_id)) is None:
            return
        if not isinstance(moved := way(connection), NotAllowed):
            self.connections[connection_id] = moved.model_copy(update={"revision": connection.revision + 1})

    def remember_request(self, connection_id: str, request_id: str, now: datetime) -> Remembered:
        known = self.requests.get((connection_id, request_id))
        if known is None or now - known.received_at >= timedelta(days=14):
            known = self.requests[connection_id, request_id] = Remembered(now, queued=False)
        return known

    def request_queued(self, connection_id: str, request_id: str, received_at: datetime) -> None:
        self.requests[connection_id, request_id] = Remembered(received_at, queued=True)

    # --- members and addresses ---

    def records(self, connection_id: str, member_ids: Collection[str]) -> dict[str, Record]:
        found = {member_id: self.stored_records.get((connection_id, member_id)) for member_id in member_ids}
        return {member_id: record for member_id, record in found.items() if record is not None}

    def addresses(self, audience_id: str, keys: Collection[str]) -> dict[str, Address]:
        return {key: self._address(audience_id, key) for key in keys}

    def _address(self, audience_id: str, key: str) -> Address:
        address = self.stored_addresses.get((audience_id, key), Address(key=key))
        holders = sorted(self.holders.get((audience_id, key), {}).values(), key=_importance, reverse=True)
        shown = sorted(holders[: MAX_HOLDERS + 1], key=lambda h: h.who)
        return address.model_copy(update={"holders": tuple(shown)})

    def save_intents(self, audience_id: str, intents: Sequence[Intent]) -> set[str]:
        lost: set[str] = set()
        for intent in intents:
            record = intent.record
            name = (record.connection_id, record.member_id)
            if record.revision != self._revision(name):
                lost.add(record.member_id)
                continue
            self._store(record)
            kept = self.statements_kept.setdefault(name, {})
            kept |= {(s.change, s.consent.model_dump_json()): s for s in intent.statements}
            for erasure in intent.erasures:
                self.erasures[record.connection_id, erasure.id] = erasure
            for arrived in intent.superseded:
                event = Event(
                    member_id=record.member_id,
                    at=arrived.received_at,
                    id=f"{arrived.received_at.isoformat()}#superseded{arrived.index}",
                    kind="superseded",
                    version=arrived.shown_version(OrderBy.OCCURRED_AT),
                    cause=arrived.cause,
                )
                self.events.setdefault(name, {})[event.id] = event
            for key, holder in intent.holders:
                self.holders.setdefault((audience_id, key), {})[holder.who] = holder
                self._raise(audience_id, key)
        return lost

    def claim(self, audience_id: str, claims: Sequence[Claim]) -> set[str]:
        lost = set()
        for claim in claims:
            key = claim.address.key
            if self._address(audience_id, key).revision == claim.expected_revision:
                self._put_address(audience_id, claim.address, claim.expected_revision + 1)
            else:
                lost.add(key)
        return lost

    def settle(self, audience_id: str, settlements: Sequence[Settlement]) -> dict[str, bool]:
        return {settlement.record.member_id: self._settle(audience_id, settlement) for settlement in settlements}

    def _settle(self, audience_id: str, settlement: Settlement) -> bool:
        record = settlement.record
        name = (record.connection_id, record.member_id)
        held = all(self._holds(audience_id, address.key, settlement.token) for address in settlement.addresses)
        if not held or record.revision != self._revision(name):
            return False
        for address in settlement.addresses:
            self._put_address(audience_id, address, self._address(audience_id, address.key).revision + 1)
        settled = {address.key for address in settlement.addresses}
        for key, holder in settlement.holders:
            self.holders.setdefault((audience_id, key), {})[holder.who] = holder
            if key not in settled:
                self._raise(audience_id, key)
        self._store(record)
        self.feed.setdefault(record.connection_id, []).extend(settlement.notices)
        self.events.setdefault(name, {}).update({event.id: event for event in settlement.events})
        return True

    def release(self, audience_id: str, addresses: Sequence[Address], token: str) -> None:
        for address in addresses:
            if self._holds(audience_id, address.key, token):
                self._put_address(audience_id, address, self._address(audience_id, address.key).revision + 1)

    def _holds(self, audience_id: str, key: str, token: str | None) -> bool:
        attempt = self._address(audience_id, key).attempt
        return attempt is not None and attempt.token == token

    def _put_address(self, audience_id: str, address: Address, revision: int) -> None:
        self.stored_addresses[audience_id, address.key] = address.model_copy(
            update={"revision": revision, "holders": ()}
        )

    def _raise(self, audience_id: str, key: str) -> None:
        address = self._address(audience_id, key)
        self._put_address(audience_id, address, address.revision + 1)

    def _revision(self, name: tuple[str, str]) -> int:
        record = self.stored_records.get(name)
        return record.revision if record is not None else 0

    def _store(self, record: Record) -> None:
        counts = self.counted.setdefault(record.connection_id, Counter())
        if record.counted is not record.status:
            counts[record.status] += 1
            if record.counted is not None:
                counts[record.counted] -= 1
        self.stored_records[record.connection_id, record.member_id] = record.stored

    # --- what is due ---

    def touch(self, connection_id: str, member_ids: Collection[str], due_at: datetime, cause: Cause) -> None:
        for member_id in member_ids:
            if (record := self.stored_records.get((connection_id, member_id))) is not None:
                due = min(due_at, record.due_at) if record.due_at is not None else due_at
                update = {"due_at": due, "revision": record.revision + 1, "cause": cause}
                self.stored_records[connection_id, member_id] = record.model_copy(update=update)

    def due(self, now: datetime, limit: int, *, urgent: bool) -> list[tuple[str, str]]:
        waiting = {name: r.due_at for name, r in self.stored_records.items() if r.urgent is urgent}
        ready = [(due_at, name) for name, due_at in waiting.items() if due_at is not None and due_at <= now]
        return [name for _, name in sorted(ready)[:limit]]

    def postpone(self, members: Sequence[tuple[str, str]], due_at: datetime) -> None:
        for name in members:
            if (record := self.stored_records.get(name)) is not None and record.due_at is not None:
                self.stored_records[name] = record.model_copy(update={"due_at": due_at})

    # --- what people look at ---

    def add_events(self, connection_id: str, events: Sequence[Event]) -> None:
        for event in events:
            self.events.setdefault((connection_id, event.member_id), {})[event.id] = event

    def note_erasure(self, connection_id: str, erasure: Erasure) -> None:
        self.erasures[connection_id, erasure.id] = erasure

    def erasure(self, connection_id: str, erasure_id: str) -> Erasure | None:
        return self.erasures.get((connection_id, erasure_id))

    def forget_member(self, connection_id: str, member_id: str) -> None:
        kept = self.statements_kept.get((connection_id, member_id), {})
        for name, said in kept.items():
            bare = said.consent.model_copy(update={"source": "", "wording": ""})
            kept[name] = said.model_copy(update={"consent": bare})
        self.events.pop((connection_id, member_id), None)
        self.activity.pop((connection_id, member_id), None)

    def statements(self, connection_id: str, member_id: str) -> list[Statement]:
        kept = self.statements_kept.get((connection_id, member_id), {})
        return sorted(kept.values(), key=lambda statement: statement.stated_at)

    def history(self, connection_id: str, member_id: str, after: str | None, limit: int) -> Page[Event]:
        newest_first = sorted(
            self.events.get((connection_id, member_id), {}).values(), key=lambda e: e.id, reverse=True
        )
        return _page(newest_first, after, limit)

    def members(self, connection_id: str, status: Status | None, after: str | None, limit: int) -> Page[Record]:
        found = [r for (c, _), r in self.stored_records.items() if c == connection_id and status in {None, r.status}]
        return _page(sorted(found, key=lambda r: (r.status, r.since, r.member_id)), after, limit)

    def notices(self, connection_id: str, after: str | None, until: datetime, limit: int) -> Page[Notice]:
        known = sorted((n for n in self.feed.get(connection_id, []) if n.at <= until), key=lambda n: (n.at, n.id))
        page = _page(known, after, limit)
        return Page(page.items, str(int(after or 0) + len(page.items)))

    def counts(self, connection_id: str) -> Mapping[Status, int]:
        return +self.counted.get(connection_id, Counter())


def _importance(holder: Holder) -> tuple[bool, datetime]:
    """Who holds the address counts before who held it; of these the newest opt-out."""
    stands = holder.memory.opted_out_at if holder.memory.stands_opted_out else None
    return holder.until is None, newest(stands, holder.declined_at) or BEGINNING


def _page[T](items: list[T], after: str | None, limit: int) -> Page[T]:
    try:
        start = int(after or 0)
    except ValueError as error:
        msg = "after: this is not a cursor that Accord gave"
        raise ValueError(msg) from error
    end = start + limit
    return Page(items[start:end], str(end) if end < len(items) else None)
