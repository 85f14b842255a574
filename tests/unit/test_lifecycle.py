"""A connection's way: every step from every state, what may be sent on it, and why changes wait."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.domain.cobot import Cobot
from accord.domain.connection import AuthorisedBy, ConnectionState
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.lifecycle import (
    NotAllowed,
    Step,
    after,
    going_on,
    may_send_urgent,
    may_write,
    reason_of,
    stepped,
    stopped,
    what_is_missing,
    why_waiting,
)
from accord.domain.reasons import ReasonCode
from tests.builders import NOON, a_connection, minutes

BEFORE_LIVE = {ConnectionState.DRAFT, ConnectionState.CHECKED, ConnectionState.AWAITING_APPROVAL}
states = st.sampled_from(ConnectionState)
steps = st.sampled_from(Step)


@pytest.mark.parametrize(("state", "step"), list(product(ConnectionState, Step)))
def test_every_step_from_every_state_leads_somewhere_or_says_from_where_it_would(
    state: ConnectionState, step: Step
) -> None:
    match after(state, step):
        case NotAllowed(allowed_from=allowed):
            assert allowed
            assert state not in allowed
            assert all(isinstance(after(each, step), ConnectionState) for each in allowed)
        case ConnectionState():
            pass


@given(st.lists(steps, max_size=30))
def test_nothing_becomes_live_that_was_not_checked_summed_up_and_approved(taken: list[Step]) -> None:
    state, done = ConnectionState.DRAFT, [ConnectionState.DRAFT]
    for step in taken:
        following = after(state, step)
        if isinstance(following, ConnectionState):
            state = following
            done.append(state)
        if state is ConnectionState.LIVE:
            begun = len(done) - 1 - done[::-1].index(ConnectionState.DRAFT)
            way = [each for each in done[begun:] if each in BEFORE_LIVE]
            assert way[-1] is ConnectionState.AWAITING_APPROVAL
            assert ConnectionState.CHECKED in way


@given(st.lists(steps, max_size=30))
def test_what_is_disconnected_comes_back_only_as_a_draft(taken: list[Step]) -> None:
    state = ConnectionState.DISCONNECTED
    for step in taken:
        following = after(state, step)
        if isinstance(following, ConnectionState):
            assert following is ConnectionState.DRAFT
            return


@given(states, st.booleans(), st.booleans())
def test_only_what_is_live_or_broken_writes_and_only_what_is_disconnected_lets_an_opt_out_wait(
    state: ConnectionState, read: bool, chosen: bool
) -> None:
    connection = a_connection(
        state=state, audience_read_at=NOON if read else None, audience_id="audience1" if chosen else ""
    )

    assert may_write(connection) is (read and state in {ConnectionState.LIVE, ConnectionState.BROKEN})
    assert may_send_urgent(connection) is (chosen and state is not ConnectionState.DISCONNECTED)


@given(states)
def test_whoever_waits_is_told_whether_for_an_approval_or_for_the_end_of_a_pause(state: ConnectionState) -> None:
    wanted = ReasonCode.AWAITING_APPROVAL if state in BEFORE_LIVE else ReasonCode.CONNECTION_PAUSED

    assert why_waiting(state) is wanted


@given(states, steps)
def test_a_step_gives_a_reason_and_a_time_and_a_way_that_begins_anew_forgets_that_the_audience_was_read(
    state: ConnectionState, step: Step
) -> None:
    connection = a_connection(state=state, state_since=NOON)

    moved = stepped(connection, step, NOON + minutes(1), ConnectionReason.CHECK_FAILED, "the stable is empty")

    if isinstance(moved, NotAllowed):
        assert after(state, step) == moved
        return
    assert reason_of(moved) is ConnectionReason.CHECK_FAILED
    assert moved.state_reason == "the stable is empty"
    assert (moved.state_since == NOON) is (moved.state is state)
    anew = step in {Step.CHOOSE_AUDIENCE, Step.RECONNECT}
    assert (moved.audience_read_at is None) is anew


@pytest.mark.parametrize("state", [ConnectionState.LIVE, ConnectionState.BROKEN])
def test_s6_a_connection_whose_audience_is_gone_pauses_itself_tries_and_goes_on(state: ConnectionState) -> None:
    lost = stopped(a_connection(state=state), NOON, ConnectionReason.AUDIENCE_GONE, "404")

    assert not isinstance(lost, NotAllowed)
    assert (lost.state, reason_of(lost)) == (ConnectionState.PAUSED, ConnectionReason.AUDIENCE_GONE)
    assert may_write(lost)
    back = going_on(lost, NOON)
    assert not isinstance(back, NotAllowed)
    assert (back.state, back.state_code, back.state_reason) == (ConnectionState.LIVE, None, "")


def test_a_connection_whose_audience_was_gone_breaks_when_the_key_is_refused_as_well() -> None:
    lost = a_connection(state="paused", state_code="audience_gone")

    broken = stopped(lost, NOON, ConnectionReason.ACCOUNT_REFUSED, "401")

    assert not isinstance(broken, NotAllowed)
    assert (broken.state, reason_of(broken)) == (ConnectionState.BROKEN, ConnectionReason.ACCOUNT_REFUSED)
    assert isinstance(stopped(broken, NOON, ConnectionReason.ACCOUNT_REFUSED, "401"), NotAllowed)


@pytest.mark.parametrize("code", [ConnectionReason.AUDIENCE_GONE, ConnectionReason.ACCOUNT_REFUSED, None])
def test_what_an_operator_paused_is_neither_stopped_nor_set_going_by_mailchimp(code: ConnectionReason | None) -> None:
    paused = a_connection(state="paused", state_reason="Hibernation.")

    assert isinstance(stopped(paused, NOON, code, "404"), NotAllowed)
    assert isinstance(going_on(paused, NOON), NotAllowed)
    assert not may_write(paused)


@pytest.mark.parametrize("state", ConnectionState)
def test_every_state_has_a_usual_reason(state: ConnectionState) -> None:
    assert reason_of(a_connection(state=state)) in ConnectionReason


def test_a_draft_of_a_space_lacks_the_space_and_then_its_admins_consent() -> None:
    draft = a_connection(state="draft", application="cobot", authorised_by="api_key", audience_id="")
    assert what_is_missing(draft) is ConnectionReason.COBOT_SPACE_MISSING
    chosen = draft.model_copy(update={"cobot": Cobot(space="beehive")})
    assert what_is_missing(chosen) is ConnectionReason.COBOT_NOT_AUTHORISED
    linked = draft.model_copy(update={"cobot": Cobot(space="beehive", webhook_secret_hashes=("hash",))})
    assert what_is_missing(linked) is ConnectionReason.AUDIENCE_MISSING


def test_a_draft_says_what_it_lacks() -> None:
    draft = a_connection(state="draft", audience_id="")

    assert what_is_missing(draft) is ConnectionReason.ACCOUNT_MISSING
    authorised = draft.model_copy(update={"authorised_by": AuthorisedBy.API_KEY})
    assert what_is_missing(authorised) is ConnectionReason.AUDIENCE_MISSING
    chosen = authorised.model_copy(update={"audience_id": "audience1"})
    assert what_is_missing(chosen) is ConnectionReason.READY_TO_CHECK
