"""Addresses that change hands, through the worker over fakes: whose will counts where, one story a test."""

from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from tests.builders import NOON, a_member, erased, minutes, opted_in, opted_out, upserted
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
