"""The contract of `Audience`: what holds for the fake holds for the real adapter, and the other way round."""

from collections.abc import Callable, Iterator

import pytest

from accord.domain.contact import Contact, ContactPatch, ContactStatus, NewContact, TagChange
from accord.domain.values import subscriber_hash
from accord.errors import Refusal, Rejected
from accord.ports import Audience
from tests.adapters.audience_fixtures import FakeWorld, SimulatedWorld, World, given, seen
from tools.mailchimp_simulator import Simulator

SUBSCRIBED, UNSUBSCRIBED = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED
PENDING, ARCHIVED, CLEANED = ContactStatus.PENDING, ContactStatus.ARCHIVED, ContactStatus.CLEANED
NOBODY = subscriber_hash("nobody@nowhere.test")


@pytest.fixture(scope="module")
def simulated() -> Iterator[SimulatedWorld]:
    with Simulator(latency=0) as simulator:
        yield SimulatedWorld(simulator)


@pytest.fixture(params=["fake", "mailchimp"])
def world(request: pytest.FixtureRequest, simulated: SimulatedWorld) -> World:
    """Both worlds, one after the other: each test runs twice."""
    if request.param == "fake":
        return FakeWorld()
    simulated.begin_anew()
    return simulated


def new(email: str, status: ContactStatus = SUBSCRIBED, **merge_fields: str) -> NewContact:
    return NewContact(email=email, status=status, merge_fields=dict(merge_fields))


def refused(act: Callable[[], object]) -> Refusal:
    with pytest.raises(Rejected) as caught:
        act()
    return caught.value.refusal


def everybody(audience: Audience, *, archived: bool) -> dict[str, Contact]:
    found = [contact for page in audience.contacts(archived=archived) for contact in page]
    by_email = {contact.email: contact for contact in found}
    assert len(by_email) == len(found)  # nobody comes twice while nothing changes
    return by_email


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


def test_a_long_listing_comes_in_pages_of_a_thousand_at_most(world: World) -> None:
    for start in (0, 500, 1000):
        count = 500 if start < 1000 else 1
        world.audience.create([new(f"herring-{start + number}@shoal.test") for number in range(count)])
    pages = list(world.audience.contacts(archived=False))
    assert [len(page) for page in pages] == [1000, 1]
    assert len({contact.email for page in pages for contact in page}) == 1001
