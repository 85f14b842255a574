"""What of a run can not be put back stays, and the plan says why: what others did since counts, and who said no."""

from datetime import date

import pytest

from accord.domain.address import Address
from accord.domain.case import Case
from accord.domain.contact import ContactStatus
from accord.domain.inverse import NotUndone, WhyNot
from accord.domain.plan import Planned
from accord.domain.reasons import ReasonCode, Status
from accord.domain.run import RunKind, RunState
from accord.domain.undoing import standing
from accord.usecases.connecting.reach_account import NotNowError
from tests.builders import NOON, a_full_member, a_member, a_policy, left, minutes, opted_out, upserted
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


def test_who_was_created_and_whom_somebody_changed_since_stays(world: Undoing) -> None:
    run = world.imported({"m-2": a_member(SERVAL)})
    world.edit(SERVAL, LNAME="Ours now")

    line = world.lines(world.plan(run))["m-2"]

    assert (line.planned, line.order) == (Planned.HOLD, None)
    assert line.not_undone == (NotUndone(what="contact", why=WhyNot.CHANGED_SINCE),)


def test_a_field_that_somebody_changed_since_is_left_out_and_said(world: Undoing) -> None:
    run = world.imported({"m-1": WRONG})
    world.edit(LYNX, FNAME="By hand")

    plan = world.plan(run)

    line = world.lines(plan)["m-1"]
    assert line.not_undone == (NotUndone(what="FNAME", why=WhyNot.CHANGED_SINCE),)
    world.apply(plan)
    contact = world.scene.audience.of(LYNX)
    assert contact is not None
    assert (contact.merge_fields["FNAME"], contact.merge_fields["PLAN"]) == ("By hand", "Full time")


def test_a_field_that_is_changed_between_the_plan_and_the_write_stays_as_well(world: Undoing) -> None:
    plan = world.plan(world.imported({"m-1": WRONG}))
    world.edit(LYNX, FNAME="Just now")

    world.apply(plan)

    contact = world.scene.audience.of(LYNX)
    assert contact is not None
    assert (contact.merge_fields["FNAME"], contact.merge_fields["PLAN"]) == ("Just now", "Full time")


def test_a_member_of_whom_upstream_said_something_new_is_not_touched(world: Undoing) -> None:
    run = world.imported({"m-1": WRONG})
    world.scene.post(upserted(a_full_member(LYNX, first_name="Newest"), at=world.scene.clock.now() + minutes(1)))

    line = world.lines(world.plan(run))["m-1"]

    assert line.not_undone == (NotUndone(what="contact", why=WhyNot.CHANGED_UPSTREAM),)


def test_who_unsubscribed_since_is_not_touched(world: Undoing) -> None:
    plan = world.plan(run := world.imported({"m-1": WRONG}))
    world.scene.audience.turn(LYNX, ContactStatus.UNSUBSCRIBED)

    assert world.lines(world.plan(run))["m-1"].not_undone == (NotUndone(what="contact", why=WhyNot.OPTED_OUT),)
    world.scene.hear("unsubscribe", LYNX)
    calls_made(world.scene)
    applied = world.apply(plan)
    assert applied.counts == {"applied": 0, "left_out": 1, "not_undone": 0}
    assert "change" not in calls_made(world.scene)
    assert world.scene.seen(LYNX) is ContactStatus.UNSUBSCRIBED


def test_a_contact_that_is_gone_is_said_to_be(world: Undoing) -> None:
    run = world.imported({"m-1": WRONG})
    world.scene.audience.people.clear()

    assert world.lines(world.plan(run))["m-1"].not_undone == (NotUndone(what="contact", why=WhyNot.GONE),)


def test_an_address_that_is_taken_is_not_moved_back_to(world: Undoing) -> None:
    run = world.imported({"m-1": a_full_member(SERVAL, first_name="Moved")})
    world.scene.post(upserted(a_member(LYNX), "m-9", at=world.scene.clock.now()))

    plan = world.plan(run)

    line = world.lines(plan)["m-1"]
    assert line.not_undone == (NotUndone(what="address", why=WhyNot.ADDRESS_TAKEN),)
    assert line.planned is Planned.UPDATE
    world.apply(plan)
    contact = world.scene.audience.of(SERVAL)
    assert contact is not None
    assert contact.merge_fields["FNAME"] == "Wilma"


def test_who_was_no_more_subscribed_when_they_were_archived_is_not_brought_back(world: Undoing) -> None:
    world.scene.audience.turn(LYNX, ContactStatus.UNSUBSCRIBED, by_person=False)  # no webhook told
    run = world.done_in_a_file(left(at=world.scene.clock.now()))
    assert world.scene.seen(LYNX) is ContactStatus.ARCHIVED

    assert world.lines(world.plan(run))["m-1"].not_undone == (NotUndone(what="status", why=WhyNot.NOT_ALLOWED),)


