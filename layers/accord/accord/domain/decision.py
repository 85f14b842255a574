"""The one place that says what happens to a member: total, pure, without a clock.

A decision orders one action on one contact; when it is done, the member is decided again, until nothing is left to
do. So an interruption between two actions loses nothing: the next decision sees how far things came.
"""

from dataclasses import dataclass

from accord.domain.actions import (
    Action,
    Archive,
    Create,
    Erase,
    Exclude,
    Hold,
    Look,
    Move,
    Nothing,
    Passive,
    Reconfirm,
    Tag,
    Unsubscribe,
    Update,
)
from accord.domain.address import MAX_HOLDERS, Address, Origin
from accord.domain.connection import Departure, ExistingContacts, OnEmailChange, Policy
from accord.domain.contact import MAILED, Contact, ContactPatch, ContactStatus, NewContact, TagChange
from accord.domain.member import MemberState
from accord.domain.payload import InvalidField, Payload, fingerprint
from accord.domain.permission import OPT_OUTS, Permission, Ruling, is_live, is_owner, never_in_mailchimp, permission
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Presence, Record


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a decision looks at.

    `addresses` are those of the record, in its order; `payload` is None where no profile with an address is kept;
    `contact` is the contact at the current address when it was read under this very decision.
    """

    record: Record
    addresses: tuple[Address, ...]
    payload: Payload | InvalidField | None
    policy: Policy
    contact: Contact | None = None

    @property
    def current(self) -> Address | None:
        """The address that upstream says the member has now."""
        return next((address for address in self.addresses if address.key == self.record.current), None)

    @property
    def kept(self) -> tuple[Address, ...]:
        """The addresses still in Accord's care."""
        keys = {held.key for held in self.record.kept_addresses}
        return tuple(address for address in self.addresses if address.key in keys)

    @property
    def leftovers(self) -> tuple[Address, ...]:
        """Addresses in Accord's care that are not the current one: an address change left them behind."""
        return tuple(address for address in self.kept if address.key != self.record.current)

    def to_archive(self, address: Address) -> bool:
        """Whether an archiving would end this contact, Accord's own, and nobody else who holds its address agreed."""
        return is_live(address.seen) and address.ours and not address.agreed_by_others(self.record.member_id)


def decide(case: Case) -> Action:
    """What happens next. Never raises a status without the consent that the table asks for."""
    if (unknown := next((a for a in case.addresses if a.attempt is not None), None)) is not None:
        return Look(unknown.key)
    if case.record.presence is Presence.ERASED:
        return _erase(case)
    ruling = _ruling(case)
    if (opt_out := _opt_out_to_carry(case, ruling)) is not None:
        return Unsubscribe(opt_out.key)
    if (gone := departed(case.record, case.policy)) is not None:
        return _depart(case, gone)
    return _stay(case, ruling)


def departed(record: Record, policy: Policy) -> ReasonCode | None:
    """Why the member counts as gone, or None: they left, or they cancelled where the policy archives then."""
    if record.presence is Presence.LEFT:
        return ReasonCode.LEFT
    cancelled = record.profile is not None and record.profile.state is MemberState.CANCELLED
    return ReasonCode.CANCELLED if cancelled and policy.on_cancel is Departure.ARCHIVE else None


def _ruling(case: Case) -> Ruling:
    """The ruling at the current address; without one, whether the person stands opted out anywhere."""
    place = case.current or Address(key="")
    return permission(case.record, place, tuple(a for a in case.addresses if a is not place))


def _erase(case: Case) -> Action:
    for address in case.addresses:
        if address.erased_at is None and not address.held_with_others(case.record.member_id):
            return Erase(address.key)
    return Exclude(ReasonCode.ERASURE, Status.ERASED)


def _opt_out_to_carry(case: Case, ruling: Ruling) -> Address | None:
    """The next contact that must hear of an opt-out, ours or not: nobody who declined is mailed.

    For an opt-out made in Mailchimp a `pending` is left alone: the person began anew there, and it is theirs to finish.
    What becomes of an address that is somebody else's by now is decided with that holder.
    """
    theirs = [address for address in case.kept if not address.taken_over(case.record.member_id)]
    if ruling.permission is not Permission.NOTHING:
        return None
    match ruling.reason:
        case ReasonCode.OPTED_OUT:
            return next((a for a in theirs if a.seen in MAILED), None)
        case ReasonCode.OPTED_OUT_BY_OTHER_HOLDER:
            return case.current if case.current is not None and case.current.seen in MAILED else None
        case reason if reason in OPT_OUTS:
            return next((a for a in theirs if a.seen is ContactStatus.SUBSCRIBED), None)
    return None


