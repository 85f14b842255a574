"""Who is mailed and who is not: consent given, withdrawn and given anew, on either side."""

import pytest

from tests.system.application import Application, agreed_now, declined_now, upserted

pytestmark = pytest.mark.system


def test_c2_c9_without_consent_a_member_exists_and_no_contact_does(zoo: Application) -> None:
    silent = zoo.say("sloth", email="sloth@canopy.test", first_name="Slothilda", consent=None)
    unknown = zoo.say("tapir", email="tapir@canopy.test", first_name="Tapio", consent={"status": "unknown"})
    declined = zoo.say("okapi", email="okapi@canopy.test", first_name="Okapina", consent=declined_now())
    assert [(each["status"], each["reason"]["code"]) for each in (silent, unknown, declined)] == [
        ("excluded", "no_consent"),
        ("excluded", "no_consent"),
        ("excluded", "opted_out"),
    ]
    assert [zoo.seen(f"{animal}@canopy.test") for animal in ("sloth", "tapir", "okapi")] == ["unknown"] * 3


def test_p01_an_opt_out_unsubscribes_and_only_a_newer_opt_in_subscribes_again(zoo: Application) -> None:
    email = "gnu@savanna.test"
    zoo.say("gnu", email=email, first_name="Gnorbert")
    gone = zoo.say("gnu", email=email, first_name="Gnorbert", consent=declined_now())
    assert (gone["status"], gone["reason"]["code"], zoo.seen(email)) == (
        "unsubscribed",
        "unsubscribed_upstream",
        "unsubscribed",
    )
    again = zoo.say("gnu", email=email, first_name="Gnorbert", plan="Herd")
    assert (again["status"], zoo.seen(email)) == ("unsubscribed", "unsubscribed")
    back = zoo.say("gnu", email=email, first_name="Gnorbert", consent=agreed_now())
    assert (back["status"], zoo.seen(email)) == ("synced", "subscribed")


def test_p09_a11_a_persons_unsubscribe_stays_until_the_person_confirms_a_newer_opt_in(zoo: Application) -> None:
    email = "emu@outback.test"
    zoo.say("emu", email=email, first_name="Emutiful")
    zoo.person(email, "unsubscribe")
    learnt = zoo.say("emu", email=email, first_name="Emutiful", plan="Runner")
    assert (learnt["status"], learnt["reason"]["code"]) == ("unsubscribed", "unsubscribed_in_mailchimp")
    assert zoo.seen(email) == "unsubscribed"

    fresh = agreed_now()
    asked = zoo.say("emu", email=email, first_name="Emutiful", plan="Runner", consent=fresh)
    assert (asked["status"], zoo.seen(email)) == ("awaiting_confirmation", "pending")
    zoo.say("emu", email=email, first_name="Emutiful", plan="Sprinter", consent=fresh)
    assert zoo.standing(email)["confirmation_mails"] == 1

    zoo.person(email, "confirm")
    back = zoo.say("emu", email=email, first_name="Emutiful", plan="Jogger", consent=fresh)
    assert (back["status"], zoo.seen(email)) == ("synced", "subscribed")


def test_p05_a7_leaving_archives_and_never_unsubscribes_and_rejoining_brings_the_contact_back(zoo: Application) -> None:
    email = "stork@chimney.test"
    zoo.say("stork", email=email, first_name="Storkel")
    gone = zoo.leaves("stork")
    assert (gone["status"], gone["reason"]["code"], zoo.seen(email)) == ("archived", "left", "archived")
    back = zoo.say("stork", email=email, first_name="Storkel")
    assert (back["status"], zoo.seen(email)) == ("synced", "subscribed")
    assert zoo.kinds("stork")[:2] == ["created", "archived"]


def test_p22_a8_who_staff_archived_comes_back_only_after_leaving_and_with_newer_consent(zoo: Application) -> None:
    email = "dodo@mauritius.test"
    zoo.say("dodo", email=email, first_name="Dodolores")
    zoo.staff(email, "archive")
    shown = zoo.say("dodo", email=email, first_name="Dodolores", plan="Extinct")
    assert (shown["status"], shown["reason"]["code"]) == ("archived_in_mailchimp", "archived_by_staff")
    fresh = zoo.say("dodo", email=email, first_name="Dodolores", consent=agreed_now())
    assert (fresh["status"], zoo.seen(email)) == ("archived_in_mailchimp", "archived")

    zoo.leaves("dodo")
    back = zoo.say("dodo", email=email, first_name="Dodolores", consent=agreed_now())
    assert (back["status"], zoo.seen(email)) == ("synced", "subscribed")


