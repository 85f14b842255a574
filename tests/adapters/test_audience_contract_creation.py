"""The contract of `Audience` for creating and reading: what holds for the fake holds for the real adapter."""

import pytest

from accord.domain.contact import ContactStatus
from accord.domain.values import subscriber_hash
from accord.errors import Refusal, Rejected
from tests.adapters.audience_fixtures import World, given, new, seen

SUBSCRIBED, UNSUBSCRIBED = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED
PENDING, ARCHIVED, CLEANED = ContactStatus.PENDING, ContactStatus.ARCHIVED, ContactStatus.CLEANED
NOBODY = subscriber_hash("nobody@nowhere.test")


# --- create ---


def test_a_new_contact_is_created_and_its_hash_returned(world: World) -> None:
    waffle = new("Wilma.Waffle@syrup.test", PENDING, FNAME="Wilma", LNAME="Waffle")
    assert world.audience.create([waffle]) == [subscriber_hash("wilma.waffle@syrup.test")]
    contact = seen(world, "wilma.waffle@syrup.test")
    assert (contact.email, contact.status) == ("Wilma.Waffle@syrup.test", PENDING)
    assert (contact.merge_fields["FNAME"], contact.merge_fields["LNAME"]) == ("Wilma", "Waffle")
    assert contact.contact_id


def test_creating_nobody_creates_nobody(world: World) -> None:
    assert world.audience.create([]) == []


def test_one_who_exists_is_refused_and_not_changed(world: World) -> None:
    before = given(world, "otto.omelette@pan.test", UNSUBSCRIBED)
    (result,) = world.audience.create([new("OTTO.omelette@pan.test", SUBSCRIBED, FNAME="Impostor")])
    assert isinstance(result, Rejected)
    assert result.refusal is Refusal.EXISTS
    after = seen(world, "otto.omelette@pan.test")
    assert (after.status, after.merge_fields["FNAME"]) == (UNSUBSCRIBED, before.merge_fields["FNAME"])


def test_one_who_was_permanently_deleted_can_not_come_back_subscribed_or_pending(world: World) -> None:
    given(world, "fergus.fudge@attic.test")
    world.staff("fergus.fudge@attic.test", "delete_permanently")
    assert world.audience.read(subscriber_hash("fergus.fudge@attic.test")) is None
    for status in (SUBSCRIBED, PENDING):
        (result,) = world.audience.create([new("fergus.fudge@attic.test", status)])
        assert isinstance(result, Rejected)
        assert result.refusal is Refusal.FORGOTTEN


def test_one_who_unsubscribed_and_was_archived_is_not_subscribed_by_a_creation(world: World) -> None:
    given(world, "silvio.sorbet@cone.test")
    world.person("silvio.sorbet@cone.test", "unsubscribe")
    world.staff("silvio.sorbet@cone.test", "archive")
    (result,) = world.audience.create([new("silvio.sorbet@cone.test")])
    assert isinstance(result, Rejected)
    assert result.refusal in {Refusal.COMPLIANCE, Refusal.EXISTS}  # which of the two is not settled
    assert seen(world, "silvio.sorbet@cone.test").status is ARCHIVED


def test_a_value_that_does_not_fit_is_refused_with_the_tag_of_its_field(world: World) -> None:
    (result,) = world.audience.create([new("brunhilde@muesli.test", BIRTHDAY="the day of the cheese")])
    assert isinstance(result, Rejected)
    assert (result.refusal, result.detail) == (Refusal.FIELD_INVALID, "BIRTHDAY")
    assert world.audience.read(subscriber_hash("brunhilde@muesli.test")) is None


@pytest.mark.parametrize("email", ["someone@example.com", "not an address"])
def test_an_address_that_is_fake_or_none_is_refused(world: World, email: str) -> None:
    (result,) = world.audience.create([new(email)])
    assert isinstance(result, Rejected)
    assert result.refusal is Refusal.EMAIL_REFUSED


def test_results_come_in_the_order_of_the_contacts_whatever_became_of_them(world: World) -> None:
    given(world, "here@already.test")
    results = world.audience.create(
        [new("first@pudding.test"), new("here@already.test"), new("x@example.com"), new("last@pudding.test")]
    )
    told = [result.refusal if isinstance(result, Rejected) else result for result in results]
    assert told == [
        subscriber_hash("first@pudding.test"),
        Refusal.EXISTS,
        Refusal.EMAIL_REFUSED,
        subscriber_hash("last@pudding.test"),
    ]


def test_an_address_given_twice_in_one_call_is_a_mistake_of_the_caller(world: World) -> None:
    with pytest.raises(ValueError, match="each address once"):
        world.audience.create([new("echo@canyon.test"), new("ECHO@canyon.test")])


def test_more_than_five_hundred_in_one_call_are_a_mistake_of_the_caller(world: World) -> None:
    with pytest.raises(ValueError, match="500"):
        world.audience.create([new(f"sardine-{number}@tin.test") for number in range(501)])


# --- read ---


def test_who_is_not_there_is_read_as_none(world: World) -> None:
    assert world.audience.read(NOBODY) is None


def test_a_contact_that_changed_its_address_is_found_by_contact_id_and_no_longer_by_the_old_hash(world: World) -> None:
    before = given(world, "mabel.old@teapot.test")
    assert before.contact_id
    world.person("mabel.old@teapot.test", "change_email", new_email="mabel.new@teapot.test")
    after = world.audience.read(before.contact_id)
    assert after is not None
    assert (after.email, after.contact_id) == ("mabel.new@teapot.test", before.contact_id)
    assert after.subscriber_hash == subscriber_hash("mabel.new@teapot.test")
    assert world.audience.read(before.subscriber_hash) is None


def test_an_archived_contact_is_read_as_archived(world: World) -> None:
    before = given(world, "percy.pickle@jar.test")
    world.staff("percy.pickle@jar.test", "archive")
    after = seen(world, "percy.pickle@jar.test")
    assert (after.status, after.contact_id) == (ARCHIVED, before.contact_id)


def test_who_complained_is_told_from_who_unsubscribed(world: World) -> None:
    for email, deed in (("grumpy@gnocchi.test", "complain"), ("gentle@gnocchi.test", "unsubscribe")):
        given(world, email)
        world.person(email, deed)
    grumpy, gentle = seen(world, "grumpy@gnocchi.test"), seen(world, "gentle@gnocchi.test")
    assert (grumpy.status, grumpy.complained) == (UNSUBSCRIBED, True)
    assert (gentle.status, gentle.complained) == (UNSUBSCRIBED, False)


def test_who_bounced_is_cleaned(world: World) -> None:
    given(world, "boing@trampoline.test")
    world.person("boing@trampoline.test", "hard_bounce")
    assert seen(world, "boing@trampoline.test").status is CLEANED
