"""`RecordFailures` over the fakes: dead letters end in a status, and nothing accepted is lost."""

from collections.abc import Collection, Sequence
from datetime import timedelta

import pytest

from accord.domain.address import Address
from accord.domain.contact import ContactStatus
from accord.domain.folding import Intent
from accord.domain.reasons import ReasonCode, Status
from accord.ports import QueuedChanges, Settlement
from accord.ports.applications import EVERYBODY, QueuedFetch
from accord.usecases.record_failures import Recorded, RecordFailures
from tests.builders import NOON, a_member, erased, key_of, left, opted_out, upserted
from tests.fake_tending import FakeRuns
from tests.fakes import FakeLedger
from tests.scene import Scene


class Morgue:
    """A scene in which messages may die."""

    def __init__(self, scene: Scene | None = None) -> None:
        self.scene = scene or Scene()
        self.record = _record_failures(self.scene, self.scene.ledger)

    def bury(self, *messages: QueuedChanges | QueuedFetch) -> Recorded:
        return self.record(messages)

    def status(self, member_id: str = "m-1") -> tuple[Status, ReasonCode]:
        record = self.scene.ledger.records(self.scene.connection.id, [member_id])[member_id]
        return record.status, record.reason.code


def _record_failures(scene: Scene, ledger: FakeLedger) -> RecordFailures:
    return RecordFailures(ledger=ledger, runs=FakeRuns(), clock=scene.clock, key_of=key_of, timing=scene.timing)


def test_a_dead_change_is_a_failed_member_until_somebody_retries() -> None:
    morgue = Morgue()

    recorded = morgue.bury(QueuedChanges("burrow", (upserted(a_member("lemming@cliff.test")),)))

    assert (recorded.members, recorded.failed) == (1, ())
    assert morgue.status() == (Status.FAILED, ReasonCode.DEAD_LETTER)
    assert morgue.scene.ledger.due(morgue.scene.clock.now(), 10, urgent=False) == []
    assert morgue.scene.ledger.counts("burrow") == {Status.FAILED: 1}
    [event] = morgue.scene.ledger.history("burrow", "m-1", None, 10).items
    assert (event.kind, event.reason) == ("refused", ReasonCode.DEAD_LETTER)


def test_an_opt_out_in_a_dead_letter_is_remembered() -> None:
    morgue = Morgue()

    morgue.bury(QueuedChanges("burrow", (upserted(a_member("lemming@cliff.test", consent=opted_out())),)))

    record = morgue.scene.ledger.records("burrow", ["m-1"])["m-1"]
    assert record.memory.stands_opted_out
    address = morgue.scene.ledger.addresses("audience1", [key_of("lemming@cliff.test")])
    assert [holder.memory.stands_opted_out for found in address.values() for holder in found.holders] == [True]


def test_what_was_settled_before_the_message_died_stays_so() -> None:
    morgue = Morgue()
    change = upserted(a_member("phoenix@ashes.test"))
    morgue.scene.post(change)
    morgue.scene.settle_all()
    before = morgue.status()

    recorded = morgue.bury(QueuedChanges("burrow", (change,)), QueuedChanges("burrow", due=("m-1", "m-yeti")))

    assert (recorded.members, morgue.status()) == (0, before)


def test_a_dead_hint_fails_those_that_are_still_due() -> None:
    morgue = Morgue()
    morgue.scene.ledger.save_connection(morgue.scene.connection.model_copy(update={"audience_read_at": None}))
    morgue.scene.post(upserted(a_member("lemming@cliff.test")))

    assert morgue.bury(QueuedChanges("burrow", due=("m-1",))).members == 1
    assert morgue.status() == (Status.FAILED, ReasonCode.DEAD_LETTER)


def test_a_thousand_in_one_message_are_all_recorded() -> None:
    morgue = Morgue()
    changes = tuple(left(f"m-{number}") for number in range(1_001))

    assert morgue.bury(QueuedChanges("burrow", changes)).members == 1_001


def test_an_erasure_that_died_is_still_an_erasure() -> None:
    morgue = Morgue()

    morgue.bury(QueuedChanges("burrow", (upserted(a_member("dodo@mauritius.test")), erased())))

    record = morgue.scene.ledger.records("burrow", ["m-1"])["m-1"]
    assert (record.profile, morgue.status()) == (None, (Status.FAILED, ReasonCode.DEAD_LETTER))


