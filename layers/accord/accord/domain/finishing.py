"""The record after a decision: its final status, or when it is tried again."""

from datetime import datetime, timedelta

from accord.domain.actions import Exclude, Passive
from accord.domain.case import Case
from accord.domain.connection import OnEmailChange
from accord.domain.contact import ContactStatus
from accord.domain.history import Stand
from accord.domain.permission import declined_elsewhere
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import HeldAddress, OwnChange, Presence, Reason, Record

GRACE = timedelta(hours=1)
"""How long a profile without any word on consent is kept, should the word still come."""


def finished(case: Case, passive: Passive, at: datetime) -> Record:
    """The record when nothing is left to do: a status with its reason, and no more personal data than it needs. It
    stays due where the others at an address must first hear of an opt-out that this member made elsewhere."""
    record = _concluded(case, passive, at)
    addresses = tuple(_witnessed(case, held) for held in record.addresses)
    if addresses == record.addresses:
        return record
    record = record.model_copy(update={"addresses": addresses})
    shared = any(address.held_with_others(record.who) for address in case.addresses)
    return with_news(record, at) if shared else record


def with_news(record: Record, at: datetime) -> Record:
    """The record of a member with something to tell the others who hold their addresses, before it is settled."""
    return record.model_copy(update={"holders_changed": True, "due_at": record.due_at or at})


def chose(record: Record, own: OwnChange) -> Record:
    """The record of a member who gave their contact another address in Mailchimp: they hold it from now on. It may
    be the second change in a row, or lead back to where the contact was."""
    before = record.own_change
    left = record.place if before is None or before.followed else before.left
    return _chosen(record, own.model_copy(update={"left": left, "followed": left == own.key}), own.at)


def went_along(record: Record, at: datetime) -> Record:
    """The record of a member whose contact was found where they took it, and all that is known of it with it."""
    own = record.own_change
    return _chosen(record, own.model_copy(update={"followed": True}) if own is not None else None, at)


def stayed(record: Record, hash_: str, at: datetime) -> Record:
    """The record of a member whose contact is not where it was said to be: it is looked for where it was before, at
    the address with this subscriber hash."""
    own = record.own_change
    if own is None or own.left in {None, record.current}:
        return _chosen(record, None, at)
    update = {"key": own.left, "subscriber_hash": hash_, "email": "", "followed": True}
    return _chosen(record, own.model_copy(update=update), at)


def strayed(record: Record, left: str, key: str, at: datetime) -> Record:
    """The record of a member who is not written to at an address that their contact left: what they say, or said,
    reaches it where it is now."""
    before = next((held for held in record.addresses if held.key == left), None)
    if before is None or any(held.key == key for held in record.addresses):
        return record
    there = HeldAddress(key=key, since=at, left_at=before.left_at, until=before.until)
    known = record.model_copy(update={"addresses": (*record.addresses, there), "holders_changed": True})
    return tried_again(known, at, attempt=False)


def _chosen(record: Record, own: OwnChange | None, at: datetime) -> Record:
    """The record with another choice of the member's, or none. An address that they chose before and where their
    contact is not any more is given up; who has departed holds none. The others there are told of it."""
    place = next((held for held in record.addresses if held.key == record.place), None)
    gone = place is not None and place.left_at is not None
    after = record.model_copy(update={"own_change": own, "holders_changed": True})
    followed = own is not None and own.followed
    addresses = []
    for held in record.addresses:
        here = held.key == after.place
        taken_away = held.elsewhere or (followed and held.key == record.current)
        update: dict[str, object] = {"elsewhere": taken_away and not here}
        if held.key in record.places - after.places:
            update |= {"left_at": held.left_at or at, "until": at}
        elif held.key in after.places and held.left_at is not None and not gone:
            update |= {"since": at, "left_at": None, "until": None}
        addresses.append(held.model_copy(update=update))
    if own is not None and all(held.key != own.key for held in addresses):
        addresses.append(HeldAddress(key=own.key, since=at, left_at=at if gone else None))
    return after.model_copy(update={"addresses": tuple(addresses)})


