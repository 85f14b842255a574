"""The webhooks of an audience and the forms that they send (FACTS 5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.mailchimp_simulator.domain.body import Body, read, required
from tools.mailchimp_simulator.domain.contact import Source
from tools.mailchimp_simulator.domain.ids import secret, short_id
from tools.mailchimp_simulator.domain.problems import bad_request, not_found, unfit

EVENTS = ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign")
Form = list[tuple[str, str]]


@dataclass(slots=True)
class Webhook:
    """Where to send what. `secret` is None for one that does not sign; `enabled` ends with an answer of 410."""

    id: str
    url: str
    events: dict[str, bool]
    sources: dict[str, bool]
    secret: str | None
    enabled: bool = True

    def wants(self, event: str, source: Source) -> bool:
        """A campaign's webhook can not be filtered by source (FACTS 5.4)."""
        return self.enabled and self.events[event] and (event == "campaign" or self.sources[source])


@dataclass(slots=True)
class Announcement:
    """One form on its way to one webhook."""

    webhook: Webhook
    form: Form


class Webhooks:
    """All webhooks of an audience."""

    def __init__(self) -> None:
        self._webhooks: dict[str, Webhook] = {}

    def __iter__(self) -> Iterator[Webhook]:
        return iter(self._webhooks.values())

    def __len__(self) -> int:
        return len(self._webhooks)

    def get(self, webhook_id: str) -> Webhook:
        if webhook_id not in self._webhooks:
            raise not_found()
        return self._webhooks[webhook_id]

    def check_url(self, body: Body) -> str:
        """The body's URL, free and well-formed. Raises Problem 400."""
        url = required(body, "url")
        if not url.startswith(("http://", "https://")):
            raise unfit(("url", "Please enter a valid URL."))
        if any(known.url == url for known in self):
            raise bad_request("Sorry, you can't set up multiple WebHooks for one URL")
        return url

    def create(self, body: Body) -> Webhook:
        """Signed unless the body says `signing_enabled: false` (uncertain how the real one is asked).

        An event or a source that is not mentioned is off: the defaults are not documented (FACTS 5.1).
        """
        made = Webhook(
            short_id(),
            self.check_url(body),
            _switches(body, "events", EVENTS, {}),
            _switches(body, "sources", tuple(Source), {}),
            secret() if read(body, "signing_enabled", bool, True) else None,
        )
        self._webhooks[made.id] = made
        return made

    def change(self, webhook_id: str, body: Body) -> Webhook:
        known = self.get(webhook_id)
        url = read(body, "url", str, known.url)
        if url != known.url:
            known.url = self.check_url(body)
        known.events = _switches(body, "events", EVENTS, known.events)
        known.sources = _switches(body, "sources", tuple(Source), known.sources)
        return known

    def delete(self, webhook_id: str) -> None:
        gone = self.get(webhook_id)
        gone.enabled = False
        del self._webhooks[gone.id]


def _switches(body: Body, name: str, names: tuple[str, ...], before: dict[str, bool]) -> dict[str, bool]:
    given: dict[str, Any] = read(body, name, dict, {})
    return {each: read(given, each, bool, before.get(each, False)) for each in names}
