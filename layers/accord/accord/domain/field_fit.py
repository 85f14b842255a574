"""Whether a connection's mapping fits the fields of an audience: which clash, which are not there yet."""

from collections.abc import Mapping
from typing import NamedTuple

from accord.domain.connection import AudienceSetup, FieldType

MOST_FIELDS = 30
"""Merge fields of an audience; 80 on the largest plan (FACTS section 6)."""

_ADDRESS = frozenset({FieldType.ADDRESS})
_DAYS = frozenset({FieldType.DATE, FieldType.TEXT})
_TAKES: dict[str, frozenset[FieldType]] = {
    "address": _ADDRESS,
    "birthday": _DAYS | {FieldType.BIRTHDAY},
    "joined_on": _DAYS,
    "phone": frozenset({FieldType.PHONE, FieldType.TEXT}),
    "first_name": frozenset({FieldType.TEXT}),
    "last_name": frozenset({FieldType.TEXT}),
    "plan": frozenset({FieldType.TEXT, FieldType.RADIO, FieldType.DROPDOWN}),
}
_CUSTOM = frozenset(FieldType) - _ADDRESS
"""A custom field is a text, a number or a truth value, never an address."""


class FieldFit(NamedTuple):
    """`clashes`: the fields of members whose merge tag is of a type that can not hold them. `missing`: merge tags that
    the audience does not have. `left`: how many more fields it has room for."""

    clashes: tuple[str, ...]
    missing: tuple[str, ...]
    left: int

    @property
    def fits(self) -> bool:
        """Whether every mapped field has a place, or can get one."""
        return not self.clashes and len(self.missing) <= self.left


def field_fit(mapping: Mapping[str, str], setup: AudienceSetup) -> FieldFit:
    """How the mapping fits."""
    there = {field.tag: field.type for field in setup.merge_fields}
    clashes = [
        source for source, tag in mapping.items() if tag in there and there[tag] not in _TAKES.get(source, _CUSTOM)
    ]
    missing = {tag for tag in mapping.values() if tag not in there}
    return FieldFit(tuple(sorted(clashes)), tuple(sorted(missing)), max(0, MOST_FIELDS - len(there)))
