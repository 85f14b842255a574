"""S4: an operator approves that people in the audience are asked to confirm; each is lowered to `pending`, once."""

from datetime import timedelta
from itertools import count

import pytest

from accord.domain.connection import Connection, ConnectionState, Departure, OnEmailChange, Policy, Whom
from accord.domain.consent import Consent, ConsentStatus
from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.domain.run import Run, RunState
from accord.domain.values import BEGINNING
from accord.ports.tending import QueuedStep, Step
from accord.usecases.connecting.reach_account import NotNowError
from accord.usecases.connecting.reconfirm_members import ReconfirmMembers
from accord.usecases.tending.begin_run import BeginRun
from accord.usecases.tending.call_up_members import CallUpMembers
from tests.builders import NOON, a_connection, a_member, left, minutes, opted_in, opted_out, upserted
from tests.fake_connections import FakeConnections
from tests.fake_tending import FakeRuns, FakeStepQueue
from tests.fakes import FakeQueue, Trouble
from tests.scene import Scene, calls_made

ASKED = (Status.AWAITING_CONFIRMATION, ReasonCode.RECONFIRMATION_SENT)
SYNCED = (Status.SYNCED, ReasonCode.IN_AGREEMENT)
TIMELESS = opted_in(None)
LATER = timedelta(hours=1)


class Asking:
    """A scene with members, and everything between an operator and the question."""

    def __init__(self, **given: object) -> None:
        self.scene = scene = Scene(a_connection(**given))
        self.runs, self.steps, self.bulk, tokens = FakeRuns(), FakeStepQueue(), FakeQueue(), count()
        self.connections = FakeConnections(scene.ledger)
        begin = BeginRun(self.runs, self.steps, scene.clock, lambda: f"{next(tokens):08d}")
        self.reconfirm = ReconfirmMembers(scene.ledger, self.connections, self.runs, begin, scene.clock)
        self.call_up = CallUpMembers(scene.ledger, self.runs, self.steps, self.bulk, scene.clock, minutes(5))

    @property
    def connection(self) -> Connection:
        return self.scene.ledger.connections["burrow"]

    def joins(self, animal: str, **given: object) -> None:
        self.scene.post(upserted(a_member(f"{animal}@burrow.test", **given), animal, self.scene.clock.now()))

    def propose(self, who: Whom = Whom.ALL) -> Run:
        proposed, all_counted = self.reconfirm.propose(self.connection, who, self.scene.clock.now() + minutes(1))
        assert all_counted
        return proposed

    def approve(self, who: Whom = Whom.ALL) -> Run:
        """Time passes between what people did and the approval."""
        self.scene.pass_(600)
        return self.reconfirm.approve(self.connection, who, self.propose(who).id)

    def take_steps(self) -> None:
        messages, self.steps.messages = self.steps.messages, []
        for queued, _ in messages:
            self.take(queued)

    def take(self, queued: QueuedStep) -> None:
        run = self.runs.run("burrow", queued.run_id)
        assert run is not None
        self.call_up(self.connection, run, queued, self.scene.clock.now() + minutes(5))

    def ask(self) -> None:
        """The steps that wait, and the work on whom they call up."""
        self.take_steps()
        queued, self.bulk.messages = self.bulk.messages, []
        self.scene.work(*queued)

    def mails(self, animal: str) -> int:
        """How often Mailchimp asked them to confirm."""
        contact = self.scene.audience.of(f"{animal}@burrow.test")
        assert contact is not None
        return self.scene.audience.people[contact.subscriber_hash].confirmations

    def newest(self) -> Run:
        return self.runs.page("burrow", None, 1).items[0]


