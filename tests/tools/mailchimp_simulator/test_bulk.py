"""500 contacts in one call: what is created, what is updated, what is told of the rest."""

from typing import Any

import pytest

from tests.tools.mailchimp_simulator.zookeeper import Zookeeper, hash_of


def ants(count: int, **more: object) -> list[dict[str, Any]]:
    return [{"email_address": f"ant-{number}@hill.test", "status": "subscribed", **more} for number in range(count)]


def test_five_hundred_at_most(keeper: Zookeeper) -> None:
    assert keeper.post("", {"members": ants(500)})["total_created"] == 500
    assert keeper.refused("POST", "", {"members": ants(501)})["status"] == 400
    assert keeper.refused("POST", "", {})["status"] == 400


def test_the_answer_has_no_contact_id(keeper: Zookeeper) -> None:
    member = keeper.post("", {"members": ants(1, tags=["Busy"])})["new_members"][0]
    assert member["id"] == hash_of("ant-0@hill.test")
    assert member["tags"][0]["name"] == "Busy"
    assert not {"contact_id", "web_id", "full_name"} & member.keys()


def test_who_exists_is_an_error_unless_updating_is_asked_for(keeper: Zookeeper) -> None:
    keeper.post("", {"members": ants(2)})
    changed = ants(3, merge_fields={"FNAME": "Ant"})
    answer = keeper.post("", {"members": changed})
    assert (answer["total_created"], answer["error_count"]) == (1, 2)
    assert answer["errors"][0] == {
        "email_address": "ant-0@hill.test",
        "error": "ant-0@hill.test is already a list member, do you want to update? "
        "please provide update_existing:true in the request body",
        "error_code": "ERROR_CONTACT_EXISTS",
        "field": "",
        "field_message": "",
    }
    assert keeper.get("members/ant-0@hill.test")["merge_fields"]["FNAME"] == ""
    answer = keeper.post("", {"members": changed, "update_existing": True})
    assert (answer["total_updated"], answer["error_count"]) == (3, 0)
    assert keeper.get("members/ant-0@hill.test")["merge_fields"]["FNAME"] == "Ant"


def test_one_that_is_refused_stops_no_other(keeper: Zookeeper) -> None:
    keeper.post("merge-fields", {"name": "Legs", "type": "number", "tag": "LEGS"})
    keeper.add("left@hill.test")
    keeper.person("left@hill.test", "unsubscribe")
    gone = keeper.add("gone@hill.test")
    keeper.post(f"members/{gone['id']}/actions/delete-permanent")
    members = [
        {"email_address": "left@hill.test", "status": "subscribed"},
        {"email_address": "gone@hill.test", "status": "subscribed"},
        {"email_address": "ant@example.com", "status": "subscribed"},
        {"email_address": "six@hill.test", "status": "subscribed", "merge_fields": {"LEGS": "six"}},
        {"email_address": "mute@hill.test"},
        {"status": "subscribed"},
        {"email_address": "fine@hill.test", "status": "subscribed"},
    ]
    answer = keeper.post("", {"members": members, "update_existing": True})
    assert [member["email_address"] for member in answer["new_members"]] == ["fine@hill.test"]
    assert {error["error_code"] for error in answer["errors"]} == {"ERROR_GENERIC"}
    assert [error["field"] for error in answer["errors"]] == ["", "", "", "LEGS", "status", ""]
    assert "compliance state" in answer["errors"][0]["error"]
    assert "permanently deleted" in answer["errors"][1]["error"]
    assert answer["errors"][3]["field_message"] == "Please enter a number"


@pytest.mark.parametrize(("skip", "errors"), [("true", 0), ("false", 1)])
def test_the_first_of_two_is_taken(keeper: Zookeeper, skip: str, errors: int) -> None:
    twice = [{"email_address": "ANT@hill.test", "status": "pending"}, {"email_address": "ant@hill.test"}]
    answer = keeper.post("", {"members": twice}, skip_duplicate_check=skip)
    assert (answer["total_created"], answer["error_count"]) == (1, errors)
    assert keeper.get("members/ant@hill.test")["status"] == "pending"


@pytest.mark.parametrize("update", [True, False])
def test_who_was_archived_comes_back_unasked(keeper: Zookeeper, update: bool) -> None:
    keeper.add("ant-0@hill.test")
    keeper.staff("ant-0@hill.test", "archive")
    assert keeper.post("", {"members": ants(1), "update_existing": update})["total_created"] == 1
    assert keeper.get("members/ant-0@hill.test")["status"] == "subscribed"


def test_tags_are_replaced_only_when_synced_and_updating(keeper: Zookeeper) -> None:
    keeper.post("", {"members": ants(1, tags=["Busy", "Small"])})

    def tags(**more: object) -> list[str]:
        keeper.post("", {"members": ants(1, tags=["Queen", "small"]), **more})
        return [tag["name"] for tag in keeper.get("members/ant-0@hill.test/tags")["tags"]]

    assert tags(sync_tags=True) == ["Busy", "Small"]
    assert tags(update_existing=True) == ["Busy", "Small", "Queen"]
    assert tags(update_existing=True, sync_tags=True) == ["Small", "Queen"]
