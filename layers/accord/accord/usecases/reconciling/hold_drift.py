"""What a night may not do unasked is kept back, page by page, until all is read and the caps were looked at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from accord.domain.address import Address
from accord.domain.caps import Beyond, Caps, beyond, may_wait
from accord.domain.connection import Connection
from accord.domain.contact import Contact
from accord.domain.observation import calls_for_decision
from accord.domain.payload import NationalPhone
from accord.domain.plan import PlanSum, summed, together
from accord.domain.run import Run
from accord.domain.sweep import PageRead
from accord.ports import Ledger
from accord.ports.reconciling import Sweeps
from accord.usecases.reconciling.decide_seen import DecideSeen


@dataclass(frozen=True, slots=True)
class HoldDrift:
    """What was seen is remembered at once: only its holders are not told yet. So it counts as untold, and would be
    found by the next reading of the whole audience as well, whatever becomes of the run."""

    ledger: Ledger
    sweeps: Sweeps
    national_phone: NationalPhone
    caps: Caps = field(default_factory=Caps)

    def __call__(
        self, connection: Connection, seen: Sequence[tuple[Address, Address]], contacts: Mapping[str, Contact]
    ) -> tuple[set[str], PlanSum]:
        """Of what one page showed, before and after: the keys of which nobody is told yet, and what they come to. What
        members of other connections hold as well is told: their opt-outs would not be known here."""
        waiting = {
            after.key: after
            for before, after in seen
            if after.untold and calls_for_decision(before, after) and _is_own(connection, after)
        }
        if not waiting:
            return set(), PlanSum()
        decide = DecideSeen(self.ledger, connection, self.national_phone)
        lines = {line.member_id: line for line in decide.holders(waiting, contacts)}
        of_key = {
            key: [lines[holder.member_id] for holder in address.holders if holder.member_id in lines]
            for key, address in waiting.items()
        }
        held = {key for key, its_lines in of_key.items() if may_wait(its_lines)}
        members = {line.member_id for key in held for line in of_key[key]}
        return held, summed(lines[member_id] for member_id in members)

    def asks(self, connection: Connection, pages: Sequence[PageRead]) -> tuple[Beyond, ...]:
        """For what somebody has to be asked before what was kept back is told; nothing where it is within the caps."""
        would = together(page.would for page in pages)
        if not would.lines:
            return ()
        return beyond(would, sum(self.ledger.counts(connection.id).values()), self.caps)

    def kept_back(self, connection: Connection, run: Run, after: str) -> Iterator[tuple[str, list[Address]]]:
        """The addresses of which somebody is still to be told, page by page after that one, each with its place.
        Whoever was told meanwhile, by a webhook or another run, is not among them."""
        for page in self.sweeps.pages(run):
            if page.place.id > after and page.held:
                known = self.ledger.addresses(connection.audience_id, page.held)
                yield page.place.id, [address for address in known.values() if address.untold]


def _is_own(connection: Connection, address: Address) -> bool:
    return all(holder.connection_id == connection.id for holder in address.holders)