def test_s4_nobody_is_asked_before_an_operator_approved_it_and_each_once_after() -> None:
    asking = Asking()
    asking.joins("mole")
    asking.scene.audience.add("stranger@burrow.test")
    calls_made(asking.scene)
    assert (asking.propose().total, calls_made(asking.scene)) == (1, [])

    run = asking.approve()
    asking.take_steps()
    assert asking.scene.status("mole") == (Status.NEEDS_RECONFIRMATION, ReasonCode.RECONFIRMATION_APPROVED)
    asking.scene.work(*asking.bulk.messages)

    assert asking.scene.status("mole") == ASKED
    assert asking.scene.seen("mole@burrow.test") is ContactStatus.PENDING
    assert calls_made(asking.scene) == ["read", "change"]
    assert asking.scene.seen("stranger@burrow.test") is ContactStatus.SUBSCRIBED
    asking.take_steps()
    done = asking.newest()
    assert (done.id, done.state, done.done, done.total) == (run.id, RunState.DONE, 1, 1)
    assert done.counts == {"awaiting_confirmation": 1}


def test_s4_who_confirms_is_synced_again_by_their_own_opt_in() -> None:
    asking = Asking()
    asking.joins("mole")
    asking.approve()
    asking.ask()
    asking.scene.pass_(60)
    asking.scene.audience.turn("mole@burrow.test", ContactStatus.SUBSCRIBED)
    asking.scene.hear("subscribe", "mole@burrow.test")

    assert asking.scene.status("mole") == SYNCED
    (address,) = asking.scene.ledger.addresses("audience1", [asking.scene.record("mole").current or ""]).values()
    assert address.confirmed_at is not None
    asking.ask()
    assert asking.mails("mole") == 1


def test_while_it_waits_an_update_sends_no_status() -> None:
    asking = Asking()
    asking.joins("mole")
    asking.approve()
    asking.ask()
    asking.scene.pass_(60)
    asking.joins("mole", plan="Night shift")

    assert asking.scene.status("mole") == ASKED
    assert asking.scene.seen("mole@burrow.test") is ContactStatus.PENDING
    contact = asking.scene.audience.of("mole@burrow.test")
    assert contact is not None
    assert (contact.merge_fields["PLAN"], asking.mails("mole")) == ("Night shift", 1)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        (opted_in(), 0),
        (TIMELESS, 1),
        (Consent(status=ConsentStatus.OPTED_IN, at=NOON - LATER), 1),
        (Consent(status=ConsentStatus.OPTED_IN, at=NOON - LATER, source="audience"), 1),
    ],
)
def test_without_proof_are_those_of_whom_nobody_said_when_and_where(said: Consent, asked: int) -> None:
    asking = Asking()
    asking.joins("vole", consent=said)
    asking.scene.pass_(60)
    assert (asking.propose(Whom.WITHOUT_PROOF).total, asking.propose().total) == (asked, 1)


def test_an_earlier_statement_is_a_proof_as_well() -> None:
    asking = Asking()
    asking.joins("vole")
    asking.scene.pass_(60)
    asking.joins("vole", consent=Consent(status=ConsentStatus.UNKNOWN))
    asking.joins("hare", consent=TIMELESS)
    asking.scene.pass_(60)
    assert asking.scene.record("hare").memory.opted_in_at == BEGINNING
    assert asking.propose(Whom.WITHOUT_PROOF).total == 1


def test_who_opted_out_or_gave_proof_meanwhile_is_not_asked() -> None:
    asking = Asking()
    for animal in ("mole", "hare", "newt"):
        asking.joins(animal, consent=TIMELESS)
    assert asking.approve(Whom.WITHOUT_PROOF).state is RunState.RUNNING
    asking.take_steps()
    asking.scene.audience.turn("newt@burrow.test", ContactStatus.UNSUBSCRIBED)  # and no webhook tells of it
    asking.joins("mole", consent=opted_out(asking.scene.clock.now()))
    asking.joins("hare", consent=opted_in(asking.scene.clock.now()))
    asking.scene.work(*asking.bulk.messages)

    assert asking.scene.seen("mole@burrow.test") is ContactStatus.UNSUBSCRIBED
    assert asking.scene.status("hare") == SYNCED
    assert asking.scene.status("newt") == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)
    assert [asking.mails(animal) for animal in ("mole", "hare", "newt")] == [0, 0, 0]