def test_p04_a8_a_forgotten_address_is_terminal_and_costs_no_further_call(zoo: Application) -> None:
    email = "quagga@karoo.test"
    zoo.say("quagga", email=email, first_name="Quaggy")
    zoo.staff(email, "delete_permanently")
    gone = zoo.say("quagga", email=email, first_name="Quaggy", plan="Lost")
    assert (gone["status"], gone["reason"]["code"]) == ("deleted_in_mailchimp", "permanently_deleted")
    before = zoo.stack.audience.calls()["total"]
    still = zoo.say("quagga", email=email, first_name="Quaggy", plan="Found", consent=agreed_now())
    assert (still["status"], zoo.seen(email)) == ("deleted_in_mailchimp", "forgotten")
    assert zoo.stack.audience.calls()["total"] == before


def test_a_bounced_address_is_shown_and_a_new_one_begins_anew(zoo: Application) -> None:
    zoo.say("ibex", email="ibex@cliff.test", first_name="Ibexter")
    zoo.person("ibex@cliff.test", "hard_bounce")
    bounced = zoo.say("ibex", email="ibex@cliff.test", first_name="Ibexter", plan="Climber")
    assert (bounced["status"], bounced["reason"]["code"]) == ("bounced", "hard_bounce")
    moved = zoo.say("ibex", email="ibex@meadow.test", first_name="Ibexter", plan="Climber")
    assert (moved["status"], zoo.seen("ibex@meadow.test")) == ("synced", "subscribed")
    assert zoo.seen("ibex@cliff.test") == "cleaned"


def test_who_complained_is_not_asked_again(zoo: Application) -> None:
    email = "skunk@thicket.test"
    zoo.say("skunk", email=email, first_name="Skunkadelia")
    zoo.person(email, "complain")
    zoo.say("skunk", email=email, first_name="Skunkadelia", plan="Striped")
    shown = zoo.say("skunk", email=email, first_name="Skunkadelia", plan="Striped", consent=agreed_now())
    assert (shown["status"], shown["reason"]["code"]) == ("unsubscribed", "complained")
    assert zoo.standing(email)["confirmation_mails"] == 0


def test_q2_c9_double_opt_in_asks_once_and_learns_of_the_confirmation_at_the_next_read(askers: Application) -> None:
    email = "heron@reeds.test"
    asked = askers.say("heron", email=email, first_name="Heronimus")
    assert (asked["status"], asked["reason"]["code"]) == ("awaiting_confirmation", "confirmation_sent")
    askers.say("heron", email=email, first_name="Heronimus", plan="Wader")
    assert (askers.seen(email), askers.standing(email)["confirmation_mails"]) == ("pending", 1)

    askers.person(email, "confirm")
    confirmed = askers.say("heron", email=email, first_name="Heronimus", plan="Fisher")
    assert (confirmed["status"], askers.seen(email)) == ("synced", "subscribed")


def test_a2_an_existing_contact_is_adopted_and_its_status_is_not_sent(zoo: Application) -> None:
    zoo.staff("lynx@taiga.test", "add_contact", merge_fields={"FNAME": "L.", "PLAN": "Old"}, tags=["By hand"])
    before = zoo.standing("lynx@taiga.test")
    shown = zoo.say("lynx", email="lynx@taiga.test", first_name="Lynxette", tags=["Night owls"])
    after = zoo.standing("lynx@taiga.test")
    assert (shown["status"], after["status"], after["contact_id"]) == ("synced", "subscribed", before["contact_id"])
    assert zoo.fields("lynx@taiga.test") == {"FNAME": "Lynxette", "PLAN": "Old"}
    assert zoo.tags("lynx@taiga.test") == {"By hand", "Night owls"}


def test_p01_an_existing_contact_that_had_unsubscribed_stays_so(zoo: Application) -> None:
    zoo.staff("wolverine@taiga.test", "add_contact", status="unsubscribed")
    shown = zoo.say("wolverine", email="wolverine@taiga.test", first_name="Wolvi", consent=agreed_now() | {"at": None})
    assert (shown["status"], shown["reason"]["code"]) == ("unsubscribed", "unsubscribed_in_mailchimp")
    assert zoo.seen("wolverine@taiga.test") == "unsubscribed"


def test_p16_contacts_of_others_are_not_touched(zoo: Application) -> None:
    zoo.staff("muskox@tundra.test", "add_contact", merge_fields={"FNAME": "Musk"}, tags=["Thick fur"])
    before = zoo.contact("muskox@tundra.test")
    zoo.say("arctic-fox", email="fox@tundra.test", first_name="Foxarella")
    zoo.leaves("arctic-fox")
    zoo.tell(upserted("lemming", email=None, first_name="Lemmy"))
    after = zoo.contact("muskox@tundra.test")
    assert after == before
