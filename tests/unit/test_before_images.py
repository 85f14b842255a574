"""Right before a run writes to a contact, what is there is kept: as little as possible, and never beyond an erasure."""

import pytest

from accord.domain.contact import ContactStatus
from accord.domain.plan import Planned
from tests.builders import a_full_member, a_member, erased, left, minutes, opted_out, upserted
from tests.scene import calls_made
from tests.undoing import Undoing

MARTEN, POLECAT = "marten@coppice.test", "polecat@coppice.test"


def test_only_what_will_be_changed_is_kept_and_the_contact_is_read_for_it() -> None:
    world = Undoing()
    world.scene.post(upserted(a_full_member(MARTEN)))
    calls_made(world.scene)

    run = world.imported({"m-1": a_full_member(MARTEN, plan="Night", tags=("Clients", "New"))})

    (image,) = world.scene.images.kept.values()
    assert (image.run_id, image.deed, image.status) == (run.id, Planned.UPDATE, ContactStatus.SUBSCRIBED)
    assert (image.fields, image.own) == ({"PLAN": "Full time"}, ("PLAN",))
    assert (image.add_tags, image.remove_tags, image.email) == (("New",), (), "")
    assert image.contact_id is not None
    assert world.scene.images.saved == 1
    assert calls_made(world.scene, ("read", "change")) == ["read", "change"]


def test_of_a_new_contact_the_image_says_that_it_was_not_there_and_holds_nothing_else() -> None:
    world = Undoing()

    run = world.imported({f"m-{n}": a_full_member(f"stoat-{n}@coppice.test") for n in range(30)})

    images = world.scene.images.kept.values()
    assert {(image.deed, image.run_id, image.status) for image in images} == {(Planned.CREATE, run.id, None)}
    assert (len(images), world.scene.images.saved) == (30, 30)
    assert not any(image.fields or image.email or image.add_tags for image in images)
    assert "read" not in calls_made(world.scene)


def test_the_same_file_again_keeps_nothing_and_neither_does_a_change_that_no_run_brought() -> None:
    world = Undoing()
    world.imported({"m-1": a_member(MARTEN)})
    saved = world.scene.images.saved

    world.imported({"m-1": a_member(MARTEN)})
    world.scene.post(upserted(a_member(MARTEN, plan="Day"), at=world.scene.clock.now() + minutes(1)))

    assert world.scene.images.saved == saved
    assert calls_made(world.scene)[-1] == "change"


def test_what_other_deeds_found_is_kept_as_well() -> None:
    world = Undoing()
    world.scene.post(upserted(a_full_member(MARTEN), "m-1"), upserted(a_member(POLECAT), "m-2"))

    now = world.scene.clock.now() + minutes(1)
    world.done_in_a_file(left("m-1", at=now))
    world.imported({"m-2": a_member(POLECAT, consent=opted_out())})

    found = {image.member_id: (image.deed, image.status) for image in world.scene.images.kept.values()}
    assert found == {
        "m-1": (Planned.ARCHIVE, ContactStatus.SUBSCRIBED),
        "m-2": (Planned.UNSUBSCRIBE, ContactStatus.SUBSCRIBED),
    }


def test_a_move_keeps_the_address_that_the_contact_had() -> None:
    world = Undoing()
    world.scene.post(upserted(a_full_member(MARTEN)))

    world.imported({"m-1": a_full_member(POLECAT)})

    (image,) = world.scene.images.kept.values()
    assert (image.deed, image.email, image.fields) == (Planned.MOVE, MARTEN, {})
    assert world.scene.images.saved == 1


def test_nothing_is_written_where_its_image_could_not_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    world = Undoing()
    world.scene.post(upserted(a_full_member(MARTEN)))
    before = world.shown()

    def lost(*_given: object) -> None:
        raise RuntimeError("the worker died before it wrote")

    monkeypatch.setattr(world.scene.images, "save", lost)
    with pytest.raises(RuntimeError):
        world.imported({"m-1": a_full_member(MARTEN, plan="Night")})
    monkeypatch.undo()

    assert world.shown() == before
    world.scene.settle_all()
    assert [image.fields for image in world.scene.images.kept.values()] == [{"PLAN": "Full time"}]


def test_promise_an_erasure_leaves_nothing_of_the_person_in_any_image() -> None:
    world = Undoing()
    world.scene.post(upserted(a_full_member(MARTEN)))
    runs = [
        world.imported(
            {"m-1": a_full_member(MARTEN, plan="Night", tags=("New",)), "m-2": a_member("mink@coppice.test")}
        ),
        world.imported({"m-1": a_full_member(POLECAT, first_name="Petra")}),
    ]

    world.scene.post(erased(at=world.scene.clock.now() + minutes(1)))
    world.scene.settle_all()

    images = [image for image in world.scene.images.kept.values() if image.member_id == "m-1"]
    assert len(images) == 2
    for image in images:
        left_over = image.model_dump(exclude_defaults=True).keys()
        assert left_over == {"run_id", "member_id", "id", "at", "deed"}
        assert image.deed is Planned.ERASE
    for run in runs:
        line = world.lines(world.plan(run))["m-1"]
        assert (line.order, [each.why for each in line.not_undone]) == (None, ["erased"])


def test_for_a_batch_contacts_are_read_by_page_and_their_images_kept_before_it_is_sent() -> None:
    world = Undoing(batch_above=5)
    members = {f"m-{n}": a_member(f"marten-{n}@coppice.test", plan="Day") for n in range(30)}
    world.scene.post(*(upserted(member, id_) for id_, member in members.items()))
    calls_made(world.scene)

    run = world.imported({id_: member.model_copy(update={"plan": "Night"}) for id_, member in members.items()})

    images = world.scene.images.kept.values()
    assert len(images) == 30
    assert {(image.run_id, image.fields["PLAN"]) for image in images} == {(run.id, "Day")}
    calls = ("read", "change", "contacts", "begin_batch")
    assert calls_made(world.scene, calls) == ["contacts", "begin_batch"]
    assert {person.contact.merge_fields["PLAN"] for person in world.scene.audience.people.values()} == {"Night"}


def test_whose_contact_is_on_none_of_these_pages_gets_a_call_of_their_own() -> None:
    world = Undoing(batch_above=5)
    world.scene.audience.page_size = 10
    members = {f"m-{n}": a_member(f"marten-{n}@coppice.test", plan="Day") for n in range(30)}
    world.scene.post(*(upserted(member, id_) for id_, member in members.items()))
    calls_made(world.scene)

    world.imported({id_: member.model_copy(update={"plan": "Night"}) for id_, member in members.items()})

    calls = calls_made(world.scene, ("read", "change", "contacts"))
    assert (calls.count("contacts"), calls.count("read"), calls.count("change")) == (1, 20, 20)
    assert len(world.scene.images.kept) == 30
