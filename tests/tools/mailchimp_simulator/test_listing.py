"""Reading many: pages, filters, order, and only the fields that are wanted."""

from typing import Any

import pytest

from tests.tools.mailchimp_simulator.zookeeper import Zookeeper


def names(page: Any) -> list[str]:
    return [member["email_address"].partition("@")[0] for member in page["members"]]


@pytest.fixture
def pond(keeper: Zookeeper) -> Zookeeper:
    """A newt, an eft, a frog and a toad, ten minutes apart; the eft archived, the newt changed last."""
    for name, status in (("newt", "subscribed"), ("eft", "subscribed"), ("frog", "pending"), ("toad", "unsubscribed")):
        keeper.add(f"{name}@pond.test", status)
        keeper.tell("POST", "clock", {"advance": 600})
    keeper.delete("members/eft@pond.test")
    keeper.tell("POST", "clock", {"advance": 600})
    keeper.patch("members/newt@pond.test", {"vip": True})
    return keeper


def test_ten_come_unless_more_are_asked_for(keeper: Zookeeper) -> None:
    assert keeper.simulator.fill(2500) == 2500
    assert len(keeper.get("members")["members"]) == 10
    seen = [
        member["id"]
        for offset in range(0, 3000, 1000)
        for member in keeper.get("members", count=1000, offset=offset, fields="members.id")["members"]
    ]
    assert len(set(seen)) == len(seen) == 2500
    for bad in ({"count": 1001}, {"count": "many"}, {"offset": -1}):
        assert keeper.refused("GET", "members", **bad)["status"] == 400


def test_the_archived_are_listed_only_by_name(pond: Zookeeper) -> None:
    page = pond.get("members")
    assert (names(page), page["total_items"]) == (["newt", "frog", "toad"], 3)
    assert names(pond.get("members", status="archived")) == ["eft"]
    assert names(pond.get("members", status="pending")) == ["frog"]
    assert pond.refused("GET", "members", status="sleepy")["status"] == 400


def test_changes_are_listed_in_order_and_from_after_a_moment(pond: Zookeeper) -> None:
    assert names(pond.get("members", sort_field="last_changed")) == ["frog", "toad", "newt"]
    assert names(pond.get("members", sort_field="last_changed", sort_dir="DESC", count=2)) == ["newt", "toad"]
    toad = pond.get("members/toad@pond.test")["last_changed"]
    since = pond.get("members", since_last_changed=toad)
    assert (names(since), since["total_items"]) == (["newt"], 1)
    assert names(pond.get("members", before_last_changed=toad)) == ["frog"]
    assert pond.refused("GET", "members", since_last_changed="yesterday")["status"] == 400


def test_the_rarer_filters(pond: Zookeeper) -> None:
    newt = pond.get("members/newt@pond.test")
    assert names(pond.get("members", vip_only="true")) == ["newt"]
    assert names(pond.get("members", unique_email_id=newt["unique_email_id"])) == ["newt"]
    assert names(pond.get("members", since_timestamp_opt="2020-01-01T00:00:00+00:00")) == ["newt"]
    assert names(pond.get("members", before_timestamp_opt=newt["timestamp_opt"])) == []
    assert names(pond.get("members", email_type="html", sort_field="timestamp_opt", sort_dir="DESC"))[0] == "newt"
    assert names(pond.get("members", status="unsubscribed", unsubscribed_since="2020-01-01")) == ["toad"]
    for bad in ({"unsubscribed_since": "2020-01-01"}, {"since_last_campaign": "true"}, {"interest_match": "any"}):
        assert pond.refused("GET", "members", **bad)["status"] == 400
    assert pond.refused("GET", "members", sort_field="weight")["status"] == 400


def test_a_remembered_scan_is_done_again_after_a_change(pond: Zookeeper) -> None:
    assert names(pond.get("members", vip_only="true")) == ["newt"]
    pond.patch("members/frog@pond.test", {"vip": True})
    assert names(pond.get("members", vip_only="true")) == ["newt", "frog"]


def test_interests_filter_any_all_or_none(pond: Zookeeper) -> None:
    group = pond.post("interest-categories", {"title": "Food", "type": "checkboxes"})["id"]
    flies, worms = (pond.post(f"interest-categories/{group}/interests", {"name": n})["id"] for n in ("Flies", "Worms"))
    pond.patch("members/newt@pond.test", {"interests": {flies: True, worms: True}})
    pond.patch("members/frog@pond.test", {"interests": {flies: True}})
    asked = {"interest_category_id": group, "interest_ids": f"{flies},{worms}"}
    assert names(pond.get("members", interest_match="any", **asked)) == ["newt", "frog"]
    assert names(pond.get("members", interest_match="all", **asked)) == ["newt"]
    assert names(pond.get("members", interest_match="none", **asked)) == ["toad"]


def test_only_what_is_wanted_is_answered(pond: Zookeeper) -> None:
    page = pond.get("members", fields="members.email_address,members.merge_fields.FNAME,total_items", count=1)
    assert page == {
        "members": [{"email_address": "newt@pond.test", "merge_fields": {"FNAME": ""}}],
        "total_items": 3,
    }
    assert pond.get("members", fields="total_items") == {"total_items": 3}
    slim = pond.get("members", exclude_fields="members._links,members.merge_fields.FNAME,_links", count=1)
    assert slim.keys() == {"members", "list_id", "total_items"}
    assert "_links" not in slim["members"][0]
    assert "FNAME" not in slim["members"][0]["merge_fields"]
    assert "LNAME" in slim["members"][0]["merge_fields"]
    assert pond.refused("GET", "members", fields="total_items", exclude_fields="members")["status"] == 400
