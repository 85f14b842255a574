"""Audiences and what is defined in them: fields, interests, tags and segments."""

from typing import Any

import pytest

from tests.tools.mailchimp_simulator.zookeeper import Zookeeper
from tools.mailchimp_simulator import Simulator

AVIARY: dict[str, Any] = {
    "name": "Aviary",
    "contact": {"company": "Zoo", "address1": "1 Perch", "city": "Nest", "country": "FR"},
    "permission_reminder": "You whistled at us.",
    "campaign_defaults": {"from_name": "Owl", "from_email": "owl@aviary.test", "subject": "Hoot", "language": "en"},
    "email_type_option": False,
}


def test_the_account_and_its_first_audience(keeper: Zookeeper) -> None:
    assert keeper.get("/ping") == {"health_status": "Everything's Chimpy!"}
    assert keeper.get("/")["total_subscribers"] == 0
    fields = keeper.get("merge-fields")["merge_fields"]
    assert [field["tag"] for field in fields] == ["FNAME", "LNAME", "ADDRESS", "PHONE", "BIRTHDAY"]


def test_audiences_are_made_up_to_what_the_plan_allows(keeper: Zookeeper) -> None:
    made = keeper.post("/lists", AVIARY)
    assert (made["name"], made["contact"]["address2"]) == ("Aviary", "")
    for _ in range(3):
        keeper.post("/lists", AVIARY)
    answer = keeper.get("/lists")
    assert answer["constraints"] == {"may_create": False, "max_instances": 5, "current_total_instances": 5}
    assert keeper.refused("POST", "/lists", AVIARY)["status"] == 403
    keeper.delete(f"/lists/{made['id']}")
    assert keeper.refused("GET", f"/lists/{made['id']}")["status"] == 404
    assert keeper.get("/lists", email="nobody@aviary.test")["total_items"] == 0


def test_a_plan_may_allow_more_or_less() -> None:
    with Simulator(latency=0, max_audiences=1) as running, Zookeeper(running) as keeper:
        assert keeper.get("/lists")["constraints"]["max_instances"] == 1
        assert keeper.refused("POST", "/lists", AVIARY)["status"] == 403


@pytest.mark.parametrize("missing", [*AVIARY, "contact.company", "campaign_defaults.from_email"])
def test_an_audience_needs_what_the_specification_requires(keeper: Zookeeper, missing: str) -> None:
    name, _, part = missing.partition(".")
    body = {key: value for key, value in AVIARY.items() if key != name or part}
    if part:
        body[name] = {key: value for key, value in body[name].items() if key != part}
    problem = keeper.refused("POST", "/lists", body)
    assert problem["errors"][0]["field"].startswith(missing)


def test_counts_are_up_to_five_minutes_old(keeper: Zookeeper) -> None:
    assert keeper.get("")["stats"]["member_count"] == 0
    keeper.add("owl@aviary.test")
    assert keeper.get("")["stats"]["member_count"] == 0
    keeper.tell("POST", "clock", {"advance": 301})
    stats = keeper.get("", include_total_contacts="true")["stats"]
    assert (stats["member_count"], stats["total_contacts"]) == (1, 1)
    assert "total_contacts" not in keeper.get("")["stats"]


def test_a_field_is_made_changed_and_dropped(keeper: Zookeeper) -> None:
    choices = {"choices": ["Seed", "Mouse"]}
    made = keeper.post("merge-fields", {"name": "Diet", "type": "dropdown", "tag": "DIET", "options": choices})
    assert (made["merge_id"], made["options"]) == (6, choices)
    keeper.add("owl@aviary.test", merge_fields={"DIET": "Mouse"})
    keeper.patch("merge-fields/6", {"name": "Food", "tag": "FOOD"})
    assert keeper.get("members/owl@aviary.test")["merge_fields"]["FOOD"] == "Mouse"
    assert keeper.get("merge-fields", type="dropdown")["total_items"] == 1
    assert keeper.get("merge-fields/6")["name"] == "Food"
    keeper.delete("merge-fields/6")
    assert "FOOD" not in keeper.get("members/owl@aviary.test")["merge_fields"]
    problem = keeper.refused("POST", "merge-fields", {"name": "First", "type": "text", "tag": "fname"})
    assert problem["detail"] == 'A Merge Field with the tag "FNAME" already exists for this list.'
    assert keeper.refused("POST", "merge-fields", {"name": "Wings", "type": "feathered"})["status"] == 400
    assert keeper.refused("POST", "merge-fields", {"name": "Diet", "type": "radio"})["status"] == 400


def test_fields_come_ten_at_a_time(keeper: Zookeeper) -> None:
    for number in range(7):
        keeper.post("merge-fields", {"name": f"Feather {number}", "type": "text"})
    answer = keeper.get("merge-fields")
    assert (len(answer["merge_fields"]), answer["total_items"]) == (10, 12)
    assert len(keeper.get("merge-fields", count=1000)["merge_fields"]) == 12


