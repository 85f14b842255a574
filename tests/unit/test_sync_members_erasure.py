"""People who asked to be erased, through the worker over fakes: what goes, what stays, and what no consent undoes."""

import pytest

from accord.domain.audience_hint import AudienceHint, HintKind
from accord.domain.consent import ConsentStatus
from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.ports import QueuedHint
from tests.builders import NOON, a_member, erased, key_of, left, minutes, opted_in, upserted
from tests.fakes import Trouble
from tests.scene import Scene

LODGE, POOL = "beaver@lodge.test", "beaver@pool.test"


def test_p06_who_subscribed_again_where_somebody_was_erased_can_be_erased_too() -> None:
    scene = Scene()
    scene.post(upserted(a_member(LODGE)))
    scene.post(erased(at=NOON + minutes(1)))
    scene.settle_all()
    scene.clock.pass_(600)
    scene.audience.forgotten.clear()
    scene.audience.add(LODGE)  # by Mailchimp's own form
    fresh = a_member(LODGE, consent=opted_in(scene.clock.now()))
    scene.post(upserted(fresh, "m-2", scene.clock.now()))
    assert scene.status("m-2") == (Status.SYNCED, ReasonCode.IN_AGREEMENT)
    scene.clock.pass_(600)
    scene.post(erased("m-2", scene.clock.now()))
    scene.settle_all()
    assert scene.audience.people == {}


def test_p06_an_erasure_that_is_done_takes_no_contact_that_others_leave_later() -> None:
    scene = Scene()
    scene.post(upserted(a_member(LODGE), "m-1"), upserted(a_member(LODGE), "m-2"))
    scene.clock.pass_(60)
    scene.post(erased("m-1", NOON + minutes(1)))
    scene.settle_all()
    scene.post(left("m-2", NOON + minutes(10)))
    scene.settle_all()
    scene.audience.turn(LODGE, ContactStatus.UNSUBSCRIBED)
    scene.hear("unsubscribe", LODGE)
    scene.settle_all()
    assert scene.seen(LODGE) is ContactStatus.UNSUBSCRIBED
    assert scene.status("m-1")[0] is Status.ERASED


@pytest.mark.parametrize("down", [False, True])
def test_who_comes_back_under_another_id_while_the_erasure_is_under_way_is_erased_too(down: bool) -> None:
    scene = Scene()
    scene.post(upserted(a_member(LODGE)))
    scene.clock.pass_(600)
    scene.audience.trouble = lambda _name: Trouble.THROTTLED if down else None
    scene.post(erased(at=NOON + minutes(10)), upserted(a_member(LODGE), "m-2", NOON + minutes(10)))
    scene.audience.trouble = lambda _name: None
    scene.settle_all()
    assert scene.audience.people == {}
    assert scene.status("m-2") == (Status.EXCLUDED, ReasonCode.ADDRESS_ERASED)


def test_an_erasure_blocks_older_consent_though_the_contact_stayed_for_who_shared_it() -> None:
    scene = Scene()
    scene.post(upserted(a_member(LODGE), "m-1"), upserted(a_member(LODGE), "m-2"))
    scene.clock.pass_(60)
    scene.post(erased("m-1", NOON + minutes(1)))
    scene.settle_all()
    scene.post(upserted(a_member(LODGE), "m-3", NOON + minutes(10)))
    assert scene.status("m-2") == (Status.SYNCED, ReasonCode.IN_AGREEMENT)
    assert scene.status("m-3") == (Status.EXCLUDED, ReasonCode.ADDRESS_ERASED)
    scene.post(left("m-2", NOON + minutes(20)))
    scene.settle_all()
    assert scene.seen(LODGE) is ContactStatus.ARCHIVED


def test_p06_an_erasure_finds_a_contact_whose_change_of_address_was_heard_of_and_not_followed() -> None:
    scene = Scene()
    scene.post(upserted(a_member(LODGE)))  # in bulk: nobody knows the contact's id
    scene.clock.pass_(60)
    scene.audience.move(LODGE, POOL)
    hint = AudienceHint(kind=HintKind.UPEMAIL, received_at=scene.clock.now(), email=POOL, old_email=LODGE)
    scene.apply([QueuedHint("burrow", hint)], scene.clock.now() + minutes(5))
    scene.post(erased(at=NOON + minutes(2)))
    scene.settle_all()
    assert scene.audience.people == {}
    assert scene.record().own_change is None


