"""The end of the first reading: what the audience can hold is kept, and the audiences before tell nothing any more."""

import pytest

from accord.domain.connection import AudienceSetup, ConnectionState
from accord.domain.run import Run, RunKind, RunState
from accord.errors import Fault, Misconfigured
from accord.ports.tending import QueuedStep, Step
from tests.builders import NOON, SETUP, a_connection
from tests.fake_tending import FakeRuns, FakeStepQueue
from tests.nights import Nights
from tests.scene import Scene


class Reading:
    """The run of a first reading, carried out as the state machine does."""

    def __init__(self, **given: object) -> None:
        state = {"state": ConnectionState.CHECKED, "audience_read_at": None}
        self.scene = Scene(a_connection(**state | given))
        self.runs, self.steps = FakeRuns(), FakeStepQueue()
        self.nights = Nights(self.scene, self.runs, self.steps)
        self.run = Run(
            id="first", connection_id="burrow", kind=RunKind.AUDIENCE_READING, audience_id="audience1", at=NOON
        )
        self.runs.save(self.run)

    def carried_out(self) -> Run:
        self.nights.start("burrow", self.run.id)
        return self.runs.kept["burrow", self.run.id]

    @property
    def state(self) -> ConnectionState:
        return self.scene.ledger.connections["burrow"].state


def test_what_the_audience_can_hold_is_kept_and_the_members_are_summed_up_next() -> None:
    reading = Reading()
    reading.scene.ledger.save_audience_setup("burrow", AudienceSetup())
    reading.scene.audience.add("stranger@burrow.test")

    run = reading.carried_out()

    assert reading.scene.ledger.audience_setup("burrow") == SETUP
    assert reading.scene.ledger.connections["burrow"].audience_read_at == NOON
    assert (run.state, run.done, run.total) == (RunState.RUNNING, 1, 1)
    assert run.summary is not None
    assert run.summary.contacts == 1
    assert reading.steps.messages == [(QueuedStep("burrow", Step.SUM_UP, "first"), 0)]


def test_nobody_is_told_of_what_is_seen_before_the_approval_and_a_later_night_finds_it_compared() -> None:
    reading = Reading()
    reading.scene.audience.add("stranger@burrow.test")
    reading.carried_out()

    assert reading.nights.bulk.messages == []
    (address,) = reading.scene.ledger.stored_addresses.values()
    assert (address.untold, bool(address.mark)) == (False, True)


@pytest.mark.parametrize("gone", [False, True])
def test_s6_an_audience_before_tells_nothing_any_more_whether_it_is_there_or_not(gone: bool) -> None:
    reading = Reading(former_audiences=("audience0",))
    reading.nights.webhook.add(f"{reading.nights.webhook.url}secret")
    if gone:
        reading.nights.webhook.refuses = Misconfigured("404", fault=Fault.AUDIENCE_GONE)

    assert reading.carried_out().state is RunState.RUNNING
    assert (reading.nights.webhook.kept == []) is not gone


@pytest.mark.parametrize("trouble", ["is_gone", "refuses_the_key"])
def test_an_account_or_audience_that_is_refused_leads_back_to_the_draft(trouble: str) -> None:
    reading = Reading()
    setattr(reading.scene.audience, trouble, True)

    run = reading.carried_out()

    assert (run.state, reading.state) == (RunState.FAILED, ConnectionState.DRAFT)
    assert run.detail == reading.scene.ledger.connections["burrow"].state_reason
    assert reading.steps.messages == []


def test_a_connection_that_somebody_led_elsewhere_meanwhile_is_not_read() -> None:
    reading = Reading(state=ConnectionState.DRAFT)

    assert (reading.carried_out().state, reading.scene.audience.calls) == (RunState.FAILED, [])
