"""Reconfirmation: an operator approves that people who are in the audience are asked to confirm (PRODUCTS S4).

A subscribed contact is lowered to `pending`, never raised, and only where Accord created or adopted it. Who confirms
is in the audience again by their own opt-in; who does not is mailed nothing.
"""

from datetime import datetime
from enum import StrEnum

from accord.domain.address import Address
from accord.domain.audience_consent import SOURCE
from accord.domain.case import Case, departed
from accord.domain.connection import Departure, OnEmailChange, Reconfirmation, Whom
from accord.domain.consent import Consent, ConsentStatus, newer
from accord.domain.contact import ContactStatus
from accord.domain.history import Cause, CauseKind
from accord.domain.payload import Payload
from accord.domain.permission import Permission, owner, permission
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Presence, Reason, Record
from accord.domain.values import BEGINNING


class Proof(StrEnum):
    """What a record tells of the proof of its member's consent."""

    GIVEN = "given"
    MISSING = "missing"
    IN_A_STATEMENT = "in_a_statement"
    """An earlier statement than the last one may be it."""


def proves(consent: Consent | None) -> bool:
    """Whether a statement says when the person agreed, and where. What was only found in the audience does not."""
    if consent is None or consent.status is not ConsentStatus.OPTED_IN or consent.at is None:
        return False
    return consent.source.strip() not in {"", SOURCE}


def proof_of(record: Record) -> Proof:
    """As far as the record alone knows it: it keeps the last statement, and of all others the newest time."""
    if proves(record.consent):
        return Proof.GIVEN
    if record.memory.opted_in_at in {None, BEGINNING}:
        return Proof.MISSING
    found_only = record.consent is not None and record.consent.source == SOURCE
    return Proof.MISSING if found_only else Proof.IN_A_STATEMENT


def due_for(case: Case) -> Address | None:
    """The next contact of a member that is to be asked, in the reconfirmation that reached their record."""
    approved = case.reconfirmation
    if approved is None or case.record.reconfirm != approved.id:
        return None
    return to_ask(case, approved)


def to_ask(case: Case, approved: Reconfirmation) -> Address | None:
    """The next contact that the reconfirmation concerns: subscribed, Accord's own, this member's to answer for, and
    not asked since the approval. Nobody is asked who opted out, leaves the audience anyway, or came later."""
    record = case.record
    gone = departed(record, case.policy)
    kept = gone is ReasonCode.LEFT and case.policy.on_leave is Departure.KEEP
    if record.presence is Presence.ERASED or _is_refused(case) or not (gone is None or kept):
        return None
    if all(held.since > approved.approved_at for held in record.addresses):
        return None
    if approved.who is Whom.WITHOUT_PROOF and proves(record.consent):
        return None
    return next((address for address in case.kept if _is_asked(case, address, approved)), None)


def _is_refused(case: Case) -> bool:
    """Whether Mailchimp refused the member as they are: they have failed, and who mends that has them asked as well."""
    refusal = case.record.refusal
    if isinstance(case.payload, Payload):
        return refusal is not None and refusal.digest == case.payload.digest
    return case.record.status is Status.FAILED


def called(record: Record, approved: Reconfirmation, at: datetime, due_at: datetime) -> Record:
    """The record of a member who is to be asked, offered again at `due_at` should no worker take them up; who has
    something to do already is asked with that."""
    called_up: dict[str, object] = {"reconfirm": approved.id}
    if record.settled:
        called_up |= {
            "status": Status.NEEDS_RECONFIRMATION,
            "reason": Reason(code=ReasonCode.RECONFIRMATION_APPROVED),
            "since": at,
            "cause": Cause(kind=CauseKind.OPERATOR, at=at, detail=approved.id, run=approved.id),
            "attempts": 0,
            "due_at": due_at,
        }
    return record.model_copy(update=called_up)


def _is_asked(case: Case, address: Address, approved: Reconfirmation) -> bool:
    if address.seen is not ContactStatus.SUBSCRIBED or not address.ours:
        return False
    if address is not case.current and case.policy.on_email_change is not OnEmailChange.KEEP_OLD:
        return False  # what an address change left behind is archived
    if (shown := owner(address)) is not None and shown != case.record.who:
        return False
    asked = address.reconfirmed_for is not None and address.reconfirmed_for >= approved.approved_at
    own_word = address.confirmed_at
    answered = newer(own_word, approved.approved_at) or (approved.who is Whom.WITHOUT_PROOF and own_word is not None)
    others = tuple(other for other in case.addresses if other is not address)
    return not asked and not answered and permission(case.record, address, others).permission > Permission.NOTHING
