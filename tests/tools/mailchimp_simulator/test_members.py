"""One contact at a time: what the API creates, changes, archives and forgets, word for word."""

from typing import Any

import pytest

from tests.tools.mailchimp_simulator.zookeeper import Zookeeper, hash_of

GNU = "Gnu@savanna.test"
NOT_REMOVED = "This list member cannot be removed. Can not archive a contact that is bounced, pending or archived"


def test_a_contact_is_found_by_hash_by_address_and_by_contact_id(keeper: Zookeeper) -> None:
    added = keeper.add(GNU, merge_fields={"FNAME": "Gnu", "LNAME": "Gnuson"})
    assert added["id"] == hash_of(GNU)
    assert added["full_name"] == "Gnu Gnuson"
    assert added["unique_email_id"] not in added["id"]
    for key in (added["id"], GNU, GNU.upper(), added["contact_id"]):
        assert keeper.get(f"members/{key}") == added


def test_only_the_hash_will_do_for_tagging_and_for_deleting_for_good(keeper: Zookeeper) -> None:
    added = keeper.add(GNU)
    for key in (GNU, added["contact_id"]):
        assert keeper.refused("POST", f"members/{key}/tags", {"tags": []})["status"] == 404
        assert keeper.refused("POST", f"members/{key}/actions/delete-permanent")["status"] == 404


def test_an_address_is_added_once(keeper: Zookeeper) -> None:
    keeper.add(GNU)
    problem = keeper.refused("POST", "members", {"email_address": GNU.lower(), "status": "subscribed"})
    assert problem["title"] == "Member Exists"
    assert problem["detail"] == f"{GNU.lower()} is already a list member. Use PUT to insert or update list members."
    assert "type" not in problem


@pytest.mark.parametrize("email", ["", "gnu", "gnu@savanna", "gnu @savanna.test", "gnu@@savanna.test", None, 7])
def test_a_malformed_address_is_refused(keeper: Zookeeper, email: object) -> None:
    problem = keeper.refused("POST", "members", {"email_address": email, "status": "subscribed"})
    assert (problem["title"], problem["detail"]) == ("Invalid Resource", "Please provide a valid email address.")


def test_a_fake_address_is_refused(keeper: Zookeeper) -> None:
    problem = keeper.refused("POST", "members", {"email_address": "gnu@example.com", "status": "subscribed"})
    assert problem["detail"] == "gnu@example.com looks fake or invalid, please enter a real email address."


@pytest.mark.parametrize("status", ["archived", "sleepy", None, 3])
def test_a_status_that_can_not_be_written_is_refused(keeper: Zookeeper, status: object) -> None:
    problem = keeper.refused("POST", "members", {"email_address": GNU, "status": status})
    assert problem["errors"][0]["field"] == "status"


def test_a_bad_merge_value_is_named_and_nothing_is_written(keeper: Zookeeper) -> None:
    keeper.post("merge-fields", {"name": "Legs", "type": "number", "tag": "LEGS"})
    keeper.add(GNU, merge_fields={"LEGS": 4})
    body = {"status": "unsubscribed", "merge_fields": {"FNAME": "Changed", "LEGS": "four"}}
    problem = keeper.refused("PATCH", f"members/{GNU}", body)
    assert problem["detail"] == "Your merge fields were invalid."
    assert problem["errors"] == [{"field": "LEGS", "message": "Please enter a number"}]
    kept = keeper.get(f"members/{GNU}")
    assert kept["status"] == "subscribed"
    assert kept["merge_fields"] == {"FNAME": "", "LNAME": "", "ADDRESS": "", "PHONE": "", "BIRTHDAY": "", "LEGS": 4}


def test_a_required_field_may_be_skipped_when_asked(keeper: Zookeeper) -> None:
    keeper.post("merge-fields", {"name": "Herd", "type": "text", "tag": "HERD", "required": True})
    body = {"email_address": GNU, "status": "subscribed"}
    assert keeper.refused("POST", "members", body)["errors"] == [{"field": "HERD", "message": "Please enter a value"}]
    assert keeper.post("members", body, skip_merge_validation="true")["merge_fields"]["HERD"] == ""


