"""What one contact's activity shows: campaigns, replies, notes, events; and the conversations of old."""

import pytest

from tests.tools.mailchimp_simulator.test_batches import done, results
from tests.tools.mailchimp_simulator.test_campaigns import refusal, send
from tests.tools.mailchimp_simulator.zookeeper import Zookeeper, hash_of

KAKAPO = "kakapo@fjord.test"


def kinds(keeper: Zookeeper, key: str = KAKAPO, **params: object) -> list[str]:
    return [item["activity_type"] for item in keeper.get(f"members/{key}/activity-feed", **params)["activity"]]


def test_the_feed_is_found_by_hash_address_and_contact_id_the_newest_first(keeper: Zookeeper) -> None:
    added = keeper.add(KAKAPO)
    made = send(keeper)
    keeper.tell("POST", "clock", {"advance": 60})
    keeper.person(KAKAPO, "open")
    keeper.tell("POST", "clock", {"advance": 60})
    keeper.person(KAKAPO, "click")
    keeper.tell("POST", "clock", {"advance": 60})
    keeper.person(KAKAPO, "unsubscribe", campaign_id=made["id"], reason="Too loud")
    for key in (KAKAPO, hash_of(KAKAPO), added["contact_id"]):
        assert kinds(keeper, key) == ["unsub", "click", "open", "sent", "generic_signup"]
    feed = keeper.get(f"members/{KAKAPO}/activity-feed")
    assert "total_items" not in feed
    assert feed["activity"][0]["unsubscribe_reason"] == "Too loud"
    assert feed["activity"][1]["link_clicked"].startswith("https://")
    assert feed["activity"][2]["campaign_title"] == "Leaves"


def test_it_is_paged_and_filtered(keeper: Zookeeper) -> None:
    keeper.add(KAKAPO)
    send(keeper)
    keeper.person(KAKAPO, "open", times=20)
    assert len(kinds(keeper)) == 10
    assert len(kinds(keeper, count=1000)) == 22
    assert kinds(keeper, count=1000, offset=20) == ["sent", "generic_signup"]
    assert kinds(keeper, activity_filters="sent,signup") == ["sent", "generic_signup"]
    assert keeper.refused("GET", f"members/{KAKAPO}/activity-feed", activity_filters="boom")["status"] == 400
    assert keeper.refused("GET", "members/nobody@fjord.test/activity-feed")["status"] == 404


def test_the_last_fifty_events_have_to_do_with_campaigns(keeper: Zookeeper) -> None:
    keeper.add(KAKAPO)
    made = send(keeper)
    keeper.person(KAKAPO, "open", times=60)
    keeper.person(KAKAPO, "reply")
    keeper.person(KAKAPO, "complain", campaign_id=made["id"])
    page = keeper.get(f"members/{KAKAPO}/activity")
    assert (len(page["activity"]), page["total_items"]) == (50, 50)
    assert keeper.get(f"members/{KAKAPO}/activity", action="abuse")["activity"][0]["campaign_id"] == made["id"]
    assert "inbox_thread" not in {each["action"] for each in page["activity"]}


def test_an_unsubscribe_outside_a_campaign_shows_who_did_it(keeper: Zookeeper) -> None:
    keeper.add(KAKAPO)
    keeper.patch(f"members/{KAKAPO}", {"status": "unsubscribed"})
    item = keeper.get(f"members/{KAKAPO}/activity-feed", activity_filters="unsub")["activity"][0]
    assert item["is_admin_unsubscribed"] is True
    assert "campaign_id" not in item


def test_of_a_reply_there_is_the_outside_of_its_thread_and_no_conversation(keeper: Zookeeper) -> None:
    keeper.add(KAKAPO)
    send(keeper)
    keeper.person(KAKAPO, "reply")
    keeper.person(KAKAPO, "reply", subject="Boom?")
    newest, first = keeper.get(f"members/{KAKAPO}/activity-feed", activity_filters="inbox_thread")["activity"]
    assert (newest["thread_subject"], first["thread_subject"]) == ("Boom?", "Re: Leaves")
    assert newest.keys() == {
        "activity_type",
        "created_at_timestamp",
        "id",
        "thread_author",
        "thread_direction",
        "thread_subject",
        "thread_url",
    }
    assert newest["thread_direction"] == "INBOUND"
    assert keeper.get("/conversations")["total_items"] == 0


