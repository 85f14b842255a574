"""Accepted changes become one intent: the newest profile wins, every consent statement counts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from accord.domain.address import Holder
from accord.domain.case import departed
from accord.domain.changes import Arrived, Erased, Left, Upserted
from accord.domain.connection import Connection, OnEmailChange, Policy
from accord.domain.consent import ConsentStatus, Statement, memory_of
from accord.domain.erasure import Erasure, erasure
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import HeldAddress, Presence, Reason, Record
from accord.domain.values import normalised

type KeyOf = Callable[[str], str]
"""The keyed digest of a text: of an email address, its address key."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What one member's changes come to. `holders` are the entries that changed, by address key.

    `material` says whether anything is to be decided; without it only the position moved on.
    """

    record: Record
    statements: tuple[Statement, ...]
    superseded: tuple[Arrived, ...]
    holders: tuple[tuple[str, Holder], ...]
    material: bool
    erasures: tuple[Erasure, ...] = ()
    """Every wish to be erased that arrived, whatever came before it: each is certified under its own id."""


def fold(
    known: Record | None, connection: Connection, arrivals: Iterable[Arrived], due_at: datetime, key_of: KeyOf
) -> Intent | None:
    """One intent out of all changes of one member that arrived, in any order and any number of times.

    None when there is nothing to save; a stale change still leaves its statement and a line of history. An erasure is
    never superseded, and nothing that follows changes anything.
    `due_at` is when the intent is offered again should the worker that saves it not settle it.
    """
    order, policy = connection.order_by, connection.policy
    changes = sorted(arrivals, key=lambda arrived: arrived.position(order))
    record = known or Record(connection_id=connection.id, member_id=changes[0].change.id, since=changes[0].received_at)
    statements: list[Statement] = []
    superseded: list[Arrived] = []
    for arrived in changes:
        if record.presence is Presence.ERASED:
            superseded.append(arrived)
            continue
        position = arrived.position(order)
        if (statement := arrived.statement(order)) is not None:
            statements.append(statement)
            record = _with(record, memory=record.memory.joined(memory_of(statement)))
        if isinstance(arrived.change, Erased):
            record = _erased(record, arrived.received_at)
        elif position > record.position:
            record = _taken(record, arrived, policy, key_of)
        elif position < record.position:
            superseded.append(arrived)
            record = _with(record, addresses=_remembered(record, arrived, key_of))
        if position > record.position:
            record = _with(record, position=position, version=arrived.shown_version(order))
    if record == known and not superseded:
        return None
    holders = changed_holders(known, record)
    asked = [arrived for arrived in changes if isinstance(arrived.change, Erased)]
    erasures = tuple(erasure(record.connection_id, record.member_id, arrived.received_at) for arrived in asked)
    if known is not None and not holders and _wanted(known) == _wanted(record):
        return Intent(_noted(known, record), tuple(statements), tuple(superseded), holders, False, erasures)
    record = _queued(record, bool(holders), changes[-1], due_at)
    return Intent(record, tuple(statements), tuple(superseded), holders, True, erasures)


def _taken(record: Record, arrived: Arrived, policy: Policy, key_of: KeyOf) -> Record:
    at = arrived.received_at
    match arrived.change:
        case Upserted(member=member):
            back = record.presence is Presence.LEFT
            current = key_of(normalised(member.email)) if member.email else None
            record = _with(
                record,
                presence=Presence.PRESENT,
                profile=member,
                profile_mark=key_of(member.model_dump_json()),
                consent=member.consent or record.consent,
                returned_at=at if back else record.returned_at,
                current=current,
                own_change=record.own_change if current == record.current else None,
            )
        case Left():
            record = _with(record, presence=Presence.LEFT)
        case Erased():
            return record
    return _with(record, addresses=_held(record, policy, at))


def _held(record: Record, policy: Policy, at: datetime) -> tuple[HeldAddress, ...]:
    """The member's addresses after a change: the current one is held as long as the member has not departed, and so
    is the one they chose in Mailchimp; one that a `keep_old` policy leaves behind stays theirs, so that opting out
    and leaving reach it."""
    gone = departed(record, policy) is not None
    keeps = policy.on_email_change is OnEmailChange.KEEP_OLD
    addresses = []
    for held in record.addresses:
        has = held.key in record.places
        theirs = not gone and (has or (keeps and held.until is None))
        reopened = theirs and held.left_at is not None
        addresses.append(
            held.model_copy(
                update={
                    "since": at if reopened else held.since,
                    "left_at": None if theirs else (held.left_at or at),
                    "until": None if has else held.until,
                    "elsewhere": held.elsewhere and held.key != record.place,
                }
            )
        )
    if record.current is not None and all(held.key != record.current for held in record.addresses):
        addresses.append(HeldAddress(key=record.current, since=at, left_at=at if gone else None))
    return tuple(addresses)


def _remembered(record: Record, arrived: Arrived, key_of: KeyOf) -> tuple[HeldAddress, ...]:
    """An opt-out that comes late still counts at the address it came with, which the member has left by now."""
    member = arrived.change.member if isinstance(arrived.change, Upserted) else None
    if member is None or not member.email or member.consent is None:
        return record.addresses
    key = key_of(normalised(member.email))
    if member.consent.status is not ConsentStatus.OPTED_OUT or any(held.key == key for held in record.addresses):
        return record.addresses
    at = arrived.received_at
    return (*record.addresses, HeldAddress(key=key, since=at, left_at=at, until=at))


def _erased(record: Record, at: datetime) -> Record:
    """Nobody holds an address any more once they are erased: whoever shares it decides alone what becomes of it. Under
    which name Mailchimp has a contact that was not followed yet is kept until it is erased there."""
    own = record.own_change
    gone = tuple(held.model_copy(update={"left_at": held.left_at or at}) for held in record.addresses)
    return _with(
        record,
        presence=Presence.ERASED,
        erasure_at=at,
        profile=None,
        profile_mark="",
        consent=None,
        unsubscribe=None,
        own_change=own.model_copy(update={"email": ""}) if own is not None and not own.followed else None,
        addresses=gone,
    )


def _queued(record: Record, holders_changed: bool, last: Arrived, due_at: datetime) -> Record:
    return _with(
        record,
        status=Status.PENDING,
        reason=Reason(code=ReasonCode.QUEUED),
        since=last.received_at,
        cause=last.cause,
        attempts=0,
        undo=None,
        undone="",
        holders_changed=record.holders_changed or holders_changed,
        due_at=due_at,
    )


def _noted(known: Record, record: Record) -> Record:
    """The same again under a newer version: what was settled is settled for this version too, and a profile that was
    not kept is not kept now."""
    done = known.settled and known.status is not Status.FAILED
    return _with(record, profile=known.profile, settled_version=record.version if done else record.settled_version)


def _wanted(record: Record) -> tuple[object, ...]:
    return record.presence, record.profile_mark, record.memory, record.returned_at


def holders_of(record: Record) -> dict[str, Holder]:
    """The member's entry at each of their addresses."""
    return {
        held.key: Holder(
            connection_id=record.connection_id,
            member_id=record.member_id,
            since=held.since,
            memory=record.memory,
            declined_at=held.declined_at,
            elsewhere=held.elsewhere,
            until=held.left_at,
            erased_at=record.erasure_at,
        )
        for held in record.addresses
    }


def changed_holders(known: Record | None, record: Record) -> tuple[tuple[str, Holder], ...]:
    """The member's entries that are not as they were, by address key."""
    before = holders_of(known) if known is not None else {}
    return tuple((key, holder) for key, holder in holders_of(record).items() if before.get(key) != holder)


def _with(record: Record, **changes: object) -> Record:
    return record.model_copy(update=changes)
