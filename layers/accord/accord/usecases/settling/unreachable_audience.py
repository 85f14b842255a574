"""The audience of a connection that may not call any: nobody decides to, and whoever did would be told."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Never

from accord.domain.connection import AudienceSetup
from accord.domain.contact import Contact, ContactPatch, NewContact, TagChange
from accord.errors import Misconfigured, Rejected


class UnreachableAudience:
    """`Audience` where none is chosen yet, or the connection is disconnected: there may not even be a key."""

    def create(self, contacts: Sequence[NewContact]) -> list[str | Rejected]:
        self._refuse()

    def read(self, reference: str) -> Contact | None:
        self._refuse()

    def change(self, reference: str, patch: ContactPatch) -> Contact:
        self._refuse()

    def archive(self, reference: str) -> None:
        self._refuse()

    def erase(self, subscriber_hash: str) -> None:
        self._refuse()

    def tag_contact(self, subscriber_hash: str, change: TagChange) -> None:
        self._refuse()

    def tag_many(self, tag_id: int, add: Sequence[str], remove: Sequence[str]) -> None:
        self._refuse()

    def create_tag(self, name: str) -> int:
        self._refuse()

    def setup(self) -> AudienceSetup:
        self._refuse()

    def contacts(self, *, archived: bool, since: datetime | None = None) -> Iterator[list[Contact]]:
        self._refuse()

    def _refuse(self) -> Never:
        raise Misconfigured("the connection has no audience that it may call: choose one, or reconnect it")
