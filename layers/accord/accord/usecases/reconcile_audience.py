"""The audience against the ledger, page by page: what no webhook told, what somebody changed of ours, who is gone.

Nothing is written to Mailchimp here. Whoever is concerned is decided anew by `sync_members`, out of `bulk-changes`.
"""

import json
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from accord.domain.address import Address
from accord.domain.connection import Connection, ConnectionState
from accord.domain.contact import Contact
from accord.domain.folding import KeyOf
from accord.domain.history import Cause, CauseKind
from accord.domain.lifecycle import may_send_urgent
from accord.domain.run import Run, RunKind, RunState
from accord.domain.sweep import Found, PagePlace, PageRead, found_at, least_calls, summed
from accord.errors import Misconfigured
from accord.ports import Audience, ChangeQueue, Clock, Ledger
from accord.ports.audiences import DIGITS, AudienceMemory, Marked
from accord.ports.connections import Connections
from accord.ports.reconciling import AudienceListing, Sweeps
from accord.ports.tending import Runs
from accord.usecases.check_nightly import CheckNightly
from accord.usecases.finish_reading import FinishReading
from accord.usecases.gather_due import GatherDue
from accord.usecases.mend_webhook import MendWebhook
from accord.usecases.read_audience import ReadAudience
from accord.usecases.read_contact import ReadContact, ReadsContacts, Seen
from accord.usecases.stop_connection import stop_connection

AT_ONCE = 250_000
"""Keys of contacts that are held in memory at a time, eight bytes each."""
A_LIST = 1000
TURNS = 3
"""How often a contact is read again that a worker was faster with; one that it has in hand, it sees by itself."""
UNMARKED = Marked("", ours=False)


