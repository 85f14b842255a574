"""What a reconciliation would do, before it does it: line by line, and what it comes to. Pure."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from accord.domain import writing
from accord.domain.actions import (
    Action,
    Active,
    Archive,
    Create,
    Erase,
    Exclude,
    Follow,
    Hold,
    Look,
    Lower,
    Move,
    Nothing,
    Reconfirm,
    Tag,
    Unsubscribe,
    Update,
)
from accord.domain.address import Address
from accord.domain.case import Case
from accord.domain.changes import Upserted
from accord.domain.contact import MAILED, Contact, ContactPatch, NewContact, TagChange
from accord.domain.inverse import NotUndone, Order
from accord.domain.payload import Payload
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Record
from accord.domain.summary import billed_change
from accord.domain.values import Value

GOOD_FOR = timedelta(days=1)
"""How long a plan may be applied: what it would do is another question later."""
KEPT = timedelta(days=2)
"""How long its lines are kept, for they hold what contacts show."""
A_BULK = 500


class Planned(StrEnum):
    """What would become of a member's contact, as far as the first step tells."""

    CREATE = "create"
    SUBSCRIBE = "subscribe"
    """A fresh opt-in raises a contact that was not mailed."""
    ASK = "ask_to_confirm"
    UPDATE = "update"
    TAG = "tag"
    MOVE = "move"
    FOLLOW = "follow"
    """The person took the contact to another address; what is known of it goes along."""
    ARCHIVE = "archive"
    UNSUBSCRIBE = "unsubscribe"
    ERASE = "erase"
    LOOK = "look"
    """The contact is read first: what an attempt of before came to is not known."""
    ADOPT = "adopt"
    """A contact that was none of Accord's is taken over, as it is."""
    HOLD = "held_back"
    """Nothing is sent, and the member's status says why."""


class FieldChange(Value):
    """A merge field of the contact, or its language: what it shows, as far as that was seen, and what it would."""

    field: str
    before: str | int | float | dict[str, str] | None = None
    after: str | int | float | dict[str, str]


class PlanLine(Value):
    """One member. `revision` and that of `address` are what the plan was made from: with others it is not applied."""

    member_id: str
    planned: Planned
    status: Status
    reason: ReasonCode | None = None
    """Where nothing is sent: why."""
    changes: tuple[FieldChange, ...] = ()
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    billed: int = 0
    """By how many contacts the bill grows."""
    revision: int
    address: Address | None = None
    """What was seen of the contact and the ledger does not know yet."""
    change: Upserted | None = None
    """By which a member appears whom nobody knew: what their contact shows."""
    left_out: str = ""
    """Why it was not applied with the others."""
    order: Order | None = None
    """Of an undo: what is put back."""
    not_undone: tuple[NotUndone, ...] = ()
    """And what is not, with the reason."""


class PlanSum(Value):
    """What all lines come to: `calls` to Mailchimp are the least that carry them out."""

    lines: int = 0
    by_deed: dict[Planned, int] = {}
    billed: int = 0
    calls: int = 0


def line_of(case: Case, action: Action, seen: Address | None) -> PlanLine | None:
    """The line of a member; None where nothing happens. `seen` is the address of which something new was seen, as it
    would be remembered."""
    record = case.record
    common = {
        "member_id": record.member_id,
        "status": record.status,
        "revision": record.revision,
        "address": seen.model_copy(update={"holders": ()}) if seen is not None else None,
    }
    if isinstance(action, Exclude | Hold | Nothing):
        stays = (action.status, action.reason) == (record.status, record.reason.code)
        if isinstance(action, Nothing) or stays:
            return None
        return PlanLine(planned=Planned.HOLD, reason=action.reason, **common)
    address = next((each for each in case.addresses if each.key == action.key), None)
    tags = _tags(case, action, address)
    return PlanLine(
        planned=planned_of(action),
        changes=_changes(action, case.contact),
        add_tags=tags.add,
        remove_tags=tags.remove,
        billed=billed_change(action, address),
        **common,
    )


