"""Stories that a night, or the choice of another audience, once told wrongly: found by chance and by eye."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.domain.values import subscriber_hash
from accord.ports import QueuedChanges
from accord.usecases.reconciling.read_audience import ReadAudience
from tests.builders import (
    SETUP,
    a_full_member,
    a_member,
    a_policy,
    erased,
    key_of,
    left,
    minutes,
    opted_in,
    opted_out,
    upserted,
)
from tests.fakes import FakeAudience, Trouble
from tests.nights import Nights, read_whole
from tests.scene import Scene, calls_made
from tests.unit.test_former_audiences import Moving

EMAIL, OTHER, THIRD = "heron@mere.test", "heron@weir.test", "heron@pool.test"
SUBSCRIBED, UNSUBSCRIBED = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED


@pytest.fixture
def nights() -> Nights:
    """A member who is in the audience with everything, one night ago."""
    scene = Scene()
    scene.post(upserted(a_full_member(EMAIL)))
    nights = Nights(scene)
    nights.night()
    scene.clock.pass_(3600)
    return nights


def edit(scene: Scene, email: str = EMAIL, **shown: Any) -> None:
    """Somebody changes the contact in Mailchimp."""
    person = scene.audience.people[subscriber_hash(email)]
    fields = {"merge_fields": {**person.contact.merge_fields, **shown.pop("fields", {})}}
    person.contact = person.contact.model_copy(update={"last_changed": scene.clock.now(), **fields, **shown})


def says(scene: Scene, id_: str = "m-1", email: str = EMAIL, **given: Any) -> None:
    """Upstream posts a member."""
    scene.post(upserted(a_full_member(email, **given), id_, scene.clock.now()))


# --- what upstream states no more, and somebody changed, is theirs: it was written to every night ---


@pytest.mark.parametrize(
    ("given", "change"),
    [({"language": ""}, {"language": "en"}), ({"last_name": ""}, {"fields": {"LNAME": "Ardea"}})],
)
def test_a2_what_upstream_states_no_more_is_not_fought_over(
    nights: Nights, given: dict[str, Any], change: dict[str, Any]
) -> None:
    scene = nights.scene
    edit(scene, **change)
    says(scene, **given)
    nights.night()
    calls_made(scene)

    nights.night()
    nights.night()

    assert set(calls_made(scene)) == {"page"}
    contact = scene.audience.of(EMAIL)
    assert contact is not None
    assert (contact.language, contact.merge_fields["LNAME"]) in {("en", "Walrus"), ("fr", "Ardea")}


def test_a2_a_field_that_is_mapped_no_more_is_not_fought_over(nights: Nights) -> None:
    scene = nights.scene
    mapping = {source: tag for source, tag in scene.connection.mapping.items() if tag != "PLAN"}
    scene.ledger.save_connection(scene.connection.model_copy(update={"mapping": mapping}))
    edit(scene, fields={"PLAN": "By hand"})
    nights.night()
    calls_made(scene)

    nights.night()
    nights.night()

    assert set(calls_made(scene)) == {"page"}


# --- contacts that were given another address where nobody is ---


def test_a_contact_of_nobody_that_takes_another_address_is_looked_for_once(nights: Nights) -> None:
    scene = nights.scene
    scene.audience.add(OTHER)
    nights.night()
    scene.audience.move(OTHER, THIRD)
    nights.night()
    calls_made(scene)

    assert "gone" not in nights.night().counts
    assert set(calls_made(scene)) == {"page"}


def test_who_has_an_address_next_is_not_written_over_the_contact_that_once_passed_there(nights: Nights) -> None:
    scene = nights.scene
    scene.audience.move(EMAIL, OTHER)
    scene.clock.pass_(3600)
    nights.night(incremental=True)  # it is seen at the other address, and nobody knows yet whose it is
    scene.audience.move(OTHER, EMAIL)
    scene.clock.pass_(3600)
    nights.night()

    says(scene, "m-2", OTHER, first_name="Ardea")

    shown = {email: scene.audience.of(email) for email in (EMAIL, OTHER)}
    assert {e: c.merge_fields["FNAME"] for e, c in shown.items() if c} == {EMAIL: "Wilma", OTHER: "Ardea"}


def test_a_contact_that_was_left_behind_and_said_to_be_elsewhere_was_not_deleted() -> None:
    scene = Scene()
    scene.connection = scene.connection.model_copy(update={"policy": a_policy(opt_in="double")})
    scene.ledger.save_connection(scene.connection)
    says(scene)
    scene.clock.pass_(60)
    says(scene, email=OTHER)  # whoever was not confirmed can not be moved
    scene.audience.move(EMAIL, THIRD)
    scene.hear("upemail", THIRD, EMAIL)
    scene.clock.pass_(3600)

    Nights(scene).night()

    assert scene.status() == (Status.AWAITING_CONFIRMATION, ReasonCode.CONFIRMATION_SENT)


def test_p10_p18_a_tag_that_was_taken_from_a_contact_that_moved_comes_back_the_same_night(nights: Nights) -> None:
    nights.scene.audience.move(EMAIL, OTHER)
    edit(nights.scene, OTHER, tags=())

    nights.night()

    contact = nights.scene.audience.of(OTHER)
    assert contact is not None
    assert contact.tags == ("Clients",)


# --- a page that is older than what is known ---


def late_page(nights: Nights, meanwhile: Callable[[], object]) -> None:
    """A night whose page was put together while a worker's call was under way, and came after its answer."""
    scene = nights.scene
    audience = scene.audience
    stale = {hash_: person.contact for hash_, person in audience.people.items()}
    change, archive = FakeAudience.change, FakeAudience.archive
    scene.clock.pass_(10)
    run = nights.begin()

    def slow[T](call: Callable[[], T]) -> T:
        scene.clock.pass_(2)  # the page is asked for one second from here
        return call()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FakeAudience, "change", lambda self, *args: slow(lambda: change(self, *args)))
        patch.setattr(FakeAudience, "archive", lambda self, *args: slow(lambda: archive(self, *args)))
        began = scene.clock.now()
        meanwhile()
    read = ReadAudience(scene.ledger, audience, scene.clock, key_of, scene.connection.policy)
    read.remember(scene.connection.audience_id, list(stale.values()), began + timedelta(seconds=1))
    assert run


