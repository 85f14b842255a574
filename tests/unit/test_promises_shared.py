"""People who share an address, or have it one after the other: stories that once went wrong."""

import pytest

from accord.domain.changes import Arrived
from accord.domain.consent import ConsentStatus
from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from tests.builders import NOON, a_connection, a_member, a_policy, erased, left, minutes, opted_in, opted_out, upserted
from tests.scene import Scene

SUBSCRIBED, UNSUBSCRIBED = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED
SETT = "sett@badgers.test"


def test_who_shares_an_address_with_an_erased_member_is_shown_there() -> None:
    scene = Scene()
    scene.post(upserted(a_member(SETT, first_name="Brock"), "elder"))
    scene.clock.pass_(60)
    scene.post(upserted(a_member(SETT, first_name="Bess"), "younger", NOON + minutes(1)))
    scene.post(erased("elder", NOON + minutes(2)))
    scene.settle_all()
    contact = scene.audience.of(SETT)
    assert contact is not None
    assert contact.merge_fields == {"FNAME": "Bess"}
    assert scene.status("younger")[0] is Status.SYNCED


def test_of_two_holders_who_are_erased_the_last_one_takes_the_contact_along() -> None:
    scene = Scene()
    scene.post(upserted(a_member(SETT), "elder"), upserted(a_member(SETT), "younger"))
    scene.post(erased("elder", NOON + minutes(1)), erased("younger", NOON + minutes(1)))
    scene.settle_all()
    assert scene.audience.people == {}


def test_p25_an_opt_out_of_who_left_does_not_undo_the_newer_consent_of_who_stays() -> None:
    scene = Scene(a_connection(policy=a_policy(on_leave="keep")))
    scene.post(upserted(a_member(SETT, consent=opted_out(NOON)), "elder"))
    scene.post(left("elder", NOON + minutes(1)))
    scene.clock.pass_(600)
    scene.post(upserted(a_member(SETT, consent=opted_in(NOON + minutes(5))), "younger", NOON + minutes(6)))
    scene.post(left("elder", NOON + minutes(7)))
    scene.post(upserted(a_member(None, consent=opted_out(NOON)), "elder", NOON + minutes(8)))
    scene.settle_all()
    assert scene.seen(SETT) is SUBSCRIBED
    assert scene.status("younger")[0] is Status.SYNCED


def test_p25_an_opt_out_of_who_left_counts_until_all_who_stay_agreed_anew() -> None:
    scene = Scene()
    scene.post(upserted(a_member(SETT, consent=opted_out(NOON)), "elder"))
    scene.post(left("elder", NOON + minutes(1)))
    scene.clock.pass_(600)
    scene.post(upserted(a_member(SETT, consent=opted_in(NOON + minutes(5))), "younger", NOON + minutes(6)))
    assert scene.seen(SETT) is SUBSCRIBED
    scene.post(upserted(a_member(SETT, consent=opted_in(None)), "youngest", NOON + minutes(7)))
    scene.settle_all()
    assert scene.seen(SETT) is UNSUBSCRIBED
    for who in ("younger", "youngest"):
        assert scene.status(who) == (Status.SHARED, ReasonCode.OPTED_OUT_BY_OTHER_HOLDER)


def test_an_email_change_launders_nothing_even_when_the_next_holder_of_the_old_address_confirms() -> None:
    scene = Scene()
    scene.post(upserted(a_member(SETT), "elder"))
    scene.clock.pass_(60)
    scene.audience.turn(SETT, UNSUBSCRIBED)
    scene.post(upserted(a_member("brock@hill.test"), "elder", NOON + minutes(2)))
    scene.clock.pass_(600)
    fresh = opted_in(NOON + minutes(9))
    scene.post(upserted(a_member(SETT, consent=fresh), "younger", NOON + minutes(10)))
    scene.audience.turn(SETT, SUBSCRIBED)
    scene.post(upserted(a_member(SETT, plan="Night", consent=fresh), "younger", NOON + minutes(11)))
    scene.post(upserted(a_member("brock@hill.test", plan="Day"), "elder", NOON + minutes(12)))
    scene.settle_all()
    assert scene.seen(SETT) is SUBSCRIBED
    assert scene.seen("brock@hill.test") is None
    assert scene.status("elder") == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)


@pytest.mark.parametrize(
    "goes", [left("elder", NOON + minutes(1)), upserted(a_member("b@hill.test"), "elder", NOON + minutes(1))]
)
def test_a_contact_is_not_left_subscribed_for_a_holder_who_never_agreed(goes: Arrived) -> None:
    scene = Scene()
    silent = opted_in().model_copy(update={"status": ConsentStatus.UNKNOWN})
    scene.post(upserted(a_member(SETT), "elder"), upserted(a_member(SETT, consent=silent), "younger"))
    scene.post(goes)
    scene.settle_all()
    assert scene.seen(SETT) is ContactStatus.ARCHIVED
    assert scene.status("younger") == (Status.EXCLUDED, ReasonCode.NO_CONSENT)


def test_a_contact_stays_for_a_holder_who_agreed() -> None:
    scene = Scene()
    scene.post(upserted(a_member(SETT), "elder"), upserted(a_member(SETT), "younger"))
    scene.post(left("elder", NOON + minutes(1)))
    scene.settle_all()
    assert scene.seen(SETT) is SUBSCRIBED
    assert scene.status("younger")[0] is Status.SYNCED