def line_of_adopted(seen: Address, record: Record | None, change: Upserted | None) -> PlanLine | None:
    """The line of a contact that is taken over by the member of the record, or else by the one whom the change
    brings."""
    common = {"planned": Planned.ADOPT, "address": seen.model_copy(update={"holders": ()}), "change": change}
    if record is not None:
        return PlanLine(member_id=record.member_id, status=record.status, revision=record.revision, **common)
    return PlanLine(member_id=change.id, status=Status.PENDING, revision=0, **common) if change is not None else None


def summed(lines: Iterable[PlanLine]) -> PlanSum:
    """Of all lines, one after the other."""
    by_deed: Counter[Planned] = Counter()
    tags: Counter[tuple[str, bool]] = Counter()
    billed = number = 0
    for line in lines:
        number += 1
        by_deed[line.planned] += 1
        billed += line.billed
        tags.update((tag.casefold(), True) for tag in line.add_tags)
        tags.update((tag.casefold(), False) for tag in line.remove_tags)
    bulk = -(-by_deed[Planned.CREATE] // A_BULK) + sum(-(-number // A_BULK) for number in tags.values())
    nothing_sent = by_deed[Planned.HOLD] + by_deed[Planned.CREATE] + by_deed[Planned.TAG]
    calls = bulk + number - nothing_sent
    return PlanSum(lines=number, by_deed=dict(by_deed), billed=billed, calls=calls)


def together(sums: Iterable[PlanSum]) -> PlanSum:
    """What several parts of one whole come to; some calls more where each has a bulk of its own."""
    by_deed: Counter[Planned] = Counter()
    lines = billed = calls = 0
    for each in sums:
        by_deed.update(each.by_deed)
        lines, billed, calls = lines + each.lines, billed + each.billed, calls + each.calls
    return PlanSum(lines=lines, by_deed=dict(by_deed), billed=billed, calls=calls)


def planned_of(action: Active) -> Planned:
    """What an action comes to."""
    match action:
        case Create():
            return Planned.CREATE
        case Update(patch=patch):
            return Planned.SUBSCRIBE if patch.status is not None else Planned.UPDATE
        case Reconfirm() | Lower():
            return Planned.ASK
        case Move():
            return Planned.MOVE
        case Follow():
            return Planned.FOLLOW
        case Tag():
            return Planned.TAG
        case Archive():
            return Planned.ARCHIVE
        case Unsubscribe():
            return Planned.UNSUBSCRIBE
        case Erase():
            return Planned.ERASE
        case Look():
            return Planned.LOOK


def _changes(action: Active, contact: Contact | None) -> tuple[FieldChange, ...]:
    """Every field that would show something else; all that are sent, where it is not known what is shown."""
    match action:
        case Create(contact=sent) | Update(patch=sent) | Reconfirm(patch=sent) | Move(patch=sent):
            return tuple(_differences(sent, contact))
    return ()


def _differences(sent: NewContact | ContactPatch, contact: Contact | None) -> Iterable[FieldChange]:
    shown = contact.merge_fields if contact is not None else {}
    for field, after in sorted(sent.merge_fields.items()):
        before = shown.get(field)
        if before != after:
            yield FieldChange(field=field, before=before, after=after)
    language = contact.language if contact is not None else None
    if sent.language and sent.language != language:
        yield FieldChange(field="language", before=language, after=sent.language)


def _tags(case: Case, action: Active, address: Address | None) -> TagChange:
    """The tags that go with it: those of a new contact, or the difference that is made next."""
    if isinstance(action, Tag):
        return action.change
    if not isinstance(case.payload, Payload):
        return TagChange()
    if isinstance(action, Create):
        return TagChange(add=case.payload.tags)
    follows = isinstance(action, Update) and address is not None and address.seen in MAILED
    return writing.tag_change(address, case.payload) if follows and address is not None else TagChange()
