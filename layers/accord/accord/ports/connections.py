"""What the use cases of connecting ask of the world, beside `ports`: connections, their secrets, Mailchimp accounts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from accord.domain.connection import AudienceSetup, Connection, FieldType, MergeField
from accord.domain.new_audience import NewAudience
from accord.ports import Page


class Connections(Protocol):
    """All connections there are, in the ledger."""

    def connection(self, connection_id: str) -> Connection | None: ...

    def create(self, connection: Connection) -> bool:
        """Whether it was stored, with revision 1: not when the id is taken."""

    def replace(self, connection: Connection) -> bool:
        """Store the connection over the one that it was made from, whose revision it has; the revision grows by one.
        False: somebody else wrote it meanwhile. Read it again."""

    def page(self, after: str | None, limit: int) -> Page[Connection]:
        """In the order of their ids. Raises ValueError for a cursor that no page gave."""


class ConnectionSecrets(Protocol):
    """The secrets of connections, to write. What they hold appears in no answer, log or error."""

    def create(self, connection_id: str, document: Mapping[str, Any]) -> str:
        """The ARN of the secret. One that an attempt before left behind is written anew: only for a connection that
        refers to none."""

    def read(self, secret_arn: str) -> dict[str, Any]:
        """As it stands now."""

    def update(self, secret_arn: str, changes: Mapping[str, Any]) -> None:
        """Put other values under these names; the others stay."""


@dataclass(frozen=True, slots=True)
class ListedAudience:
    """An audience of an account. `member_count`: the subscribed, as of up to five minutes ago."""

    id: str
    name: str
    member_count: int
    double_optin: bool = False
    marketing_permissions: bool = False
    signup_form_url: str = ""


@dataclass(frozen=True, slots=True)
class ListedAudiences:
    """The audiences of an account, and whether its plan has room for one more."""

    audiences: tuple[ListedAudience, ...]
    may_create: bool


class Account(Protocol):
    """One Mailchimp account. Misconfigured: it does not take the key."""

    def name(self) -> str:
        """What the account calls itself."""

    def listed(self) -> ListedAudiences: ...

    def setup(self, audience_id: str, *, permissions: bool = False) -> AudienceSetup:
        """The audience's merge fields, groups and tags; with its marketing permissions where these are wanted."""

    def create_audience(self, wanted: NewAudience) -> str:
        """The id of the new audience. Misconfigured when the plan has no room for one; Rejected."""

    def create_merge_field(self, audience_id: str, tag: str, name: str, field_type: FieldType) -> MergeField:
        """The field as Mailchimp made it: it may shorten the tag. Raises Rejected."""

    def billed(self, audience_id: str) -> Iterator[list[str]]:
        """The subscriber hashes of all contacts that are billed (neither archived nor cleaned), in pages of 1,000.
        The same address has the same hash in every audience."""


class WebhookRegistration(Protocol):
    """The webhook of one connection in its audience."""

    def register(self, secret: str) -> tuple[str, ...]:
        """Register it under a URL that ends with the secret, in place of any before. Mailchimp calls it at once: the
        secret must be known by then. What it signs with: nothing where it does not. Raises Rejected."""
