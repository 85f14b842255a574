"""A world for unit tests in which runs are undone: a scene with its nights, imports in short, plans and their yes."""

from collections.abc import Mapping
from itertools import count

from accord.domain.caps import Caps
from accord.domain.changes import Arrived
from accord.domain.connection import Connection
from accord.domain.contact import Contact
from accord.domain.member import Member
from accord.domain.plan import PlanLine
from accord.domain.run import Run, RunKind, RunState
from accord.domain.values import subscriber_hash
from accord.ports.tending import QueuedStep, Step
from accord.usecases.manage_plans import ManagePlans
from accord.usecases.reconciling.adopt_contacts import AdoptContacts
from accord.usecases.reconciling.apply_plan import ApplyPlan
from accord.usecases.reconciling.order_undo import OrderUndo
from tests.builders import a_connection, minutes, upserted
from tests.fake_tending import FakeStepQueue
from tests.nights import Nights
from tests.scene import Scene


class Undoing:
    """`manage` is what operators have; every import is a run of its own."""

    def __init__(self, connection: Connection | None = None, *, batch_above: int = 1000) -> None:
        self.scene = Scene(connection or a_connection(), batch_above=batch_above)
        self.steps = FakeStepQueue()
        self.nights = Nights(self.scene, steps=self.steps)
        self.runs = self.nights.runs
        self._numbers, tokens = count(1), count()
        self.manage = ManagePlans(
            ledger=self.scene.ledger,
            plans=self.nights.plans,
            runs=self.runs,
            reconciliations=self.nights,
            steps=self.steps,
            clock=self.scene.clock,
            new_token=lambda: f"{next(tokens):08d}",
            caps=Caps(few=1000),
        )

    def imported(self, members: Mapping[str, Member]) -> Run:
        """A file with these members, and what follows from it."""
        self.scene.pass_(600)
        now = self.scene.clock.now()
        changes = [upserted(member, id_, now) for id_, member in members.items()]
        return self.done_in_a_file(*changes)

    def done_in_a_file(self, *changes: Arrived) -> Run:
        now = self.scene.clock.now()
        run = Run(
            id=f"import-{next(self._numbers):03d}",
            connection_id=self.scene.connection.id,
            kind=RunKind.IMPORT,
            audience_id=self.scene.connection.audience_id,
            state=RunState.DONE,
            at=now,
            done_at=now,
        )
        self.runs.save(run)
        self.scene.post(*(each.model_copy(update={"file": run.id, "index": n}) for n, each in enumerate(changes)))
        self.scene.settle_all()
        return run

    def plan(self, run: Run) -> Run:
        """What would be put back of the run."""
        self.scene.pass_(600)
        made = self.manage.undo(self.scene.connection, run.id)
        assert made is not None
        return self.run(made)

    def lines(self, plan: Run) -> dict[str, PlanLine]:
        return {line.member_id: line for line in self.manage.lines(plan, None, None, 1000).items}

    def apply(self, plan: Run) -> Run:
        """The plan is carried out, and what follows."""
        return self.carried_out(self.manage.apply(self.scene.connection, plan, beyond_caps=True))

    def carried_out(self, run: Run) -> Run:
        """Every line of the run's plan, and what follows."""
        nights, clock = self.nights, self.scene.clock
        ledger, bulk = self.scene.ledger, nights.bulk
        adopt, undo = AdoptContacts(ledger, bulk, clock), OrderUndo(ledger, bulk, clock, minutes(5))
        apply = ApplyPlan(ledger, nights.plans, self.runs, self.steps, adopt, undo, bulk, clock)
        self.steps.messages = [(QueuedStep(run.connection_id, Step.APPLY, run.id), 0)]
        while self.steps.messages:
            messages, self.steps.messages = self.steps.messages, []
            for queued, _ in messages:
                apply(self.scene.connection, self.run(run), queued, clock.now() + minutes(5))
        nights.carry_out()
        return self.run(run)

    def undone(self, run: Run) -> Run:
        return self.apply(self.plan(run))

    def run(self, run: Run) -> Run:
        """As it stands."""
        return self.runs.kept[run.connection_id, run.id]

    def edit(self, email: str, **fields: str) -> None:
        """Somebody changes the contact in Mailchimp."""
        person = self.scene.audience.people[subscriber_hash(email)]
        update = {
            "merge_fields": {**person.contact.merge_fields, **fields},
            "last_changed": self.scene.clock.now(),
        }
        person.contact = person.contact.model_copy(update=update)

    def shown(self) -> dict[str, tuple[object, ...]]:
        """What Mailchimp shows of everybody who is in the audience; nothing of what is empty."""
        people = (person.contact for person in self.scene.audience.people.values())
        return {contact.email: _shown(contact) for contact in people if contact.status != "archived"}


def _shown(contact: Contact) -> tuple[object, ...]:
    fields = {tag: value for tag, value in contact.merge_fields.items() if value}
    chosen = {interest for interest, on in contact.interests.items() if on}
    return contact.status, contact.contact_id, fields, chosen, set(contact.tags), contact.language