def test_opt_outs_and_erasures_of_a_dead_message_wait_for_nobody_to_retry_them() -> None:
    morgue = Morgue()
    lemming, dodo = "lemming@cliff.test", "dodo@mauritius.test"
    morgue.scene.post(upserted(a_member(lemming)), upserted(a_member(dodo), "m-2"))
    morgue.scene.clock.pass_(60)
    now = morgue.scene.clock.now()
    opted = upserted(a_member(lemming, consent=opted_out(now)), at=now)

    morgue.bury(QueuedChanges("burrow", (opted, erased("m-2", now), upserted(a_member("auk@rock.test"), "m-3", now))))

    assert {morgue.status(id_) for id_ in ("m-1", "m-2", "m-3")} == {(Status.FAILED, ReasonCode.DEAD_LETTER)}
    assert morgue.scene.due() == ()
    morgue.scene.settle_all()
    assert (morgue.scene.seen(lemming), morgue.scene.seen(dodo)) == (ContactStatus.UNSUBSCRIBED, None)
    assert morgue.status("m-3") == (Status.FAILED, ReasonCode.DEAD_LETTER)


def test_whoever_makes_a_message_crash_comes_again_late_and_apart_from_their_neighbours() -> None:
    morgue = Morgue()
    flock = {f"m-{number}" for number in range(500)}
    message = QueuedChanges("burrow", tuple(erased(id_) for id_ in sorted(flock)))
    for most in (32, 2, 1, 1):
        morgue.bury(message)
        assert flock.isdisjoint(morgue.scene.due())
        morgue.scene.clock.pass_(morgue.scene.timing.retry_max - 60)
        offered: set[str] = set()
        while "m-137" not in offered:
            morgue.scene.clock.pass_(60)
            due = morgue.scene.due()
            morgue.scene.ledger.postpone([("burrow", id_) for id_ in due], NOON + timedelta(days=9))
            offered = flock.intersection(due)
        assert len(offered) <= most
        flock, message = offered, QueuedChanges("burrow", due=tuple(offered))


class LeakyLedger(FakeLedger):
    """Crashes whoever reads an address."""

    def addresses(self, audience_id: str, keys: Collection[str]) -> dict[str, Address]:
        raise MemoryError


def test_who_died_once_is_not_offered_anew_while_a_worker_has_them() -> None:
    morgue = Morgue(Scene(ledger=LeakyLedger()))
    morgue.bury(QueuedChanges("burrow", (upserted(a_member("lemming@cliff.test", consent=opted_out())),)))
    morgue.scene.clock.pass_(3600)
    assert morgue.scene.due() == ("m-1",)
    with pytest.raises(MemoryError):
        morgue.scene.offer()
    morgue.scene.clock.pass_(morgue.scene.timing.retry_max - 60)
    assert morgue.scene.due() == ()


def test_a_message_of_nobody_is_handed_back_alone() -> None:
    morgue = Morgue()

    recorded = morgue.bury(QueuedChanges("warren", (left(),)), QueuedChanges("burrow", (left(),)))

    assert (recorded.members, recorded.failed) == (1, (0,))


class StubbornLedger(FakeLedger):
    """Loses every write of one kind to another worker."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what

    def save_intents(self, audience_id: str, intents: Sequence[Intent]) -> set[str]:
        if self.what == "intents":
            return {intent.record.member_id for intent in intents}
        return super().save_intents(audience_id, intents)

    def settle(self, audience_id: str, settlements: Sequence[Settlement]) -> dict[str, bool]:
        return {settlement.record.member_id: False for settlement in settlements}


def test_a_message_that_can_not_be_recorded_now_comes_again() -> None:
    for what in ("intents", "settlements"):
        scene = Scene()
        ledger = StubbornLedger(what)
        ledger.save_connection(scene.connection)
        record = _record_failures(scene, ledger)

        assert record([QueuedChanges("burrow", (left(),))]).failed == (0,)


def test_a_dead_fetch_is_told_in_the_history_of_whom_it_concerned() -> None:
    morgue = Morgue()

    recorded = morgue.bury(
        QueuedFetch("burrow", "queen", "5f1e"),
        QueuedFetch("burrow", EVERYBODY, "6a2f"),
        QueuedFetch("nowhere", "queen", "7b30"),
    )

    assert (recorded.members, recorded.failed) == (0, (2,))
    assert [event.kind for event in morgue.scene.ledger.history("burrow", "queen", None, 10).items] == ["fetch_lost"]
