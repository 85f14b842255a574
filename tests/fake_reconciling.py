"""The ports of the reconciliation in memory: an audience by pages, and what its pages showed."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

from accord.domain.contact import Contact, ContactStatus
from accord.domain.run import Run
from accord.domain.sweep import A_PAGE, Found, PagePlace, PageRead
from accord.domain.values import BEGINNING
from accord.ports.reconciling import ListedContact, ListedPage
from tests.fake_audience import FakeAudience
from tests.fake_tending import FakeRuns
from tests.fakes import FakeLedger


class FakeListing:
    """`AudienceListing` over the fake audience. `before_page` may change it between two pages."""

    def __init__(self, audience: FakeAudience) -> None:
        self._audience = audience
        self.before_page: Callable[[PagePlace], None] = lambda _place: None

    def page(self, place: PagePlace) -> ListedPage:
        self.before_page(place)
        return self._audience._call("page", partial(self._page, place), reads=True)

    def _page(self, place: PagePlace) -> ListedPage:
        contacts = (person.contact for person in self._audience.people.values())
        found = [c for c in contacts if (c.status is ContactStatus.ARCHIVED) is place.archived and _since(c, place)]
        found.sort(key=lambda contact: contact.last_changed or BEGINNING)
        page = found[place.offset : place.offset + A_PAGE]
        return ListedPage([ListedContact(each.email, each.mark, partial(_as_it_is, each)) for each in page], len(found))


def _as_it_is(contact: Contact) -> Contact:
    return contact


def _since(contact: Contact, place: PagePlace) -> bool:
    since = place.since.replace(microsecond=0) if place.since is not None else None
    return since is None or (contact.last_changed is not None and contact.last_changed >= since)


class FakeRecounts:
    """`Recounts` over the fake ledger."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    def recount(self, connection_id: str) -> int:
        there = Counter(r.status for (c, _), r in self._ledger.stored_records.items() if c == connection_id)
        kept = self._ledger.counted.get(connection_id, Counter())
        wrong = sum(abs(there[status] - kept[status]) for status in there.keys() | kept.keys())
        self._ledger.counted[connection_id] = there
        return wrong


class FakeSweeps:
    """`Sweeps` in a dictionary, beside the fake runs whose progress it counts."""

    def __init__(self, runs: FakeRuns) -> None:
        self._runs = runs
        self.kept: dict[tuple[str, str, str], PageRead] = {}

    def save(self, run: Run, page: PageRead) -> None:
        key = (run.connection_id, run.id, page.place.id)
        if key not in self.kept:
            self.kept[key] = page
            known = self._runs.kept[run.connection_id, run.id]
            self._runs.save(known.model_copy(update={"done": known.done + page.counts[Found.READ]}))

    def page(self, run: Run, place: PagePlace) -> PageRead | None:
        return self.kept.get((run.connection_id, run.id, place.id))

    def pages(self, run: Run) -> Iterator[PageRead]:
        wanted = (run.connection_id, run.id)
        yield from (self.kept[key] for key in sorted(self.kept) if key[:2] == wanted)
