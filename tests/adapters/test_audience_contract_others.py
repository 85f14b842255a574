"""The contract of `Audience` for archiving, erasing, tags and listings, on the fake and the real adapter."""

from datetime import timedelta

import pytest

from accord.domain.contact import ContactPatch, ContactStatus, TagChange
from accord.domain.values import subscriber_hash
from accord.errors import Refusal
from tests.adapters.audience_fixtures import World, everybody, given, new, refused, seen

SUBSCRIBED, UNSUBSCRIBED = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED
PENDING, ARCHIVED, CLEANED = ContactStatus.PENDING, ContactStatus.ARCHIVED, ContactStatus.CLEANED
NOBODY = subscriber_hash("nobody@nowhere.test")


# --- marketing permissions ---


def test_permissions_are_known_once_there_is_a_contact_and_each_is_written_by_itself(world: World) -> None:
    audience = world.asking_permissions()
    assert audience.setup().permissions == ()
    reference = given(world, "perry.perm@salon.test").subscriber_hash

    one, other, *_ = audience.setup().permissions

    assert (one.text, other.text, world.permitted("perry.perm@salon.test")) == ("Email", "Direct Mail", set())
    audience.change(reference, ContactPatch(permissions={one.id: True, other.id: True}))
    audience.change(reference, ContactPatch(language="de"))
    assert world.permitted("perry.perm@salon.test") == {one.id, other.id}
    audience.change(reference, ContactPatch(permissions={one.id: False}))
    assert world.permitted("perry.perm@salon.test") == {other.id}


def test_a_permission_that_the_audience_does_not_have_is_refused(world: World) -> None:
    reference = given(world, "perry.perm@salon.test").subscriber_hash
    assert refused(lambda: world.audience.change(reference, ContactPatch(permissions={"nowhere": True})))


# --- archive, bring back, erase ---


def test_archiving_and_bringing_back_by_a_status(world: World) -> None:
    before = given(world, "yuri.yogurt@culture.test")
    assert before.contact_id
    world.audience.archive(before.contact_id)
    assert seen(world, "yuri.yogurt@culture.test").status is ARCHIVED
    back = world.audience.change(before.subscriber_hash, ContactPatch(status=PENDING))
    assert (back.status, back.contact_id) == (PENDING, before.contact_id)


def test_an_archived_contact_stays_archived_when_changed_without_a_status(world: World) -> None:
    reference = given(world, "mona.mustard@shelf.test").subscriber_hash
    world.audience.archive(reference)
    assert world.audience.change(reference, ContactPatch(merge_fields={"FNAME": "Mona"})).status is ARCHIVED


def test_who_is_pending_cleaned_or_archived_can_not_be_archived(world: World) -> None:
    pending = given(world, "penny@waiting.test", PENDING)
    cleaned, archived = given(world, "clive@bounced.test"), given(world, "arthur@shelved.test")
    world.person("clive@bounced.test", "hard_bounce")
    world.audience.archive(archived.subscriber_hash)
    for contact in (pending, cleaned, archived):
        reference = contact.subscriber_hash
        assert refused(lambda reference=reference: world.audience.archive(reference)) is Refusal.CAN_NOT_ARCHIVE  # type: ignore[misc]


def test_who_is_not_there_can_be_neither_archived_nor_erased(world: World) -> None:
    assert refused(lambda: world.audience.archive(NOBODY)) is Refusal.NOT_FOUND
    assert refused(lambda: world.audience.erase(NOBODY)) is Refusal.NOT_FOUND


def test_who_was_erased_is_gone_by_every_name(world: World) -> None:
    contact = given(world, "vera.vanish@smoke.test")
    assert contact.contact_id
    world.audience.erase(contact.subscriber_hash)
    assert world.audience.read(contact.subscriber_hash) is None
    assert world.audience.read(contact.contact_id) is None


# --- tags ---


def test_the_tags_of_one_contact_are_added_and_removed_and_others_left(world: World) -> None:
    reference = given(world, "tilda.tapas@plate.test").subscriber_hash
    world.audience.tag_contact(reference, TagChange(add=("Bakers", "Night owls")))
    world.audience.tag_contact(reference, TagChange(add=("Early birds",), remove=("BAKERS", "Unheard of")))
    assert set(seen(world, "tilda.tapas@plate.test").tags) == {"Night owls", "Early birds"}


