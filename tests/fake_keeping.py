"""The port of keeping a connection in order in memory: the webhooks of one audience."""

from collections import Counter
from collections.abc import Callable
from itertools import count

from accord.errors import Refusal, Rejected
from accord.ports.keeping import EVENTS, RegisteredWebhook, Registration

ALL, BUT_OURS = frozenset(EVENTS), frozenset({"user", "admin"})


class FakeEars:
    """`Ears` over a counter."""

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()

    def heard(self, connection_id: str, events: int) -> None:
        self.told[connection_id] += events

    def taken(self, connection_id: str) -> int:
        return self.told.pop(connection_id, 0)


class FakeWebhook:
    """`AudienceWebhook` over a list. `validates` is asked as Mailchimp asks the URL when it is registered."""

    def __init__(self, url: str = "https://accord.test/mailchimp/webhooks/burrow") -> None:
        self.url = f"{url}/"
        self.kept: list[RegisteredWebhook] = []
        self.signs = True
        self.validates: Callable[[str], bool] = lambda _secret: True
        self.refuses: Exception | None = None
        self._ids = count(1)

    def add(self, url: str, events: frozenset[str] = ALL, sources: frozenset[str] = BUT_OURS) -> RegisteredWebhook:
        """As somebody does in Mailchimp's own pages."""
        self.kept.append(RegisteredWebhook(f"w{next(self._ids)}", url, events, sources))
        return self.kept[-1]

    def look(self, is_known: Callable[[str], bool]) -> Registration:
        if self.refuses is not None:
            raise self.refuses
        ours = [each for each in self.kept if each.url.startswith(self.url)]
        known = [each for each in ours if is_known(each.url.removeprefix(self.url))][:1]
        return Registration(known[0] if known else None, tuple(each for each in ours if each not in known))

    def repair(self, found: Registration) -> bool:
        self.kept = [each for each in self.kept if each not in found.strays]
        if found.webhook is None:
            return False
        mended = found.webhook._replace(events=ALL, sources=BUT_OURS)
        self.kept = [mended if each.id == mended.id else each for each in self.kept]
        return True

    def remove(self) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.kept = [each for each in self.kept if not each.url.startswith(self.url)]

    def register(self, secret: str) -> tuple[str, ...]:
        self.remove()
        if not self.validates(secret):
            raise Rejected(Refusal.OTHER, "Invalid Resource")
        made = self.add(self.url + secret)
        return (f"signed-by-{made.id}",) if self.signs else ()
