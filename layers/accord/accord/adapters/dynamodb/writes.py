"""What an intent, a settlement, a claim or a change of a due time writes: the conditions that keep workers apart.

Every write to an address raises the revision of its summary, that of a holder too. A claim is made on the revision
that was read, so nothing can have changed at an address between reading it and acting on it.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from accord.adapters.dynamodb.events import event_item, superseded_event
from accord.adapters.dynamodb.feed import feed_item
from accord.adapters.dynamodb.items import (
    ADDRESS_ATTRIBUTES,
    address_attributes,
    address_item,
    count_pk,
    due_shard,
    erasure_item,
    holder_item,
    item,
    record_item,
    record_key,
    settings_key,
    shard_of,
    stamp,
    statement_item,
    summary_key,
)
from accord.adapters.dynamodb.table import Write, put, update
from accord.domain.address import Address, Holder
from accord.domain.connection import ConnectionState
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.folding import Intent
from accord.domain.history import Cause
from accord.domain.reasons import Status
from accord.domain.record import Record
from accord.ports import Claim, Settlement

ROOM = 90
"""Writes of one intent that go into one transaction; DynamoDB takes 100."""


def record_write(record: Record) -> Write:
    """The record over the one it was made from, which nobody changed meanwhile."""
    if record.revision == 0:
        return put(record_item(record), "attribute_not_exists(pk)")
    return put(record_item(record), "revision = :read", {"read": record.revision})


def intent_writes(audience_id: str, intent: Intent, history: timedelta) -> tuple[list[Write], list[Write]]:
    """The writes to do first, one by one, and those of the transaction that stores the record.

    There are none to do first, save for an intent too large for one transaction: then statements, history and the
    holders that find no room go before. They are put whole and add up, so that doing it again does no harm.
    """
    record = intent.record
    told = [statement_item(record.connection_id, record.member_id, statement) for statement in intent.statements]
    told += [event_item(record.connection_id, superseded_event(arrived), history) for arrived in intent.superseded]
    told += [erasure_item(record.connection_id, erasure) for erasure in intent.erasures]
    proofs = [put(proof) for proof in {proof["sk"]["S"]: proof for proof in told}.values()]
    holders = [write for key, holder in intent.holders for write in _holder_writes(audience_id, key, holder)]
    if len(proofs) + len(holders) < ROOM:
        return [], [record_write(record), *proofs, *holders]
    return [*proofs, *holders[ROOM - 2 :]], [record_write(record), *holders[: ROOM - 2]]


def _holder_writes(audience_id: str, key: str, holder: Holder) -> tuple[Write, Write]:
    return (
        put(holder_item(audience_id, key, holder)),
        update(summary_key(audience_id, key), "ADD revision :one", values={"one": 1}),
    )


def claim_write(audience_id: str, claim: Claim) -> Write:
    """The address with its attempt, over exactly the revision that was read as free."""
    stored = address_item(audience_id, claim.address, claim.expected_revision + 1)
    if claim.expected_revision == 0:
        return put(stored, "attribute_not_exists(pk)")
    return put(stored, "revision = :read", {"read": claim.expected_revision})


def settled_address_write(audience_id: str, address: Address, token: str) -> Write:
    """The address as it came to be, while the attempt still stands. Holders may have changed under the attempt, so
    the revision is raised from whatever it is."""
    stored = {name: value["S"] for name, value in address_attributes(audience_id, address).items()}
    change = "SET " + ", ".join(f"{name} = :{name}" for name in stored)
    gone = ", ".join(name for name in ADDRESS_ATTRIBUTES if name not in stored)
    change += f" REMOVE {gone} ADD revision :one" if gone else " ADD revision :one"
    values: dict[str, str | int] = {**stored, "token": token, "one": 1}
    return update(summary_key(audience_id, address.key), change, "attempt_token = :token", values)


def settlement_writes(audience_id: str, settlement: Settlement, history: timedelta) -> list[Write]:
    """The record alone, or with its addresses, its member's entries at them and its events."""
    record, token = settlement.record, settlement.token
    writes = [record_write(record)]
    if settlement.addresses:
        if token is None:
            raise ValueError("an address is settled under the token of its attempt")
        writes += [settled_address_write(audience_id, address, token) for address in settlement.addresses]
    settled = {address.key for address in settlement.addresses}  # whose revision grows by this already
    for key, holder in settlement.holders:
        entry, revision = _holder_writes(audience_id, key, holder)
        writes += [entry] if key in settled else [entry, revision]
    writes += [put(feed_item(record.connection_id, notice, notify=settlement.notify)) for notice in settlement.notices]
    return writes + [put(event_item(record.connection_id, event, history)) for event in settlement.events]


