"""What somebody changes in Mailchimp of what Accord wrote: recorded always, told where the connection wants it."""

from collections.abc import Sequence

import pytest

from accord.domain.contact import ContactPatch
from accord.domain.reasons import Status
from accord.domain.values import subscriber_hash
from accord.ports import Claim
from tests.builders import NOON, a_connection, a_member, a_policy, minutes, upserted
from tests.nights import read_whole
from tests.scene import Scene

HARE = "hare@heath.test"


def a_scene(*, wanted: bool = True) -> Scene:
    """The hare's contact shows what Accord wrote."""
    scene = Scene(a_connection(policy=a_policy(profile_changes_upstream=wanted)))
    scene.post(upserted(a_member(HARE, first_name="Harriet", plan="Day")))
    scene.clock.pass_(600)
    return scene


def edits(scene: Scene, **fields: str) -> None:
    """The person, or the staff, changes merge fields."""
    person = scene.audience.people[next(iter(scene.audience.people))]
    person.contact = person.contact.model_copy(update={"merge_fields": {**person.contact.merge_fields, **fields}})


def told(scene: Scene) -> list[tuple[str, tuple[str, ...]]]:
    notices = scene.ledger.notices("burrow", None, scene.clock.now(), 100).items
    return [(notice.type.value, notice.fields) for notice in notices]


def test_s8_a_changed_value_is_in_the_history_and_told_by_the_name_of_its_field() -> None:
    scene = a_scene()
    edits(scene, FNAME="Harry")
    scene.hear("profile", HARE)
    assert told(scene) == [("contact.profile_changed", ("first_name",))]
    (event,) = [e for e in scene.ledger.history("burrow", "m-1", None, 10).items if e.kind == "edited"]
    assert event.detail == "first_name"
    assert scene.status()[0] is Status.SYNCED


def test_s8_without_the_wish_for_it_only_the_history_tells() -> None:
    scene = a_scene(wanted=False)
    edits(scene, FNAME="Harry")
    scene.hear("profile", HARE)
    assert told(scene) == []
    assert "edited" in scene.kinds()


def test_p08_what_accord_wrote_itself_is_no_change() -> None:
    scene = a_scene()
    scene.hear("profile", HARE)
    scene.post(upserted(a_member(HARE, first_name="Harriet", plan="Night"), at=NOON + minutes(11)))
    scene.hear("profile", HARE)
    assert told(scene) == []


def test_the_same_change_is_told_once_and_the_next_one_again() -> None:
    scene = a_scene()
    edits(scene, FNAME="Harry")
    for _ in range(2):
        scene.hear("profile", HARE)
    scene.clock.pass_(60)
    edits(scene, FNAME="Harold", PLAN="")
    scene.hear("profile", HARE)
    assert [fields for _, fields in told(scene)] == [("first_name",), ("first_name", "plan")]


def test_a_change_that_no_webhook_told_is_found_by_reading_the_audience() -> None:
    scene = a_scene()
    edits(scene, PLAN="Forever")
    read_whole(scene)
    assert told(scene) == [("contact.profile_changed", ("plan",))]


def test_what_nobody_mapped_is_nobodys_news() -> None:
    scene = a_scene()
    edits(scene, SHOESIZE="43")
    scene.hear("profile", HARE)
    assert told(scene) == []


def test_a_crash_before_it_was_noted_that_a_change_is_told_tells_the_same_notice_again() -> None:
    scene = a_scene()
    edits(scene, FNAME="Harry")
    claim, crash = scene.ledger.claim, iter([False, True])

    def crashing(audience_id: str, claims: Sequence[Claim]) -> set[str]:
        if next(crash, False):
            raise MemoryError
        return claim(audience_id, claims)

    scene.ledger.claim = crashing  # type: ignore[method-assign]
    with pytest.raises(MemoryError):
        scene.hear("profile", HARE)
    scene.clock.pass_(60)
    scene.hear("profile", HARE)
    ids = [notice.id for notice in scene.ledger.notices("burrow", None, scene.clock.now(), 100).items]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_two_changes_to_the_same_value_are_two_notices() -> None:
    scene = a_scene()
    for number, plan in enumerate(("Night", "Day")):
        scene.audience.change(subscriber_hash(HARE), ContactPatch(merge_fields={"FNAME": "Harry"}))
        scene.hear("profile", HARE)
        scene.clock.pass_(60)
        scene.post(upserted(a_member(HARE, first_name="Harriet", plan=plan), at=NOON + minutes(11 + number)))
        scene.hear("profile", HARE)
        scene.clock.pass_(60)
    ids = {notice.id for notice in scene.ledger.notices("burrow", None, scene.clock.now(), 100).items}
    assert len(ids) == 2