def test_p06_who_is_erased_holds_no_address_though_the_contact_was_found_at_another_one() -> None:
    scene = Scene()
    scene.post(upserted(a_member(LODGE)))
    scene.hear("profile", LODGE)  # now its id is known
    scene.clock.pass_(600)
    scene.audience.move(LODGE, POOL)
    troubles = iter([None, Trouble.TIMEOUT])
    scene.audience.trouble = lambda _name: next(troubles, None)
    scene.post(erased(at=NOON + minutes(11)))
    scene.settle_all()
    assert scene.audience.people == {}
    assert scene.record().own_change is None
    assert all(held.left_at is not None for held in scene.record().addresses)
    assert scene.ledger.stored_addresses["audience1", key_of(POOL)].erased_at is not None


def test_p16_an_erasure_spares_the_strangers_contact_at_an_address_that_was_given_up_before() -> None:
    scene = Scene()
    scene.post(upserted(a_member(LODGE)))
    scene.clock.pass_(600)
    scene.post(upserted(a_member(POOL), at=NOON + minutes(10)))
    scene.audience.add(LODGE)
    scene.post(upserted(a_member(LODGE, consent=None), "m-2", NOON + minutes(10)))
    scene.clock.pass_(600)
    scene.post(erased(at=NOON + minutes(20)))
    scene.settle_all()
    assert scene.seen(LODGE) is ContactStatus.SUBSCRIBED
    assert scene.seen(POOL) is None


def test_who_agreed_since_an_erasure_is_shown_though_somebody_whom_it_blocks_came_first() -> None:
    scene = Scene()
    scene.post(upserted(a_member(LODGE)))
    scene.post(erased(at=NOON + minutes(1)))
    scene.settle_all()
    scene.audience.forgotten.clear()
    scene.post(upserted(a_member(LODGE), "m-rat", NOON + minutes(60)))
    assert scene.status("m-rat") == (Status.EXCLUDED, ReasonCode.ADDRESS_ERASED)
    scene.clock.pass_(7200)
    scene.post(upserted(a_member(LODGE, consent=opted_in(NOON + minutes(65))), "m-vole", NOON + minutes(70)))
    assert scene.status("m-vole") == (Status.SYNCED, ReasonCode.IN_AGREEMENT)


def test_p06_an_erasure_is_not_kept_from_a_contact_by_somebody_whom_an_older_one_blocks() -> None:
    scene = Scene()
    silent = opted_in().model_copy(update={"status": ConsentStatus.UNKNOWN})
    scene.post(upserted(a_member(LODGE)), upserted(a_member(LODGE, consent=silent), "m-rat"))
    scene.post(erased(at=NOON + minutes(1)))
    scene.settle_all()
    scene.audience.forgotten.clear()
    scene.clock.pass_(7200)
    scene.post(upserted(a_member(LODGE, consent=opted_in(NOON + minutes(65))), "m-vole", NOON + minutes(70)))
    scene.post(upserted(a_member(LODGE), "m-rat", NOON + minutes(75)))
    assert scene.status("m-rat") == (Status.EXCLUDED, ReasonCode.ADDRESS_ERASED)
    scene.post(erased("m-vole", NOON + minutes(80)))
    scene.settle_all()
    assert scene.audience.people == {}


def test_p22_whom_the_staff_archived_stays_away_though_somebody_there_was_erased_since() -> None:
    scene = Scene()
    scene.post(upserted(a_member(LODGE)))
    scene.clock.pass_(600)
    scene.audience.turn(LODGE, ContactStatus.ARCHIVED)
    scene.hear("unsubscribe", LODGE)
    scene.settle_all()
    now = scene.clock.now()
    scene.post(erased(at=now))
    scene.settle_all()
    scene.audience.forgotten.clear()
    scene.clock.pass_(7200)
    scene.post(upserted(a_member(LODGE, consent=opted_in(scene.clock.now())), "m-vole", scene.clock.now()))
    assert scene.status("m-vole") == (Status.ARCHIVED_IN_MAILCHIMP, ReasonCode.ARCHIVED_BY_STAFF)
    assert scene.audience.people == {}
