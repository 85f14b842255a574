"""Who was sent a campaign and what they did with it, small enough for a million rows.

A row costs sixteen bytes and an event eighteen: contacts are shared by all campaigns, events lie in columns and are
chained by row, so a page of rows costs what is on it, however many rows and events there are.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tools.mailchimp_simulator.domain.addresses import digest
from tools.mailchimp_simulator.domain.contact import Contact

SHOWN_PER_MEMBER = 1000
"""Opens, and as many clicks, that are shown of one member and campaign (FACTS 1.7)."""
_OPEN, _HARD, _SOFT, _CLICK = range(4)


class Event(NamedTuple):
    """`action` is open, click or bounce; `bounce` hard or soft; `link` the number of the campaign's link."""

    moment: int
    action: str
    bounce: str = ""
    link: int = -1


@dataclass(slots=True)
class Link:
    """`rows`: who clicked it, each once, in the order of their first click."""

    id: str
    url: str
    rows: array[int] = field(default_factory=lambda: array("I"))
    clicks: int = 0
    last_click: int | None = None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    moment: int
    reason: str


class Mailing:
    """One campaign's rows, in the order of their contacts' arrival, and all that happened to them.

    An open that Apple's privacy protection makes is an open like any other: the API shows no difference (FACTS 1.7).
    Opens and clicks beyond the thousandth of a member count in totals, and are not shown as activity.
    """

    def __init__(self, recipients: list[Contact], links: Sequence[Link]) -> None:
        """`recipients` are ordered by `web_id`."""
        self.recipients = recipients
        self.links = tuple(links)
        self.opens = self.clicks = self.clickers = 0
        self.last_open: int | None = None
        self.last_click: int | None = None
        self.openers = array("I")
        self.bounces: Counter[str] = Counter()
        self.unsubscribes: dict[int, Unsubscribe] = {}
        self.complaints: dict[int, int] = {}
        self._web_ids = array("I", (contact.web_id for contact in recipients))
        self._latest = array("i", [-1]) * len(recipients)
        self._before = array("i")
        self._rows = array("I")
        self._moments = array("Q")
        self._kinds = array("H")
        self._remembered: tuple[tuple[int | None, str, int], array[int], int] | None = None

    def __len__(self) -> int:
        return len(self.recipients)

    @property
    def delivered(self) -> int:
        return len(self) - self.bounces.total()

    @property
    def open_rate(self) -> float:
        return len(self.openers) / self.delivered if self.delivered else 0.0

    @property
    def click_rate(self) -> float:
        return self.clickers / self.delivered if self.delivered else 0.0

    def row_of(self, contact: Contact) -> int | None:
        row = bisect_left(self._web_ids, contact.web_id)
        return row if row < len(self._web_ids) and self._web_ids[row] == contact.web_id else None

    def open(self, row: int, moment: int) -> None:
        if not self.has_opened(row):
            self.openers.append(row)
        self._record(row, _OPEN, moment)
        self.opens += 1
        self.last_open = max(self.last_open or 0, moment)

    def click(self, row: int, number: int, moment: int) -> None:
        """`number` is that of the link."""
        link, kinds = self.links[number], set(self._kinds_of(row))
        self.clickers += max(kinds, default=0) < _CLICK
        if _CLICK + number not in kinds:
            link.rows.append(row)
        self._record(row, _CLICK + number, moment)
        self.clicks += 1
        link.clicks += 1
        link.last_click = max(link.last_click or 0, moment)
        self.last_click = max(self.last_click or 0, moment)

    def bounce(self, row: int, kind: str, moment: int) -> None:
        """`kind` is hard or soft."""
        self._record(row, _HARD if kind == "hard" else _SOFT, moment)
        self.bounces[kind] += 1

    def is_untouched(self, row: int) -> bool:
        """Whether nothing happened to the row."""
        return self._latest[row] < 0

    def has_opened(self, row: int) -> bool:
        return not self.is_untouched(row) and _OPEN in self._kinds_of(row)

    def has_clicked(self, row: int) -> bool:
        return not self.is_untouched(row) and any(kind >= _CLICK for kind in self._kinds_of(row))

    def bounced(self, row: int) -> str:
        """hard, soft, or empty."""
        if self.is_untouched(row):
            return ""
        kinds = set(self._kinds_of(row))
        return "hard" if _HARD in kinds else ("soft" if _SOFT in kinds else "")

    def events(self, row: int, since: int | None = None) -> list[Event]:
        """All that happened to the row after `since`, in order of time."""
        if self.is_untouched(row):
            return []
        found = [
            _event(self._kinds[number], self._moments[number])
            for number in self._numbers_of(row)
            if since is None or self._moments[number] > since
        ]
        found.reverse()
        found.sort(key=_moment)
        return found

    def shown(self, row: int, since: int | None = None) -> list[Event]:
        """As `events`, without what is beyond the thousandth open and the thousandth click."""
        events = self.events(row)
        if len(events) > SHOWN_PER_MEMBER:
            seen: Counter[str] = Counter()
            events = [each for each in events if _counted(seen, each) <= SHOWN_PER_MEMBER]
        return events if since is None else [each for each in events if each.moment > since]

    def opened(self, since: int | None = None, order: str = "") -> tuple[array[int], int]:
        """Rows with an open after `since`, and how many such opens there are.

        `order` is empty for the order of the first open, or ASC, DESC by the number of opens. What needs a look at all
        events is remembered until there is another.
        """
        if since is None and not order:
            return self.openers, self.opens
        key = (since, order, len(self._moments))
        if self._remembered is None or self._remembered[0] != key:
            counts = Counter(
                row
                for row, kind, moment in zip(self._rows, self._kinds, self._moments, strict=True)
                if kind == _OPEN and (since is None or moment > since)
            )
            rows = array("I", (row for row in self.openers if row in counts))
            if order:
                rows = array("I", sorted(rows, key=counts.__getitem__, reverse=order == "DESC"))
            self._remembered = (key, rows, counts.total())
        return self._remembered[1], self._remembered[2]

    def _record(self, row: int, kind: int, moment: int) -> None:
        self._before.append(self._latest[row])
        self._latest[row] = len(self._rows)
        self._rows.append(row)
        self._kinds.append(kind)
        self._moments.append(moment)

    def _numbers_of(self, row: int) -> Iterator[int]:
        number = self._latest[row]
        while number >= 0:
            yield number
            number = self._before[number]

    def _kinds_of(self, row: int) -> Iterator[int]:
        return (self._kinds[number] for number in self._numbers_of(row))


def address_in(contact: Contact, number: int) -> str:
    """The address that the audience's campaign of that number went to: a row keeps it when the contact moves on.

    Uncertain; the stricter reading for who looks for a member by the address of today. `former` holds pairs of an
    address and the number of the last campaign that could go to it.
    """
    former: list[tuple[int, str]] | None = contact.get("former")
    return contact.email if former is None else next((email for last, email in former if number <= last), contact.email)


def digest_in(contact: Contact, number: int) -> bytes:
    """The bytes of the `email_id` in that campaign's report."""
    return contact.digest if contact.get("former") is None else digest(address_in(contact, number))


def _event(kind: int, moment: int) -> Event:
    if kind == _OPEN:
        return Event(moment, "open")
    if kind >= _CLICK:
        return Event(moment, "click", link=kind - _CLICK)
    return Event(moment, "bounce", bounce="hard" if kind == _HARD else "soft")


def _counted(seen: Counter[str], event: Event) -> int:
    seen[event.action] += 1
    return seen[event.action]


def _moment(event: Event) -> int:
    return event.moment
