"""Results of batches that say something else, come late, twice or never, through the collector over fakes."""

import pytest

from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.errors import Refusal as Why
from accord.errors import Rejected, Retryable
from accord.ports.batches import BatchResult
from accord.usecases.collect_batches import TOGETHER
from tests.builders import minutes
from tests.fakes import Trouble
from tests.scene import calls_made
from tests.unit.cave import IN_BATCH, SOME, SYNCED, a_cave, bat, change_plans, plans, statuses


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Rejected(Why.FIELD_INVALID, "PLAN"), (Status.FAILED, ReasonCode.FIELD_INVALID)),
        (Rejected(Why.NOT_FOUND), (Status.PENDING, ReasonCode.RETRYING)),
        (Retryable("500", effect_unknown=True), (Status.PENDING, ReasonCode.RETRYING)),
        (Retryable("429", effect_unknown=False), (Status.PENDING, ReasonCode.RETRYING)),
    ],
)
def test_a_result_means_what_a_single_answer_means(
    answer: Rejected | Retryable, status: tuple[Status, ReasonCode]
) -> None:
    scene = a_cave()
    change_plans(scene)
    scene.batches.work_off()
    spoilt = next(iter(scene.batches.known.values())).results[-1].name
    scene.batches.answer = lambda r: BatchResult(r.name, answer) if r.name == spoilt else r
    scene.collect()
    found = [scene.status(f"m-{n}") for n in range(SOME)]
    assert (found.count(status), found.count(SYNCED)) == (1, SOME - 1)
    if status[0] is Status.FAILED:
        failed = next(r for r in scene.ledger.stored_records.values() if r.status is Status.FAILED)
        assert failed.reason.detail == "plan"
        return
    scene.settle_all()
    assert statuses(scene) == {SYNCED}


def test_a_contact_that_was_deleted_meanwhile_is_found_out() -> None:
    scene = a_cave()
    change_plans(scene)
    scene.audience.erase(scene.audience.people[next(iter(scene.audience.people))].contact.subscriber_hash)
    scene.batches.work_off()
    scene.collect()
    scene.settle_all()
    assert sorted(status for status, _ in statuses(scene)) == [Status.DELETED_IN_MAILCHIMP, Status.SYNCED]


def test_a_result_that_never_comes_is_an_expired_claim() -> None:
    scene = a_cave()
    change_plans(scene)
    scene.batches.work_off()
    lost = next(iter(scene.batches.known.values())).results[-1].name
    scene.batches.answer = lambda r: None if r.name == lost else r
    scene.collect()
    assert statuses(scene) == {SYNCED, IN_BATCH}
    scene.audience.calls.clear()
    scene.settle_all()
    assert calls_made(scene) == ["read", "change"]
    assert statuses(scene) == {SYNCED}


def test_a_batch_that_takes_too_long_is_stopped_before_its_claims_end() -> None:
    scene = a_cave()
    change_plans(scene)
    scene.clock.pass_(scene.timing.batch)
    assert scene.collect().stopped == 1
    assert scene.batches.known == {}
    assert statuses(scene) == {IN_BATCH}
    scene.settle_all()
    assert statuses(scene) == {SYNCED}


@pytest.mark.parametrize("trouble", list(Trouble))
def test_whatever_becomes_of_the_call_that_begins_a_batch_everybody_is_settled(trouble: Trouble) -> None:
    scene = a_cave()
    scene.audience.trouble = lambda name: trouble if name == "begin_batch" else None
    change_plans(scene)
    scene.audience.trouble = lambda _name: None
    scene.settle_all()
    assert statuses(scene) == {SYNCED}
    assert set(plans(scene)) == {"Night"}


def test_too_many_batches_that_wait_are_single_calls() -> None:
    scene = a_cave()
    scene.batches.full = True
    change_plans(scene)
    assert calls_made(scene) == ["begin_batch", *["change"] * SOME]
    assert statuses(scene) == {SYNCED}


def test_results_that_can_not_be_read_yet_are_fetched_later() -> None:
    scene = a_cave()
    change_plans(scene)
    scene.batches.work_off()
    scene.audience.trouble = lambda name: Trouble.ERROR if name == "results" else None
    assert scene.collect().open == 1
    scene.audience.trouble = lambda _name: None
    scene.collect()
    assert statuses(scene) == {SYNCED}


def test_a_large_batch_goes_on_where_the_time_was_over() -> None:
    bats = 2 * TOGETHER + 10
    scene = a_cave(bats)
    change_plans(scene, bats=bats)
    scene.batches.work_off()
    told: list[str] = []

    def slowly(result: BatchResult) -> BatchResult:
        told.append(result.name)
        if len(told) == TOGETHER:
            scene.clock.pass_(120)
        return result

    scene.batches.answer = slowly
    assert scene.collect().open == 1
    assert len(told) <= 2 * TOGETHER
    scene.batches.answer = lambda result: result
    scene.collect()
    assert statuses(scene, bats) == {SYNCED}


def test_two_collectors_at_once_settle_everybody_once() -> None:
    scene = a_cave()
    change_plans(scene)
    scene.batches.work_off()
    inside = False

    def meanwhile(result: BatchResult) -> BatchResult:
        nonlocal inside
        if not inside:
            inside = True
            scene.collect()
        return result

    scene.batches.answer = meanwhile
    scene.collect()
    assert statuses(scene) == {SYNCED}
    assert [kinds.count("updated") for kinds in (scene.kinds(f"m-{n}") for n in range(SOME))] == [1] * SOME


def test_the_batches_of_a_connection_that_broke_are_fetched() -> None:
    scene = a_cave()
    change_plans(scene)
    scene.batches.work_off()
    scene.ledger.break_connection("burrow", "401 API Key Invalid", scene.clock.now())
    scene.collect()
    assert statuses(scene) == {SYNCED}


def test_who_unsubscribed_in_mailchimp_while_the_batch_ran_is_found_by_its_result() -> None:
    scene = a_cave()
    change_plans(scene)
    scene.audience.turn(bat(2), ContactStatus.UNSUBSCRIBED)
    scene.batches.work_off()
    scene.collect()
    assert scene.status("m-2") == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)


def test_when_another_audience_is_chosen_the_results_tell_nothing_of_it() -> None:
    scene = a_cave()
    change_plans(scene)
    scene.batches.work_off()
    elsewhere = scene.connection.model_copy(update={"audience_id": "audience2"})
    scene.ledger.save_connection(elsewhere)
    scene.collect()
    assert scene.batches.known == {}
    held = [a for (audience, _), a in scene.ledger.stored_addresses.items() if audience == "audience1"]
    assert all(a.attempt is not None and a.attempt.until <= scene.clock.now() for a in held)


def test_whoever_is_offered_again_with_many_others_goes_into_a_batch() -> None:
    scene = a_cave(20)
    scene.audience.trouble = lambda _name: Trouble.THROTTLED
    change_plans(scene, bats=20)
    scene.audience.trouble = lambda _name: None
    scene.clock.pass_(minutes(30).total_seconds())
    scene.audience.calls.clear()
    scene.offer()
    assert calls_made(scene) == ["change", "change", "begin_batch"]