def test_p07_a_page_from_before_an_opt_out_was_carried_is_no_opt_in(nights: Nights) -> None:
    scene = nights.scene
    edit(scene, fields={"PLAN": "Half time"})  # after the person opted out: upstream tells of it only now
    out = opted_out(scene.clock.now() - minutes(30))
    scene.clock.pass_(60)

    late_page(nights, lambda: says(scene, consent=out))

    address = scene.ledger.stored_addresses["audience1", key_of(EMAIL)]
    assert (address.seen, address.confirmed_at) == (UNSUBSCRIBED, None)
    says(scene, consent=None, plan="Day")
    assert scene.status() == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_UPSTREAM)


def test_a_page_from_before_an_archiving_is_no_opt_in(nights: Nights) -> None:
    scene = nights.scene

    late_page(nights, lambda: scene.post(left(at=scene.clock.now())))

    address = scene.ledger.stored_addresses["audience1", key_of(EMAIL)]
    assert (address.seen, address.confirmed_at) == (ContactStatus.ARCHIVED, None)


# --- marks ---


def test_p17_what_was_changed_while_a_call_was_of_unknown_effect_is_found_the_night_after(nights: Nights) -> None:
    scene = nights.scene
    scene.audience.trouble = lambda name: Trouble.TIMEOUT_AFTER_EFFECT if name == "tag_contact" else None
    says(scene, tags=("Clients", "Waders"))
    scene.audience.trouble = lambda _name: None
    edit(scene, fields={"FNAME": "Ardea"})
    scene.clock.pass_(600)
    read_whole(scene)  # faster than the worker who is to look what became of the call
    scene.settle_all()

    nights.night()

    contact = scene.audience.of(EMAIL)
    assert contact is not None
    assert contact.merge_fields["FNAME"] == "Wilma"


@pytest.mark.parametrize("first", ["burrow", "nest"])
def test_of_two_connections_in_one_audience_each_restores_what_its_own_policy_says(nights: Nights, first: str) -> None:
    scene = nights.scene
    scene.audience.add(OTHER, merge_fields={"FNAME": "Ardea"})
    leaves = scene.connection.model_copy(update={"id": "nest", "policy": a_policy(existing_contacts="fill_blanks")})
    scene.ledger.save_connection(leaves)
    scene.ledger.save_audience_setup("nest", SETUP)
    theirs = a_member(OTHER, plan="Day", tags=("Clients",))
    scene.work(QueuedChanges("nest", changes=(upserted(theirs, "n-1", scene.clock.now()),)))
    both = {"burrow": scene.connection, "nest": leaves}
    scene.clock.pass_(3600)
    for email in (EMAIL, OTHER):
        edit(scene, email, fields={"PLAN": "By hand"}, tags=())

    for _ in range(2):
        for id_ in (first, *(both.keys() - {first})):
            scene.connection = both[id_]
            nights.night()
            scene.work(QueuedChanges("nest", due=("n-1",)))
    calls_made(scene)
    nights.night()

    shown = {email: scene.audience.of(email) for email in (EMAIL, OTHER)}
    assert {e: c.merge_fields["PLAN"] for e, c in shown.items() if c} == {EMAIL: "Full time", OTHER: "By hand"}
    assert {e: c.tags for e, c in shown.items() if c} == {EMAIL: ("Clients",), OTHER: ()}
    assert calls_made(scene) == ["page", "page"]


# --- another audience ---


@pytest.mark.parametrize("what", ["deleted", "erased"])
def test_p04_who_was_always_in_the_audience_that_is_chosen_did_not_agree_anew(what: str) -> None:
    moving = Moving()
    scene = moving.scene
    scene.post(upserted(a_member(EMAIL, consent=opted_in(scene.clock.now() - minutes(60)))))
    read_whole(scene)
    if what == "deleted":
        del scene.audience.people[subscriber_hash(EMAIL)]
        scene.hear("unsubscribe", EMAIL)
        scene.clock.pass_(60)
        read_whole(scene)
        scene.settle_all()
        assert scene.status()[0] is Status.DELETED_IN_MAILCHIMP
    else:
        scene.post(erased(at=scene.clock.now()))
    moving.later().move()
    scene.audience.add(EMAIL, last_changed=scene.clock.now())  # for years; somebody tagged it yesterday
    read_whole(scene)

    address = scene.ledger.stored_addresses["audience2", key_of(EMAIL)]
    assert address.confirmed_at is None
