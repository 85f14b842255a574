"""Members, events and receipts as answers show them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from accord.adapters.http.messages import Request, Response
from accord.adapters.http.problems import listed, unknown, wrong_shape
from accord.domain.changes import MemberId
from accord.domain.connection import Connection
from accord.domain.history import Event
from accord.domain.reason_texts import Language, explain
from accord.domain.reasons import ReasonCode
from accord.domain.record import Record
from accord.usecases.explain_refusal import FieldError
from accord.usecases.explain_refusal import explain as explain_errors
from accord.usecases.receive_changes import Receipt
from accord.usecases.recognise_caller import RecogniseCaller
from accord.usecases.showing.show_consent import Certificate
from accord.usecases.showing.show_erasure import ErasureCertificate
from accord.usecases.showing.show_member import MemberView
from accord.usecases.showing.tell_event import tell, tell_cause

_member_id: TypeAdapter[str] = TypeAdapter(MemberId)


def connection_of(request: Request, recognise: RecogniseCaller) -> Connection:
    """The connection in the path, for an operator. Raises UnrecognisedError for a token that is no operator's."""
    connection = recognise.operator(request.connection_id, request.token)
    if connection is None:
        raise unknown("connection")
    return connection


def member_id_of(request: Request) -> str:
    """The member's id in the path."""
    try:
        return _member_id.validate_python(request.path["member_id"])
    except ValidationError as error:
        raise wrong_shape(*explain_errors(error, within="id")) from None


@contextmanager
def cursor(request: Request) -> Iterator[str | None]:
    """The cursor of `?after=`; one that no answer of this list ever gave is 422."""
    after = request.query.get("after") or None
    try:
        yield after
    except ValidationError:
        raise
    except ValueError:
        if after is None:
            raise
        message = "is not a cursor of this list; leave it out to begin anew"
        raise wrong_shape(FieldError("after", message)) from None


def language_of(request: Request, connection: Connection) -> Language:
    """English or French, whichever `Accept-Language` prefers; else the language of the connection."""
    return preferred_language(request) or connection.language


def preferred_language(request: Request) -> Language | None:
    """English or French, whichever `Accept-Language` prefers, if it names one of them."""
    return language_in(request.headers.get("accept-language", ""))


def language_in(said: str) -> Language | None:
    """English or French, whichever is preferred in what is written as in an `Accept-Language`."""
    wishes: list[tuple[float, Language]] = []
    for wish in said.split(","):
        tag, _, parameter = wish.partition(";")
        weight = _weight(parameter)
        match tag.strip().lower().partition("-")[0]:
            case "en" if weight > 0:
                wishes.append((weight, "en"))
            case "fr" if weight > 0:
                wishes.append((weight, "fr"))
    return max(wishes, key=lambda wish: wish[0])[1] if wishes else None


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def receipt(received: Receipt) -> Response:
    """202: each change accepted, or refused with the reasons."""
    return Response(
        202,
        {
            "accepted": [{"index": arrived.index, "id": arrived.change.id} for arrived in received.accepted],
            "refused": [
                {"index": refused.index, **({"id": refused.id} if refused.id else {}), "errors": listed(refused.errors)}
                for refused in received.refused
            ],
        },
    )


def shown_member(view: MemberView, language: Language) -> dict[str, object]:
    """The status of a member, as DESIGN section 6 fixes it."""
    record, address = view.record, view.address
    return {
        "id": record.member_id,
        "email": record.profile.email if record.profile else None,
        "status": record.status.value,
        "reason": shown_reason(record, language),
        "since": _moment(record.since),
        "attempts": record.attempts,
        "version": record.version,
        "synced_version": record.settled_version,
        "consent": record.consent.model_dump(mode="json") if record.consent else None,
        "contact": {
            "contact_id": address.contact_id if address else None,
            "status": address.seen.value if address and address.seen else None,
            "url": None,
        },
        "one_to_one": address.one_to_one if address else None,
        "unsubscribe": record.unsubscribe.model_dump(mode="json") if record.unsubscribe else None,
    }


