"""Plans for unit tests: two members in an audience that was reconciled; plans of it, and their applications."""

from itertools import count
from typing import Any

from accord.domain.caps import Caps
from accord.domain.plan import PlanLine
from accord.domain.run import Run
from accord.domain.values import subscriber_hash
from accord.usecases.manage_plans import ManagePlans
from accord.usecases.reconciling.adopt_contacts import AdoptContacts
from accord.usecases.reconciling.apply_plan import ApplyPlan
from accord.usecases.reconciling.order_undo import OrderUndo
from tests.builders import a_connection, a_full_member, a_member, minutes, upserted
from tests.fake_tending import FakeStepQueue
from tests.nights import Nights
from tests.scene import Scene, calls_made

EMAIL, OTHER = "barn-owl@belfry.test", "tawny-owl@belfry.test"


class Planning:
    """Two members in the audience, reconciled; plans and their applications."""

    def __init__(self, caps: Caps | None = None, **settings: Any) -> None:
        self.scene, self.steps = Scene(connection=a_connection(**settings)), FakeStepQueue()
        self.scene.post(upserted(a_full_member(EMAIL), "m-1"), upserted(a_member(OTHER), "m-2"))
        self.nights = Nights(self.scene, steps=self.steps)
        self.nights.night()
        self.scene.clock.pass_(3600)
        calls_made(self.scene)
        tokens = count()
        self.make = ManagePlans(
            ledger=self.scene.ledger,
            plans=self.nights.plans,
            runs=self.nights.runs,
            reconciliations=self.nights,
            steps=self.steps,
            clock=self.scene.clock,
            new_token=lambda: f"{next(tokens):08d}",
            caps=caps or Caps(),
        )
        adopt = AdoptContacts(self.scene.ledger, self.nights.bulk, self.scene.clock)
        self.apply = ApplyPlan(
            self.scene.ledger,
            self.nights.plans,
            self.nights.runs,
            self.steps,
            adopt,
            OrderUndo(self.scene.ledger, self.nights.bulk, self.scene.clock, minutes(5)),
            self.nights.bulk,
            self.scene.clock,
        )

    def plan(self, *, adopts: bool = False) -> Run:
        made = self.make.make(self.scene.connection, adopts=adopts)
        return self.nights.runs.kept["burrow", made.id]

    def lines(self, plan: Run) -> dict[str, PlanLine]:
        return {line.member_id: line for line in self.make.lines(plan, None, None, 1000).items}

    def applied(self, plan: Run, *, beyond_caps: bool = False, chosen: dict[str, str] | None = None) -> Run:
        """The run, carried out step by step, and what follows."""
        run = self.make.apply(self.scene.connection, plan, beyond_caps=beyond_caps, chosen=chosen)
        clock, nights = self.scene.clock, self.nights
        while self.steps.messages:
            messages, self.steps.messages = self.steps.messages, []
            for queued, _ in messages:
                self.apply(self.scene.connection, nights.runs.kept["burrow", run.id], queued, clock.now() + minutes(5))
        nights.carry_out()
        return nights.runs.kept["burrow", run.id]

    def edit(self, email: str = EMAIL, **fields: str) -> None:
        """Somebody changes the contact in Mailchimp."""
        person = self.scene.audience.people[subscriber_hash(email)]
        shown = {**person.contact.merge_fields, **fields}
        update = {"merge_fields": shown, "last_changed": self.scene.clock.now()}
        person.contact = person.contact.model_copy(update=update)