def _depart(case: Case, why: ReasonCode) -> Action:
    """Leaving archives or changes nothing; it never unsubscribes."""
    if why is ReasonCode.LEFT and case.policy.on_leave is Departure.KEEP:
        stays = any(address.seen in MAILED and address.ours for address in case.kept)
        return Nothing(Status.SYNCED, ReasonCode.LEFT_KEPT) if stays else Nothing(Status.ARCHIVED, why)
    if (address := next(filter(case.to_archive, case.kept), None)) is not None:
        return Archive(address.key)
    if any(address.archived_by_staff_at for address in case.kept):
        return Hold(Status.ARCHIVED_IN_MAILCHIMP, ReasonCode.ARCHIVED_BY_STAFF)
    if any(address.seen is ContactStatus.UNSUBSCRIBED and address.ours for address in case.kept):
        declined = case.record.memory.stands_opted_out
        reason = ReasonCode.UNSUBSCRIBED_UPSTREAM if declined else ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP
        return Hold(Status.UNSUBSCRIBED, reason)
    return Nothing(Status.ARCHIVED, why)


def _stay(case: Case, ruling: Ruling) -> Action:
    address = case.current
    if address is None:
        return _tidy(case) or Exclude(ReasonCode.NO_EMAIL)
    if len(address.current_holders) > MAX_HOLDERS:
        return Hold(Status.FAILED, ReasonCode.ADDRESS_SHARED_BY_TOO_MANY)
    if ruling.permission is Permission.NOTHING:
        return _tidy(case) or _held_back(case, ruling.reason)
    if not is_owner(case.record, address):
        return _tidy(case) or Hold(Status.SHARED, ReasonCode.SHARED_WITH)
    if case.payload is None:
        return Exclude(ReasonCode.PROFILE_NEEDED)
    if isinstance(case.payload, InvalidField):
        return Hold(Status.FAILED, ReasonCode.FIELD_INVALID, case.payload.field)
    if (refusal := case.record.refusal) is not None and refusal.digest == case.payload.digest:
        return Hold(Status.FAILED, refusal.reason.code, refusal.reason.detail)
    return _agree(case, address, case.payload, ruling)


def _agree(case: Case, address: Address, payload: Payload, ruling: Ruling) -> Action:
    """The member may be in the audience: bring the contact there, or bring it up to date."""
    if address.seen is None and ruling.permission >= Permission.ASK:
        if ruling.permission is Permission.FIRST_STATUS and (old := _movable(case)) is not None:
            return _move(case, old, address, payload)
        return _create(case, address, payload, ruling)
    if address.seen in MAILED and not (address.ours and address.digest == payload.digest):
        return _update(case, address, payload)
    if address.seen is not None and address.seen not in MAILED and ruling.permission >= Permission.ASK:
        return _raise(case, address, payload, ruling)
    if address.seen in MAILED and _owns_tags(case, address) and (change := _tags(address, payload)):
        return Tag(address.key, payload.email, change)
    return _tidy(case) or _standing(address)


def _create(case: Case, address: Address, payload: Payload, ruling: Ruling) -> Create:
    asks = ruling.permission is Permission.ASK
    contact = NewContact(
        email=payload.email,
        status=ContactStatus.PENDING if asks else case.policy.first_status,
        merge_fields=payload.merge_fields,
        interests=dict.fromkeys(payload.interests, True),
        language=payload.language,
    )
    asks_for = case.record.memory.opted_in_at if asks else None
    return Create(address.key, contact, payload.digest, asks_for)


def _raise(case: Case, address: Address, payload: Payload, ruling: Ruling) -> Action:
    """Fresh consent is carried to a contact that is not subscribed, as far as the table allows."""
    update = _update(case, address, payload)
    opt_in = case.record.memory.opted_in_at
    if isinstance(update, Look):
        return update
    if ruling.permission is Permission.ASK and opt_in is not None:
        patch = update.patch.model_copy(update={"status": ContactStatus.PENDING})
        return Reconfirm(address.key, patch, payload.digest, opt_in)
    patch = update.patch.model_copy(update={"status": case.policy.first_status})
    return Update(address.key, patch, payload.digest)


