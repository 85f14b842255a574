"""The memory of everything, kept in one DynamoDB table: the adapter of the port `Ledger`."""

import contextlib
import random
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from accord.adapters.dynamodb import feed, lists, writes
from accord.adapters.dynamodb.connection_items import connection_item, connection_of, listed_item
from accord.adapters.dynamodb.errors import Contended
from accord.adapters.dynamodb.events import event_item
from accord.adapters.dynamodb.items import (
    COUNT_SHARDS,
    erasure_item,
    erasure_key,
    moment,
    record_key,
    record_of,
    request_item,
    settings_key,
    setup_item,
    setup_key,
    setup_of,
)
from accord.adapters.dynamodb.table import OnConsumed, Table, Write, put
from accord.domain.address import Address
from accord.domain.connection import AudienceSetup, Connection
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.consent import Statement
from accord.domain.erasure import Erasure
from accord.domain.folding import Intent
from accord.domain.history import Cause, Event
from accord.domain.notice import Notice
from accord.domain.reasons import Status
from accord.domain.record import Record
from accord.errors import AccordError, Retryable
from accord.ports import Claim, Page, Remembered, Settlement

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBLedger:
    """The ledger on one table, whose definition is `definition.TABLE`.

    `workers` calls run at a time; the client should keep as many connections (botocore keeps 10). `on_consumed` is
    told after every call what it consumed. History is kept for `history_days`, consent for ever.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        table_name: str,
        *,
        workers: int = 8,
        history_days: int = 365,
        on_consumed: OnConsumed | None = None,
    ) -> None:
        self._table = Table(client, table_name, workers, on_consumed)
        self._history = timedelta(days=history_days)

    def connection(self, connection_id: str) -> Connection | None:
        """The connection, or None where there is none."""
        stored = self._table.get(settings_key(connection_id))
        return connection_of(stored) if stored is not None else None

    def save_connection(self, connection: Connection) -> None:
        """Whole, over what is there; in the list of connections first, since what is listed and not there is passed
        over."""
        self._table.write(put(listed_item(connection.id)))
        self._table.write(put(connection_item(connection)))

    def audience_setup(self, connection_id: str) -> AudienceSetup:
        """As last saved; empty before."""
        stored = self._table.get(setup_key(connection_id))
        return setup_of(stored) if stored is not None else AudienceSetup()

    def save_audience_setup(self, connection_id: str, setup: AudienceSetup) -> None:
        """Whole, over what is there."""
        self._table.write(put(setup_item(connection_id, setup)))

    def break_connection(
        self, connection_id: str, reason: str, at: datetime, code: ConnectionReason | None = None
    ) -> None:
        """A connection that an operator paused, or that is stopped for the same reason already, stays as it is."""
        self._table.write(writes.break_write(connection_id, reason, at, code))

    def mend_connection(self, connection_id: str, at: datetime) -> None:
        """Only one that Mailchimp stopped; an operator's pause stays one."""
        self._table.write(writes.mend_write(connection_id, at))

    def stop_notices(self, connection_id: str, reason: str) -> None:
        """One conditional update."""
        self._table.write(writes.stop_notices_write(connection_id, reason))

    def remember_request(self, connection_id: str, request_id: str, now: datetime) -> Remembered:
        """DynamoDB deletes what has expired within days, not at once: an item past its time counts as none."""
        request = put(
            request_item(connection_id, request_id, now, queued=False),
            "attribute_not_exists(pk) OR expires_at <= :now",
            {"now": int(now.timestamp())},
        )
        found = self._table.put_or_find(request)
        if found is None:
            return Remembered(now, queued=False)
        return Remembered(moment(found["received_at"]["S"]), queued=found["queued"]["N"] == "1")

    def request_queued(self, connection_id: str, request_id: str, received_at: datetime) -> None:
        """Over what `remember_request` put."""
        self._table.write(put(request_item(connection_id, request_id, received_at, queued=True)))

    def records(self, connection_id: str, member_ids: Collection[str]) -> dict[str, Record]:
        """One BatchGetItem per hundred."""
        keys = [record_key(connection_id, member_id) for member_id in dict.fromkeys(member_ids)]
        found = map(record_of, self._table.get_many(keys, consistent=True))
        return {record.member_id: record for record in found}

    def addresses(self, audience_id: str, keys: Collection[str]) -> dict[str, Address]:
        """One Query per address."""
        found = self._table.each(lambda key: lists.address(self._table, audience_id, key), dict.fromkeys(keys))
        return {address.key: address for address in found}

    def save_intents(self, audience_id: str, intents: Sequence[Intent]) -> set[str]:
        """One put where only the record changes; the others some to a transaction; then the counts.

        What is then there is `intent.record.stored`: go on with that.
        """
        wanted = []
        for intent in intents:
            first, last = writes.intent_writes(audience_id, intent, self._history)
            for write in first:
                self._table.write(write)
            wanted.append(last)
        stored = self._store([intent.record for intent in intents], wanted)
        return {intent.record.member_id for intent, done in zip(intents, stored, strict=True) if not done}

    def claim(self, audience_id: str, claims: Sequence[Claim]) -> set[str]:
        """One conditional put each. When botocore had to repeat one that was stored though its answer got lost, the
        claim found standing is this one, and counts."""

        def take(claim: Claim) -> bool:
            wanted = writes.claim_write(audience_id, claim)
            try:
                found = self._table.put_or_find(wanted)
            except Contended:
                return False
            return found is None or found == wanted.arguments["Item"]

        taken = self._table.each(take, claims)
        return {claim.address.key for claim, done in zip(claims, taken, strict=True) if not done}

    def settle(self, audience_id: str, settlements: Sequence[Settlement]) -> dict[str, bool]:
        """One put where only the record changes; the others some to a transaction; then the counts."""
        records = [settlement.record for settlement in settlements]
        wanted = [writes.settlement_writes(audience_id, settlement, self._history) for settlement in settlements]
        return dict(zip((record.member_id for record in records), self._store(records, wanted), strict=True))

    def _store(self, records: Sequence[Record], wanted: Sequence[list[Write]]) -> list[bool]:
        """Which records were stored, each with its writes; these are counted, even where DynamoDB fails for others:
        that error is raised last."""
        outcomes = self._table.transact_all(wanted)
        self._count([record for record, outcome in zip(records, outcomes, strict=True) if outcome is True])
        for outcome in outcomes:
            if isinstance(outcome, AccordError):
                raise outcome
        return [outcome is True for outcome in outcomes]

    def _count(self, stored: Sequence[Record]) -> None:
        """A count that could not be added is corrected by the nightly run; the records it counts stand."""
        with contextlib.suppress(Retryable):
            self._table.each(self._table.write, writes.count_writes(stored, random.randrange(COUNT_SHARDS)))

    def release(self, audience_id: str, addresses: Sequence[Address], token: str) -> None:
        """One conditional update each."""
        self._table.each(
            self._table.write, [writes.settled_address_write(audience_id, address, token) for address in addresses]
        )

    def touch(self, connection_id: str, member_ids: Collection[str], due_at: datetime, cause: Cause) -> None:
        """One conditional update each, or two; the revision of the record rises in any case, so that a worker in the
        middle, which may have read what is no longer so, loses and reads again."""

        def bring_forward(member_id: str) -> None:
            sooner, same = writes.touch_writes(connection_id, member_id, due_at, cause)
            any(self._table.write(write) for write in (sooner, same, sooner, same))  # it may be settled in between

        self._table.each(bring_forward, dict.fromkeys(member_ids))

    def due(self, now: datetime, limit: int, *, urgent: bool) -> list[tuple[str, str]]:
        """Sixteen queries, four for what is urgent, of an index that follows the table a moment later: a hint, never
        the truth."""
        return lists.due(self._table, now, limit, urgent=urgent)

    def postpone(self, members: Sequence[tuple[str, str]], due_at: datetime) -> None:
        """One conditional update each; the revision of the record stays."""
        self._table.each(self._table.write, [writes.postpone_write(*member, due_at) for member in members])

    def add_events(self, connection_id: str, events: Sequence[Event]) -> None:
        """One BatchWriteItem per 25."""
        self._table.put_many(event_item(connection_id, event, self._history) for event in events)

    def note_erasure(self, connection_id: str, erasure: Erasure) -> None:
        """One put; the same item as an intent stores."""
        self._table.write(put(erasure_item(connection_id, erasure)))

    def erasure(self, connection_id: str, erasure_id: str) -> Erasure | None:
        """One read."""
        stored = self._table.get(erasure_key(connection_id, erasure_id))
        return Erasure.model_validate_json(stored["body"]["S"]) if stored is not None else None

    def forget_member(self, connection_id: str, member_id: str) -> None:
        """A delete for each line of history, a put for each statement."""
        lists.forget(self._table, connection_id, member_id)

    def statements(self, connection_id: str, member_id: str) -> list[Statement]:
        """One Query, or as many as their size takes."""
        return lists.statements(self._table, connection_id, member_id)

    def history(self, connection_id: str, member_id: str, after: str | None, limit: int) -> Page[Event]:
        """Raises ValueError for a cursor that is not of this history."""
        return lists.history(self._table, connection_id, member_id, after, limit)

    def members(self, connection_id: str, status: Status | None, after: str | None, limit: int) -> Page[Record]:
        """Sixteen queries per status, then one BatchGetItem per hundred; longest in their status first. Raises
        ValueError for a cursor that is not of this list."""
        return lists.members(self._table, connection_id, status, after, limit)

    def notices(self, connection_id: str, after: str | None, until: datetime, limit: int) -> Page[Notice]:
        """Eight queries a day. Raises ValueError for a cursor that is not of this feed."""
        return feed.notices(self._table, connection_id, after, until, limit)

    def counts(self, connection_id: str) -> Mapping[Status, int]:
        """Four queries."""
        return lists.counts(self._table, connection_id)
