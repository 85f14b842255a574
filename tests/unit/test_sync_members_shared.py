"""Addresses that change hands, through the worker over fakes: whose will counts where, one story a test."""

from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.ports import QueuedChanges
from tests.builders import NOON, SETUP, a_connection, a_member, erased, minutes, opted_in, opted_out, upserted
from tests.fakes import Trouble
from tests.scene import Scene

SUBSCRIBED, UNSUBSCRIBED = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED
PENDING = ContactStatus.PENDING


def test_p25_two_members_share_one_contact_and_either_opt_out_wins() -> None:
    scene = Scene()
    scene.post(upserted(a_member("den@fox.test", first_name="Vixen"), "m-1"))
    scene.clock.pass_(60)
    scene.post(upserted(a_member("den@fox.test", first_name="Reynard"), "m-2", at=NOON + minutes(1)))
    contact = scene.audience.of("den@fox.test")
    assert contact is not None
    assert contact.merge_fields["FNAME"] == "Vixen"
    assert scene.status("m-2") == (Status.SHARED, ReasonCode.SHARED_WITH)
    scene.post(upserted(a_member("den@fox.test", consent=opted_out(NOON + minutes(2))), "m-2", at=NOON + minutes(2)))
    scene.settle_all()
    assert scene.seen("den@fox.test") is UNSUBSCRIBED
    assert scene.status("m-1") == (Status.SHARED, ReasonCode.OPTED_OUT_BY_OTHER_HOLDER)


def test_p25_the_other_holder_shows_whose_the_contact_is() -> None:
    scene = Scene()
    scene.post(upserted(a_member("den@fox.test"), "m-1"))
    scene.post(upserted(a_member("den@fox.test"), "m-2", at=NOON + minutes(1)))
    assert scene.record("m-2").reason.detail == "m-1"


def a_shared_den(scene: Scene) -> None:
    """m-2 unsubscribed in Mailchimp at an address of their own, and now has that of m-1, who agreed."""
    scene.post(upserted(a_member("den@fox.test"), "m-1"), upserted(a_member("earth@fox.test"), "m-2"))
    scene.clock.pass_(60)
    scene.audience.turn("earth@fox.test", UNSUBSCRIBED)
    scene.post(upserted(a_member("earth@fox.test", plan="Night"), "m-2", at=NOON + minutes(2)))
    scene.clock.pass_(60)
    scene.post(upserted(a_member("den@fox.test", plan="Night"), "m-2", at=NOON + minutes(3)))
    scene.settle_all()


def test_p25_who_unsubscribed_in_mailchimp_brings_that_along_to_a_shared_address() -> None:
    scene = Scene()
    a_shared_den(scene)
    assert scene.seen("den@fox.test") is UNSUBSCRIBED
    assert scene.status("m-1") == (Status.SHARED, ReasonCode.OPTED_OUT_BY_OTHER_HOLDER)
    assert scene.status("m-2") == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)
    scene.post(upserted(a_member("den@fox.test", plan="Day"), "m-1", at=NOON + minutes(4)))
    scene.settle_all()
    assert scene.seen("den@fox.test") is UNSUBSCRIBED


def test_p25_a_shared_address_is_asked_once_when_all_its_holders_agreed_anew() -> None:
    scene = Scene()
    a_shared_den(scene)
    for number, who in enumerate(("m-1", "m-2"), start=5):
        scene.clock.pass_(60)
        fresh = opted_in(NOON + minutes(4))
        scene.post(upserted(a_member("den@fox.test", consent=fresh), who, at=NOON + minutes(number)))
    scene.settle_all()
    assert scene.seen("den@fox.test") is PENDING
    assert sum(person.confirmations for person in scene.audience.people.values()) == 1


def test_an_unsubscribe_seen_at_a_shared_address_is_told_to_all_who_have_it() -> None:
    scene = Scene()
    scene.post(upserted(a_member("den@fox.test"), "m-1"), upserted(a_member("den@fox.test"), "m-2"))
    scene.clock.pass_(60)
    scene.audience.turn("den@fox.test", UNSUBSCRIBED)
    scene.post(upserted(a_member("den@fox.test", plan="Night"), "m-1", at=NOON + minutes(2)))
    scene.settle_all()
    for who in ("m-1", "m-2"):
        assert scene.status(who) == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)


def test_an_opt_out_that_comes_late_counts_at_the_address_it_came_with() -> None:
    scene = Scene()
    scene.post(upserted(a_member("hill@ant.test"), "m-1", at=NOON + minutes(5)))
    scene.post(upserted(a_member("old-hill@ant.test", consent=opted_out(NOON)), "m-1", at=NOON))
    scene.post(upserted(a_member("old-hill@ant.test", consent=opted_in(NOON - minutes(60))), "m-2"))
    scene.settle_all()
    assert scene.seen("old-hill@ant.test") is None


def test_a_confirmation_that_was_never_asked_for_is_asked_for_again() -> None:
    scene = Scene()
    scene.post(upserted(a_member()))
    scene.clock.pass_(60)
    scene.audience.turn("wombat@burrow.test", UNSUBSCRIBED)
    scene.post(upserted(a_member(plan="Day"), at=NOON + minutes(2)))
    scene.clock.pass_(60)
    troubles = iter([Trouble.ERROR])
    scene.audience.trouble = lambda _name: next(troubles, None)
    fresh = a_member(plan="Day", consent=opted_in(NOON + minutes(10)))
    scene.post(upserted(fresh, at=NOON + minutes(11)))
    assert scene.seen("wombat@burrow.test") is UNSUBSCRIBED
    scene.settle_all()
    assert scene.seen("wombat@burrow.test") is PENDING
    assert [person.confirmations for person in scene.audience.people.values()] == [1]


def test_who_is_erased_is_erased_though_a_silent_member_has_the_same_address() -> None:
    scene = Scene()
    scene.post(upserted(a_member("den@fox.test"), "m-1"))
    scene.post(upserted(a_member("den@fox.test", consent=None), "m-2", at=NOON + minutes(1)))
    scene.post(erased("m-1", at=NOON + minutes(2)))
    scene.settle_all()
    assert scene.seen("den@fox.test") is None
    assert scene.status("m-1")[0] is Status.ERASED


def test_p25_members_of_two_applications_with_equal_ids_share_an_address_too() -> None:
    scene = Scene()
    club = a_connection(id="club")
    scene.ledger.save_connection(club)
    scene.ledger.save_audience_setup("club", SETUP)
    scene.post(upserted(a_member("den@fox.test", first_name="Vixen"), "m-1"))
    scene.clock.pass_(60)
    scene.work(QueuedChanges("club", (upserted(a_member("den@fox.test", first_name="Reynard"), "m-1"),)))
    contact = scene.audience.of("den@fox.test")
    assert contact is not None
    assert contact.merge_fields["FNAME"] == "Vixen"
    out = a_member("den@fox.test", consent=opted_out(NOON + minutes(2)))
    scene.work(QueuedChanges("club", (upserted(out, "m-1", at=NOON + minutes(2)),)))
    scene.settle_all()
    assert scene.seen("den@fox.test") is UNSUBSCRIBED
    assert scene.status("m-1") == (Status.SHARED, ReasonCode.OPTED_OUT_BY_OTHER_HOLDER)
