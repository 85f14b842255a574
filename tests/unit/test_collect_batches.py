"""Many updates in one batch, through the worker and the collector over fakes: what goes there, and what settles."""

from typing import Any

from accord.domain.reasons import ReasonCode, Status
from accord.ports import QueuedChanges
from tests.builders import a_member, opted_out, upserted
from tests.scene import calls_made
from tests.unit.cave import IN_BATCH, SOME, SYNCED, a_cave, bat, change_plans, plans, statuses


def test_many_updates_are_one_call_and_settle_when_their_results_are_fetched() -> None:
    scene = a_cave()
    change_plans(scene)
    assert calls_made(scene) == ["begin_batch"]
    assert statuses(scene) == {IN_BATCH}
    scene.batches.work_off()
    scene.collect()
    assert calls_made(scene) == ["look_at_batch", "results", "end_batch"]
    assert (statuses(scene), set(plans(scene))) == ({SYNCED}, {"Night"})
    assert (scene.batches.known, scene.open_batches.all()) == ({}, [])
    scene.settle_all()
    assert calls_made(scene) == []


def test_what_a_batch_wrote_is_remembered_as_after_a_single_call() -> None:
    batched, single = a_cave(), a_cave(above=SOME)
    for scene in (batched, single):
        given: dict[str, Any] = {"last_name": "Bat", "language": "fr", "groups": {"Interests": ("Gardening",)}}
        change_plans(scene, **given)
        scene.batches.work_off()
        scene.collect()
        change_plans(scene, plan="")  # what is cleared is looked at first
        scene.batches.work_off()
        scene.collect()
    assert calls_made(batched, ["change"]) == []
    assert calls_made(single, ["begin_batch"]) == []
    blind = {"seen_at": None, "revision": 0}
    remembered = [
        {key: address.model_copy(update=blind) for key, address in scene.ledger.stored_addresses.items()}
        for scene in (batched, single)
    ]
    assert remembered[0] == remembered[1]


def test_no_more_than_the_threshold_are_changed_one_by_one() -> None:
    scene = a_cave(above=SOME)
    change_plans(scene)
    assert calls_made(scene) == ["change"] * SOME
    assert statuses(scene) == {SYNCED}


def test_a_single_change_never_waits_for_a_batch_that_others_fill() -> None:
    scene = a_cave()
    at = scene.clock.now()
    changes = [upserted(a_member(bat(n), plan="Night"), f"m-{n}", at=at, index=n) for n in range(SOME)]
    alone, crowd = changes[:1], changes[1:]
    scene.work(QueuedChanges("burrow", changes=tuple(crowd)), QueuedChanges("burrow", changes=tuple(alone)))
    assert scene.status("m-0") == SYNCED
    assert scene.status("m-1") == IN_BATCH


def test_only_fields_go_into_a_batch() -> None:
    scene = a_cave(bats=8)
    at = scene.clock.now()
    changes = [upserted(a_member(bat(n), plan="Night"), f"m-{n}", at=at, index=n) for n in range(8)]
    changes += [upserted(a_member("new@cave.test"), "new", at=at)]
    changes[0] = upserted(a_member("moved@cave.test", plan="Day"), "m-0", at=at)
    changes[1] = upserted(a_member(bat(1), consent=opted_out(at)), "m-1", at=at)
    scene.post(*changes)
    assert sorted(set(calls_made(scene))) == ["begin_batch", "change", "create", "read"]
    (batch,) = scene.batches.known.values()
    assert len(batch.waiting) == 6
    assert all(change.patch.status is None and change.patch.email is None for change in batch.waiting)


def test_operations_are_named_without_personal_data() -> None:
    scene = a_cave()
    change_plans(scene)
    (batch,) = scene.batches.known.values()
    for change in batch.waiting:
        assert "@" not in change.name
        assert "cave" not in change.name


def test_tags_follow_in_bulk_once_the_batch_is_settled() -> None:
    scene = a_cave()
    change_plans(scene, tags=("Clients",))
    scene.batches.work_off()
    scene.collect()
    assert statuses(scene) == {(Status.PENDING, ReasonCode.IN_BATCH)}
    scene.offer()
    assert calls_made(scene) == ["begin_batch", "look_at_batch", "results", "end_batch", "tag_many"]
    assert statuses(scene) == {SYNCED}


def test_a_newer_change_waits_until_the_batch_is_over_and_wins() -> None:
    scene = a_cave()
    change_plans(scene)
    scene.post(upserted(a_member(bat(3), plan="Weekend"), "m-3", at=scene.clock.now()))
    assert scene.status("m-3") == IN_BATCH
    assert calls_made(scene) == ["begin_batch"]
    scene.batches.work_off()
    scene.collect()
    scene.offer()
    assert scene.status("m-3") == SYNCED
    assert plans(scene).count("Weekend") == 1


def test_a_change_taken_back_while_the_batch_is_open_is_not_taken_for_done() -> None:
    scene = a_cave()
    change_plans(scene)
    scene.post(upserted(a_member(bat(3), plan="Day"), "m-3", at=scene.clock.now()))
    scene.batches.work_off()
    scene.collect()
    scene.offer()
    assert plans(scene).count("Day") == 1


def test_nothing_is_asked_where_no_batch_is_open() -> None:
    scene = a_cave()
    scene.collect()
    assert calls_made(scene) == []


def test_a_batch_that_is_not_finished_is_looked_at_again() -> None:
    scene = a_cave()
    change_plans(scene)
    scene.batches.work_off(3)
    scene.audience.calls.clear()
    assert scene.collect().open == 1
    assert calls_made(scene) == ["look_at_batch"]
    assert statuses(scene) == {IN_BATCH}
    scene.batches.work_off()
    scene.collect()
    assert statuses(scene) == {SYNCED}