def test_interests_are_made_counted_and_dropped(keeper: Zookeeper) -> None:
    category = keeper.post("interest-categories", {"title": "Songs", "type": "checkboxes"})
    path = f"interest-categories/{category['id']}"
    hoots = keeper.post(f"{path}/interests", {"name": "Hoots"})["id"]
    keeper.add("owl@aviary.test", interests={hoots: True})
    assert keeper.get(f"{path}/interests/{hoots}")["subscriber_count"] == "1"
    assert keeper.get("members/owl@aviary.test")["interests"] == {hoots: True}
    keeper.patch(f"{path}/interests/{hoots}", {"name": "Hooting"})
    keeper.patch(path, {"title": "Calls", "type": "checkboxes"})
    assert keeper.get("interest-categories")["categories"][0]["title"] == "Calls"
    assert keeper.get(path)["title"] == "Calls"
    assert keeper.get(f"{path}/interests")["interests"][0]["name"] == "Hooting"
    assert keeper.refused("POST", f"{path}/interests", {"name": "hooting"})["status"] == 400
    keeper.delete(f"{path}/interests/{hoots}")
    assert keeper.get("members/owl@aviary.test")["interests"] == {}
    keeper.delete(path)
    assert keeper.refused("GET", path)["status"] == 404


def test_a_tag_is_a_segment_and_takes_five_hundred_at_once(keeper: Zookeeper) -> None:
    owl = keeper.add("owl@aviary.test", tags=["Nocturnal"])
    tag = owl["tags"][0]["id"]
    keeper.add("wren@aviary.test")
    keeper.add("dodo@aviary.test", "unsubscribed")
    to_add = ["wren@aviary.test", "WREN@aviary.test", "dodo@aviary.test", "owl@aviary.test", "nobody@aviary.test"]
    answer = keeper.post(f"segments/{tag}", {"members_to_add": to_add, "members_to_remove": ["ghost@aviary.test"]})
    assert (answer["total_added"], answer["total_removed"], answer["error_count"]) == (2, 0, 0)
    assert "contact_id" not in answer["members_added"][0]
    assert keeper.get(f"segments/{tag}/members")["total_items"] == 2
    assert keeper.get(f"segments/{tag}/members", include_unsubscribed="true")["total_items"] == 3
    assert keeper.get(f"segments/{tag}")["member_count"] == 2
    answer = keeper.post(f"segments/{tag}", {"members_to_remove": ["owl@aviary.test"]})
    assert (answer["total_removed"], keeper.get("members/owl@aviary.test")["tags_count"]) == (1, 0)
    assert keeper.refused("POST", f"segments/{tag}", {"members_to_add": ["owl@aviary.test"] * 501})["status"] == 400
    keeper.post(f"segments/{tag}/members", {"email_address": "owl@aviary.test"})
    keeper.delete(f"segments/{tag}/members/{owl['id']}")
    assert keeper.refused("DELETE", f"segments/{tag}/members/{owl['id']}")["status"] == 404


def test_segments_are_static_or_saved(keeper: Zookeeper) -> None:
    keeper.add("owl@aviary.test")
    static = keeper.post("segments", {"name": "Night", "static_segment": ["owl@aviary.test", "nobody@aviary.test"]})
    assert (static["type"], static["member_count"]) == ("static", 1)
    condition = {"condition_type": "TextMerge", "field": "FNAME", "op": "is", "value": "Owl"}
    options = {"match": "any", "conditions": [condition]}
    saved = keeper.post("segments", {"name": "Owls", "options": options})
    assert (saved["type"], saved["options"]) == ("saved", options)
    assert keeper.refused("POST", f"segments/{saved['id']}", {"members_to_add": ["owl@aviary.test"]})["status"] == 400
    assert keeper.refused("POST", "segments", {"name": "x", "static_segment": [], "options": options})["status"] == 400
    assert keeper.refused("POST", "segments", {"name": "night", "static_segment": []})["status"] == 400
    assert [each["name"] for each in keeper.get("segments", type="saved")["segments"]] == ["Owls"]
    assert keeper.get("segments", since_created_at="2020-01-01T00:00:00Z", type="static")["total_items"] == 1
    keeper.patch(f"segments/{static['id']}", {"name": "Nocturnal", "static_segment": []})
    assert keeper.get("members/owl@aviary.test")["tags"] == []
    assert [tag["name"] for tag in keeper.get("tag-search", name="NOC")["tags"]] == ["Nocturnal"]
    keeper.delete(f"segments/{static['id']}")
    assert keeper.get("tag-search")["total_items"] == 0
