"""What a change of settings would do, in words, before it is done."""

from collections.abc import Iterator
from typing import NamedTuple

from accord.domain.connection import Connection
from accord.domain.policy_change_texts import effect_of
from accord.domain.reason_texts import Language

SETTINGS = ("name", "preset", "order_by", "language", "time_zone", "notice_url", "notices_stopped", "email")


class SettingChange(NamedTuple):
    """One setting: its dotted name, what it was, what it will be, and a sentence that says what this does."""

    field: str
    before: str | bool | None
    after: str | bool | None
    effect: str


def changes_between(before: Connection, after: Connection, language: Language) -> list[SettingChange]:
    """Every setting in which the two differ. Total: a setting without words of its own has a general sentence."""
    return [
        SettingChange(field, old, new, effect_of(field, new, language))
        for field, old, new in _differences(before, after)
        if old != new
    ]


def _differences(before: Connection, after: Connection) -> Iterator[tuple[str, str | bool | None, str | bool | None]]:
    for name in SETTINGS:
        yield name, _shown(getattr(before, name)), _shown(getattr(after, name))
    for name in type(before.policy).model_fields:
        yield f"policies.{name}", _shown(getattr(before.policy, name)), _shown(getattr(after.policy, name))
    for source in sorted(before.mapping.keys() | after.mapping.keys()):
        yield f"mapping.{source}", before.mapping.get(source), after.mapping.get(source)
    for source in sorted(before.permissions.keys() | after.permissions.keys()):
        yield f"permissions.{source}", before.permissions.get(source), after.permissions.get(source)
    for name in ("space", "consent_field", "birthday_field"):
        old, new = (getattr(each.cobot, name, "") for each in (before, after))
        yield f"cobot.{name}", _shown(old), _shown(new)
    yield "mailchimp_base_url", _shown(before.api_base_url), _shown(after.api_base_url)


def _shown(value: object) -> str | bool | None:
    """As answers show it: nothing is null."""
    return value if isinstance(value, bool) else str(value) or None
