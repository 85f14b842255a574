"""The history of a member answers "why is she not subscribed since May?": before, after and cause of every decision."""

from accord.domain.contact import ContactStatus
from accord.domain.history import CauseKind, Event, Stand
from accord.domain.reasons import ReasonCode, Status
from accord.usecases.manage_members import ManageMembers
from accord.usecases.showing.tell_event import tell_cause
from tests.builders import NOON, a_member, minutes, opted_out, upserted
from tests.nights import read_whole
from tests.scene import Scene

DOE = "doe@glade.test"
SYNCED = Stand(status=Status.SYNCED, reason=ReasonCode.IN_AGREEMENT)


def a_scene() -> Scene:
    """The doe is in the audience."""
    scene = Scene()
    scene.post(upserted(a_member(DOE, plan="Day")))
    scene.clock.pass_(600)
    return scene


def last(scene: Scene, id_: str = "m-1") -> Event:
    """The newest line that is more than hearsay."""
    return next(e for e in scene.ledger.history("burrow", id_, None, 9).items if e.kind != "heard")


def test_p12_a_first_change_has_nothing_before_it_and_names_its_request() -> None:
    scene = Scene()
    scene.post(upserted(a_member(DOE)).model_copy(update={"request": "msg_42"}))
    created = last(scene)
    assert (created.kind, created.before, created.contact_before) == ("created", None, None)
    assert (created.status, created.contact_status) == (Status.SYNCED, ContactStatus.SUBSCRIBED)
    assert created.cause is not None
    assert (created.cause.kind, created.cause.detail) == (CauseKind.CHANGE, "msg_42")


def test_p12_an_update_names_the_fields_that_it_wrote() -> None:
    scene = a_scene()
    scene.post(upserted(a_member(DOE, plan="Night"), at=NOON + minutes(10)))
    assert (last(scene).kind, last(scene).fields, last(scene).before) == ("updated", ("PLAN",), SYNCED)


def test_p12_an_unsubscribe_in_mailchimp_says_which_webhook_told_of_it() -> None:
    scene = a_scene()
    scene.audience.turn(DOE, ContactStatus.UNSUBSCRIBED)
    scene.hear("unsubscribe", DOE)
    end = last(scene)
    assert (end.before, end.status, end.reason) == (SYNCED, Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)
    assert end.cause is not None
    assert (end.cause.kind, end.cause.detail) == (CauseKind.WEBHOOK, "unsubscribe")
    (heard,) = [e for e in scene.ledger.history("burrow", "m-1", None, 9).items if e.kind == "heard"]
    assert (heard.contact_before, heard.contact_status) == (ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED)


def test_p12_what_no_webhook_told_was_shown_by_a_reading() -> None:
    scene = a_scene()
    scene.audience.turn(DOE, ContactStatus.UNSUBSCRIBED)
    read_whole(scene)
    scene.offer()
    assert (end := last(scene).cause) is not None
    assert (end.kind, last(scene).status) == (CauseKind.READING, Status.UNSUBSCRIBED)


def test_p25_an_opt_out_of_another_holder_is_named_as_the_cause() -> None:
    scene = a_scene()
    scene.post(upserted(a_member(DOE, consent=opted_out()), id_="m-2", at=NOON + minutes(10)))
    scene.settle_all()
    end = last(scene)
    assert (end.status, end.reason) == (Status.SHARED, ReasonCode.OPTED_OUT_BY_OTHER_HOLDER)
    assert end.cause is not None
    assert tell_cause(end.cause, "en") == "Something happened to the member m-2, who has, or had, the same address."


def test_a_retry_is_somebodys_wish() -> None:
    scene = a_scene()
    again = minutes(5)
    manage = ManageMembers(
        ledger=scene.ledger, queue=scene.members, bulk_queue=scene.members, clock=scene.clock, offered_again=again
    )
    manage.retry(scene.connection, "m-1")
    assert (last(scene).kind, last(scene).before) == ("retried", SYNCED)
    assert (cause := scene.record().cause) is not None
    assert (cause.kind, tell_cause(cause, "fr")) == (CauseKind.OPERATOR, "Quelqu'un l'a demandé.")


def test_s9_who_came_and_who_said_no_is_of_the_list_and_what_became_of_fields_is_not() -> None:
    scene = a_scene()
    scene.post(upserted(a_member(DOE, plan="Night"), at=NOON + minutes(10)))
    scene.post(upserted(a_member("stag@glade.test", consent=opted_out()), id_="m-2"))
    scene.audience.turn(DOE, ContactStatus.UNSUBSCRIBED)
    scene.hear("unsubscribe", DOE)

    told = {each.kind: each.changes_list for each in whole(scene, "m-1")}
    assert told == {"created": True, "updated": False, "heard": False, "settled": True}
    assert not any(each.changes_list for each in whole(scene, "m-2")), "they were never in it"


def whole(scene: Scene, id_: str) -> list[Event]:
    """All lines, the newest first."""
    return scene.ledger.history("burrow", id_, None, 99).items
