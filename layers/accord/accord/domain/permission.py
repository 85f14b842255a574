"""The consent table of the promises as a function: what does an opt-in allow at this address, for this person?

Every fact that restricts is a row with a ruling of its own; the strictest ruling counts. The source is the table
"What consent allows" of the design; tests/unit/test_permission.py carries it row by row.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from accord.domain.address import Address, Holder, Who
from accord.domain.consent import newer
from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode
from accord.domain.record import Record
from accord.domain.values import newest


class Permission(IntEnum):
    """From the strictest to the freest."""

    NOTHING = 0
    ASKED = 1
    """One confirmation was asked for this opt-in; only the person can go on."""
    ASK = 2
    """One `pending`, whose confirmation is the person's own."""
    FIRST_STATUS = 3


class Ruling(NamedTuple):
    """What is allowed and, where it is less than everything, why."""

    permission: Permission
    reason: ReasonCode


OPT_OUTS = frozenset(
    {
        ReasonCode.OPTED_OUT,
        ReasonCode.OPTED_OUT_BY_OTHER_HOLDER,
        ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP,
        ReasonCode.COMPLIANCE,
        ReasonCode.COMPLAINED,
        ReasonCode.PERMANENTLY_DELETED,
    }
)
"""The reasons that say: somebody does not want this."""


def permission(record: Record, address: Address, others: tuple[Address, ...]) -> Ruling:
    """What this member's opt-in allows at the address; `others` are the person's other addresses, now and before.

    Opt-outs made in Mailchimp follow the person from all of them; a bounce stays with its address.
    """
    rows = [  # of equally strict rows the first gives the reason: an opt-out has to be carried, a tombstone has not
        *_no_consent(record, address),
        *_opt_outs_upstream(record, address),
        *_opt_outs_in_mailchimp(record, address, others),
        *_tombstone(record, address),
        *_archived_by_staff(record, address, others),
        *_bounce(record, address),
        *_reconfirmation(record, address, others),
    ]
    return min(rows, default=Ruling(Permission.FIRST_STATUS, ReasonCode.IN_AGREEMENT), key=lambda row: row.permission)


def _no_consent(record: Record, address: Address) -> Iterator[Ruling]:
    if _effective_opt_in(record, address) is None and record.memory.opted_out_at is None:
        yield Ruling(Permission.NOTHING, ReasonCode.NO_CONSENT)


def _tombstone(record: Record, address: Address) -> Iterator[Ruling]:
    opt_in = _effective_opt_in(record, address)
    mine = next((holder for holder in address.holders if holder.who == record.who), None)
    if address.erasure_blocks(mine, opt_in):
        yield Ruling(Permission.NOTHING, ReasonCode.ADDRESS_ERASED)


def _opt_outs_upstream(record: Record, address: Address) -> Iterator[Ruling]:
    opt_in = _effective_opt_in(record, address)
    if record.memory.opted_out_at is not None and not newer(opt_in, record.memory.opted_out_at):
        yield Ruling(Permission.NOTHING, ReasonCode.OPTED_OUT)
    others = _others(address, record.who)
    agreeing = [other.memory.opted_in_at for other in others if other.until is None and other.memory.opted_in_at]
    opt_ins = (opt_in, *agreeing)  # of all who have the address now: one address has one ruling
    for holder in others:
        gone_but_newer = holder.until is not None and all(newer(at, holder.memory.opted_out_at) for at in opt_ins)
        if holder.memory.stands_opted_out and not gone_but_newer:
            yield Ruling(Permission.NOTHING, ReasonCode.OPTED_OUT_BY_OTHER_HOLDER)


def _opt_outs_in_mailchimp(record: Record, address: Address, others: tuple[Address, ...]) -> Iterator[Ruling]:
    for at, reason in _unanswered(record, address, (address, *others)):
        if reason in {ReasonCode.COMPLAINED, ReasonCode.PERMANENTLY_DELETED}:
            yield Ruling(Permission.NOTHING, reason)
        else:
            yield _ask_on_fresh_consent(record, address, at, reason)
    for holder in _others(address, record.who):  # now or before: who has left counts by the date of the opt-out
        if holder.declined_at is not None:
            yield _ask_on_fresh_consent(record, address, holder.declined_at, ReasonCode.OPTED_OUT_BY_OTHER_HOLDER)


def declined_elsewhere(record: Record, address: Address, others: tuple[Address, ...]) -> datetime | None:
    """The newest opt-out that the member made in Mailchimp at their other addresses and that stands at this one: the
    others who hold it are told, since one address has one ruling."""
    return max((at for at, _ in _unanswered(record, address, others)), default=None)


