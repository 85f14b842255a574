"""The ports of connecting in memory: all connections of a ledger, their secrets, and Mailchimp accounts."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from accord.domain.connection import AudienceSetup, Connection, FieldType, MergeField
from accord.domain.new_audience import NewAudience
from accord.errors import Misconfigured
from accord.ports import Page
from accord.ports.connections import ListedAudience, ListedAudiences
from tests.builders import SETUP
from tests.fakes import FakeLedger


class FakeConnections:
    """`Connections` over the dictionary of a fake ledger."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._kept = ledger.connections

    def connection(self, connection_id: str) -> Connection | None:
        return self._kept.get(connection_id)

    def create(self, connection: Connection) -> bool:
        if connection.id in self._kept:
            return False
        self._kept[connection.id] = connection.model_copy(update={"revision": 1})
        return True

    def replace(self, connection: Connection) -> bool:
        known = self._kept.get(connection.id)
        if known is None or known.revision != connection.revision:
            return False
        self._kept[connection.id] = connection.model_copy(update={"revision": connection.revision + 1})
        return True

    def page(self, after: str | None, limit: int) -> Page[Connection]:
        last = base64.b64decode(after, validate=True).decode() if after is not None else ""
        ids = sorted(each for each in self._kept if each > last)
        cursor = base64.b64encode(ids[limit - 1].encode()).decode() if len(ids) > limit else None
        return Page([self._kept[each] for each in ids[:limit]], cursor)


class FakeConnectionSecrets:
    """`ConnectionSecrets` in a dictionary by ARN."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}

    def create(self, connection_id: str, document: Mapping[str, Any]) -> str:
        self.documents[f"arn:{connection_id}"] = dict(document)
        return f"arn:{connection_id}"

    def read(self, secret_arn: str) -> dict[str, Any]:
        if secret_arn not in self.documents:
            raise Misconfigured("there is no such secret")
        return dict(self.documents[secret_arn])

    def update(self, secret_arn: str, changes: Mapping[str, Any]) -> None:
        self.documents[secret_arn] = self.read(secret_arn) | dict(changes)


@dataclass
class FakeAccount:
    """`Account`: one that takes its key, until `refuses` says what it answers instead."""

    called: str = "Burrow Ltd"
    audiences: list[ListedAudience] = field(default_factory=lambda: [ListedAudience("audience1", "Diggers", 7)])
    contacts: dict[str, list[str]] = field(default_factory=dict)
    fields: AudienceSetup = SETUP
    may_create: bool = True
    refuses: Exception | None = None

    def name(self) -> str:
        self._answer()
        return self.called

    def listed(self) -> ListedAudiences:
        self._answer()
        return ListedAudiences(tuple(self.audiences), self.may_create)

    def setup(self, audience_id: str, *, permissions: bool = False) -> AudienceSetup:
        self._answer()
        assert audience_id in {each.id for each in self.audiences}
        return self.fields if permissions else self.fields.model_copy(update={"permissions": ()})

    def create_audience(self, wanted: NewAudience) -> str:
        self._answer()
        self.audiences.append(ListedAudience("new", wanted.name, 0))
        return "new"

    def create_merge_field(self, audience_id: str, tag: str, name: str, field_type: FieldType) -> MergeField:
        self._answer()
        assert audience_id in {each.id for each in self.audiences}
        made = MergeField(tag=tag, type=field_type, name=name)
        self.fields = self.fields.model_copy(update={"merge_fields": (*self.fields.merge_fields, made)})
        return made

    def billed(self, audience_id: str) -> Iterator[list[str]]:
        self._answer()
        yield self.contacts.get(audience_id, [])

    def _answer(self) -> None:
        if self.refuses is not None:
            raise self.refuses
