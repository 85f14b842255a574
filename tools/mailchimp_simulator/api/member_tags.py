"""/lists/{list_id}/members/{subscriber_hash}/tags and /notes."""

from typing import Any

from tools.mailchimp_simulator.api.members import named
from tools.mailchimp_simulator.api.rendering import links
from tools.mailchimp_simulator.api.router import Call, route
from tools.mailchimp_simulator.domain.body import required
from tools.mailchimp_simulator.domain.clock import iso
from tools.mailchimp_simulator.domain.contact import Contact, Note
from tools.mailchimp_simulator.domain.problems import not_found, unfit
from tools.mailchimp_simulator.domain.writes import checked_tags

NOTE_LENGTH = 1000
_TAGS = "/lists/{list_id}/members/{subscriber_hash}/tags"
_NOTES = "/lists/{list_id}/members/{subscriber_hash}/notes"


@route("GET", _TAGS)
def list_tags(call: Call) -> dict[str, Any]:
    contact, segments = named(call), call.audience.segments
    tags = [
        {"id": tag, "name": segments.name_of(tag), "date_added": iso(added)}
        for tag, added in call.cut(list(contact.tags))
    ]
    return {
        "tags": tags,
        "total_items": len(contact.tags),
        "_links": links(call.outside.url, ("self", call.request.path)),
    }


@route("POST", _TAGS)
def change_tags(call: Call) -> None:
    """`last_changed` stays: no event tells of tags either (uncertain; the stricter reading for who compares)."""
    contact, segments = named(call, hash_only=True), call.audience.segments
    for name, active in checked_tags(call.body()):
        known = segments.tag_named(name)
        if active:
            segments.tag([contact], name, call.now)
        elif known:
            segments.take([contact], known, call.now)


def _notes(contact: Contact) -> list[Note]:
    notes: list[Note] = contact.get("notes", [])
    return notes


def _note(call: Call, contact: Contact) -> Note:
    found = next((note for note in _notes(contact) if str(note.id) == call.params["note_id"]), None)
    if found is None:
        raise not_found()
    return found


def _text(call: Call) -> str:
    text = required(call.body(), "note")
    if len(text) > NOTE_LENGTH:
        raise unfit(("note", f"Notes are limited to {NOTE_LENGTH} characters."))
    return text


def _shown(call: Call, contact: Contact, note: Note) -> dict[str, Any]:
    return {
        "id": note.id,
        "created_at": iso(note.created),
        "created_by": note.created_by,
        "updated_at": iso(note.updated),
        "note": note.text,
        "list_id": call.audience.id,
        "email_id": contact.id,
        "contact_id": call.audience.contact_id(contact),
        "_links": [],
    }


@route("GET", _NOTES)
def list_notes(call: Call) -> dict[str, Any]:
    contact = named(call, hash_only=True)
    notes = _notes(contact)[::-1]
    shown = [_shown(call, contact, note) for note in call.cut(notes)]
    ids = {"email_id": contact.id, "list_id": call.audience.id}
    return {"notes": shown, **ids, "total_items": len(notes), "_links": []}


@route("POST", _NOTES)
def create_note(call: Call) -> dict[str, Any]:
    contact = named(call, hash_only=True)
    notes = _notes(contact)
    note = Note(contact.web_id * 100 + len(notes) + 1, _text(call), call.now, call.now)
    contact.put("notes", [*notes, note])
    return _shown(call, contact, note)


@route("GET", _NOTES + "/{note_id}")
def get_note(call: Call) -> dict[str, Any]:
    contact = named(call, hash_only=True)
    return _shown(call, contact, _note(call, contact))


@route("PATCH", _NOTES + "/{note_id}")
def change_note(call: Call) -> dict[str, Any]:
    contact = named(call, hash_only=True)
    note = _note(call, contact)
    note.text, note.updated = _text(call), call.now
    return _shown(call, contact, note)


@route("DELETE", _NOTES + "/{note_id}")
def delete_note(call: Call) -> None:
    contact = named(call, hash_only=True)
    gone = _note(call, contact)
    contact.put("notes", [note for note in _notes(contact) if note is not gone])
