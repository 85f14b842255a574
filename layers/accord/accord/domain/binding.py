"""A connection's mapping -> the fields of its audience: which are there, which are to be created, which clash.

Pure. A field that is there is bound before one is created, so that an audience never gets the same field twice.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from accord.domain.connection import FieldType, MergeField
from accord.domain.values import Value

MOST_FIELDS = 30
"""Of most plans; Premium has 80, which Accord does not count on (FACTS section 6)."""
LONGEST_TAG = 10
RESERVED = frozenset({"EMAIL"})
"""The address itself, which is no merge field."""

KINDS: dict[str, FieldType] = {
    "first_name": FieldType.TEXT,
    "last_name": FieldType.TEXT,
    "address": FieldType.ADDRESS,
    "phone": FieldType.PHONE,
    "birthday": FieldType.BIRTHDAY,
    "plan": FieldType.TEXT,
    "joined_on": FieldType.DATE,
}
"""The fields that a member has, with the type of merge field that each becomes. A custom field becomes a text."""

NAMES: dict[str, tuple[str, ...]] = {
    "first_name": ("First Name", "Prénom"),
    "last_name": ("Last Name", "Nom", "Nom de famille"),
    "address": ("Address", "Adresse"),
    "phone": ("Phone Number", "Phone", "Téléphone"),
    "birthday": ("Birthday", "Birth date", "Anniversaire", "Date de naissance"),
    "plan": ("Plan", "Membership", "Formule"),
    "joined_on": ("Member since", "Joined", "Membre depuis"),
}
"""What a well-known field is called in audiences; it is created under the first of its names."""

_HOLDS: dict[FieldType, frozenset[FieldType]] = {
    FieldType.TEXT: frozenset({FieldType.TEXT, FieldType.RADIO, FieldType.DROPDOWN}),
    FieldType.RADIO: frozenset({FieldType.RADIO, FieldType.DROPDOWN, FieldType.TEXT}),
    FieldType.DROPDOWN: frozenset({FieldType.DROPDOWN, FieldType.RADIO, FieldType.TEXT}),
    FieldType.BIRTHDAY: frozenset({FieldType.BIRTHDAY, FieldType.DATE, FieldType.TEXT}),
    FieldType.IMAGEURL: frozenset({FieldType.IMAGEURL, FieldType.URL, FieldType.TEXT}),
    FieldType.ADDRESS: frozenset({FieldType.ADDRESS}),
}


class Fit(StrEnum):
    """Where a field of the member goes."""

    BOUND = "bound"
    TO_CREATE = "to_create"
    CLASH = "clash"
    UNMAPPED = "unmapped"


class Clash(StrEnum):
    """Why a field of the member can not go where the mapping says."""

    OTHER_TYPE = "other_type"
    TAKEN = "taken"
    """Another field of the member goes there, or it is the address."""
    NOT_A_TAG = "not_a_tag"
    NO_ROOM = "no_room"


class Binding(Value):
    """One field of the member. `tag` is where it goes: that of the field which is there, or the one to create.
    `type` is that of the merge field; `proposal` a tag that is free, where the one wished for is not."""

    source: str
    fit: Fit
    tag: str = ""
    type: FieldType
    name: str = ""
    clash: Clash | None = None
    proposal: str | None = None


class Bindings(Value):
    """All fields of the member, and how many more the audience has room for once the missing ones are created."""

    fields: tuple[Binding, ...]
    left: int

    @property
    def fit(self) -> bool:
        """Whether the audience can take everything that is mapped."""
        return all(field.fit is not Fit.CLASH for field in self.fields)

    @property
    def to_create(self) -> tuple[Binding, ...]:
        """What is missing."""
        return tuple(field for field in self.fields if field.fit is Fit.TO_CREATE)

    @property
    def mapping(self) -> dict[str, str]:
        """The mapping as it is to be kept: each source with the tag of the field that it was bound to."""
        return {field.source: field.tag for field in self.fields if field.fit in (Fit.BOUND, Fit.TO_CREATE)}


def bind(
    mapping: Mapping[str, str], fields: Sequence[MergeField], types: Mapping[str, FieldType] | None = None
) -> Bindings:
    """Match by tag; where no field has the tag, by name and type for the fields that every member has.

    `mapping` is member field -> wished tag, `types` the wished types where they are not those of `KINDS`. Sources are
    taken in the order of the mapping: of two that wish for one tag, the first has it.
    """
    fields = [field for field in fields if field.tag.upper() not in RESERVED]
    known = {field.tag.upper(): field for field in fields}
    wishes = {source: tag.strip().upper() for source, tag in mapping.items()}
    types = {**KINDS, **(types or {})}
    used: set[str] = set()
    named = set(known) & set(wishes.values())
    taken = set(known) | set(wishes.values()) | RESERVED
    room = MOST_FIELDS - len(known)
    found: list[Binding] = []
    for source, tag in wishes.items():
        kind = types.get(source, FieldType.TEXT)
        there = known.get(tag) or _by_name(source, kind, fields, used | named)
        clash = _clash(tag, kind, there, used, room)
        if clash is not None:
            # Without room for a new field, no new tag helps.
            proposal = free_tag(tag or source, taken) if room > 0 and clash is not Clash.NO_ROOM else None
            taken |= {proposal} if proposal else set()
            found.append(Binding(source=source, fit=Fit.CLASH, tag=tag, type=kind, clash=clash, proposal=proposal))
        elif there is not None:
            used.add(there.tag.upper())
            found.append(Binding(source=source, fit=Fit.BOUND, tag=there.tag, type=there.type, name=there.name))
        else:
            used.add(tag)
            room -= 1
            found.append(Binding(source=source, fit=Fit.TO_CREATE, tag=tag, type=kind, name=_name(source)))
    unmapped = (
        Binding(source=source, fit=Fit.UNMAPPED, type=types[source]) for source in KINDS if source not in wishes
    )
    return Bindings(fields=(*found, *unmapped), left=max(room, 0))


def holds(field: FieldType, kind: FieldType) -> bool:
    """Whether a merge field of the one type can show values of the other. A text can show all but an address."""
    return field in _HOLDS.get(kind, frozenset({kind, FieldType.TEXT}))


def free_tag(wished: str, taken: set[str]) -> str:
    """A tag like the one wished for, of A-Z, 0-9 and _ and ten characters at most, that nobody has."""
    stem = re.sub(r"[^A-Z0-9_]+", "_", wished.rpartition(".")[2].upper()).strip("_")[:LONGEST_TAG] or "FIELD"
    number = 2
    tag = stem
    while tag in taken:
        tag = f"{stem[: LONGEST_TAG - len(str(number))]}{number}"
        number += 1
    return tag


def _clash(tag: str, kind: FieldType, there: MergeField | None, used: set[str], room: int) -> Clash | None:
    if tag in RESERVED or (there.tag.upper() if there else tag) in used:
        return Clash.TAKEN
    if there is not None:
        return None if holds(there.type, kind) else Clash.OTHER_TYPE
    if not re.fullmatch(rf"[A-Z0-9_]{{1,{LONGEST_TAG}}}", tag):
        return Clash.NOT_A_TAG
    return None if room > 0 else Clash.NO_ROOM


def _by_name(source: str, kind: FieldType, fields: Sequence[MergeField], but: set[str]) -> MergeField | None:
    names = {name.casefold() for name in NAMES.get(source, ())}
    return next(
        (
            field
            for field in fields
            if field.name.strip().casefold() in names and field.type is kind and field.tag.upper() not in but
        ),
        None,
    )


def _name(source: str) -> str:
    """What a new field is called: `fields.pet_name` is Pet name."""
    if source in NAMES:
        return NAMES[source][0]
    return source.rpartition(".")[2].replace("_", " ").strip().capitalize() or source
