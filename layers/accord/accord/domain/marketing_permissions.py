"""Consent to purposes -> marketing permissions: what upstream states of each, and what of it is written to a contact.

Who switches one off in Mailchimp finds it off: Accord does not read what a contact shows of them, and writes `true`
only for what upstream stated anew, or for a contact that Accord itself created and nobody was told of before.
"""

from collections.abc import Mapping, Sequence

from accord.domain.address import Address, Attempt, Origin, PermissionWritten
from accord.domain.case import Case
from accord.domain.connection import MarketingPermission
from accord.domain.contact import Contact
from accord.domain.payload import Payload
from accord.domain.permission import owner
from accord.domain.record import Record

CONSENT = "consent"
"""The source that stands for the consent to the newsletter itself; any other is `fields.<name>`."""


def shown_as(wished: str, shown: Sequence[MarketingPermission]) -> str | None:
    """The id of the permission of the audience that has this text, whatever its case, or this id."""
    folded = wished.strip().casefold()
    return next((each.id for each in shown if folded in {each.id.casefold(), each.text.strip().casefold()}), None)


def stated(record: Record, mapping: Mapping[str, str], shown: Sequence[MarketingPermission]) -> dict[str, bool]:
    """By id, what upstream states of the permissions that are mapped and that the audience is known to have. Of two
    sources of one permission the one that says no counts."""
    found: dict[str, bool] = {}
    for source, wished in mapping.items():
        says, permission = _said(record, source), shown_as(wished, shown)
        if says is not None and permission is not None:
            found[permission] = says and found.get(permission, True)
    return found


def _said(record: Record, source: str) -> bool | None:
    """`true`, `false`, or nothing. An opt-out unsubscribes, and needs no permission for it."""
    if source == CONSENT:
        return True if record.memory.opted_in_at is not None and not record.memory.stands_opted_out else None
    value = record.profile.fields.get(source.removeprefix("fields.")) if record.profile is not None else None
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().casefold())
    return value if isinstance(value, bool) else None


def to_write(case: Case, address: Address, payload: Payload) -> dict[str, bool]:
    """The permissions that a contact in Accord's care gets now.

    `false` is written whenever upstream states it and did not state it last. `true` is written once for each time that
    the same member's `false` became `true`, so that what the person switched off stays off; the first `true` only to
    a contact that Accord created, for a person of whom no other address had it.
    """
    found: dict[str, bool] = {}
    for permission, on in payload.permissions.items():
        last = address.permissions.get(permission)
        if last is None:
            due = not on or _is_new(case, address, permission)
        else:
            due = last.on is not on if last.by in {None, case.record.who} else not on
        if due:
            found[permission] = on
    return found


def _is_new(case: Case, address: Address, permission: str) -> bool:
    others = [other for other in case.addresses if other is not address]
    known = any(other.origin is Origin.ADOPTED or permission in other.permissions for other in others)
    return address.origin is Origin.CREATED and not known


def written(address: Address, permissions: Mapping[str, bool]) -> dict[str, PermissionWritten]:
    """What is remembered of permissions that are written to the contact of an address, for whoever is shown there."""
    by = owner(address)
    return {permission: PermissionWritten(on=on, by=by) for permission, on in permissions.items()}


def switched_on(attempt: Attempt, contact: Contact) -> dict[str, PermissionWritten]:
    """What an attempt of unknown effect may have switched on. Where the contact changed since, the person may have
    switched it off again: it counts as written. A `false` is written again, since it may not have arrived."""
    began, changed = attempt.begun, contact.last_changed
    untouched = began is not None and changed is not None and changed <= began
    return {} if untouched else attempt.permissions


def attempted(before: Attempt, address: Address, permissions: Mapping[str, bool]) -> dict[str, PermissionWritten]:
    """What this attempt, or unresolved ones before it, may switch on."""
    on = {permission: True for permission, value in permissions.items() if value}
    return before.permissions | written(address, on)