def test_put_creates_with_status_if_new_or_else_with_status(keeper: Zookeeper) -> None:
    body = {"email_address": GNU, "tags": ["Ignored"]}
    assert keeper.refused("PUT", f"members/{hash_of(GNU)}", body)["errors"][0]["field"] == "status_if_new"
    created = keeper.put(f"members/{hash_of(GNU)}", body | {"status_if_new": "pending"})
    assert (created["status"], created["tags"]) == ("pending", [])
    assert keeper.put(f"members/{GNU}", body | {"status_if_new": "subscribed"})["status"] == "pending"
    other = {"email_address": "okapi@savanna.test", "status": "unsubscribed"}
    assert keeper.put("members/okapi@savanna.test", other)["status"] == "unsubscribed"


def test_patch_never_creates(keeper: Zookeeper) -> None:
    assert keeper.refused("PATCH", f"members/{hash_of(GNU)}", {"status": "subscribed"})["status"] == 404
    assert keeper.standing(GNU)["status"] == "unknown"


def test_nothing_changes_without_a_change(keeper: Zookeeper) -> None:
    added = keeper.add(GNU, language="fr")
    keeper.tell("POST", "clock", {"advance": 60})
    assert keeper.patch(f"members/{GNU}", {"language": "fr", "horns": 2}) == added
    assert keeper.patch(f"members/{GNU}", {"language": "de"})["last_changed"] > added["last_changed"]


def test_an_archived_contact_comes_back_with_a_status_and_not_with_its_old_one(keeper: Zookeeper) -> None:
    added = keeper.add(GNU, "unsubscribed", tags=["Herd"])
    keeper.delete(f"members/{GNU}")
    assert keeper.get(f"members/{GNU}")["status"] == "archived"
    assert keeper.patch(f"members/{GNU}", {"language": "fr"})["status"] == "archived"
    back = keeper.add(GNU)
    assert (back["status"], back["contact_id"], back["web_id"]) == ("subscribed", added["contact_id"], added["web_id"])
    assert back["tags"] == added["tags"]


@pytest.mark.parametrize("status", ["cleaned", "pending", "archived"])
def test_who_is_cleaned_pending_or_archived_can_not_be_archived(keeper: Zookeeper, status: str) -> None:
    keeper.add(GNU, "subscribed" if status == "archived" else status)
    if status == "archived":
        keeper.delete(f"members/{GNU}")
    answer = keeper.ask("DELETE", f"members/{GNU}")
    assert (answer.status_code, answer.json()["detail"]) == (405, NOT_REMOVED)
    assert answer.headers["Allow"] == "GET, PUT"


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_contact_takes_another_address_along(keeper: Zookeeper, method: str) -> None:
    added, new = keeper.add(GNU, tags=["Herd"]), "wildebeest@savanna.test"
    keeper.ask(method, f"members/{GNU}", json={"email_address": new, "status_if_new": "subscribed"})
    moved = keeper.get(f"members/{new}")
    assert moved["id"] == hash_of(new)
    assert moved["unique_email_id"] != added["unique_email_id"]
    for kept in ("contact_id", "web_id", "tags"):
        assert moved[kept] == added[kept]
    assert keeper.refused("GET", f"members/{hash_of(GNU)}")["status"] == 404


def test_an_address_of_someone_else_is_not_taken(keeper: Zookeeper) -> None:
    keeper.add(GNU)
    keeper.add("okapi@savanna.test")
    for method in ("PUT", "PATCH"):
        body = {"email_address": "okapi@savanna.test", "status_if_new": "subscribed"}
        assert keeper.refused(method, f"members/{GNU}", body)["title"] == "Member Exists"


@pytest.mark.parametrize("status", ["unsubscribed", "cleaned"])
def test_who_is_not_mailed_keeps_the_address(keeper: Zookeeper, status: str) -> None:
    keeper.add(GNU, status)
    problem = keeper.refused("PATCH", f"members/{GNU}", {"email_address": "wildebeest@savanna.test"})
    assert problem["detail"].startswith(f'This member\'s status is "{status}."')


def test_tags_are_given_taken_and_made_when_unknown(keeper: Zookeeper) -> None:
    path = f"members/{hash_of(GNU)}/tags"
    assert keeper.refused("POST", path, {"tags": []})["detail"] == "The requested resource could not be found."
    keeper.add(GNU, tags=["Herd", "Hoofed"])
    tags = [{"name": "hoofed", "status": "inactive"}, {"name": "Dusty", "status": "active"}]
    tags.append({"name": "Never seen", "status": "inactive"})
    assert keeper.ask("POST", path, json={"tags": tags}).status_code == 204
    assert [tag["name"] for tag in keeper.get(path)["tags"]] == ["Herd", "Dusty"]
    assert [tag["name"] for tag in keeper.get("tag-search", name="h")["tags"]] == ["Herd", "Hoofed"]