def _update(case: Case, address: Address, payload: Payload) -> Update | Look:
    """A PATCH without `status`, within what the policy for existing contacts leaves to Accord."""
    existing = case.policy.existing_contacts if address.origin is not Origin.CREATED else ExistingContacts.OVERWRITE
    if existing is ExistingContacts.LEAVE:
        return Update(address.key, ContactPatch(), payload.digest)
    clears = {tag for tag in payload.empty if tag in address.written}
    if case.contact is None and (clears or existing is ExistingContacts.FILL_BLANKS):
        return Look(address.key)
    seen = case.contact.merge_fields if case.contact is not None else {}
    wrote_last = {tag for tag, value in seen.items() if address.written.get(tag) == fingerprint(value)}
    fields = payload.merge_fields
    if existing is ExistingContacts.FILL_BLANKS:
        fields = {tag: value for tag, value in fields.items() if not seen.get(tag) or tag in wrote_last}
    patch = ContactPatch(
        merge_fields=fields | dict.fromkeys(sorted(clears & wrote_last), ""),
        interests=_interests(address, payload),
        language=payload.language,
    )
    return Update(address.key, patch, payload.digest)


def _interests(address: Address, payload: Payload) -> dict[str, bool]:
    """The groups upstream names, and the end of those that Accord chose before; others are the contact's own."""
    return dict.fromkeys(address.interests, False) | dict.fromkeys(payload.interests, True)


def _owns_tags(case: Case, address: Address) -> bool:
    """An existing contact that the policy leaves as it is gets no tags either."""
    return address.origin is Origin.CREATED or case.policy.existing_contacts is not ExistingContacts.LEAVE


def _tags(address: Address, payload: Payload) -> TagChange:
    """The difference within our own tags; names are compared without case, as Mailchimp does."""
    have = {tag.casefold() for tag in address.tags}
    want = {tag.casefold() for tag in payload.tags}
    return TagChange(
        add=tuple(tag for tag in payload.tags if tag.casefold() not in have),
        remove=tuple(tag for tag in address.tags if tag.casefold() not in want),
    )


def _movable(case: Case) -> Address | None:
    """The contact that an address change takes along: subscribed, Accord's, and nobody stays behind at its address."""
    if case.policy.on_email_change is OnEmailChange.KEEP_OLD:
        return None
    alone = (a for a in case.leftovers if a.ours and not a.held_with_others(case.record.member_id))
    return next((a for a in alone if a.seen is ContactStatus.SUBSCRIBED), None)


def _move(case: Case, old: Address, address: Address, payload: Payload) -> Move:
    if old.origin is Origin.ADOPTED and case.policy.existing_contacts is not ExistingContacts.OVERWRITE:
        return Move(old.key, address.key, ContactPatch(email=payload.email), None)  # its fields follow, by the policy
    patch = ContactPatch(
        email=payload.email,
        merge_fields=payload.merge_fields,
        interests=_interests(old, payload),
        language=payload.language,
    )
    unfinished = any(tag in old.written for tag in payload.empty)  # what is to be cleared is looked at after the move
    return Move(old.key, address.key, patch, None if unfinished else payload.digest)


def _tidy(case: Case) -> Archive | None:
    """After an address change that moves, the contact left behind is archived."""
    if case.policy.on_email_change is OnEmailChange.KEEP_OLD:
        return None
    return next((Archive(a.key) for a in case.leftovers if case.to_archive(a)), None)


def _standing(address: Address) -> Passive:
    """The status of a contact to which nothing is to be written."""
    match address.seen:
        case ContactStatus.SUBSCRIBED:
            return Nothing(Status.SYNCED, ReasonCode.IN_AGREEMENT)
        case ContactStatus.PENDING:
            return Hold(Status.AWAITING_CONFIRMATION, ReasonCode.CONFIRMATION_SENT)
        case _:
            return Hold(Status.NEEDS_RECONFIRMATION, ReasonCode.NOT_CONFIRMED)


def _held_back(case: Case, reason: ReasonCode) -> Passive:
    """The status that goes with a reason for sending nothing."""
    match reason:
        case ReasonCode.OPTED_OUT if never_in_mailchimp(case.addresses):
            return Exclude(reason)
        case ReasonCode.OPTED_OUT:
            return Hold(Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_UPSTREAM)
        case ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP | ReasonCode.COMPLAINED:
            return Hold(Status.UNSUBSCRIBED, reason)
        case ReasonCode.OPTED_OUT_BY_OTHER_HOLDER:
            return Hold(Status.SHARED, reason)
        case ReasonCode.COMPLIANCE:
            return Hold(Status.NEEDS_RECONFIRMATION, reason)
        case ReasonCode.HARD_BOUNCE:
            return Hold(Status.BOUNCED, reason)
        case ReasonCode.PERMANENTLY_DELETED:
            return Hold(Status.DELETED_IN_MAILCHIMP, reason)
        case ReasonCode.ARCHIVED_BY_STAFF:
            return Hold(Status.ARCHIVED_IN_MAILCHIMP, reason)
        case _:
            return Exclude(reason)
