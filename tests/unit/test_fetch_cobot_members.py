"""`FetchCobotMembers` over the fakes: what is read goes the way of a posted change, and nothing is lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accord.domain.changes import Upserted
from accord.domain.cobot import Cobot
from accord.domain.connection import ConnectionState
from accord.errors import Misconfigured, Refusal, Rejected
from accord.ports import QueuedChanges
from accord.ports.applications import EVERYBODY
from accord.usecases.fetch_cobot_members import Fetched
from tests.builders import NOON, a_connection
from tests.unit.hive import AWAY, Hive


def test_a_member_is_read_and_goes_the_way_of_a_posted_change() -> None:
    hive = Hive()
    hive.application.joins("queen", ticked=True, email="queen@hive.test", first_name="Queen")

    assert hive.work(hive.pointed("queen")) == {Fetched.QUEUED: 1}

    assert hive.said() == [("member.upserted", "queen", "opted_in")]
    (message,) = hive.members.messages
    assert (message.connection_id, message.changes[0].received_at) == ("hive", NOON)


def test_whoever_is_not_there_any_more_has_left() -> None:
    hive = Hive()

    hive.work(hive.pointed("ghost"))

    assert hive.said() == [("member.left", "ghost", None)]


def test_an_application_that_is_away_is_asked_again_with_growing_patience() -> None:
    hive = Hive()
    hive.application.joins("queen")
    hive.application.broken = AWAY
    message, delays = hive.pointed("queen"), []
    for _ in range(12):
        assert hive.work(message) == {Fetched.FAILED: 1}
        ((message, delay),) = hive.put_back()
        delays.append(delay)
        hive.clock.pass_(max(delay, 10))

    assert delays[0] < 60
    assert delays[-1] > 600
    assert max(delays) <= 900
    hive.application.broken = None
    assert hive.work(message) == {Fetched.QUEUED: 1}


def test_an_application_that_lets_accord_in_no_longer_breaks_the_connection_until_it_does_again() -> None:
    hive = Hive()
    hive.application.broken = Misconfigured("Cobot no longer lets Accord in (401): connect the space again")

    assert hive.work(hive.pointed("queen")) == {Fetched.FAILED: 1}

    broken = hive.ledger.connections["hive"]
    assert broken.state is ConnectionState.BROKEN
    assert "connect the space again" in broken.state_reason
    ((message, delay),) = hive.put_back()
    assert delay == 900
    hive.application.broken = None
    hive.clock.pass_(900)
    assert hive.work(message) == {Fetched.QUEUED: 1}
    assert hive.ledger.connections["hive"].state is ConnectionState.LIVE


def test_what_mailchimp_broke_is_not_mended_by_the_application() -> None:
    hive = Hive()
    hive.ledger.break_connection("hive", "Mailchimp refuses the key", NOON)

    hive.work(hive.pointed("queen"))

    assert hive.ledger.connections["hive"].state is ConnectionState.BROKEN


def test_a_question_that_is_not_understood_is_told_in_the_history() -> None:
    hive = Hive()
    hive.application.broken = Rejected(Refusal.OTHER, "Cobot answers 422")

    assert hive.work(hive.pointed("queen"), hive.pointed(EVERYBODY)) == {Fetched.REFUSED: 1, Fetched.WAITING: 1}

    assert [event.kind for event in hive.ledger.history("hive", "queen", None, 10).items] == ["fetch_lost"]


def test_c1_all_members_are_read_by_one_call_and_stand_behind_every_single_change() -> None:
    hive = Hive()
    for number in range(1_201):
        hive.application.joins(f"bee-{number}", ticked=number % 2 == 0)

    assert hive.work(hive.pointed(EVERYBODY)) == {Fetched.QUEUED: 1}

    assert hive.application.calls == ["members"]
    assert hive.members.messages == []
    assert [len(message.changes) for message in hive.bulk.messages] == [500, 500, 201]
    assert [arrived.index for arrived in hive.bulk.messages[1].changes] == list(range(500))
    assert {consent for _, _, consent in hive.said()} == {"opted_in", "unknown"}


def test_an_untick_that_the_reading_of_all_members_finds_does_not_wait_behind_the_others() -> None:
    hive = Hive()
    for name in ("queen", "drone"):
        hive.application.joins(name, ticked=True)
    hive.work(hive.pointed(EVERYBODY))
    hive.application.joins("drone", ticked=False)
    hive.clock.pass_(20)
    hive.bulk.messages.clear()

    hive.work(hive.pointed(EVERYBODY))

    assert [[arrived.change.id for arrived in message.changes] for message in hive.members.messages] == [["drone"]]
    assert [[arrived.change.id for arrived in message.changes] for message in hive.bulk.messages] == [["queen"]]


def test_a_space_without_members_is_read_all_the_same() -> None:
    hive = Hive()

    assert hive.work(hive.pointed(EVERYBODY)) == {Fetched.QUEUED: 1}
    assert hive.said() == []


def test_an_untick_is_an_opt_out_even_before_the_tick_was_saved() -> None:
    hive = Hive()
    for ticked in (True, False, False):
        hive.application.joins("queen", ticked=ticked)
        hive.work(hive.pointed("queen"))
        hive.clock.pass_(20)

    assert [consent for _, _, consent in hive.said()] == ["opted_in", "opted_out", "opted_out"]
    second, third = [arrived.change for message in hive.members.messages[1:] for arrived in message.changes]
    assert isinstance(second, Upserted)
    assert isinstance(third, Upserted)
    assert second.member.consent == third.member.consent


def test_a_worker_that_crashed_after_it_looked_tells_the_same_the_next_time() -> None:
    hive = Hive()
    hive.application.joins("queen", ticked=True)
    hive.work(hive.pointed("queen"))
    hive.application.joins("queen", ticked=False)
    hive.clock.pass_(20)
    hive.members.broken = AWAY
    message = hive.pointed("queen")

    assert hive.fetch([message], NOON + timedelta(hours=1)) == ({}, [0])

    hive.members.broken = None
    hive.clock.pass_(20)
    hive.work(message)
    assert hive.said()[-1] == ("member.upserted", "queen", "opted_out")


def test_what_can_not_be_put_back_is_handed_back() -> None:
    hive = Hive()
    hive.work(hive.pointed("drone"))
    hive.queue.broken = AWAY

    assert hive.fetch([hive.pointed("queen")], NOON + timedelta(minutes=1))[1] == [0]


def test_what_is_disconnected_is_not_read() -> None:
    hive = Hive(connection=a_connection(id="hive", cobot=Cobot(space="beehive"), state="disconnected"))

    assert hive.work(hive.pointed("queen"), hive.pointed(EVERYBODY)) == {Fetched.DISCONNECTED: 2}
    assert (hive.application.calls, hive.queue.messages) == ([], [])


@pytest.mark.parametrize("connection", ["nowhere", "posting"])
def test_a_connection_that_is_not_read_is_not_asked(connection: str) -> None:
    hive = Hive()
    hive.ledger.save_connection(a_connection(id="posting"))

    assert hive.work(replace(hive.pointed("queen"), connection_id=connection)) == {Fetched.UNKNOWN_CONNECTION: 1}


def test_what_can_not_be_accepted_is_not_queued_and_the_history_says_so() -> None:
    hive = Hive()
    hive.application.joins("queen", email="not an address")

    assert hive.work(hive.pointed("queen")) == {Fetched.REFUSED: 1}
    assert hive.members.messages == list[QueuedChanges]()
    assert [event.kind for event in hive.ledger.history("hive", "queen", None, 10).items] == ["fetch_lost"]