def _unanswered(record: Record, address: Address, places: tuple[Address, ...]) -> Iterator[tuple[datetime, ReasonCode]]:
    """The opt-outs made in Mailchimp at these addresses that are the person's and that they took back nowhere."""
    for place in places:
        confirmed = _confirmed_at(record, address, place)
        for at, reason in (
            (place.complained_at, ReasonCode.COMPLAINED),
            (place.forgotten_at, ReasonCode.PERMANENTLY_DELETED),
            (place.unsubscribed_at, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP),
            (place.compliance_at, ReasonCode.COMPLIANCE),
        ):
            shared = bool(_others(place, record.who))  # now or before
            if at is None or newer(confirmed, at) or not (place is address or _theirs(record, place, at, shared)):
                continue
            yield at, reason


def _ask_on_fresh_consent(record: Record, address: Address, at: datetime, reason: ReasonCode) -> Ruling:
    """An opt-out in Mailchimp may be any holder's: every current one must have agreed anew before one is asked."""
    opt_ins = [holder.memory.opted_in_at for holder in address.current_holders if holder.who != record.who]
    if not all(newer(opt_in, at) for opt_in in (record.memory.opted_in_at, *opt_ins)):
        return Ruling(Permission.NOTHING, reason)
    return _ask_once(record, address)


def _archived_by_staff(record: Record, address: Address, others: tuple[Address, ...]) -> Iterator[Ruling]:
    for place in (address, *others):
        at = place.archived_by_staff_at
        if at is not None and not (newer(record.returned_at, at) and newer(record.memory.opted_in_at, at)):
            yield Ruling(Permission.NOTHING, ReasonCode.ARCHIVED_BY_STAFF)


def _bounce(record: Record, address: Address) -> Iterator[Ruling]:
    at = address.bounced_at
    if at is None or newer(address.confirmed_at, at):
        return
    if newer(record.memory.opted_in_at, at):
        yield _ask_once(record, address)
    else:
        yield Ruling(Permission.NOTHING, ReasonCode.HARD_BOUNCE)


def _reconfirmation(record: Record, address: Address, others: tuple[Address, ...]) -> Iterator[Ruling]:
    """Who was asked to confirm, and has not, does not get around it by another address."""
    for place in others:
        at = place.reconfirmed_for if place.awaits_reconfirmation else None
        if at is None or newer(newest(record.memory.opted_in_at, address.confirmed_at), at):
            continue
        if _theirs(record, place, at, bool(_others(place, record.who))):
            yield _ask_once(record, address)


def _ask_once(record: Record, address: Address) -> Ruling:
    asked = address.asked_for is not None and not newer(record.memory.opted_in_at, address.asked_for)
    return Ruling(Permission.ASKED if asked else Permission.ASK, ReasonCode.NOT_CONFIRMED)


def _effective_opt_in(record: Record, address: Address) -> datetime | None:
    """The newest opt-in of the person: stated upstream, or seen in Mailchimp where nobody else has the address."""
    seen = None if address.held_with_others(record.who) else address.confirmed_at
    return newest(record.memory.opted_in_at, seen)


def _confirmed_at(record: Record, address: Address, place: Address) -> datetime | None:
    """The person's own opt-in in Mailchimp that may answer an opt-out at `place`."""
    at = place.confirmed_at
    anybody_else = bool(_others(place, record.who))
    if place is not address and at is not None and not _theirs(record, place, at, anybody_else):
        at = None
    if place is address or address.held_with_others(record.who):
        return at
    return newest(at, address.confirmed_at)


def _others(address: Address, who: Who) -> tuple[Holder, ...]:
    return tuple(holder for holder in address.holders if holder.who != who)


def _theirs(record: Record, place: Address, at: datetime, shared: bool) -> bool:
    """Whether what happened at a former address was this person's doing: not after they left it to somebody else."""
    mine = next((holder for holder in place.holders if holder.who == record.who), None)
    return mine is None or mine.until is None or not shared or at <= mine.until


def owner(address: Address) -> Who | None:
    """Whose data is shown: the member who holds the address longest among those who agree, ties by their ids; not one
    whose own contact is elsewhere, nor one whom an erasure blocks, as long as there is another."""
    holders = [holder for holder in address.current_holders if not holder.elsewhere] or address.current_holders
    said = [(holder, holder.memory.opted_in_at) for holder in holders if not holder.memory.stands_opted_out]
    agreeing = [holder for holder, at in said if at is not None and not address.erasure_blocks(holder, at)]
    return next((holder.who for holder in (agreeing or holders)), None)


def never_in_mailchimp(addresses: tuple[Address, ...]) -> bool:
    """Whether none of the person's addresses was ever seen in the audience."""
    return all(address.seen is None and address.origin is None for address in addresses)


def is_live(status: ContactStatus | None) -> bool:
    """Whether a contact counts as being in the audience in a way that archiving ends (FACTS: DELETE, 405)."""
    return status in {ContactStatus.SUBSCRIBED, ContactStatus.TRANSACTIONAL}