def touch_writes(connection_id: str, member_id: str, due_at: datetime, cause: Cause) -> tuple[Write, Write]:
    """What makes a member due that was settled or due later, and what does where one is due by then already: only
    one of the two finds its condition. Either raises the revision."""
    key = record_key(connection_id, member_id)
    told: dict[str, str | int] = {"due": stamp(due_at), "cause": cause.model_dump_json(), "one": 1}
    sooner = update(
        key,
        "SET due_at = :due, due_shard = if_not_exists(due_shard, :shard), due_cause = :cause ADD revision :one",
        "attribute_exists(pk) AND (attribute_not_exists(due_at) OR due_at > :due)",
        {**told, "shard": due_shard(shard_of(connection_id, member_id), urgent=False)},
    )
    same = update(key, "SET due_cause = :cause ADD revision :one", "due_at <= :due", told)
    return sooner, same


def postpone_write(connection_id: str, member_id: str, due_at: datetime) -> Write:
    """Another time to be due, if due at all. The revision stays: a worker in the middle goes on, and its settlement
    says what is due then."""
    key = record_key(connection_id, member_id)
    return update(key, "SET due_at = :due", "attribute_exists(due_at)", {"due": stamp(due_at)})


def break_write(connection_id: str, reason: str, at: datetime, code: ConnectionReason | None) -> Write:
    """See lifecycle.stopped: only what is live, or stopped for another reason. An operator's pause stays one."""
    if code is ConnectionReason.AUDIENCE_GONE:
        paused, before = ConnectionState.PAUSED, "#state IN (:live, :broken)"
        told = {"live": ConnectionState.LIVE.value, "broken": ConnectionState.BROKEN.value}
        return _state_write(connection_id, paused, before, told, reason, at, code)
    before = f"#state = :live OR {_LACKS_AUDIENCE}"
    told = {"live": ConnectionState.LIVE.value} | _LACKING
    return _state_write(connection_id, ConnectionState.BROKEN, before, told, reason, at, code)


def stop_notices_write(connection_id: str, reason: str) -> Write:
    """Only where the connection is."""
    change = "SET notices_stopped = :reason ADD revision :one"
    return update(settings_key(connection_id), change, "attribute_exists(pk)", {"reason": reason, "one": 1})


def mend_write(connection_id: str, at: datetime) -> Write:
    """See lifecycle.going_on: only what Mailchimp stopped. An operator's pause stays one."""
    before = f"#state = :broken OR {_LACKS_AUDIENCE}"
    told = {"broken": ConnectionState.BROKEN.value} | _LACKING
    return _state_write(connection_id, ConnectionState.LIVE, before, told, "", at, None)


_LACKS_AUDIENCE = "(#state = :paused AND state_code = :gone)"
_LACKING = {"paused": ConnectionState.PAUSED.value, "gone": ConnectionReason.AUDIENCE_GONE.value}


def _state_write(
    connection_id: str,
    after: ConnectionState,
    before: str,
    told: dict[str, str],
    reason: str,
    at: datetime,
    code: ConnectionReason | None,
) -> Write:
    """To the other state where the condition `before` holds; without a code for its usual reason."""
    change = "SET #state = :after, state_reason = :reason, state_since = :at"
    change += " REMOVE state_code" if code is None else ", state_code = :code"
    values: dict[str, str | int] = {**told, "after": after.value, "reason": reason, "at": stamp(at), "one": 1}
    if code is not None:
        values["code"] = code.value
    return update(settings_key(connection_id), f"{change} ADD revision :one", before, values, {"#state": "state"})


def count_writes(stored: Iterable[Record], shard: int) -> list[Write]:
    """One ADD per connection and status for a whole batch of records as they were given to be stored, for what did
    not cancel out."""
    changes: Counter[tuple[str, Status]] = Counter()
    for record in stored:
        changes[record.connection_id, record.status] += 1
        if record.counted is not None:
            changes[record.connection_id, record.counted] -= 1
    return [
        update(item(pk=count_pk(connection_id, shard), sk=status.value), "ADD members :change", "", {"change": change})
        for (connection_id, status), change in changes.items()
        if change
    ]
