"""Campaigns: to whom they go, which of them are listed, and what the audience shows of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.tools.mailchimp_simulator.receiver import Receiver
from tests.tools.mailchimp_simulator.zookeeper import Zookeeper, hash_of, until

OKAPI = "okapi@ituri.test"
BONGO = "bongo@ituri.test"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as listening:
        yield listening


def send(keeper: Zookeeper, subject: str = "Leaves", **more: object) -> Any:
    return keeper.tell("POST", "campaigns", {"subject": subject, **more})


def ids(keeper: Zookeeper, **params: object) -> list[str]:
    return [campaign["id"] for campaign in keeper.get("/campaigns", **params)["campaigns"]]


def refusal(keeper: Zookeeper, path: str, body: object) -> str:
    answer = keeper.control("POST", path, body)
    assert answer.status_code == 400
    error: str = answer.json()["error"]
    return error


def recipients(keeper: Zookeeper, campaign_id: str) -> list[str]:
    return [row["email_address"] for row in keeper.get(f"/reports/{campaign_id}/sent-to")["sent_to"]]


def test_it_goes_to_the_subscribed_only_and_to_those_with_the_tag_where_one_is_named(keeper: Zookeeper) -> None:
    for email in (OKAPI, BONGO):
        keeper.add(email)
    for status in ("pending", "unsubscribed", "cleaned", "transactional"):
        keeper.add(f"{status}@ituri.test", status)
    keeper.staff(BONGO, "tag", name="Striped")
    tag = keeper.get("tag-search", name="Striped")["tags"][0]["id"]

    assert recipients(keeper, send(keeper)["id"]) == [OKAPI, BONGO]
    assert recipients(keeper, send(keeper, to="Striped")["id"]) == [BONGO]
    tagged = send(keeper, to=tag)
    assert recipients(keeper, tagged["id"]) == [BONGO]
    shown = keeper.get(f"/campaigns/{tagged['id']}")
    assert shown["recipients"]["segment_opts"]["saved_segment_id"] == tag
    assert "to must be" in refusal(keeper, "campaigns", {"subject": "Leaves", "to": "Spotted"})
    assert "subject" in refusal(keeper, "campaigns", {})


def test_campaigns_are_found_by_every_filter(keeper: Zookeeper) -> None:
    keeper.add(OKAPI)
    first = send(keeper)
    keeper.tell("POST", "clock", {"advance": 3600})
    keeper.add(BONGO)
    second = send(keeper)
    both, moment = [first["id"], second["id"]], keeper.get(f"/campaigns/{first['id']}")["send_time"]

    assert ids(keeper) == both
    assert ids(keeper, sort_field="send_time", sort_dir="DESC") == both[::-1]
    assert ids(keeper, count=1, offset=1) == both[1:]
    assert ids(keeper, since_send_time=moment) == both[1:]
    assert ids(keeper, before_create_time="2020-01-01T00:00:00+00:00") == []
    assert ids(keeper, member_id=hash_of(BONGO)) == both[1:]
    assert ids(keeper, status="sent", type="regular", list_id=keeper.simulator.list_id) == both
    assert ids(keeper, status="sending") == ids(keeper, type="rss") == ids(keeper, list_id="other") == []
    assert ids(keeper, folder_id="1") == []
    wrong = ({"count": 1001}, {"status": "lost"}, {"since_send_time": "then"}, {"sort_field": "id"}, {"sort_dir": "UP"})
    assert [keeper.refused("GET", "/campaigns", **each)["status"] for each in wrong] == [400] * len(wrong)


def test_one_that_is_still_sending_has_no_report(keeper: Zookeeper) -> None:
    keeper.simulator.fill(12)
    made = send(keeper, sending=True)
    path = f"campaigns/{made['id']}"
    assert (made["status"], made["recipients"], made["emails_sent"]) == ("sending", 12, 0)
    assert "did not receive" in refusal(keeper, "people/member-0@filled.test", {"deed": "open"})

    keeper.tell("POST", path, {"deed": "deliver", "count": 5})
    shown = keeper.get(f"/campaigns/{made['id']}")
    assert (shown["status"], shown["emails_sent"], shown["delivery_status"]["emails_sent"]) == ("sending", 5, 5)
    assert shown["delivery_status"]["status"] == "delivering"
    assert keeper.get("/reports")["total_items"] == 0
    for part in ("", "/sent-to", "/email-activity", "/unsubscribed", "/open-details", "/click-details"):
        assert keeper.refused("GET", f"/reports/{made['id']}{part}")["status"] == 404
    assert ids(keeper, member_id=hash_of("member-4@filled.test")) == [made["id"]]
    assert ids(keeper, member_id=hash_of("member-5@filled.test")) == []
    assert keeper.get("")["stats"]["campaign_last_sent"] == ""
    keeper.person("member-4@filled.test", "open")

    assert keeper.tell("POST", path, {"deed": "finish"})["emails_sent"] == 12
    assert keeper.get(f"/reports/{made['id']}")["emails_sent"] == 12
    assert keeper.get(f"/reports/{made['id']}/open-details")["total_opens"] == 1
    assert "sent already" in refusal(keeper, path, {"deed": "finish"})
    assert "deed must be one of" in refusal(keeper, f"campaigns/{send(keeper, sending=True)['id']}", {"deed": "eat"})
    assert "could not be found" in refusal(keeper, "campaigns/lost", {"deed": "finish"})


def test_a_deleted_one_leaves_no_report_and_no_activity(keeper: Zookeeper) -> None:
    keeper.add(OKAPI)
    made = send(keeper)
    keeper.person(OKAPI, "open")
    keeper.delete(f"/campaigns/{made['id']}")
    for path in ("/campaigns", "/reports"):
        assert keeper.refused("GET", f"{path}/{made['id']}")["status"] == 404
        assert keeper.get(path)["total_items"] == 0
    assert keeper.refused("GET", f"/reports/{made['id']}/sent-to")["status"] == 404
    assert keeper.get(f"members/{OKAPI}/activity")["activity"] == []
    assert keeper.refused("DELETE", f"/campaigns/{made['id']}")["status"] == 404


def test_reports_outlive_their_audience(keeper: Zookeeper) -> None:
    keeper.add(OKAPI)
    made, other = send(keeper), keeper.get("/lists")["lists"][0]["id"]
    keeper.delete(f"/lists/{other}")
    assert keeper.get(f"/reports/{made['id']}")["list_is_active"] is False
    assert keeper.get(f"/reports/{made['id']}/sent-to")["sent_to"][0]["list_is_active"] is False
    assert keeper.get(f"/campaigns/{made['id']}")["recipients"]["list_is_active"] is False


def test_the_audience_and_its_members_show_what_was_sent(keeper: Zookeeper) -> None:
    keeper.simulator.fill(10)
    send(keeper)
    sent = send(keeper)
    keeper.person("member-0@filled.test", "open")
    keeper.person("member-0@filled.test", "click")
    keeper.tell("POST", "clock", {"advance": 301})
    keeper.add(OKAPI)
    keeper.person("member-1@filled.test", "unsubscribe")

    stats = keeper.get("")["stats"]
    assert (stats["campaign_count"], stats["open_rate"], stats["click_rate"]) == (2, 5, 5)
    assert stats["campaign_last_sent"] == keeper.get(f"/campaigns/{sent['id']}")["send_time"]
    assert (stats["member_count_since_send"], stats["unsubscribe_count_since_send"]) == (1, 1)
    assert keeper.get("members/member-0@filled.test")["stats"] == {"avg_open_rate": 0.5, "avg_click_rate": 0.5}
    assert keeper.get(f"members/{OKAPI}")["stats"] == {"avg_open_rate": 0, "avg_click_rate": 0}

    def since(status: str, value: str = "true") -> list[str]:
        page = keeper.get("members", status=status, since_last_campaign=value, count=100)
        return [member["email_address"] for member in page["members"]]

    assert (since("subscribed"), since("unsubscribed")) == ([OKAPI], ["member-1@filled.test"])
    assert len(since("subscribed", "false")) == 10


def test_a_campaign_to_fewer_than_ten_is_not_the_last_one_sent(keeper: Zookeeper) -> None:
    keeper.simulator.fill(9)
    send(keeper)
    stats = keeper.get("")["stats"]
    assert (stats["campaign_count"], stats["campaign_last_sent"]) == (1, "")


def test_the_webhooks_that_ask_for_it_are_told_once_it_is_sent(keeper: Zookeeper, receiver: Receiver) -> None:
    keeper.post("webhooks", {"url": receiver.url, "events": {"campaign": True}, "sources": {}})
    made = send(keeper, sending=True)
    keeper.tell("POST", f"campaigns/{made['id']}", {"deed": "finish"})
    until(lambda: receiver.received)
    assert len(receiver.received) == 1
    form = receiver.received[0].form
    assert form.pop("fired_at")
    assert form == {
        "type": "campaign",
        "data[id]": made["id"],
        "data[subject]": "Leaves",
        "data[status]": "sent",
        "data[reason]": "",
        "data[list_id]": keeper.simulator.list_id,
    }


def test_a_reset_forgets_campaigns_and_surveys(keeper: Zookeeper) -> None:
    keeper.add(OKAPI)
    send(keeper)
    keeper.tell("POST", "surveys", {"title": "Leaves", "questions": [{"query": "Which?", "type": "text"}]})
    keeper.tell("POST", "reset")
    assert [keeper.get(path)["total_items"] for path in ("/campaigns", "/reports", "/reporting/surveys")] == [0, 0, 0]
