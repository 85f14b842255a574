"""A run is undone: what it wrote is put back, member by member, and stands until upstream says something new (P23)."""

import pytest

from accord.domain.connection import OnEmailChange
from accord.domain.contact import ContactStatus
from accord.domain.plan import FieldChange, Planned
from accord.domain.reasons import ReasonCode, Status
from accord.domain.run import RunKind
from tests.builders import a_connection, a_full_member, a_member, a_policy, left, upserted
from tests.scene import calls_made
from tests.undoing import Undoing

LYNX, SERVAL = "lynx@thicket.test", "serval@thicket.test"
OF_OLD, WRONG = a_full_member(LYNX), a_full_member(LYNX, first_name="Wrong", plan="", language="en", tags=("Oops",))


@pytest.fixture
def world() -> Undoing:
    """A member in the audience, known to agree with upstream."""
    world = Undoing()
    world.scene.post(upserted(OF_OLD))
    world.nights.night()
    return world


def test_what_an_import_changed_is_put_back_and_the_night_finds_nothing(world: Undoing) -> None:
    before = world.shown()
    run = world.imported({"m-1": WRONG})
    assert world.shown() != before

    plan = world.plan(run)

    line = world.lines(plan)["m-1"]
    assert (plan.kind, plan.undoes, line.planned) == (RunKind.UNDO, run.id, Planned.UPDATE)
    assert set(line.changes) == {
        FieldChange(field="FNAME", before="Wrong", after="Wilma"),
        FieldChange(field="PLAN", before="", after="Full time"),
        FieldChange(field="language", before="en", after="fr"),
    }
    assert (line.add_tags, line.remove_tags, line.not_undone) == (("Clients",), ("Oops",), ())
    applied = world.apply(plan)
    assert (applied.counts["applied"], applied.undoes) == (1, run.id)
    assert world.run(run).undone_by == applied.id
    assert world.shown() == before
    assert world.scene.status() == (Status.SYNCED, ReasonCode.UNDONE)
    calls_made(world.scene)
    found = world.nights.night().counts
    assert set(calls_made(world.scene)) == {"page"}
    assert "fields_changed" not in found
    assert world.shown() == before


def test_upstreams_next_word_counts_again_and_the_same_again_does_not(world: Undoing) -> None:
    run = world.imported({"m-1": WRONG})
    before = world.undone(run) and world.shown()

    world.imported({"m-1": WRONG})
    assert world.shown() == before
    assert world.scene.status() == (Status.SYNCED, ReasonCode.UNDONE)

    world.imported({"m-1": a_full_member(LYNX, first_name="Newer")})
    contact = world.scene.audience.of(LYNX)
    assert contact is not None
    assert (contact.merge_fields["FNAME"], contact.tags) == ("Newer", ("Clients",))
    assert world.scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)


def test_what_is_undone_is_not_written_anew_because_somebody_edits_another_field(world: Undoing) -> None:
    world.undone(world.imported({"m-1": WRONG}))
    world.edit(LYNX, LNAME="Edited")
    shown = world.shown()

    world.nights.night()

    assert world.shown() == shown


def test_who_was_created_is_archived_and_does_not_come_back_in_the_night(world: Undoing) -> None:
    before = world.shown()
    run = world.imported({"m-2": a_member(SERVAL, tags=("Clients",))})

    plan = world.plan(run)
    line = world.lines(plan)["m-2"]
    assert (line.planned, line.billed) == (Planned.ARCHIVE, -1)
    world.apply(plan)

    assert world.scene.seen(SERVAL) is ContactStatus.ARCHIVED
    assert world.scene.status("m-2") == (Status.ARCHIVED, ReasonCode.UNDONE)
    world.nights.night()
    assert world.shown() == before
    world.imported({"m-2": a_member(SERVAL, first_name="Sara")})
    assert world.scene.seen(SERVAL) is ContactStatus.SUBSCRIBED


def test_an_address_change_is_moved_back_and_stays_where_it_was(world: Undoing) -> None:
    before = world.shown()
    run = world.imported({"m-1": a_full_member(SERVAL)})
    assert world.scene.seen(SERVAL) is ContactStatus.SUBSCRIBED

    plan = world.plan(run)

    line = world.lines(plan)["m-1"]
    assert (line.planned, line.changes) == (
        Planned.MOVE,
        (FieldChange(field="address", before=SERVAL, after=LYNX),),
    )
    world.apply(plan)
    assert world.shown() == before
    world.nights.night()
    assert world.shown() == before
    world.imported({"m-1": a_full_member(SERVAL, first_name="Later")})
    assert world.scene.seen(SERVAL) is ContactStatus.SUBSCRIBED
    assert world.scene.seen(LYNX) is None


def test_who_left_by_a_file_is_brought_back_as_the_consent_table_allows_and_not_archived_again(world: Undoing) -> None:
    before = world.shown()
    run = world.done_in_a_file(left(at=world.scene.clock.now()))
    assert world.scene.seen(LYNX) is ContactStatus.ARCHIVED

    plan = world.plan(run)
    assert (line := world.lines(plan)["m-1"]).planned is Planned.SUBSCRIBE
    assert line.billed == 1
    world.apply(plan)

    assert world.shown() == before
    assert world.scene.status() == (Status.SYNCED, ReasonCode.UNDONE)
    world.nights.night()
    assert world.shown() == before


def test_an_undo_can_be_undone(world: Undoing) -> None:
    run = world.imported({"m-1": WRONG, "m-2": a_member(SERVAL)})
    after = world.shown()
    undo = world.undone(run)

    again = world.undone(undo)

    assert world.shown() == after
    assert {world.scene.status(each) for each in ("m-1", "m-2")} == {(Status.SYNCED, ReasonCode.IN_AGREEMENT)}
    assert world.run(undo).undone_by == again.id
    world.nights.night()
    assert world.shown() == after


def test_what_a_night_wrote_anew_is_put_back_as_somebody_had_it(world: Undoing) -> None:
    world.edit(LYNX, FNAME="By hand")
    night = world.nights.night()
    assert world.shown()[LYNX][2] != {}

    world.undone(night)

    contact = world.scene.audience.of(LYNX)
    assert contact is not None
    assert contact.merge_fields["FNAME"] == "By hand"
    world.nights.night()
    contact = world.scene.audience.of(LYNX)
    assert contact is not None
    assert contact.merge_fields["FNAME"] == "By hand"


def test_the_history_says_whose_undoing_it_was(world: Undoing) -> None:
    run = world.imported({"m-1": WRONG})
    world.undone(run)

    event = world.scene.ledger.history("burrow", "m-1", None, 1).items[0]

    assert event.reason is ReasonCode.UNDONE
    assert event.cause is not None
    assert (event.cause.kind, event.cause.detail) == ("undo", run.id)


def test_where_old_contacts_are_kept_a_new_one_is_archived_again() -> None:
    world = Undoing(a_connection(policy=a_policy(on_email_change=OnEmailChange.KEEP_OLD)))
    world.scene.post(upserted(OF_OLD))
    before = world.shown()
    run = world.imported({"m-1": a_full_member(SERVAL)})

    world.undone(run)

    assert world.shown() == before
