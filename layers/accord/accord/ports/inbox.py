"""What the pull of activity asks Mailchimp of what people wrote, beside `ports`."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from accord.domain.inbox import Response, Survey, Told


class AskedContact(NamedTuple):
    """A contact by `contact_id` or subscriber hash. `name` comes back with the answer; it holds no personal data."""

    name: str
    reference: str


class Inbox(Protocol):
    """What people wrote to one audience. Conversations and answers are read in a batch, however many there are."""

    def surveys(self) -> list[Survey]:
        """Those of the audience, in one call."""

    def responses(self, survey: Survey) -> list[Response]:
        """Who answered it, in one call: Mailchimp gives all of them at once."""

    def ask(self, contacts: Sequence[AskedContact], responses: Sequence[Response]) -> str:
        """One call: the id of a batch that reads the conversations of these contacts, and the answers of these
        responses."""

    def told(self, batch_id: str) -> Iterator[Told] | None:
        """What the batch read, as it is read; None while it goes on. Contacts and responses that are not there any more
        are left out. Raises Rejected where there is no such batch (any more)."""