def test_a_contact_shows_fifty_tags_and_the_rest_by_pages(keeper: Zookeeper) -> None:
    added = keeper.add(GNU, tags=[f"Stripe {number}" for number in range(60)])
    assert (len(added["tags"]), added["tags_count"]) == (50, 60)
    page = keeper.get(f"members/{GNU}/tags", offset=50, count=1000)
    assert ([tag["name"] for tag in page["tags"]][-1], page["total_items"]) == ("Stripe 59", 60)


def test_notes_are_kept_with_the_contact(keeper: Zookeeper) -> None:
    notes = f"members/{keeper.add(GNU)['id']}/notes"
    first = keeper.post(notes, {"note": "Grazes"})
    keeper.patch(f"{notes}/{first['id']}", {"note": "Grazes at night"})
    keeper.post(notes, {"note": "Runs"})
    assert keeper.get(f"members/{GNU}")["last_note"]["note"] == "Runs"
    assert [note["note"] for note in keeper.get(notes)["notes"]] == ["Runs", "Grazes at night"]
    assert keeper.get(f"{notes}/{first['id']}")["note"] == "Grazes at night"
    keeper.delete(f"{notes}/{first['id']}")
    assert keeper.refused("GET", f"{notes}/{first['id']}")["status"] == 404
    assert keeper.refused("POST", notes, {"note": "x" * 1001})["status"] == 400


def test_what_a_contact_holds_beside_its_fields(keeper: Zookeeper) -> None:
    keeper.patch("", {"marketing_permissions": True})
    blank = keeper.add("okapi@savanna.test")["marketing_permissions"]
    assert [each["enabled"] for each in blank] == [False, False, False]
    chosen = {"marketing_permission_id": blank[0]["marketing_permission_id"], "enabled": True}
    more: dict[str, Any] = {
        "vip": True,
        "language": "sw",
        "ip_opt": "192.0.2.7",
        "location": {"latitude": -2, "longitude": 34},
    }
    added = keeper.add(GNU, marketing_permissions=[chosen], timestamp_opt="2020-01-02T03:04:05+00:00", **more)
    assert [each["enabled"] for each in added["marketing_permissions"]] == [True, False, False]
    assert added["timestamp_opt"] == "2020-01-02T03:04:05+00:00"
    assert (added["vip"], added["language"], added["ip_opt"]) == (True, "sw", "192.0.2.7")
    assert added["location"]["longitude"] == 34
    for bad in ({"ip_opt": "here"}, {"vip": "yes"}, {"timestamp_opt": "soon"}, {"interests": {"0123456789": True}}):
        assert keeper.refused("PATCH", f"members/{GNU}", bad)["status"] == 400


def test_why_someone_left_is_shown_while_they_are_away(keeper: Zookeeper) -> None:
    keeper.add(GNU)
    keeper.person(GNU, "unsubscribe", reason="Too dusty")
    assert keeper.get(f"members/{GNU}")["unsubscribe_reason"] == "Too dusty"
    assert keeper.person(GNU, "subscribe")["status"] == "subscribed"
    assert keeper.get(f"members/{GNU}")["unsubscribe_reason"] == ""
    left = keeper.patch(f"members/{GNU}", {"status": "unsubscribed"})
    assert left["unsubscribe_reason"] == "N/A (Unsubscribed by an admin)"


def test_search_finds_by_address_and_by_name(keeper: Zookeeper) -> None:
    keeper.add(GNU, merge_fields={"FNAME": "Gnoria", "LNAME": "Horn"})
    keeper.add("okapi@savanna.test")
    found = keeper.get("/search-members", query=GNU)
    assert found["exact_matches"]["members"][0]["email_address"] == GNU
    found = keeper.get("/search-members", query="gnoria", list_id=keeper.simulator.list_id)
    assert (found["exact_matches"]["total_items"], found["full_search"]["total_items"]) == (0, 1)


def test_a_tag_has_a_name_of_a_hundred_letters_at_most(keeper: Zookeeper) -> None:
    for tags in (["x" * 101], [""], [3]):
        assert keeper.refused("POST", "members", {"email_address": GNU, "status": "subscribed", "tags": tags})["errors"]
    assert keeper.standing(GNU)["status"] == "unknown"


def test_an_address_may_be_percent_encoded_in_the_path(keeper: Zookeeper) -> None:
    odd = "gnu+half/breed@savanna.test"
    added = keeper.add(odd)
    assert keeper.get("members/gnu%2Bhalf%2Fbreed%40savanna.test")["id"] == added["id"]
