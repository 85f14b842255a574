"""Stories of what a night is not told, and what it passes over: words taken back and given again, addresses in hand."""

import pytest

from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.domain.values import subscriber_hash
from accord.errors import Retryable
from tests.builders import a_full_member, key_of, minutes, opted_in, opted_out, upserted
from tests.fakes import Trouble
from tests.nights import Nights
from tests.scene import Scene, calls_made

EMAIL = "bittern@reed.test"
SUBSCRIBED, UNSUBSCRIBED, CLEANED = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED, ContactStatus.CLEANED


@pytest.fixture
def nights() -> Nights:
    """A member who is in the audience, one night ago."""
    scene = Scene()
    scene.post(upserted(a_full_member(EMAIL)))
    nights = Nights(scene)
    nights.night()
    scene.clock.pass_(3600)
    return nights


# --- no, yes and no again ---


def turned(scene: Scene, *statuses: ContactStatus) -> None:
    for status in statuses:
        scene.clock.pass_(3600)
        scene.audience.turn(EMAIL, status, by_person=status is not CLEANED)


@pytest.mark.parametrize("ends", [UNSUBSCRIBED, CLEANED])
@pytest.mark.parametrize("incremental", [True, False])
def test_p04_who_ended_it_again_did_so_at_the_last_time(nights: Nights, ends: ContactStatus, incremental: bool) -> None:
    scene = nights.scene
    turned(scene, ends)
    nights.night()
    turned(scene, SUBSCRIBED)
    agreed = scene.clock.now() + minutes(30)
    turned(scene, ends)
    nights.night(incremental=incremental)
    before = calls_made(scene)

    scene.post(upserted(a_full_member(EMAIL, consent=opted_in(agreed)), at=scene.clock.now()))

    assert before
    assert scene.seen(EMAIL) is ends
    assert not {"change", "create"} & {*calls_made(scene)}


def test_what_was_known_of_it_stays_known_once(nights: Nights) -> None:
    scene = nights.scene
    turned(scene, UNSUBSCRIBED)
    nights.night()
    address = scene.ledger.stored_addresses["audience1", key_of(EMAIL)]

    found = nights.night().counts

    assert "missed" not in found
    assert scene.ledger.stored_addresses["audience1", key_of(EMAIL)] == address


def test_an_opt_out_that_upstream_told_and_somebody_edited_is_none_of_mailchimps(nights: Nights) -> None:
    scene = nights.scene
    scene.post(upserted(a_full_member(EMAIL, consent=opted_out(scene.clock.now())), at=scene.clock.now()))
    scene.clock.pass_(3600)
    person = scene.audience.people[subscriber_hash(EMAIL)]
    fields = {**person.contact.merge_fields, "PLAN": "By hand"}
    person.contact = person.contact.model_copy(update={"merge_fields": fields, "last_changed": scene.clock.now()})
    nights.night()

    scene.post(upserted(a_full_member(EMAIL, consent=opted_in(scene.clock.now())), at=scene.clock.now()))

    assert scene.seen(EMAIL) is SUBSCRIBED
    assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)


# --- addresses that a worker has in hand ---


def in_hand(scene: Scene, trouble: Trouble = Trouble.TIMEOUT) -> None:
    """A worker's call on the member's contact goes unanswered: for a while nobody else touches the address."""
    scene.audience.trouble = lambda name: trouble if name == "change" else None
    scene.post(upserted(a_full_member(EMAIL, plan="Half time"), at=scene.clock.now()))
    scene.audience.trouble = lambda _name: None


@pytest.mark.parametrize("incremental", [True, False])
def test_p07_an_opt_out_at_an_address_in_hand_is_seen_before_the_run_ends(nights: Nights, incremental: bool) -> None:
    scene = nights.scene
    scene.audience.turn(EMAIL, UNSUBSCRIBED)
    in_hand(scene)
    run = nights.begin(incremental=incremental)
    nights.pages(run, nights.reconcile.begin(run.connection_id, run.id))
    with pytest.raises(Retryable):
        nights.close(run)

    scene.pass_(180)  # the state machine tries it again
    counts = nights.close(run).counts

    address = scene.ledger.stored_addresses["audience1", key_of(EMAIL)]
    assert address.seen is UNSUBSCRIBED
    assert address.unsubscribed_at is not None
    assert counts["contacts"] == 1


def test_a_contact_in_hand_that_is_as_it_was_costs_no_call(nights: Nights) -> None:
    scene = nights.scene
    in_hand(scene)
    calls_made(scene)
    run = nights.begin()

    nights.pages(run, nights.reconcile.begin(run.connection_id, run.id))
    nights.close(run)

    assert calls_made(scene) == ["page", "page"]


def test_one_that_is_being_made_costs_none_either(nights: Nights) -> None:
    scene = nights.scene
    scene.audience.trouble = lambda name: Trouble.TIMEOUT_AFTER_EFFECT if name == "create" else None
    scene.post(upserted(a_full_member("heron@reed.test"), "m-2", scene.clock.now()))
    scene.audience.trouble = lambda _name: None
    calls_made(scene)
    run = nights.begin()

    nights.pages(run, nights.reconcile.begin(run.connection_id, run.id))
    nights.close(run)

    assert calls_made(scene) == ["page", "page"]
