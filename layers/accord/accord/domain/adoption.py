"""Contacts that nobody's member holds, taken over on an operator's order: who may be, and as which member. Pure.

Only who is subscribed, with a time at which they opted in, and whom nothing is remembered against. The member shows
what the contact shows, so that taking it over changes nothing of it; tags and groups stay the contact's own.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from accord.domain.address import Address
from accord.domain.audience_consent import consent_from_audience, is_opted_in, shown_consent
from accord.domain.changes import Upserted
from accord.domain.connection import AudienceSetup, FieldType
from accord.domain.contact import Contact, ContactStatus
from accord.domain.member import Member
from accord.domain.payload import (
    NO_STATE,
    FieldValue,
    InvalidField,
    NationalPhone,
    Payload,
    fingerprint,
    payload_of,
)
from accord.domain.record import Record
from accord.domain.values import BEGINNING

ID_BY_ADDRESS = "by-address-"
"""How the id of a member begins whom only an address names."""
_LINES = {"addr1": "line1", "addr2": "line2", "city": "city", "state": "state", "zip": "postal_code"}


def id_by_address(key: str) -> str:
    """The id of a member whom only an address names, by the key of that."""
    return f"{ID_BY_ADDRESS}{key}"


def is_adoptable(address: Address, contact: Contact, record: Record | None) -> bool:
    """Whether the contact, seen just now, can be taken over: by the member who has its address, without a word of
    upstream's on consent, or by a new one. Nobody else may have it, or ever have had it."""
    if contact.status is not ContactStatus.SUBSCRIBED or address.ours or address.attempt is not None:
        return False
    if record is None:
        return is_opted_in(address) and not address.holders
    return record.place == address.key and consent_from_audience(record, address, BEGINNING) is not None


def adopted(
    address: Address,
    contact: Contact,
    record: Record | None,
    mapping: Mapping[str, str],
    setup: AudienceSetup,
    national_phone: NationalPhone,
) -> Upserted | None:
    """The change by which a member shows what such a contact shows; None where its address is none for members, or a
    profile of theirs is there."""
    if address.opted_in_at is None or (record is not None and record.profile is not None):
        return None
    member = _member(contact, mapping, setup, national_phone, address.opted_in_at)
    id_ = record.member_id if record is not None else id_by_address(address.key)
    return Upserted(type="member.upserted", id=id_, member=member) if member else None


def _member(
    contact: Contact,
    mapping: Mapping[str, str],
    setup: AudienceSetup,
    national_phone: NationalPhone,
    opted_in_at: datetime,
) -> Member | None:
    """What can not be sent back in the form of its field is left out, and then stays as it is. None for an address that
    is none."""
    shown = {"email": contact.email, "language": contact.language, "consent": shown_consent(opted_in_at)}
    values = dict(_values(contact, mapping, setup))
    while True:
        fields = {source.removeprefix("fields."): values[source] for source in values if source.startswith("fields.")}
        own = {source: value for source, value in values.items() if not source.startswith("fields.")}
        try:
            member = Member.model_validate({**shown, **own, "fields": fields})
        except ValidationError as error:
            unfit = str(error.errors(include_input=False, include_url=False)[0]["loc"][0])
        else:
            unfit = _unfit(payload_of(member, mapping, setup, national_phone), contact, mapping)
        if unfit not in values:  # nothing is, or what the contact lacks: that is for the member's status to say
            return None if unfit == "email" else member
        del values[unfit]


def _unfit(payload: Payload | InvalidField, contact: Contact, mapping: Mapping[str, str]) -> str:
    """A field of members whose value could not be sent, or would show otherwise than it does; or none."""
    if isinstance(payload, InvalidField):
        return payload.field
    sources = {tag: source for source, tag in mapping.items()}
    sent = payload.merge_fields.items()
    return next(
        (sources[tag] for tag, value in sent if fingerprint(value) != fingerprint(contact.merge_fields[tag])), ""
    )


def _values(contact: Contact, mapping: Mapping[str, str], setup: AudienceSetup) -> Iterator[tuple[str, Any]]:
    """By field of members. A birthday of Mailchimp has no year, which a member's has: it is left out."""
    types = {field.tag: field.type for field in setup.merge_fields}
    for source, tag in mapping.items():
        value = contact.merge_fields.get(tag)
        if value in (None, "") or types.get(tag) in (None, FieldType.BIRTHDAY):
            continue
        if source == "address" or isinstance(value, dict):
            if source == "address" and isinstance(value, dict) and any(value.values()):
                yield source, _address(value)
        else:
            yield source, value if source.startswith("fields.") else str(value)


def _address(value: Mapping[str, str]) -> dict[str, FieldValue]:
    lines = {name: value.get(part, "") for part, name in _LINES.items()}
    state = "" if lines["state"] == NO_STATE else lines["state"]
    return {**lines, "state": state, "country": value.get("country", "")}
