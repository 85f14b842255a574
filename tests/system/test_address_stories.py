"""What becomes of a contact when addresses change, are shared, or are swapped."""

import pytest

from tests.system.application import AGREED, Application, agreed_now, declined_now, upserted

pytestmark = pytest.mark.system


def test_p10_an_email_change_moves_the_contact_which_keeps_its_id(zoo: Application) -> None:
    zoo.say("otter", email="otter@brook.test", first_name="Otterline", tags=["Swimmers"])
    before = zoo.standing("otter@brook.test")["contact_id"]
    moved = zoo.say("otter", email="otter@river.test", first_name="Otterline", tags=["Swimmers"])
    assert (moved["status"], moved["contact"]["contact_id"]) == ("synced", before)
    assert zoo.standing("otter@river.test")["contact_id"] == before
    assert (zoo.seen("otter@river.test"), zoo.seen("otter@brook.test")) == ("subscribed", "unknown")
    assert zoo.tags("otter@river.test") == {"Swimmers"}


def test_p10_an_email_change_to_an_existing_contact_takes_it_over_and_archives_the_old_one(zoo: Application) -> None:
    zoo.say("mole", email="mole@tunnel.test", first_name="Moletta")
    zoo.staff("mole@lawn.test", "add_contact", merge_fields={"FNAME": "M."}, tags=["Diggers"])
    there = zoo.standing("mole@lawn.test")["contact_id"]
    moved = zoo.say("mole", email="mole@lawn.test", first_name="Moletta")
    assert (moved["status"], moved["contact"]["contact_id"]) == ("synced", there)
    assert (zoo.seen("mole@lawn.test"), zoo.seen("mole@tunnel.test")) == ("subscribed", "archived")
    assert zoo.fields("mole@lawn.test")["FNAME"] == "Moletta"
    assert zoo.tags("mole@lawn.test") == {"Diggers"}


def test_c5_keep_old_adds_a_contact_and_opting_out_reaches_both(keepers: Application) -> None:
    keepers.say("magpie", email="magpie@nest.test", first_name="Magpia")
    keepers.say("magpie", email="magpie@spire.test", first_name="Magpia")
    assert [keepers.seen(f"magpie@{place}.test") for place in ("nest", "spire")] == ["subscribed"] * 2
    gone = keepers.say("magpie", email="magpie@spire.test", first_name="Magpia", consent=declined_now())
    assert gone["status"] == "unsubscribed"
    assert [keepers.seen(f"magpie@{place}.test") for place in ("nest", "spire")] == ["unsubscribed"] * 2


def test_c5_keep_old_and_leaving_archives_both(keepers: Application) -> None:
    keepers.say("jackdaw", email="jackdaw@nest.test", first_name="Jackdawn")
    keepers.say("jackdaw", email="jackdaw@spire.test", first_name="Jackdawn")
    keepers.leaves("jackdaw")
    assert [keepers.seen(f"jackdaw@{place}.test") for place in ("nest", "spire")] == ["archived"] * 2


def test_p10_an_opt_out_in_mailchimp_follows_the_person_to_a_new_address(zoo: Application) -> None:
    zoo.say("hare", email="hare@field.test", first_name="Harriet")
    zoo.person("hare@field.test", "unsubscribe")
    moved = zoo.say("hare", email="hare@forest.test", first_name="Harriet")
    assert (moved["status"], moved["reason"]["code"]) == ("unsubscribed", "unsubscribed_in_mailchimp")
    assert (zoo.seen("hare@field.test"), zoo.seen("hare@forest.test")) == ("unsubscribed", "unknown")


def test_an_opt_out_upstream_follows_the_person_to_a_new_address(zoo: Application) -> None:
    zoo.say("stoat", email="stoat@hedge.test", first_name="Stoatley", consent=declined_now())
    moved = zoo.say("stoat", email="stoat@barn.test", first_name="Stoatley", consent=AGREED)
    assert moved["status"] == "excluded"
    assert zoo.seen("stoat@barn.test") == "unknown"


def test_p25_two_members_share_an_address_and_either_ones_opt_out_wins(zoo: Application) -> None:
    email = "badgers@sett.test"
    zoo.say("badger", email=email, first_name="Badgerina")
    other = zoo.say("brock", email=email, first_name="Brockley")
    assert (other["status"], other["reason"]["code"]) == ("shared", "shared_with")
    assert zoo.fields(email)["FNAME"] == "Badgerina"

    declined = zoo.say("brock", email=email, first_name="Brockley", consent=declined_now())
    assert (declined["status"], zoo.seen(email)) == ("unsubscribed", "unsubscribed")
    owner = zoo.api.wait_for("badger", lambda member: member["status"] != "synced")
    assert (owner["status"], owner["reason"]["code"]) == ("shared", "opted_out_by_other_holder")

    zoo.say("brock", email=email, first_name="Brockley", consent=agreed_now())
    zoo.api.wait_for("badger", lambda member: member["status"] == "synced")
    assert zoo.seen(email) == "subscribed"


def test_p25_when_the_owner_leaves_the_other_member_is_shown(zoo: Application) -> None:
    email = "voles@bank.test"
    zoo.say("vole", email=email, first_name="Volanda")
    zoo.say("shrew", email=email, first_name="Shrewella")
    zoo.leaves("vole")
    zoo.api.wait_for("shrew", lambda member: member["status"] == "synced")
    assert (zoo.seen(email), zoo.fields(email)["FNAME"]) == ("subscribed", "Shrewella")


def test_p10_two_members_swap_their_addresses(zoo: Application) -> None:
    zoo.say("castor", email="upper@dam.test", first_name="Castor")
    zoo.say("pollux", email="lower@dam.test", first_name="Pollux")
    swapped = zoo.tell(
        upserted("castor", email="lower@dam.test", first_name="Castor"),
        upserted("pollux", email="upper@dam.test", first_name="Pollux"),
    )
    assert [each["status"] for each in swapped] == ["synced", "synced"]
    shown = {place: zoo.contact(f"{place}@dam.test") for place in ("upper", "lower")}
    assert {place: contact["status"] for place, contact in shown.items()} == {
        "upper": "subscribed",
        "lower": "subscribed",
    }
    assert {place: contact["merge_fields"]["FNAME"] for place, contact in shown.items()} == {
        "upper": "Pollux",
        "lower": "Castor",
    }