@dataclass(frozen=True, slots=True)
class ReconcileAudience:
    """One run in three kinds of invocations: its beginning, its pages in any order, and its end. Each may be done
    again: what was read is not read twice. A run that somebody stopped goes on no further."""

    connections: Connections
    ledger: Ledger
    memory: AudienceMemory
    sweeps: Sweeps
    runs: Runs
    audience_of: Callable[[Connection], Audience]
    listing_of: Callable[[Connection], AudienceListing]
    clock: Clock
    key_of: KeyOf
    bulk: ChangeQueue
    check: CheckNightly
    finish: FinishReading
    mend: MendWebhook

    def begin(self, connection_id: str, run_id: str) -> list[PagePlace]:
        """The first pages are read here; the places of the others. None where there is nothing to do any more. Raises
        Retryable."""
        under_way = self._under_way(connection_id, run_id)
        if under_way is None:
            return []
        connection, run = under_way
        if run.kind is RunKind.NIGHTLY_CHECK:
            self.check(connection, run)
            return []
        try:
            first = [self._page(connection, run, PagePlace(archived=each, since=run.since)) for each in (False, True)]
        except Misconfigured as error:
            self._stopped_by(connection, run, error)
            return []
        done = summed(self.sweeps.pages(run))[Found.READ]
        self.runs.save(run.model_copy(update={"total": sum(page.total for page in first), "done": done}))
        return [place for page in first for place in page.place.following(page.total)]

    def page(self, connection_id: str, run_id: str, place: PagePlace) -> None:
        """Compare one page. Raises Retryable."""
        under_way = self._under_way(connection_id, run_id)
        if under_way is None:
            return
        try:
            self._page(*under_way, place)
        except Misconfigured as error:
            self._stopped_by(*under_way, error)

    def close(self, connection_id: str, run_id: str, cursor: str | None, deadline: datetime) -> str | None:
        """Look for those who were in no page, and end the run; where to go on when the time was too short. Raises
        Retryable."""
        under_way = self._under_way(connection_id, run_id)
        if under_way is None:
            return None
        connection, run = under_way
        found = Counter({Found(name): number for name, number in run.counts.items()} | {Found.CALLS: run.calls})
        try:
            following = self._look_for_gone(connection, run, cursor, deadline, found) if run.since is None else None
        except Misconfigured as error:
            self._stopped_by(connection, run, error)
            return None
        if following is not None:
            counts = {Found.GONE.value: found[Found.GONE]}
            self.runs.save(run.model_copy(update={"calls": found[Found.CALLS], "counts": counts}))
            return following
        pages = list(self.sweeps.pages(run))
        found.update(summed(pages))
        try:
            self._over(connection, run, pages, found)
        except Misconfigured as error:
            self._stopped_by(connection, run, error)
        return None

    def _over(self, connection: Connection, run: Run, pages: list[PageRead], found: Counter[Found]) -> None:
        """All is read: what follows from that."""
        if run.kind is RunKind.RECONCILIATION:
            self.mend(connection, found)
        counts = {each.value: number for each, number in found.items() if number and each is not Found.CALLS}
        calls = {"calls": found[Found.CALLS], "least": least_calls(pages)}
        read = run.model_copy(update={"done": found[Found.READ], "counts": counts, **calls})
        if run.kind is RunKind.AUDIENCE_READING:
            self.finish(connection, read)
        else:
            self._end(read, RunState.DONE, "")

    def fail(self, connection_id: str, run_id: str, why: str) -> None:
        """The run ends without its result."""
        run = self.runs.run(connection_id, run_id)
        if run is not None and run.state is RunState.RUNNING:
            self._end(run, RunState.FAILED, why)

    # --- a page -----------------------------------------------------------------------------------------------------

    def _page(self, connection: Connection, run: Run, place: PagePlace) -> PageRead:
        if (known := self.sweeps.page(run, place)) is not None:
            return known
        asked_at = self.clock.now()
        listed = self.listing_of(connection).page(place)
        shown = {self.key_of(contact.email): contact for contact in listed.contacts}
        marks = self.memory.marks(connection.audience_id, shown)
        news = {key: contact for key, contact in shown.items() if marks.get(key, UNMARKED).mark != contact.mark}
        found = self._compare(connection, run, news, asked_at) if news else Counter[Found]()
        not_ours = sum(not marks.get(key, UNMARKED).ours for key in shown)
        found.update({Found.READ: len(shown), Found.NOT_OURS: not_ours, Found.CALLS: 1})
        page = PageRead(
            place=place, total=listed.total, counts=dict(found), keys=tuple(shown) if run.since is None else ()
        )
        self.sweeps.save(run, page)
        return page

    def _compare(self, connection: Connection, run: Run, news: dict[str, Contact], at: datetime) -> Counter[Found]:
        """Those that do not look as they did when they were last compared."""
        found: Counter[Found] = Counter()
        queue = GatherDue(self.bulk)
        read_contact, cause = self._reader(queue), Cause(kind=CauseKind.READING, at=run.at)

        def changed(before: Address, after: Address) -> None:
            found.update(found_at(before, after, news[after.key]))
            read_contact.tell(connection.audience_id, before, after, cause)  # nobody, where nothing is to be told

        read = ReadAudience(
            self.ledger,
            self.audience_of(connection),
            self.clock,
            self.key_of,
            connection.policy,
            tells=run.kind is RunKind.RECONCILIATION,
            on_change=changed,
        )
        read.remember(connection.audience_id, list(news.values()), at)
        queue.flush()
        return found

    # --- who is gone ------------------------------------------------------------------------------------------------

    def _look_for_gone(
        self, connection: Connection, run: Run, cursor: str | None, deadline: datetime, found: Counter[Found]
    ) -> str | None:
        """Read each contact that is known and was in no page: it was deleted, or its person gave it another address,
        or it moved from page to page while these were read. Where to go on, when the time was too short."""
        total = sum(page.total for page in self.sweeps.pages(run) if page.place.offset == 0)
        passes = min(len(DIGITS), max(1, -(-total // AT_ONCE)))
        begin, after = json.loads(cursor) if cursor is not None else (0, None)
        queue = GatherDue(self.bulk)
        audience = _Counting(self.audience_of(connection), found)
        look = _LookFor(connection, run, self.ledger, self._reader(queue), audience, self.clock, found)
        for number in range(begin, passes):
            digits = DIGITS[number::passes]
            shown = _shown(self.sweeps.pages(run), digits)
            while True:
                page = self.memory.remembered(connection.audience_id, after, A_LIST, digits)
                unseen = [entry.key for entry in page.items if entry.seen is not None and not _holds(shown, entry.key)]
                look(unseen)
                queue.flush()
                after = page.next
                if self.clock.now() >= deadline and (after is not None or number + 1 < passes):
                    return json.dumps([number if after is not None else number + 1, after])
                if after is None:
                    break
        return None

    def _reader(self, queue: ChangeQueue) -> ReadContact:
        return ReadContact(self.ledger, self.clock, self.key_of, queue)

    # --- the run ----------------------------------------------------------------------------------------------------

    def _under_way(self, connection_id: str, run_id: str) -> tuple[Connection, Run] | None:
        """None where the run has ended, or ends here since the connection was led elsewhere."""
        connection = self.connections.connection(connection_id)
        run = self.runs.run(connection_id, run_id)
        if connection is None or run is None or run.state is not RunState.RUNNING:
            return None
        stands = may_send_urgent(connection) and (run.kind is not RunKind.AUDIENCE_READING or _is_checked(connection))
        if not (run.is_of(connection) and stands):
            self._end(run, RunState.FAILED, "the connection was changed meanwhile")
            return None
        return connection, run

    def _stopped_by(self, connection: Connection, run: Run, error: Misconfigured) -> None:
        if run.kind is RunKind.AUDIENCE_READING:
            self.finish.refuse(connection, run, error)
            return
        stop_connection(self.ledger, connection.id, error, self.clock.now())
        self._end(run, RunState.FAILED, str(error))

    def _end(self, run: Run, state: RunState, detail: str) -> None:
        self.runs.save(run.model_copy(update={"state": state, "done_at": self.clock.now(), "detail": detail}))


@dataclass(frozen=True, slots=True)
class _Counting:
    """Contacts read singly. One that is not found costs a second call: is the audience itself still there?"""

    audience: Audience
    found: Counter[Found]

    def read(self, reference: str) -> Contact | None:
        contact = self.audience.read(reference)
        self.found[Found.CALLS] += 1 if contact is not None else 2
        return contact


@dataclass(frozen=True, slots=True)
class _LookFor:
    connection: Connection
    run: Run
    ledger: Ledger
    read_contact: ReadContact
    audience: ReadsContacts
    clock: Clock
    found: Counter[Found]

    def __call__(self, keys: list[str]) -> None:
        """The listing was complete, so that a contact that was never read since its creation is gone as well."""
        addresses = self.ledger.addresses(self.connection.audience_id, keys) if keys else {}
        cause = Cause(kind=CauseKind.READING, at=self.run.at)
        for address in addresses.values():
            if address.seen is None or (address.seen_at is not None and address.seen_at >= self.run.at):
                continue  # it was created, moved or erased since: who did that has seen it
            self.found[Found.GONE] += 1
            self._look(address, cause)

    def _look(self, address: Address, cause: Cause) -> None:
        for _ in range(TURNS):
            if self.read_contact(self.connection, self.audience, address, cause, surely=True) is Seen.SEEN:
                return
            address = self.ledger.addresses(self.connection.audience_id, [address.key])[address.key]


def _is_checked(connection: Connection) -> bool:
    return connection.state is ConnectionState.CHECKED


def _shown(pages: Iterator[PageRead], digits: str) -> "array[int]":
    """The keys of all pages that begin with one of the digits, in order: their first 64 bits tell them apart."""
    shown = array("Q")
    for page in pages:
        shown.extend(int(key[:16], 16) for key in page.keys if key[0] in digits)
    return array("Q", sorted(shown))


def _holds(shown: "array[int]", key: str) -> bool:
    number = int(key[:16], 16)
    place = bisect_left(shown, number)
    return place < len(shown) and shown[place] == number