def test_who_is_not_there_can_not_be_tagged(world: World) -> None:
    assert refused(lambda: world.audience.tag_contact(NOBODY, TagChange(add=("Ghosts",)))) is Refusal.NOT_FOUND


def test_a_tag_is_created_once_whatever_its_case(world: World) -> None:
    tag = world.audience.create_tag("Chess club")
    assert world.audience.create_tag("CHESS club") == tag
    assert world.audience.setup().tags["Chess club"] == tag


def test_one_tag_is_given_to_many_and_taken_from_others(world: World) -> None:
    emails = [f"{name}@choir.test" for name in ("soprano", "alto", "tenor")]
    for email in emails:
        given(world, email)
    tag = world.audience.create_tag("Choir")
    world.audience.tag_many(tag, emails[:2], [])
    world.audience.tag_many(tag, ["TENOR@choir.test", "nobody@nowhere.test"], ["alto@choir.test"])
    assert [seen(world, email).tags for email in emails] == [("Choir",), (), ("Choir",)]


def test_a_tag_that_is_gone_can_not_be_given(world: World) -> None:
    given(world, "una.umlaut@dots.test")
    assert refused(lambda: world.audience.tag_many(99_999_999, ["una.umlaut@dots.test"], [])) is Refusal.NOT_FOUND


def test_more_than_five_hundred_to_tag_are_a_mistake_of_the_caller(world: World) -> None:
    with pytest.raises(ValueError, match="500"):
        world.audience.tag_many(1, [], [f"sardine-{number}@tin.test" for number in range(501)])


# --- the whole audience ---


def test_the_setup_tells_the_fields_of_the_audience(world: World) -> None:
    fields = {field.tag: field.type for field in world.audience.setup().merge_fields}
    assert (fields["FNAME"], fields["BIRTHDAY"]) == ("text", "birthday")


def test_an_empty_audience_has_no_pages(world: World) -> None:
    assert list(world.audience.contacts(archived=False)) == []
    assert list(world.audience.contacts(archived=True)) == []


def test_everybody_is_listed_once_the_archived_apart(world: World) -> None:
    world.audience.create([new(f"bean-{number}@bag.test") for number in range(7)])
    given(world, "off@bag.test", UNSUBSCRIBED)
    given(world, "maybe@bag.test", PENDING)
    given(world, "boing@bag.test")
    world.person("boing@bag.test", "hard_bounce")
    given(world, "shelved@bag.test")
    world.staff("shelved@bag.test", "archive")

    present, archived = everybody(world.audience, archived=False), everybody(world.audience, archived=True)
    beans = {f"bean-{number}@bag.test": SUBSCRIBED for number in range(7)}
    others = {"off@bag.test": UNSUBSCRIBED, "maybe@bag.test": PENDING, "boing@bag.test": CLEANED}
    assert {email: contact.status for email, contact in present.items()} == beans | others
    assert {email: contact.status for email, contact in archived.items()} == {"shelved@bag.test": ARCHIVED}
    assert present["off@bag.test"] == seen(world, "off@bag.test")


def test_a_listing_of_what_changed_begins_with_its_second(world: World) -> None:
    given(world, "bean@bag.test")
    changed = seen(world, "bean@bag.test").last_changed
    assert changed is not None
    for since, emails in ((changed, ["bean@bag.test"]), (changed + timedelta(seconds=1), [])):
        pages = world.audience.contacts(archived=False, since=since)
        assert [contact.email for page in pages for contact in page] == emails


def test_a_long_listing_comes_in_pages_of_a_thousand_at_most(world: World) -> None:
    for start in (0, 500, 1000):
        count = 500 if start < 1000 else 1
        world.audience.create([new(f"herring-{start + number}@shoal.test") for number in range(count)])
    pages = list(world.audience.contacts(archived=False))
    assert [len(page) for page in pages] == [1000, 1]
    assert len({contact.email for page in pages for contact in page}) == 1001