def test_an_opt_out_that_a_file_brought_has_no_inverse(world: Undoing) -> None:
    run = world.imported({"m-1": a_full_member(LYNX, consent=opted_out())})
    assert world.scene.seen(LYNX) is ContactStatus.UNSUBSCRIBED

    plan = world.plan(run)

    line = world.lines(plan)["m-1"]
    assert (line.planned, line.not_undone) == (Planned.HOLD, (NotUndone(what="contact", why=WhyNot.UNSUBSCRIBED),))
    with pytest.raises(NotNowError, match="lines of the plan say why"):
        world.apply(plan)


def test_a_run_is_undone_once(world: Undoing) -> None:
    run = world.imported({"m-1": WRONG})
    first, second = world.plan(run), world.plan(run)
    world.apply(first)

    with pytest.raises(NotNowError, match="undone already"):
        world.apply(second)
    with pytest.raises(NotNowError, match="undone already"):
        world.plan(run)


def test_a_run_that_goes_on_that_writes_nothing_or_that_is_too_old_is_not_undone(world: Undoing) -> None:
    run = world.imported({"m-1": WRONG})
    world.runs.save(run.model_copy(update={"state": RunState.RUNNING}))
    with pytest.raises(NotNowError, match="wait until it has ended"):
        world.plan(run)
    world.runs.save(run.model_copy(update={"kind": RunKind.NIGHTLY_CHECK}))
    with pytest.raises(NotNowError, match="nothing is written"):
        world.plan(run)
    world.runs.save(run.model_copy(update={"at": NOON.replace(year=2025)}))
    with pytest.raises(NotNowError, match="older than 30 days"):
        world.plan(run)
    assert world.manage.undo(world.scene.connection, "no such run") is None


def test_a_contact_that_was_there_after_all_is_not_taken_for_created(world: Undoing) -> None:
    world.scene.audience.add(SERVAL)  # and no webhook told of it
    run = world.imported({"m-2": a_member(SERVAL)})

    line = world.lines(world.plan(run))["m-2"]

    assert (line.planned, line.not_undone) == (Planned.UPDATE, ())
    world.undone(run)
    contact = world.scene.audience.of(SERVAL)
    assert contact is not None
    assert (contact.status, contact.merge_fields["FNAME"]) == (ContactStatus.SUBSCRIBED, "")


def test_a_step_back_that_mailchimp_refuses_is_given_up_and_the_others_are_done(world: Undoing) -> None:
    world.edit(LYNX, BIRTHDAY="of old")  # a form that Mailchimp takes no more
    run = world.imported({"m-1": a_full_member(LYNX, birthday=date(1990, 3, 1), tags=("Oops",))})

    world.undone(run)

    contact = world.scene.audience.of(LYNX)
    assert contact is not None
    assert (contact.merge_fields["BIRTHDAY"], contact.tags) == ("03/01", ("Clients",))
    assert world.scene.record().due_at is None


def test_undone_in_one_audience_a_member_is_as_always_in_another(world: Undoing) -> None:
    world.undone(world.imported({"m-1": WRONG}))
    record = world.scene.record()
    case = Case(record, (Address(key=record.current or ""),), None, a_policy())

    assert standing(case) is None


def test_the_same_step_again_puts_nothing_back_twice(world: Undoing) -> None:
    run = world.imported({"m-1": WRONG})
    applied = world.undone(run)
    calls_made(world.scene)

    again = world.carried_out(applied)

    assert again.counts["applied"] == 2  # counted again, and not left out
    assert "change" not in calls_made(world.scene)


def test_who_unsubscribed_after_the_plan_and_of_whom_nobody_told_is_not_written_to(world: Undoing) -> None:
    plan = world.plan(world.imported({"m-1": WRONG}))
    world.scene.audience.turn(LYNX, ContactStatus.UNSUBSCRIBED)  # no webhook comes
    before = world.scene.audience.of(LYNX)
    calls_made(world.scene)

    world.apply(plan)

    assert world.scene.audience.of(LYNX) == before
    assert not {"change", "tag_contact", "tag_many"} & set(calls_made(world.scene))
    assert world.scene.status() == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)


def test_tags_alone_are_not_put_back_on_who_unsubscribed_untold_either(world: Undoing) -> None:
    plan = world.plan(world.imported({"m-1": a_full_member(LYNX, tags=("Oops",))}))
    world.scene.audience.turn(LYNX, ContactStatus.UNSUBSCRIBED)
    before = world.scene.audience.of(LYNX)

    world.apply(plan)

    assert world.scene.audience.of(LYNX) == before
