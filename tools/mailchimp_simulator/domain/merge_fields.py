"""The merge fields of an audience: their definitions, tags and limits (FACTS 1.4 and 6)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tools.mailchimp_simulator.domain.body import Body, one_of, read, required
from tools.mailchimp_simulator.domain.problems import Problem, invalid_resource, not_found, unfit

TYPES = frozenset(
    ("text", "number", "address", "phone", "date", "url", "imageurl", "radio", "dropdown", "birthday", "zip")
)
LIMIT = 30
_TAG = re.compile(r"[A-Z0-9_]+")
_DEFAULTS = (
    ("FNAME", "First Name", "text"),
    ("LNAME", "Last Name", "text"),
    ("ADDRESS", "Address", "address"),
    ("PHONE", "Phone Number", "phone"),
    ("BIRTHDAY", "Birthday", "birthday"),
)


@dataclass(slots=True)
class MergeField:
    """One field. `options` has what belongs to the type: `choices`, `date_format`, `phone_format`, `size`..."""

    merge_id: int
    tag: str
    name: str
    type: str
    required: bool = False
    default_value: str = ""
    public: bool = True
    display_order: int = 1
    help_text: str = ""
    options: dict[str, Any] = field(default_factory=dict)


class MergeFields:
    """All fields of an audience, by `merge_id`, which is never given twice."""

    def __init__(self) -> None:
        self._fields: dict[int, MergeField] = {}
        self._by_tag: dict[str, MergeField] = {}
        self._latest = 0
        for tag, name, kind in _DEFAULTS:
            self.create({"tag": tag, "name": name, "type": kind})

    def __iter__(self) -> Iterator[MergeField]:
        return iter(self._fields.values())

    def __len__(self) -> int:
        return len(self._fields)

    def get(self, merge_id: str) -> MergeField:
        found = self._fields.get(int(merge_id)) if merge_id.isdecimal() else None
        if found is None:
            raise not_found()
        return found

    def tagged(self, tag: str) -> MergeField | None:
        return self._by_tag.get(tag)

    def create(self, body: Body) -> MergeField:
        """Add a field. Without a tag it is called MMERGE and its number; a tag is cut to ten characters (uncertain)."""
        name, kind = required(body, "name"), one_of(body, "type", TYPES)
        if len(self._fields) >= LIMIT:
            raise Problem(400, "Merge Max Limit Exceeded", f"This list already has {LIMIT} merge fields.")
        number = self._latest + 1
        tag = self._tag(read(body, "tag", str, "") or f"MMERGE{number}")
        made = MergeField(number, tag, name, kind, display_order=number + 1, options=_standard_options(kind))
        self._apply(made, body)
        if kind in ("radio", "dropdown") and not made.options.get("choices"):
            raise unfit(("options.choices", "This value should not be blank."))
        self._latest = number
        self._fields[number] = self._by_tag[tag] = made
        return made

    def change(self, merge_id: str, body: Body) -> MergeField:
        """The type never changes; values stay with the field when its tag does."""
        known = self.get(merge_id)
        if tag := read(body, "tag", str, ""):
            tag = self._tag(tag, but=known)
            del self._by_tag[known.tag]
            known.tag = tag
            self._by_tag[tag] = known
        known.name = read(body, "name", str, known.name)
        self._apply(known, body)
        return known

    def delete(self, merge_id: str) -> None:
        known = self.get(merge_id)
        del self._fields[known.merge_id]
        del self._by_tag[known.tag]

    def _tag(self, wanted: str, but: MergeField | None = None) -> str:
        tag = wanted.upper()[:10]
        if not _TAG.fullmatch(tag):
            raise unfit(("tag", "Merge tags can only contain letters, numbers and underscores."))
        if tag == "EMAIL" or self._by_tag.get(tag, but) is not but:
            raise invalid_resource(f'A Merge Field with the tag "{tag}" already exists for this list.')
        return tag

    def _apply(self, known: MergeField, body: Body) -> None:
        known.required = read(body, "required", bool, known.required)
        known.default_value = read(body, "default_value", str, known.default_value)
        known.public = read(body, "public", bool, known.public)
        known.display_order = read(body, "display_order", int, known.display_order)
        known.help_text = read(body, "help_text", str, known.help_text)
        options: dict[str, Any] = read(body, "options", dict, {})
        known.options |= {name: value for name, value in options.items() if name in _OPTION_NAMES}


_OPTION_NAMES = ("default_country", "phone_format", "date_format", "choices", "size")


def _standard_options(kind: str) -> dict[str, Any]:
    match kind:
        case "text":
            return {"size": 25}
        case "address":
            return {"default_country": 164}
        case "phone":
            return {"phone_format": "none"}
        case "date":
            return {"date_format": "MM/DD/YYYY"}
        case "birthday":
            return {"date_format": "MM/DD"}
        case _:
            return {}
