"""Segments of an audience: tags (static segments) and saved ones, whose conditions are kept but not evaluated."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tools.mailchimp_simulator.domain.body import Body, one_of, read, required, texts
from tools.mailchimp_simulator.domain.contact import Contact
from tools.mailchimp_simulator.domain.problems import bad_request, invalid_resource, not_found, unfit

TAG_LENGTH = 100  # uncertain (FACTS 6)
TAGS_AT_ONCE = 500
STATIC = "static"
SAVED = "saved"


@dataclass(slots=True)
class Segment:
    """A tag is a static segment with the same id (FACTS 1.4). `members` keeps the order of joining."""

    id: int
    name: str
    type: str
    created: int
    updated: int
    options: dict[str, Any] | None = None
    members: dict[Contact, None] = field(default_factory=dict)


class Segments:
    """All segments of an audience, by id, and tags by name regardless of case."""

    def __init__(self, first_id: int) -> None:
        self._segments: dict[int, Segment] = {}
        self._tags: dict[str, Segment] = {}
        self._latest = first_id

    def __iter__(self) -> Iterator[Segment]:
        return iter(self._segments.values())

    def get(self, segment_id: str) -> Segment:
        found = self._segments.get(int(segment_id)) if segment_id.isdecimal() else None
        if found is None:
            raise not_found()
        return found

    def name_of(self, segment_id: int) -> str:
        return self._segments[segment_id].name

    def create(self, body: Body, now: int) -> Segment:
        """A tag when `static_segment` is given (its members are the caller's to add), else a saved segment."""
        name = tag_name(body)
        if "static_segment" in body and "options" in body:
            raise bad_request("You must provide either a static_segment or options, not both.")
        if "static_segment" in body:
            if name.lower() in self._tags:
                raise invalid_resource(f'"{name}" already exists. Please choose a different name.')
            return self._add(name, STATIC, None, now)
        return self._add(name, SAVED, _conditions(body), now)

    def change(self, segment_id: str, body: Body, now: int) -> Segment:
        known = self.get(segment_id)
        name = tag_name(body)
        options = _conditions(body) if known.type == SAVED and "options" in body else known.options
        if known.type == STATIC:
            if self._tags.get(name.lower(), known) is not known:
                raise invalid_resource(f'"{name}" already exists. Please choose a different name.')
            del self._tags[known.name.lower()]
            self._tags[name.lower()] = known
        known.name, known.options, known.updated = name, options, now
        return known

    def delete(self, segment_id: str) -> None:
        known = self.get(segment_id)
        for contact in known.members:
            contact.tags = tuple(pair for pair in contact.tags if pair[0] != known.id)
        del self._segments[known.id]
        if known.type == STATIC:
            del self._tags[known.name.lower()]

    def tag_named(self, name: str) -> Segment | None:
        return self._tags.get(name.lower())

    def tag(self, contacts: Iterable[Contact], name: str, now: int) -> None:
        """Give the tag to the contacts; a tag of that name is made where there is none."""
        segment = self.tag_named(name) or self._add(name, STATIC, None, now)
        self.put(contacts, segment, now)

    def put(self, contacts: Iterable[Contact], segment: Segment, now: int) -> list[Contact]:
        """Those that were not in the static segment before and are now."""
        pair = (segment.id, now)
        added = [contact for contact in contacts if contact not in segment.members]
        for contact in added:
            segment.members[contact] = None
            contact.tags = (*contact.tags, pair)
        segment.updated = now if added else segment.updated
        return added

    def take(self, contacts: Iterable[Contact], segment: Segment, now: int) -> list[Contact]:
        """Those that were in the static segment before and are not now."""
        removed = [contact for contact in contacts if contact in segment.members]
        for contact in removed:
            del segment.members[contact]
            contact.tags = tuple(pair for pair in contact.tags if pair[0] != segment.id)
        segment.updated = now if removed else segment.updated
        return removed

    def let_go(self, contact: Contact, now: int) -> None:
        """Take the contact out of every tag."""
        for segment_id, _ in contact.tags:
            self.take([contact], self._segments[segment_id], now)

    def empty(self) -> None:
        for segment in self._segments.values():
            segment.members.clear()

    def _add(self, name: str, kind: str, options: dict[str, Any] | None, now: int) -> Segment:
        self._latest += 1
        made = Segment(self._latest, name, kind, now, now, options)
        self._segments[made.id] = made
        if kind == STATIC:
            self._tags[name.lower()] = made
        return made


def tag_name(body: Body) -> str:
    """The `name` of a tag, trimmed. Raises Problem 400."""
    name = required(body, "name").strip()
    if len(name) > TAG_LENGTH:
        raise unfit(("name", f"Tag names are limited to {TAG_LENGTH} characters."))
    return name


def tag_names(body: Body) -> list[str]:
    """The `tags` of a member's body. Raises Problem 400."""
    return [tag_name({"name": name}) for name in texts(body, "tags", at_most=TAGS_AT_ONCE)]


def _conditions(body: Body) -> dict[str, Any]:
    options: dict[str, Any] = read(body, "options", dict, {})
    one_of(options, "match", ("any", "all"), "all")
    conditions: list[Any] = read(options, "conditions", list, [])
    if not conditions:
        raise unfit(("options.conditions", "This value should not be blank."))
    return {"match": options.get("match", "all"), "conditions": conditions}