def test_a_stranger_who_writes_is_nowhere_in_the_api(keeper: Zookeeper) -> None:
    assert keeper.person("stranger@fjord.test", "reply", subject="Hello")["status"] == "unknown"
    assert keeper.get("members", count=0)["total_items"] == 0
    assert keeper.add("stranger@fjord.test")["status"] == "subscribed"
    assert kinds(keeper, "stranger@fjord.test") == ["generic_signup"]


def test_past_conversations_can_still_be_read(keeper: Zookeeper) -> None:
    keeper.add(KAKAPO)
    made = send(keeper)
    told = keeper.tell("POST", "conversations", {"email": KAKAPO, "message": "Boom"})
    shown = keeper.get("/conversations", has_unread_messages="true", campaign_id=made["id"])["conversations"][0]
    assert (shown["id"], shown["last_message"]["message"]) == (told["id"], "Boom")
    assert keeper.get("/conversations", has_unread_messages="false")["total_items"] == 0
    path = f"/conversations/{told['id']}/messages"
    assert keeper.get(path, is_read="true")["total_items"] == 0
    assert keeper.get(f"{path}/{told['message_id']}")["subject"] == "Re: Leaves"
    for lost in ("/conversations/lost", "/conversations/lost/messages", f"{path}/lost"):
        assert keeper.refused("GET", lost)["status"] == 404
    assert kinds(keeper, activity_filters="conversation") == ["conversation"]
    keeper.staff(KAKAPO, "delete_permanently")
    assert keeper.get("/conversations")["total_items"] == 0
    assert "is not in the audience" in refusal(keeper, "conversations", {"email": "kea@fjord.test", "message": "Hi"})


@pytest.mark.parametrize("body", [{}, {"name": "x"}, {"name": "boomed", "properties": {"n": 1}}, {"name": "x" * 31}])
def test_an_event_must_have_a_name_and_properties_of_text(keeper: Zookeeper, body: object) -> None:
    keeper.add(KAKAPO)
    assert keeper.refused("POST", f"members/{KAKAPO}/events", body)["status"] == 400


def test_events_are_listed_with_their_properties(keeper: Zookeeper) -> None:
    keeper.add(KAKAPO)
    keeper.post(f"members/{KAKAPO}/events", {"name": "boomed", "occurred_at": "2026-01-02T03:04:05+00:00"})
    keeper.post(f"members/{KAKAPO}/events", {"name": "fed", "properties": {"on": "rimu"}})
    page = keeper.get(f"members/{KAKAPO}/events")
    assert [(event["name"], event["properties"]) for event in page["events"]] == [
        ("fed", {"on": "rimu"}),
        ("boomed", {}),
    ]
    assert page["events"][1]["occurred_at"] == "2026-01-02T03:04:05+00:00"
    assert keeper.refused("POST", f"members/{KAKAPO}/events", {"name": "fed", "occurred_at": "then"})["status"] == 400


def test_consent_to_one_to_one_messages_is_apart_from_the_newsletter(keeper: Zookeeper) -> None:
    assert keeper.add(KAKAPO)["consents_to_one_to_one_messaging"] is True
    keeper.person(KAKAPO, "consent_to_one_to_one", consents=False)
    shown = keeper.get(f"members/{KAKAPO}")
    assert (shown["consents_to_one_to_one_messaging"], shown["status"]) == (False, "subscribed")


def test_a_batch_reads_feeds_and_reports_in_all_their_pages(keeper: Zookeeper) -> None:
    keeper.simulator.fill(1500)
    made = send(keeper)
    keeper.person("member-7@filled.test", "open", times=999)
    feed = f"/lists/{keeper.simulator.list_id}/members/{hash_of('member-7@filled.test')}/activity-feed"
    sent_to = f"/reports/{made['id']}/sent-to"
    batch = done(
        keeper,
        {"method": "GET", "path": feed, "operation_id": "feed"},
        {"method": "GET", "path": sent_to, "operation_id": "rows", "params": {"fields": "sent_to.email_id"}},
        {"method": "GET", "path": sent_to, "operation_id": "few", "params": {"count": 5}},
        {"method": "GET", "path": "/reports/lost/sent-to", "operation_id": "lost"},
        {"method": "GET", "path": "/campaigns", "operation_id": "campaigns"},
    )
    found = results(batch)
    assert [len(response["activity"]) for _, response in found["feed"]] == [1000, 1]
    assert [len(response["sent_to"]) for _, response in found["rows"]] == [1000, 500]
    assert [len(response["sent_to"]) for _, response in found["few"]] == [5]
    assert [status for status, _ in found["lost"]] == [404]
    assert [response["total_items"] for _, response in found["campaigns"]] == [1]
    assert batch["errored_operations"] == 1