def _witnessed(case: Case, held: HeldAddress) -> HeldAddress:
    """Whether an opt-out made in Mailchimp elsewhere stands at an address; of one that was left, as it was then."""
    address = next((a for a in case.addresses if a.key == held.key), None)
    if address is None or held.left_at is not None:
        return held
    others = tuple(a for a in case.addresses if a is not address)
    return held.model_copy(update={"declined_at": declined_elsewhere(case.record, address, others)})


def _concluded(case: Case, passive: Passive, at: datetime) -> Record:
    record = case.record
    if _consent_may_follow(record, passive) and at < record.since + GRACE:
        return _with_profile_for_now(case, passive, at)
    reason = Reason(code=passive.reason, detail=passive.detail)
    changed = (record.status, record.reason) != (passive.status, reason)
    update: dict[str, object] = {
        "status": passive.status,
        "reason": reason,
        "since": at if changed else record.since,
        "stood": Stand(status=passive.status, reason=passive.reason),
        "due_at": None,
        "undo": None,
        "holders_changed": False,
        "addresses": tuple(_let_go(case, held, at) for held in record.addresses),
    }
    if passive.status is not Status.FAILED:
        update["settled_version"] = record.version
        update |= _reconfirmed(case)
    if isinstance(passive, Exclude) or record.presence is not Presence.PRESENT:
        update["profile"] = None
        if record.own_change is not None:
            update["own_change"] = record.own_change.model_copy(update={"email": ""})
    if record.presence is Presence.ERASED:
        update |= {"own_change": None, "cause": None}
    if passive.reason is ReasonCode.PROFILE_NEEDED:
        update["profile_mark"] = ""  # so that the same profile, posted again, counts as a change
    return record.model_copy(update=update)


def _reconfirmed(case: Case) -> dict[str, object]:
    """A reconfirmation is over for a member once they were decided with knowledge of it: asked, or nobody to ask. A
    worker that read the connection earlier leaves it open."""
    record, known = case.record, case.reconfirmation
    if record.reconfirm is None or known is None or known.id != record.reconfirm:
        return {}
    return {"reconfirm": None, "reconfirmed": record.reconfirm}


def _consent_may_follow(record: Record, passive: Passive) -> bool:
    """A change without `consent` means *as last stated*, and that statement may still be on its way: changes overtake
    each other. Were the profile dropped at once, the statement would come too late for it."""
    silent = record.profile is not None and record.profile.consent is None
    return passive.reason is ReasonCode.NO_CONSENT and silent


def _with_profile_for_now(case: Case, passive: Passive, at: datetime) -> Record:
    record = case.record
    reason = Reason(code=passive.reason)
    since = record.since if (record.status, record.reason) == (passive.status, reason) else at
    update = {
        "status": passive.status,
        "reason": reason,
        "since": since,
        "stood": Stand(status=passive.status, reason=passive.reason),
        "holders_changed": False,
        "settled_version": record.version,
        "due_at": since + GRACE,
    } | _reconfirmed(case)
    return record.model_copy(update=update)


def _let_go(case: Case, held: HeldAddress, at: datetime) -> HeldAddress:
    """Accord's care ends for an address that a move left behind, once nothing there is left to archive. A `pending`
    contact can not be archived (FACTS section 7); it stays in care until the person confirms or not."""
    address = next((a for a in case.addresses if a.key == held.key), None)
    waiting = address is not None and address.ours and address.seen is ContactStatus.PENDING
    busy = address is not None and case.to_archive(address)
    stays = case.policy.on_email_change is OnEmailChange.KEEP_OLD or held.key == case.record.place
    if stays or waiting or busy or held.until is not None:
        return held
    return held.model_copy(update={"until": at})


def tried_again(
    record: Record, at: datetime, code: ReasonCode = ReasonCode.RETRYING, *, attempt: bool = True
) -> Record:
    """The record of an intent that waits for its next try at `at`."""
    return record.model_copy(
        update={
            "status": Status.PENDING,
            "reason": Reason(code=code),
            "due_at": at,
            "attempts": record.attempts + attempt,
        }
    )