def test_a_shared_address_is_asked_once() -> None:
    asking = Asking()
    asking.joins("mole")
    asking.scene.post(upserted(a_member("mole@burrow.test"), "mole-junior"))
    assert asking.approve().state is RunState.RUNNING
    asking.ask()
    asking.ask()

    assert asking.mails("mole") == 1
    assert (asking.scene.status("mole"), asking.newest().total) == (ASKED, 1)


@pytest.mark.parametrize("trouble", list(Trouble))
def test_whatever_becomes_of_the_call_nobody_is_asked_twice(trouble: Trouble) -> None:
    asking = Asking()
    asking.joins("mole")
    asking.approve()
    fates = iter([None, trouble])
    asking.scene.audience.trouble = lambda _name: next(fates, None)
    asking.ask()
    asking.scene.settle_all()
    asking.scene.audience.release_late(overdue=False)
    asking.ask()

    assert (asking.scene.status("mole"), asking.mails("mole")) == (ASKED, 1)


def test_a_step_that_comes_twice_calls_nobody_up_twice() -> None:
    asking = Asking()
    asking.joins("mole")
    run = asking.approve()
    asking.ask()
    asking.scene.pass_(60)
    asking.scene.audience.turn("mole@burrow.test", ContactStatus.SUBSCRIBED)
    asking.scene.hear("subscribe", "mole@burrow.test")
    asking.take(QueuedStep("burrow", Step.RECONFIRM, run.id))
    asking.scene.settle_all()

    assert (asking.scene.status("mole"), asking.mails("mole")) == (SYNCED, 1)


def test_approving_again_goes_on_with_the_same_and_another_must_wait() -> None:
    asking = Asking()
    asking.joins("mole")
    first, second = asking.propose(), asking.propose()
    run = asking.reconfirm.approve(asking.connection, Whom.ALL, first.id)
    assert asking.reconfirm.approve(asking.connection, Whom.ALL, first.id) == run
    with pytest.raises(NotNowError, match="under way"):
        asking.reconfirm.approve(asking.connection, Whom.ALL, second.id)


def test_a_proposal_is_good_for_a_day_and_for_the_same_people() -> None:
    asking = Asking()
    proposed = asking.propose()
    with pytest.raises(NotNowError, match="no proposal"):
        asking.reconfirm.approve(asking.connection, Whom.WITHOUT_PROOF, proposed.id)
    asking.scene.clock.pass_(86_401)
    with pytest.raises(NotNowError, match="older than a day"):
        asking.reconfirm.approve(asking.connection, Whom.ALL, proposed.id)


def test_only_where_a_connection_is_live_people_are_asked() -> None:
    asking = Asking(state=ConnectionState.PAUSED)
    with pytest.raises(NotNowError, match="paused"):
        asking.propose()


def test_a_reconfirmation_ends_with_the_connection_that_it_was_approved_for() -> None:
    asking = Asking()
    asking.joins("mole")
    asking.approve()
    asking.take_steps()
    assert asking.connections.replace(asking.connection.model_copy(update={"reconfirmation": None}))
    asking.ask()

    assert (asking.newest().state, asking.mails("mole")) == (RunState.FAILED, 0)


def test_who_left_and_is_kept_is_asked_as_well() -> None:
    asking = Asking(policy=Policy(on_leave=Departure.KEEP))
    asking.joins("mole")
    asking.scene.post(left("mole", NOON + minutes(1)))
    asking.approve()
    asking.ask()
    assert (asking.scene.status("mole"), asking.mails("mole")) == (ASKED, 1)


def test_another_address_is_no_way_around_the_question() -> None:
    asking = Asking(policy=Policy(on_email_change=OnEmailChange.KEEP_OLD))
    asking.joins("mole")
    asking.approve()
    asking.ask()
    asking.scene.pass_(60)
    asking.scene.post(upserted(a_member("mole@tunnel.test"), "mole", asking.scene.clock.now()))
    assert asking.scene.seen("mole@tunnel.test") is ContactStatus.PENDING