def shown_line(record: Record, language: Language) -> dict[str, object]:
    """A member in a list: no personal data."""
    return {
        "id": record.member_id,
        "status": record.status.value,
        "reason": shown_reason(record, language),
        "since": _moment(record.since),
        "attempts": record.attempts,
    }


def shown_reason(record: Record, language: Language) -> dict[str, str]:
    """A reason: its code, why, and what to do."""
    return reason_in_words(record.reason.code, record.reason.detail, language)


def reason_in_words(code: ReasonCode, detail: str, language: Language) -> dict[str, str]:
    """A reason code with its two sentences."""
    words = explain(code, language, detail)
    return {"code": code.value, "message": words.message, "next_step": words.next_step}


def shown_event(event: Event, language: Language) -> dict[str, object]:
    """One line of a history, with its sentence."""
    return {
        "id": event.id,
        "at": _moment(event.at),
        "kind": event.kind,
        "sentence": tell(event, language),
        "version": event.version,
        "status": event.status.value if event.status else None,
        "reason": reason_in_words(event.reason, event.detail, language) if event.reason else None,
        "contact_status": event.contact_status.value if event.contact_status else None,
        "before": {
            "status": event.before.status.value if event.before else None,
            "reason": event.before.reason.value if event.before else None,
            "contact_status": event.contact_before.value if event.contact_before else None,
        },
        "fields": list(event.fields),
        "cause": {**event.cause.model_dump(mode="json"), "sentence": tell_cause(event.cause, language)}
        if event.cause
        else None,
    }


def shown_certificate(certificate: Certificate, language: Language) -> dict[str, object]:
    """Why a member may, or may not, be mailed: what they said, what they did in Mailchimp, and what Accord wrote."""
    record = certificate.record
    return {
        "id": record.member_id,
        "may_be_mailed": certificate.may_be_mailed,
        "status": record.status.value,
        "reason": shown_reason(record, language),
        "statements": [
            {
                **statement.consent.model_dump(mode="json"),
                "stated_at": _moment(statement.stated_at),
                "received_at": _moment(statement.received_at),
            }
            for statement in certificate.statements
        ],
        "in_mailchimp": [{"at": _moment(at), "what": deed.value} for at, deed in certificate.seen],
        "writes": [shown_event(event, language) for event in certificate.writes],
    }


_ERASED: dict[Language, tuple[str, str, str, str]] = {
    "en": (
        "No later change brings the person back, and no older consent counts.",
        "The contact was permanently deleted in Mailchimp, and read back until neither id nor address was known.",
        "Profile, history and the words of consent statements were removed; what stays is that there were statements.",
        "Backups of the ledger age out within 35 days.",
    ),
    "fr": (
        "Aucune modification ultérieure ne ramène la personne, et aucun consentement antérieur ne compte.",
        "Le contact a été supprimé définitivement dans Mailchimp, et relu jusqu'à ce qu'il y soit inconnu.",
        "Le profil, l'historique et le texte des consentements ont été supprimés ; il reste qu'il y en a eu.",
        "Les sauvegardes du registre expirent sous 35 jours.",
    ),
}


def shown_erasure(shown: ErasureCertificate, language: Language) -> dict[str, object]:
    """What was done, when, and how it was verified."""
    tombstone, contact, local, backups = _ERASED[language]
    done, until = shown.completed_at, shown.backups_until
    contacts: list[dict[str, object]] = [
        {"step": "contact_deleted", "at": _moment(at) if at else None, "sentence": contact if at else None}
        for at in shown.contacts_gone
    ]
    steps: list[dict[str, object]] = [
        {"step": "tombstone", "at": _moment(shown.erasure.requested_at), "sentence": tombstone},
        *contacts,
        {"step": "personal_data_removed", "at": _moment(done) if done else None, "sentence": local if done else None},
        {"step": "backups_aged_out", "at": _moment(until) if until else None, "sentence": backups},
    ]
    return {
        "id": shown.erasure.id,
        "member": shown.erasure.member_id,
        "state": "completed" if done else "in_progress",
        "requested_at": _moment(shown.erasure.requested_at),
        "completed_at": _moment(done) if done else None,
        "reason": reason_in_words(shown.reason.code, shown.reason.detail, language),
        "steps": steps,
    }


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
