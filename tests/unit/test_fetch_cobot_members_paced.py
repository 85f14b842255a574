"""`FetchCobotMembers` over the fakes: six calls a minute through the queue, and one fetch for many pointers."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from accord.errors import Retryable
from accord.ports.applications import QueuedFetch
from accord.usecases.fetch_cobot_members import Fetched
from tests.builders import NOON
from tests.unit.hive import Hive


def test_one_call_every_ten_seconds_and_the_others_wait_in_the_queue() -> None:
    hive = Hive()
    for name in ("queen", "drone", "worker"):
        hive.application.joins(name)

    outcomes = hive.work(*(hive.pointed(name) for name in ("queen", "drone", "worker")))

    assert outcomes == {Fetched.QUEUED: 1, Fetched.WAITING: 2}
    waiting = hive.put_back()
    assert [(queued.reference, queued.slot, delay) for queued, delay in waiting] == [
        ("drone", NOON + timedelta(seconds=10), 10),
        ("worker", NOON + timedelta(seconds=20), 20),
    ]
    hive.clock.pass_(10)
    assert hive.work(waiting[0][0]) == {Fetched.QUEUED: 1}
    assert hive.application.calls == ["queen", "drone"]


def test_another_account_has_turns_of_its_own() -> None:
    hive = Hive()
    hive.ledger.save_connection(hive.connection.model_copy(update={"id": "anthill"}))

    assert hive.work(hive.pointed("queen"), replace(hive.pointed("queen"), connection_id="anthill")) == {
        Fetched.QUEUED: 2
    }


def test_many_pointers_to_one_member_are_one_fetch_while_one_of_them_waits() -> None:
    hive = Hive()
    hive.application.joins("queen", ticked=True)
    hive.work(hive.pointed("drone"))

    outcomes = hive.work(*(hive.pointed("queen") for _ in range(5)))

    assert outcomes == {Fetched.WAITING: 1, Fetched.MERGED: 4}
    hive.clock.pass_(10)
    ((waiting, _),) = hive.put_back()
    hive.work(waiting)
    assert hive.application.calls == ["drone", "queen"]


def test_what_is_told_once_the_call_has_begun_is_read_again() -> None:
    hive = Hive()
    hive.application.joins("queen")
    hive.work(hive.pointed("queen"))

    assert hive.work(hive.pointed("queen")) == {Fetched.WAITING: 1}


def test_a_message_that_comes_again_after_a_crash_finds_its_own_turn_free() -> None:
    hive = Hive()
    hive.work(hive.pointed("drone"))
    message = hive.pointed("queen")
    hive.work(message)

    assert hive.work(message) == {Fetched.WAITING: 1}


def test_a_message_that_never_comes_again_does_not_keep_others_waiting_for_ever() -> None:
    hive = Hive()
    hive.work(hive.pointed("drone"))
    hive.work(hive.pointed("queen"))
    hive.put_back()

    hive.clock.pass_(3600)

    assert hive.work(hive.pointed("queen")) == {Fetched.QUEUED: 1}


def test_a_turn_far_away_is_waited_for_in_steps_that_the_queue_can_take() -> None:
    hive = Hive()
    hive.turns.postpone("hive", NOON + timedelta(hours=2))

    hive.work(hive.pointed("queen"))

    ((waiting, delay),) = hive.put_back()
    assert delay == 900
    hive.clock.pass_(900)
    assert hive.work(waiting) == {Fetched.WAITING: 1}
    assert hive.put_back() == [(waiting, 900)]


def test_a_message_that_missed_its_turn_takes_a_new_one_so_that_none_comes_in_a_crowd() -> None:
    hive = Hive()
    messages = [hive.pointed(f"bee-{number}") for number in range(12)]
    hive.work(*messages)
    waiting = [queued for queued, _ in hive.put_back()]
    hive.clock.pass_(3600)

    assert hive.work(*waiting) == {Fetched.QUEUED: 1, Fetched.WAITING: 10}


def test_too_many_calls_make_everybody_wait_for_a_minute() -> None:
    hive = Hive()
    hive.application.broken = Retryable("429", effect_unknown=False, asks_for_pause=True)

    assert hive.work(hive.pointed("queen")) == {Fetched.FAILED: 1}
    hive.application.broken = None
    assert hive.work(hive.pointed("drone")) == {Fetched.WAITING: 1}
    assert [delay for _, delay in hive.put_back()][1] == 60


def test_without_time_nothing_is_begun_and_everything_is_put_back() -> None:
    hive = Hive()

    outcomes, failed = hive.fetch([hive.pointed("queen")], NOON)

    assert (outcomes, failed, hive.application.calls) == ({Fetched.WAITING: 1}, [], [])
    assert [delay for _, delay in hive.put_back()] == [0]


@given(st.lists(st.tuples(st.sampled_from(["queen", "drone", "worker"]), st.integers(0, 40)), min_size=1, max_size=20))
def test_however_the_pointers_come_never_more_than_six_a_minute_and_all_is_read(told: list[tuple[str, int]]) -> None:
    hive, second, calls, last_told = Hive(), 0, list[int](), dict[str, int]()
    arriving: dict[int, list[QueuedFetch]] = {}
    for reference, wait in told:
        second += wait
        arriving.setdefault(second, []).append(hive.pointed(reference))
        last_told[reference] = second
    read: dict[str, int] = {}
    for now in range(second + 400):
        before = len(hive.application.calls)
        hive.work(*arriving.pop(now, ()))
        for queued, delay in hive.put_back():
            arriving.setdefault(now + max(delay, 1), []).append(queued)
        for reference in hive.application.calls[before:]:
            calls.append(now)
            read[reference] = now
        hive.clock.pass_(1)

    assert all(later - earlier >= 60 for earlier, later in zip(calls, calls[6:], strict=False))
    assert all(read[reference] >= at for reference, at in last_told.items())
    assert arriving == {}
