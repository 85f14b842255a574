"""The contract of `Audience` for changes: what holds for the fake holds for the real adapter."""

import pytest

from accord.domain.contact import ContactPatch, ContactStatus
from accord.domain.values import subscriber_hash
from accord.errors import Refusal, Rejected
from tests.adapters.audience_fixtures import World, given, new, refused, seen

SUBSCRIBED, UNSUBSCRIBED = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED
PENDING, ARCHIVED, CLEANED = ContactStatus.PENDING, ContactStatus.ARCHIVED, ContactStatus.CLEANED
NOBODY = subscriber_hash("nobody@nowhere.test")


# --- change ---


def test_a_change_without_a_status_leaves_it(world: World) -> None:
    contact = given(world, "nina.nougat@sweet.test", UNSUBSCRIBED)
    changed = world.audience.change(contact.subscriber_hash, ContactPatch(merge_fields={"LNAME": "Nougat"}))
    assert (changed.status, changed.merge_fields["LNAME"]) == (UNSUBSCRIBED, "Nougat")
    assert seen(world, "nina.nougat@sweet.test") == changed


def test_a_change_leaves_fields_that_it_does_not_name_and_clears_those_it_empties(world: World) -> None:
    world.audience.create([new("rex.ragout@pot.test", FNAME="Rex", LNAME="Ragout")])
    changed = world.audience.change(subscriber_hash("rex.ragout@pot.test"), ContactPatch(merge_fields={"LNAME": ""}))
    assert (changed.merge_fields["FNAME"], changed.merge_fields["LNAME"]) == ("Rex", "")


def test_a_change_is_taken_by_contact_id(world: World) -> None:
    contact = given(world, "dora.donut@hole.test")
    assert contact.contact_id
    changed = world.audience.change(contact.contact_id, ContactPatch(language="de"))
    assert changed.language == "de"


def test_nobody_is_created_by_a_change(world: World) -> None:
    patch = ContactPatch(status=SUBSCRIBED, email="nobody@nowhere.test")
    assert refused(lambda: world.audience.change(NOBODY, patch)) is Refusal.NOT_FOUND
    assert world.audience.read(NOBODY) is None


def test_a_person_who_unsubscribed_can_be_asked_but_not_subscribed(world: World) -> None:
    contact = given(world, "lola.lasagna@layer.test")
    world.person("lola.lasagna@layer.test", "unsubscribe")
    reference = contact.subscriber_hash
    assert refused(lambda: world.audience.change(reference, ContactPatch(status=SUBSCRIBED))) is Refusal.COMPLIANCE
    assert world.audience.change(reference, ContactPatch(status=PENDING)).status is PENDING


def test_archiving_does_not_undo_that_a_person_unsubscribed(world: World) -> None:
    reference = given(world, "edna.eclair@choux.test").subscriber_hash
    world.person("edna.eclair@choux.test", "unsubscribe")
    world.staff("edna.eclair@choux.test", "archive")
    assert refused(lambda: world.audience.change(reference, ContactPatch(status=SUBSCRIBED))) is Refusal.COMPLIANCE


def test_who_bounced_can_not_be_subscribed(world: World) -> None:
    reference = given(world, "flip.flop@spring.test").subscriber_hash
    world.person("flip.flop@spring.test", "hard_bounce")
    assert refused(lambda: world.audience.change(reference, ContactPatch(status=SUBSCRIBED))) is Refusal.COMPLIANCE


@pytest.mark.parametrize("deed", ["unsubscribe", "hard_bounce"])
def test_who_unsubscribed_or_bounced_is_not_moved(world: World, deed: str) -> None:
    before = given(world, "stay.put@anchor.test")
    world.person("stay.put@anchor.test", deed)
    patch = ContactPatch(email="gone@away.test")
    assert refused(lambda: world.audience.change(before.subscriber_hash, patch)) is Refusal.OTHER
    assert seen(world, "stay.put@anchor.test").contact_id == before.contact_id


def test_an_address_that_was_permanently_deleted_takes_no_move(world: World) -> None:
    given(world, "ghost@mansion.test")
    world.staff("ghost@mansion.test", "delete_permanently")
    mover = given(world, "hugo.haunt@mansion.test")
    patch = ContactPatch(email="ghost@mansion.test")
    assert refused(lambda: world.audience.change(mover.subscriber_hash, patch)) is Refusal.FORGOTTEN


def test_who_confirms_is_subscribed_and_stays_free_to_be(world: World) -> None:
    reference = given(world, "yes.please@button.test").subscriber_hash
    world.person("yes.please@button.test", "unsubscribe")
    world.audience.change(reference, ContactPatch(status=PENDING))
    world.person("yes.please@button.test", "confirm")
    assert seen(world, "yes.please@button.test").status is SUBSCRIBED
    world.audience.change(reference, ContactPatch(status=UNSUBSCRIBED))
    assert world.audience.change(reference, ContactPatch(status=SUBSCRIBED)).status is SUBSCRIBED


def test_an_unsubscribe_made_here_can_be_undone_here(world: World) -> None:
    reference = given(world, "kurt.kebab@skewer.test").subscriber_hash
    assert world.audience.change(reference, ContactPatch(status=UNSUBSCRIBED)).status is UNSUBSCRIBED
    assert world.audience.change(reference, ContactPatch(status=SUBSCRIBED)).status is SUBSCRIBED


def test_a_move_takes_the_contact_along(world: World) -> None:
    before = given(world, "ida.igloo@north.test")
    moved = world.audience.change(before.subscriber_hash, ContactPatch(email="ida.igloo@south.test"))
    assert (moved.email, moved.contact_id) == ("ida.igloo@south.test", before.contact_id)
    assert moved.subscriber_hash == subscriber_hash("ida.igloo@south.test")
    assert world.audience.read(before.subscriber_hash) is None


def test_a_move_to_an_address_that_exists_is_refused(world: World) -> None:
    mover = given(world, "tom.tofu@soy.test")
    given(world, "taken@soy.test")
    patch = ContactPatch(email="taken@soy.test")
    assert refused(lambda: world.audience.change(mover.subscriber_hash, patch)) is Refusal.EXISTS
    assert seen(world, "tom.tofu@soy.test") == mover


def test_a_change_to_a_value_that_does_not_fit_is_refused_with_the_tag(world: World) -> None:
    contact = given(world, "basil@pesto.test")
    patch = ContactPatch(merge_fields={"BIRTHDAY": "yesterday"})
    with pytest.raises(Rejected) as caught:
        world.audience.change(contact.subscriber_hash, patch)
    assert (caught.value.refusal, caught.value.detail) == (Refusal.FIELD_INVALID, "BIRTHDAY")
