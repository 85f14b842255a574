"""Reports: totals, and row by row what became of every mail."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.tools.mailchimp_simulator.receiver import Receiver
from tests.tools.mailchimp_simulator.test_campaigns import refusal, send
from tests.tools.mailchimp_simulator.zookeeper import Zookeeper, hash_of, until

TAPIR = "tapir@marsh.test"
AGOUTI = "agouti@marsh.test"
LINKS = ["https://marsh.test/mud", "https://marsh.test/reed"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as listening:
        yield listening


@pytest.fixture
def report(keeper: Zookeeper) -> str:
    """The path of the report of a campaign that both received."""
    for email in (TAPIR, AGOUTI):
        keeper.add(email, merge_fields={"FNAME": email.split("@")[0]}, vip=email == TAPIR)
    return f"/reports/{send(keeper, links=LINKS)['id']}"


def later(keeper: Zookeeper, seconds: int) -> None:
    keeper.tell("POST", "clock", {"advance": seconds})


def activity(keeper: Zookeeper, report: str, email: str, **params: object) -> list[Any]:
    shown: list[Any] = keeper.get(f"{report}/email-activity/{hash_of(email)}", **params)["activity"]
    return shown


def test_it_counts_mails_opens_clicks_bounces_and_who_left(keeper: Zookeeper, report: str) -> None:
    campaign_id = report.rpartition("/")[2]
    keeper.person(TAPIR, "open", times=3)
    keeper.person(TAPIR, "click")
    keeper.person(TAPIR, "click", url=LINKS[1])
    keeper.person(TAPIR, "click", url=LINKS[1])
    keeper.person(AGOUTI, "hard_bounce", campaign_id=campaign_id)
    keeper.person(TAPIR, "unsubscribe", campaign_id=campaign_id)

    shown = keeper.get(report)
    assert (shown["emails_sent"], shown["unsubscribed"], shown["abuse_reports"]) == (2, 1, 0)
    assert shown["bounces"] == {"hard_bounces": 1, "soft_bounces": 0, "syntax_errors": 0}
    assert {"opens_total": 3, "unique_opens": 1, "open_rate": 1.0}.items() <= shown["opens"].items()
    clicks = {"clicks_total": 3, "unique_clicks": 2, "unique_subscriber_clicks": 1, "click_rate": 1.0}
    assert clicks.items() <= shown["clicks"].items()
    summary = keeper.get(f"/campaigns/{campaign_id}")["report_summary"]
    assert (summary["opens"], summary["unique_opens"], summary["subscriber_clicks"]) == (3, 1, 1)


def test_a_row_says_how_the_mail_arrived_and_when_it_was_last_opened(keeper: Zookeeper, report: str) -> None:
    keeper.person(TAPIR, "open")
    later(keeper, 60)
    keeper.person(TAPIR, "open")
    keeper.person(AGOUTI, "soft_bounce")
    tapir, agouti = keeper.get(f"{report}/sent-to")["sent_to"]
    assert (tapir["email_id"], tapir["status"], tapir["open_count"]) == (hash_of(TAPIR), "sent", 2)
    assert tapir["last_open"] == activity(keeper, report, TAPIR)[1]["timestamp"]
    assert (tapir["merge_fields"]["FNAME"], tapir["vip"], agouti["vip"]) == ("tapir", True, False)
    assert (agouti["status"], agouti["open_count"], agouti["last_open"]) == ("soft", 0, "")
    assert keeper.get(f"{report}/sent-to/{hash_of(AGOUTI)}")["status"] == "soft"
    assert keeper.get(f"members/{AGOUTI}")["status"] == "subscribed"
    for key in ("nothex", hash_of("nobody@marsh.test"), TAPIR):
        assert keeper.refused("GET", f"{report}/sent-to/{key}")["status"] == 404
    assert "bounced already" in refusal(keeper, f"people/{AGOUTI}", {"deed": "soft_bounce"})


def test_everybody_is_in_the_activity_and_since_leaves_out_events(keeper: Zookeeper, report: str) -> None:
    keeper.person(TAPIR, "open")
    moment = activity(keeper, report, TAPIR)[0]["timestamp"]
    later(keeper, 60)
    keeper.person(TAPIR, "click", url=LINKS[1])
    page = keeper.get(f"{report}/email-activity", since=moment)
    assert page["total_items"] == 2
    tapir, agouti = page["emails"]
    assert [(each["action"], each["url"]) for each in tapir["activity"]] == [("click", LINKS[1])]
    assert agouti["activity"] == []
    assert [each["action"] for each in activity(keeper, report, TAPIR)] == ["open", "click"]
    assert keeper.refused("GET", f"{report}/email-activity", since="then")["status"] == 400


def test_activity_may_arrive_late_and_is_in_order_of_time(keeper: Zookeeper, report: str) -> None:
    later(keeper, 3600)
    keeper.person(TAPIR, "click")
    keeper.person(TAPIR, "open", ago=1800)
    assert [each["action"] for each in activity(keeper, report, TAPIR)] == ["open", "click"]
    assert "ago must be" in refusal(keeper, f"people/{TAPIR}", {"deed": "open", "ago": 7200})


def test_a_thousand_opens_and_clicks_of_a_member_are_shown(keeper: Zookeeper, report: str) -> None:
    keeper.person(TAPIR, "open", times=1002)
    keeper.person(TAPIR, "click", times=1001)
    actions = [each["action"] for each in activity(keeper, report, TAPIR)]
    assert (actions.count("open"), actions.count("click")) == (1000, 1000)
    assert keeper.get(report)["opens"]["opens_total"] == 1002
    assert "times must be" in refusal(keeper, f"people/{TAPIR}", {"deed": "open", "times": 0})


def test_openers_are_paged_sorted_and_found_since_a_time(keeper: Zookeeper, report: str) -> None:
    keeper.person(AGOUTI, "open", times=2)
    moment = activity(keeper, report, AGOUTI)[0]["timestamp"]
    later(keeper, 60)
    keeper.person(TAPIR, "open")

    def openers(**params: object) -> tuple[list[tuple[str, int]], int, int]:
        page = keeper.get(f"{report}/open-details", **params)
        shown = [(row["email_address"], len(row["opens"])) for row in page["members"]]
        assert all(row["opens_count"] == len(row["opens"]) for row in page["members"])
        return shown, page["total_items"], page["total_opens"]

    assert openers() == ([(AGOUTI, 2), (TAPIR, 1)], 2, 3)
    assert openers(count=1, offset=1) == ([(TAPIR, 1)], 2, 3)
    assert openers(sort_field="opens_count") == ([(TAPIR, 1), (AGOUTI, 2)], 2, 3)
    assert openers(sort_field="opens_count", sort_dir="DESC") == openers()
    assert openers(since=moment) == ([(TAPIR, 1)], 1, 1)
    keeper.person(AGOUTI, "open")
    assert openers(since=moment) == ([(AGOUTI, 1), (TAPIR, 1)], 2, 2)


def test_links_are_listed_with_who_clicked_them(keeper: Zookeeper, report: str) -> None:
    keeper.person(TAPIR, "click", times=2)
    keeper.person(AGOUTI, "click")
    keeper.person(AGOUTI, "click", url=LINKS[1])
    found = keeper.get(f"{report}/click-details", sort_field="total_clicks", sort_dir="DESC")["urls_clicked"]
    assert [(link["url"], link["total_clicks"], link["unique_clicks"]) for link in found] == [
        (LINKS[0], 3, 2),
        (LINKS[1], 1, 1),
    ]
    assert (found[0]["click_percentage"], found[1]["unique_click_percentage"]) == (3 / 4, 1 / 3)
    path = f"{report}/click-details/{found[0]['id']}"
    members = keeper.get(f"{path}/members")["members"]
    assert [(row["email_address"], row["clicks"]) for row in members] == [(TAPIR, 2), (AGOUTI, 1)]
    assert keeper.get(f"{path}/members/{hash_of(TAPIR)}")["clicks"] == 2
    second = f"{report}/click-details/{found[1]['id']}/members"
    assert keeper.refused("GET", f"{second}/{hash_of(TAPIR)}")["status"] == 404
    assert keeper.refused("GET", f"{report}/click-details/nolink")["status"] == 404
    assert "is no link" in refusal(keeper, f"people/{TAPIR}", {"deed": "click", "url": "https://other.test"})


def test_who_left_and_who_complained_say_so_in_the_report_and_by_webhook(
    keeper: Zookeeper, report: str, receiver: Receiver
) -> None:
    campaign_id = report.rpartition("/")[2]
    keeper.post("webhooks", {"url": receiver.url, "events": {"unsubscribe": True}, "sources": {"user": True}})
    keeper.person(TAPIR, "unsubscribe", campaign_id=campaign_id, reason="Too muddy")
    keeper.person(AGOUTI, "complain", campaign_id=campaign_id)
    left = keeper.get(f"{report}/unsubscribed")["unsubscribes"]
    assert [(row["email_address"], row["reason"]) for row in left] == [(TAPIR, "Too muddy")]
    assert keeper.refused("GET", f"{report}/unsubscribed/{hash_of(AGOUTI)}")["status"] == 404
    complaints = keeper.get(f"{report}/abuse-reports")["abuse_reports"]
    assert [row["email_address"] for row in complaints] == [AGOUTI]
    assert keeper.get(f"{report}/abuse-reports/{complaints[0]['id']}") == complaints[0]
    until(lambda: len(receiver.received) == 2)
    forms = {each.form["data[email]"]: each.form for each in receiver.received}
    assert {forms[email]["data[campaign_id]"] for email in forms} == {campaign_id}
    assert (forms[TAPIR]["data[reason]"], forms[AGOUTI]["data[reason]"]) == ("manual", "abuse")


def test_a_hard_bounce_tells_its_campaign_to_the_webhooks(keeper: Zookeeper, report: str, receiver: Receiver) -> None:
    keeper.post("webhooks", {"url": receiver.url, "events": {"cleaned": True}, "sources": {"user": True}})
    keeper.person(TAPIR, "hard_bounce", campaign_id=report.rpartition("/")[2])
    until(lambda: receiver.received)
    assert receiver.received[0].form["data[campaign_id]"] == report.rpartition("/")[2]
    assert (
        activity(keeper, report, TAPIR)[0] | {"action": "bounce", "type": "hard"} == activity(keeper, report, TAPIR)[0]
    )


def test_a_row_keeps_the_address_it_was_sent_to(keeper: Zookeeper, report: str) -> None:
    keeper.person(TAPIR, "open")
    keeper.person(TAPIR, "change_email", new_email="moved@marsh.test")
    newcomer = keeper.add(TAPIR)
    again = f"/reports/{send(keeper)['id']}"
    assert [row["email_address"] for row in keeper.get(f"{report}/sent-to")["sent_to"]] == [TAPIR, AGOUTI]
    assert keeper.get(f"{report}/sent-to/{hash_of(TAPIR)}")["open_count"] == 1
    assert keeper.refused("GET", f"{report}/sent-to/{hash_of('moved@marsh.test')}")["status"] == 404
    assert keeper.get(f"{again}/sent-to/{newcomer['id']}")["open_count"] == 0
    assert keeper.get(f"{again}/sent-to/{hash_of('moved@marsh.test')}")["status"] == "sent"
    assert keeper.get("/campaigns", member_id=hash_of(TAPIR))["total_items"] == 2
    assert [item["action"] for item in keeper.get("members/moved@marsh.test/activity")["activity"]][-2:] == [
        "open",
        "sent",
    ]


def test_of_a_deleted_contact_nothing_is_left_but_the_row(keeper: Zookeeper, report: str) -> None:
    keeper.person(TAPIR, "open")
    keeper.person(TAPIR, "click")
    keeper.person(TAPIR, "change_email", new_email="moved@marsh.test")
    keeper.staff("moved@marsh.test", "delete_permanently")
    keeper.staff(AGOUTI, "archive")
    link = keeper.get(f"{report}/click-details")["urls_clicked"][0]["id"]
    parts = ("sent-to", "email-activity", "open-details", f"click-details/{link}/members")
    for part in parts:
        body = keeper.get(f"{report}/{part}")
        row = next(each[0] for each in body.values() if isinstance(each, list))
        assert row["email_address"].endswith("@forgotten.mailchimp.com")
        assert row["email_id"] == hash_of(row["email_address"])
        assert row.get("contact_status", "deleted") == "deleted"
        assert set(row.get("merge_fields", {}).values()) <= {""}
        assert TAPIR not in str(body)
        assert hash_of(TAPIR) not in str(body)
        assert keeper.refused("GET", f"{report}/{part}/{hash_of(TAPIR)}")["status"] == 404
    assert keeper.get(report)["opens"]["unique_opens"] == 1
    assert keeper.get(f"{report}/sent-to")["sent_to"][1]["merge_fields"]["FNAME"] == "agouti"


def test_rows_come_in_pages_with_the_fields_asked_for(keeper: Zookeeper, report: str) -> None:
    page = keeper.get(f"{report}/sent-to", count=1, offset=1, fields="sent_to.email_id,total_items")
    assert page == {"sent_to": [{"email_id": hash_of(AGOUTI)}], "total_items": 2}
    assert keeper.get(f"{report}/sent-to/{hash_of(AGOUTI)}", fields="status") == {"status": "sent"}
    row = keeper.get(f"{report}/email-activity", exclude_fields="emails._links,_links,emails.list_id")["emails"][0]
    assert not {"_links", "list_id"} & row.keys()
    assert keeper.refused("GET", f"{report}/sent-to", count=1001)["status"] == 400
    keeper.simulator.fill(20)
    more = send(keeper)["id"]
    assert len(keeper.get(f"/reports/{more}/sent-to")["sent_to"]) == 10
    assert keeper.get("/reports", since_send_time="2020-01-01", count=1)["total_items"] == 2


def test_campaigns_are_filled_by_the_thousand_without_a_call(keeper: Zookeeper) -> None:
    keeper.simulator.fill(1000)
    made = keeper.tell("POST", "activity", {"campaigns": 3, "opens": 0.3, "clicks": 0.05})
    assert (len(made["campaigns"]), made["opens"], made["clicks"]) == (3, 900, 150)
    shown = keeper.get(f"/reports/{made['campaigns'][0]}")
    assert (shown["opens"]["unique_opens"], shown["clicks"]["unique_subscriber_clicks"]) == (300, 50)
    page = keeper.get(f"/reports/{made['campaigns'][2]}/email-activity", count=1000)
    assert sum(bool(row["activity"]) for row in page["emails"]) == 300
    assert "opens must be" in refusal(keeper, "activity", {"opens": 2})
    assert "campaigns must be" in refusal(keeper, "activity", {"campaigns": 0})
