"""What a contact shows: fields, groups and tags, and what of it is not Accord's."""

from typing import Any

import pytest

from tests.system.application import Application, upserted

pytestmark = pytest.mark.system

WALRUS: dict[str, Any] = {
    "email": "walrus@icefloe.test",
    "first_name": "Walruska",
    "last_name": "Tuskova",
    "phone": "+33639980017",
    "birthday": "1990-03-12",
    "address": {"line1": "1 quai du Phoque", "city": "Paris", "postal_code": "75002", "country": "FR"},
    "plan": "Full time",
    "joined_on": "2024-05-01",
    "language": "fr",
    "groups": {"Interests": ["Gardening"]},
    "fields": {"company": "Tusk & Sons"},
    "tags": ["Divers", "Night owls"],
}


def test_c6_c10_a4_every_field_group_and_tag_reaches_the_contact(keepers: Application) -> None:
    keepers.say("walrus", **WALRUS)
    contact = keepers.contact("walrus@icefloe.test")
    address = contact["merge_fields"].pop("ADDRESS")
    assert {part: text for part, text in address.items() if text} == {
        "addr1": "1 quai du Phoque",
        "city": "Paris",
        "state": "-",
        "zip": "75002",
        "country": "FR",
    }
    assert contact["merge_fields"] == {
        "FNAME": "Walruska",
        "LNAME": "Tuskova",
        "PHONE": "+33639980017",
        "BIRTHDAY": "03/12",
        "PLAN": "Full time",
        "JOINED": "2024-05-01",
        "COMPANY": "Tusk & Sons",
    }
    assert contact["language"] == "fr"
    assert sorted(contact["interests"].values()) == [False, True]
    assert {tag["name"] for tag in contact["tags"]} == {"Divers", "Night owls"}


def test_p17_tags_fields_and_groups_of_others_stay(keepers: Application) -> None:
    email = "puffin@skerry.test"
    keepers.say("puffin", email=email, first_name="Puffina", plan="Diver", tags=["Divers"])
    keepers.staff(email, "tag", name="Photogenic")
    keepers.staff(email, "edit", merge_fields={"LNAME": "by staff"})
    changed = keepers.say("puffin", email=email, first_name="Puffina", tags=["Fishers"])
    assert changed["status"] == "synced"
    assert keepers.tags(email) == {"Photogenic", "Fishers"}
    assert keepers.fields(email) == {"FNAME": "Puffina", "LNAME": "by staff"}


def test_a_group_that_upstream_no_longer_names_ends(keepers: Application) -> None:
    email = "marmot@alp.test"
    keepers.say("marmot", email=email, first_name="Marmotte", groups={"Interests": ["Yodelling", "Gardening"]})
    keepers.say("marmot", email=email, first_name="Marmotte", groups={"Interests": ["Yodelling"]})
    assert sorted(keepers.contact(email)["interests"].values()) == [False, True]


def test_p20_p13_a_value_that_does_not_fit_names_its_field_and_holds_up_nobody(keepers: Application) -> None:
    odd, fine, nowhere = keepers.tell(
        upserted("newt", email="newt@pond.test", first_name="Newton", groups={"Interests": ["Curling"]}),
        upserted("frog", email="frog@pond.test", first_name="Froggert"),
        upserted("toad", email="toad@pond.test", first_name="Toadella", address={"line1": "Under the stone"}),
    )
    assert (odd["status"], odd["reason"]["code"]) == ("failed", "field_invalid")
    assert "groups.Interests" in odd["reason"]["message"]
    assert "address" in nowhere["reason"]["message"]
    assert fine["status"] == "synced"
    assert [keepers.seen(f"{animal}@pond.test") for animal in ("newt", "frog", "toad")] == [
        "unknown",
        "subscribed",
        "unknown",
    ]
