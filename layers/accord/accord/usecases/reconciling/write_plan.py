"""A reconciliation without effect: what it would do to each member, written down line by line."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accord.domain.address import Address
from accord.domain.connection import Connection
from accord.domain.contact import Contact
from accord.domain.drift import compared
from accord.domain.observation import calls_for_decision, has_gone, is_anothers, witness
from accord.domain.payload import NationalPhone
from accord.domain.plan import PlanLine, summed
from accord.domain.reasons import Status
from accord.domain.run import Run, RunState
from accord.domain.sweep import Found, found_at
from accord.ports import Clock, Ledger
from accord.ports.planning import Plans
from accord.ports.tending import Runs
from accord.usecases.reconciling.decide_seen import DecideSeen
from accord.usecases.reconciling.keep_lines import keep_lines
from accord.usecases.settling.find_contact import ReadsContacts

A_PAGE = 500


@dataclass(frozen=True, slots=True)
class WritePlan:
    """Whatever is read stays out of the ledger, save in the plan: each member is decided as the worker would who knew
    it, and nothing is sent."""

    ledger: Ledger
    plans: Plans
    runs: Runs
    clock: Clock
    national_phone: NationalPhone

    def contacts(self, connection: Connection, run: Run, news: Mapping[str, Contact], at: datetime) -> Counter[Found]:
        """Those of a page that do not look as they did when they were last compared."""
        found: Counter[Found] = Counter()
        seen: dict[str, Address] = {}
        for key, before in self.ledger.addresses(connection.audience_id, news).items():
            in_hand = before.attempt is not None and before.attempt.until > at
            known_since = before.seen_at is not None and before.seen_at >= at
            if in_hand or known_since or is_anothers(before, news[key]):
                continue
            after = compared(before, news[key], at, connection.policy, connection.id)
            found.update(found_at(before, after, news[key]))
            if calls_for_decision(before, after):
                seen[key] = after
        self._write(connection, run, seen, news)
        return found

    def gone(self, connection: Connection, run: Run, addresses: Sequence[Address], audience: ReadsContacts) -> None:
        """Those that were in no page: each contact is read. One that its person took to another address is followed
        when the plan is applied."""
        seen: dict[str, Address] = {}
        for address in addresses:
            contact = audience.read(address.reference) if address.reference else None
            if contact is None or not has_gone(address, contact):
                seen[address.key] = witness(address, contact, self.clock.now())
        self._write(connection, run, seen, {})

    def waiting(self, connection: Connection, run: Run, after: str | None, deadline: datetime) -> str | None:
        """Those who wait for their turn anyway; where to go on, when the time was too short."""
        while True:
            page = self.ledger.members(connection.id, Status.PENDING, after, A_PAGE)
            self._save(run, self._decide(connection)(page.items, {}, {}))
            after = page.next
            if after is None or self.clock.now() >= deadline:
                return after

    def finish(self, run: Run) -> None:
        """The run with what all its lines come to."""
        ended = {"state": RunState.DONE, "done_at": self.clock.now(), "plan": summed(self._all(run))}
        self.runs.advance(run.model_copy(update=ended))

    def _all(self, run: Run) -> Iterator[PlanLine]:
        after: str | None = None
        while True:
            page = self.plans.lines(run, None, after, A_PAGE)
            yield from page.items
            after = page.next
            if after is None:
                return

    def _write(
        self, connection: Connection, run: Run, seen: Mapping[str, Address], contacts: Mapping[str, Contact]
    ) -> None:
        self._save(run, self._decide(connection).holders(seen, contacts))

    def _save(self, run: Run, lines: Sequence[PlanLine]) -> None:
        keep_lines(self.ledger, self.plans, run, lines)

    def _decide(self, connection: Connection) -> DecideSeen:
        return DecideSeen(self.ledger, connection, self.national_phone)
