"""What keeping a connection in order asks of the world, beside `ports`: the audience's webhook."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

EVENTS = ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign")
"""All that Mailchimp tells of email (FACTS section 5.1)."""


class RegisteredWebhook(NamedTuple):
    """A webhook of an audience; whoever made it."""

    id: str
    url: str
    events: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()

    @property
    def tells_all(self) -> bool:
        """Whether it tells everything but what is done through the API: our own writes would come back as an echo."""
        return self.events >= set(EVENTS) and self.sources == {"user", "admin"}

    @property
    def secret(self) -> str:
        """The last part of its URL: where the webhook is ours, the secret in it."""
        return self.url.rpartition("/")[2]


class Registration(NamedTuple):
    """What Mailchimp has of ours. `webhook` is None where there is none whose secret is known; `strays` are those at
    our address that nobody knows any more. Whether Mailchimp has stopped calling one is not to be seen (FACTS 5.1)."""

    webhook: RegisteredWebhook | None
    strays: tuple[RegisteredWebhook, ...]

    @property
    def is_in_order(self) -> bool:
        """Whether everything is told but our own writes, to us alone."""
        return self.webhook is not None and self.webhook.tells_all and not self.strays


class Ears(Protocol):
    """How much Mailchimp's webhooks told each connection."""

    def heard(self, connection_id: str, events: int) -> None:
        """So many events more."""

    def taken(self, connection_id: str) -> int:
        """How many since this was last asked."""


class AudienceWebhook(Protocol):
    """How Mailchimp tells one connection what happens in its audience. Misconfigured: the audience or the key is gone;
    Rejected: Mailchimp does not take the webhook, for it finds nobody at its URL."""

    def look(self, is_known: Callable[[str], bool]) -> Registration:
        """What there is; `is_known` says whether a secret in a URL is the connection's."""

    def repair(self, found: Registration) -> bool:
        """Set right what somebody changed, remove what is astray. False: there is nothing to set right, register."""

    def remove(self) -> None:
        """All that is there of ours."""

    def register(self, secret: str) -> tuple[str, ...]:
        """Anew, in place of all that is there of ours; what it signs with, nothing where it does not. Mailchimp calls
        the URL at once: the secret must be known before."""
