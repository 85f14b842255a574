"""The audience against the ledger, page by page: what no webhook told, what somebody changed of ours, who is gone.

Nothing is written to Mailchimp here. Whoever is concerned is decided anew by `sync_members`, out of `bulk-changes`.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from accord.domain.connection import Connection, ConnectionState
from accord.domain.folding import KeyOf
from accord.domain.lifecycle import may_send_urgent
from accord.domain.run import Run, RunKind, RunState
from accord.domain.sweep import Found, PagePlace, PageRead, in_turns, least_calls, summed
from accord.errors import Misconfigured, Retryable
from accord.ports import Audience, ChangeQueue, Clock, Ledger
from accord.ports.audiences import AudienceMemory, Marked
from accord.ports.connections import Connections
from accord.ports.reconciling import AudienceListing, Recounts, Sweeps
from accord.ports.tending import Runs
from accord.usecases.connecting.stop_connection import stop_connection
from accord.usecases.reconciling.adopt_contacts import PlanAdoptions
from accord.usecases.reconciling.compare_page import Compared, ComparePage
from accord.usecases.reconciling.find_gone import FindGone
from accord.usecases.reconciling.finish_reading import FinishReading
from accord.usecases.reconciling.look_again import LookAgain
from accord.usecases.reconciling.plan_undo import PlanUndo
from accord.usecases.reconciling.read_former import ReadFormer
from accord.usecases.reconciling.write_plan import WritePlan
from accord.usecases.tending.check_nightly import CheckNightly
from accord.usecases.tending.mend_webhook import MendWebhook

HELD = "held:"
"""How a cursor begins that leads on among the pages of which something was kept back."""
WAITING = "waiting:"
"""How a cursor begins that leads on in the list of those who wait."""
A_LOOK = 60
"""Runs among which those are looked for that still wait for an approval."""
ASKED_AGAIN = "A later run asks for the same: answer that one."
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
    recounts: Recounts
    gone: FindGone
    former: ReadFormer
    plan: WritePlan
    compare: ComparePage
    adoptions: PlanAdoptions
    undo: PlanUndo

    def begin(self, connection_id: str, run_id: str) -> list[PagePlace]:
        """The first pages are read here; the places of the others, in few turns where they are many. None where there
        is nothing to do any more. Raises Retryable."""
        under_way = self._under_way(connection_id, run_id)
        if under_way is None:
            return []
        connection, run = under_way
        if run.kind is RunKind.NIGHTLY_CHECK:
            self.check(connection, run)
            return []
        if run.approved_at is not None or run.kind is RunKind.UNDO:
            return []  # all is read, or each contact is at the end
        try:
            before = self.former.places(connection) if run.kind is RunKind.AUDIENCE_READING else []
            first = [self._page(connection, run, place) for place in (*_first_places(run), *before)]
        except Misconfigured as error:
            self._stopped_by(connection, run, error)
            return []
        done = summed(self.sweeps.pages(run))[Found.READ]
        self.runs.advance(
            run.model_copy(update={"total": sum(page.total for page in first if not page.place.former), "done": done})
        )
        return in_turns([place for page in first for place in page.place.following(page.total)])

    def page(self, connection_id: str, run_id: str, place: PagePlace, deadline: datetime | None = None) -> None:
        """Compare the pages of one place. Raises Retryable, also where the time was too short for all of them."""
        for each in place.singly():
            under_way = self._under_way(connection_id, run_id)
            if under_way is None:
                return
            if deadline is not None and self.clock.now() >= deadline:
                raise Retryable("the other pages are read with the next try", effect_unknown=False)
            try:
                self._page(*under_way, each)
            except Misconfigured as error:
                self._stopped_by(*under_way, error)
                return

    def close(self, connection_id: str, run_id: str, cursor: str | None, deadline: datetime) -> str | None:
        """Look for those who were in no page, and end the run; where to go on when the time was too short. Raises
        Retryable."""
        under_way = self._under_way(connection_id, run_id)
        if under_way is None:
            return None
        connection, run = under_way
        if run.approved_at is not None or (cursor is not None and cursor.startswith(HELD)):
            return self._release(connection, run, cursor or HELD, deadline)
        found = Counter({Found(name): number for name, number in run.counts.items()} | {Found.CALLS: run.calls})
        try:
            if run.kind is RunKind.UNDO:
                return self.undo(connection, run, cursor, deadline, self._look.counted(connection, found), found)
            following = self._following(connection, run, cursor, deadline, found)
        except Misconfigured as error:
            self._stopped_by(connection, run, error)
            return None
        if following is not None:
            counts = {Found.GONE.value: found[Found.GONE]}
            self.runs.advance(run.model_copy(update={"calls": found[Found.CALLS], "counts": counts}))
            return following
        pages = [page.figures for page in self.sweeps.pages(run)]
        found.update(summed(pages))
        try:
            self._look_again(connection, run, pages, found)
            return self._over(connection, run, pages, found, deadline)
        except Misconfigured as error:
            self._stopped_by(connection, run, error)
            return None

    def _over(
        self, connection: Connection, run: Run, pages: list[PageRead], found: Counter[Found], deadline: datetime
    ) -> str | None:
        """All is read: what follows from that; where to go on with it."""
        if run.kind is RunKind.RECONCILIATION:
            self.mend(connection, found)
            found[Found.RECOUNTED] = self.recounts.recount(connection.id) if run.since is None else 0
        counts = {each.value: number for each, number in found.items() if number and each is not Found.CALLS}
        calls = {"calls": found[Found.CALLS], "least": least_calls(pages)}
        unread = tuple(dict.fromkeys(page.place.former for page in pages if page.unread))
        read = run.model_copy(update={"done": found[Found.READ], "counts": counts, "unread": unread, **calls})
        if run.kind is RunKind.AUDIENCE_READING:
            self.finish(connection, read)
        elif run.kind is RunKind.PLAN:
            self.plan.finish(read)
        elif asks := self.compare.hold.asks(connection, pages):
            self._end(read.model_copy(update={"asks": asks}), RunState.PROPOSED, "")
            self._answered_by(read)
        else:
            return self._release(connection, read, HELD, deadline)
        return None

    def _release(self, connection: Connection, run: Run, cursor: str, deadline: datetime) -> str | None:
        """What was kept back is told, and the run ends; where to go on, when the time was too short."""
        following = self.compare.release(connection, run, cursor.removeprefix(HELD), deadline)
        if following is None:
            self._end(run, RunState.DONE, "")
            return None
        self.runs.advance(run)
        return HELD + following

    def fail(self, connection_id: str, run_id: str, why: str) -> None:
        """The run ends without its result."""
        run = self.runs.run(connection_id, run_id)
        if run is not None and run.state is RunState.RUNNING:
            self._end(run, RunState.FAILED, why)

    # --- a page -----------------------------------------------------------------------------------------------------

    def _page(self, connection: Connection, run: Run, place: PagePlace) -> PageRead:
        if (known := self.sweeps.page(run, place)) is not None:
            return known
        if place.former:
            page = self.former.page(connection, place)
            self.sweeps.save(run, page)
            return page
        asked_at = self.clock.now()
        listed = self.listing_of(connection).page(place)
        shown = {self.key_of(each.email): each for each in listed.contacts}
        marks = self.memory.marks(connection.audience_id, shown)
        news = [key for key, each in shown.items() if marks.get(key, UNMARKED).mark != each.mark]
        foreign = [key for key in shown if not marks.get(key, UNMARKED).ours]
        looked_at = {key: shown[key].whole() for key in (foreign if run.adopts else news)}
        compared, left = Compared(), list[str]()
        if run.adopts:
            found = Counter({Found.ADOPTABLE: self.adoptions(connection, run, looked_at, asked_at)})
        elif run.kind is RunKind.PLAN:
            found = self.plan.contacts(connection, run, looked_at, asked_at) if news else Counter[Found]()
        else:
            if news:
                compared = self.compare(connection, run, self.audience_of(connection), looked_at, asked_at)
            found = compared.found
            left = self._look.at(connection, run, compared.passed_over, found, looked_at)
            found[Found.MISSED] += len(compared.passed_over) - len(left)
        found.update({Found.READ: len(shown), Found.NOT_OURS: len(foreign), Found.CALLS: 1})
        page = PageRead(
            place=place,
            total=listed.total,
            counts=dict(found),
            keys=tuple(shown) if run.since is None else (),
            held=compared.held,
            would=compared.would,
            left=tuple(left),
        )
        self.sweeps.save(run, page)
        return page

    # --- who is gone ------------------------------------------------------------------------------------------------

    def _following(
        self, connection: Connection, run: Run, cursor: str | None, deadline: datetime, found: Counter[Found]
    ) -> str | None:
        """What is done beside the pages: those who were in none, and for a plan those who wait anyway."""
        if run.adopts:
            return None
        if cursor is None or not cursor.startswith(WAITING):
            following = self._look_for_gone(connection, run, cursor, deadline, found) if run.since is None else None
            if following is not None or run.kind is not RunKind.PLAN:
                return following
            cursor = WAITING
        after = self.plan.waiting(connection, run, cursor.removeprefix(WAITING) or None, deadline)
        return WAITING + after if after is not None else None

    def _look_for_gone(
        self, connection: Connection, run: Run, cursor: str | None, deadline: datetime, found: Counter[Found]
    ) -> str | None:
        """Read each contact that is known and was in no page: it was deleted, or its person gave it another address,
        or it moved from page to page while these were read. Where to go on, when the time was too short."""
        for addresses, following in self.gone(connection, run, cursor):
            found[Found.GONE] += len(addresses)
            if run.kind is RunKind.PLAN:
                self.plan.gone(connection, run, addresses, self._look.counted(connection, found))
            else:
                self._look(connection, run, addresses, found)
            if self.clock.now() >= deadline:
                return following
        return None

    def _look_again(self, connection: Connection, run: Run, pages: list[PageRead], found: Counter[Found]) -> None:
        """At those that a worker had in hand when their page was read: nothing that is seen there waits for a week."""
        if self._look.at(connection, run, [key for page in pages for key in page.left], found):
            raise Retryable("workers have contacts in hand that changed meanwhile", effect_unknown=False)

    @property
    def _look(self) -> LookAgain:
        return LookAgain(self.ledger, self.audience_of, self.clock, self.key_of, self.bulk)

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

    def _answered_by(self, run: Run) -> None:
        """Whoever approves the newest approves what those before it asked for: nobody was told of that since."""
        for earlier in self.runs.page(run.connection_id, None, A_LOOK).items:
            if (earlier.kind, earlier.state) == (run.kind, RunState.PROPOSED) and earlier.id != run.id:
                self._end(earlier, RunState.FAILED, ASKED_AGAIN)

    def _end(self, run: Run, state: RunState, detail: str) -> None:
        self.runs.advance(run.model_copy(update={"state": state, "done_at": self.clock.now(), "detail": detail}))


def _first_places(run: Run) -> list[PagePlace]:
    """Of those in the audience, and of the archived, whom nobody takes over."""
    kinds = (False,) if run.adopts else (False, True)
    return [PagePlace(archived=archived, since=run.since) for archived in kinds]


def _is_checked(connection: Connection) -> bool:
    return connection.state is ConnectionState.CHECKED
