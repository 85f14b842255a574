"""The images that a run left -> a plan of what would be put back: each contact is read, and nothing is written."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from accord.domain.before_image import BeforeImage
from accord.domain.connection import Connection
from accord.domain.inverse_plan import closed, inverse_line, places
from accord.domain.payload import NationalPhone
from accord.domain.plan import PlanLine
from accord.domain.record import Record
from accord.domain.run import Run
from accord.domain.sweep import Found
from accord.ports import Clock, Ledger
from accord.ports.planning import Plans
from accord.ports.tending import Runs
from accord.ports.undoing import Images
from accord.usecases.reconciling.keep_lines import keep_lines
from accord.usecases.settling.decide_member import DecideMember
from accord.usecases.settling.find_contact import ReadsContacts
from accord.usecases.settling.member_work import MemberWork

A_PAGE = 20
"""Images between two looks at the time: about as many contacts are read."""


@dataclass(frozen=True, slots=True)
class PlanUndo:
    """What the members' images and their contacts come to, line by line. A member whose write is still under way has no
    image yet: who has the run undone too early undoes less."""

    ledger: Ledger
    images: Images
    plans: Plans
    runs: Runs
    clock: Clock
    national_phone: NationalPhone
    finish: Callable[[Run], None]
    """Ends a plan with what its lines come to."""

    def __call__(
        self,
        connection: Connection,
        run: Run,
        after: str | None,
        deadline: datetime,
        audience: ReadsContacts,
        found: Counter[Found],
    ) -> str | None:
        """Ends the run once all is looked at, with the calls that `found` counts; where to go on, when the time was too
        short. Raises Retryable."""
        undone = self.runs.run(connection.id, run.undoes)
        again = undone is not None and bool(undone.undoes)
        members = run.done
        while True:
            page = self.images.of_run(connection.id, run.undoes, after, A_PAGE)
            members += self._lines(connection, run, page.items, audience, again=again)
            after = page.next
            if after is None or self.clock.now() >= deadline:
                break
        calls = {"calls": found[Found.CALLS], "least": found[Found.CALLS]}
        run = run.model_copy(update={"done": members, **calls})
        if after is None:
            self.finish(run)
        else:
            self.runs.advance(run)
        return after

    def _lines(
        self, connection: Connection, run: Run, images: Sequence[BeforeImage], audience: ReadsContacts, *, again: bool
    ) -> int:
        """How many members the images are of."""
        grouped = [list(group) for _, group in groupby(images, lambda image: image.member_id)]
        ids = [group[0].member_id for group in grouped]
        records = self.ledger.records(connection.id, ids) if ids else {}
        decide = DecideMember(self.ledger, connection, self.national_phone)
        lines = []
        for group in grouped:
            if (record := records.get(group[0].member_id)) is not None:
                line = self._line(connection, run, record, group, audience, decide, again=again)
                lines += [line] if line is not None else []
        keep_lines(self.ledger, self.plans, run, lines)
        return len(grouped)

    def _line(
        self,
        connection: Connection,
        run: Run,
        record: Record,
        images: Sequence[BeforeImage],
        audience: ReadsContacts,
        decide: DecideMember,
        *,
        again: bool,
    ) -> PlanLine | None:
        keys = [held.key for held in record.addresses]
        known = self.ledger.addresses(connection.audience_id, keys) if keys else {}
        case = decide.case(MemberWork(record, known))
        written = places(images, case) & known.keys() if closed(images, case) is None else set[str]()
        references = {key: known[key].reference for key in sorted(written)}
        contacts = {key: audience.read(reference) if reference else None for key, reference in references.items()}
        return inverse_line(images, case, contacts, run.undoes, again=again)
