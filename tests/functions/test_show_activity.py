"""`show_activity`: who may ask, what is answered, in English and French."""

from datetime import timedelta
from typing import Any

import boto3
import pytest

from accord.adapters.dynamodb.activity import DynamoDBActivity
from accord.adapters.dynamodb.table import Table
from accord.domain.activity import Activity, ActivityKind
from accord.domain.campaign import Campaign, Link, Totals
from accord.domain.contact import ContactStatus
from accord.domain.history import Event, Stand
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Presence, Record
from accord.ports import Settlement
from tests.builders import minutes
from tests.functions.conftest import UPSTREAM_TOKEN, Stack, event

FUNCTION = "show_activity"
LINK = "https://zoo.test/gate"


@pytest.fixture
def sent(stack: Stack) -> Campaign:
    """A campaign that m-1 and m-2 were sent, and opened and clicked by one of them."""
    from datetime import UTC, datetime

    at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    activity = DynamoDBActivity(Table(boto3.client("dynamodb"), stack.table, 1), timedelta(days=365))
    totals = Totals(emails_sent=2, opens=1, unique_opens=1, clicks=1, clickers=1)
    campaign = Campaign(
        id="spring", subject="Spring", sent_at=at, totals=totals, links=(Link(url=LINK, clicks=1, clickers=1),)
    )
    activity.save_campaign("burrow", campaign)
    did = [("m-1", ActivityKind.SENT, 0, ""), ("m-2", ActivityKind.SENT, 0, "")]
    did += [("m-1", ActivityKind.OPENED, 5, ""), ("m-1", ActivityKind.CLICKED, 6, LINK)]
    events = [
        Activity(member_id=who, campaign_id="spring", kind=kind, at=at + minutes(after), link=link)
        for who, kind, after, link in did
    ]
    activity.add("burrow", events, at)
    for who in ("m-1", "m-2"):
        stack.ledger.settle("audience1", [Settlement(Record(connection_id="burrow", member_id=who, since=at))])
    return campaign


def ask(stack: Stack, name: str, **query: str) -> tuple[int, dict[str, Any]]:
    return stack.call(FUNCTION, event(f"{FUNCTION}.{name}") | {"queryStringParameters": query})


def kinds(document: dict[str, Any]) -> list[str]:
    return [each["kind"] for each in document["activity"]]


@pytest.mark.usefixtures("sent")
def test_a6_what_a_member_did_is_shown_newest_first_with_the_note_on_opens(stack: Stack) -> None:
    status, document = ask(stack, "member")

    assert status == 200
    assert kinds(document) == ["clicked", "opened", "sent"]
    assert document["activity"][0]["link"] == LINK
    assert document["activity"][2]["sentence"] == "“Spring” was sent to them."
    assert "Mail Privacy Protection" in document["note"]


@pytest.mark.usefixtures("sent")
def test_it_is_filtered_by_campaign_and_kind_and_read_in_pages(stack: Stack) -> None:
    assert kinds(ask(stack, "member", kind="opened,clicked")[1]) == ["clicked", "opened"]
    assert kinds(ask(stack, "member", campaign="summer")[1]) == []
    first = ask(stack, "member", limit="2")[1]
    assert kinds(first) == ["clicked", "opened"]
    assert kinds(ask(stack, "member", limit="2", after=first["next"])[1]) == ["sent"]
    assert ask(stack, "member", kind="danced")[0] == 422
    assert ask(stack, "member", after="nonsense")[0] == 422


@pytest.mark.usefixtures("sent")
def test_s9_what_everybody_did_is_shown_without_what_was_only_sent(stack: Stack) -> None:
    status, document = ask(stack, "feed")

    assert status == 200
    assert [(each["member"], each["kind"]) for each in document["activity"]] == [("m-1", "clicked"), ("m-1", "opened")]


def test_s9_how_the_list_changed_is_told_with_its_reason(stack: Stack, sent: Campaign) -> None:
    gone = Event(
        member_id="m-2",
        at=sent.sent_at + minutes(9),
        id="9#settled",
        kind="settled",
        status=Status.UNSUBSCRIBED,
        reason=ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP,
        contact_status=ContactStatus.UNSUBSCRIBED,
        before=Stand(status=Status.SYNCED, reason=ReasonCode.IN_AGREEMENT),
    )
    stack.ledger.add_events("burrow", [gone])

    assert kinds(ask(stack, "feed")[1]) == ["list_changed", "clicked", "opened"]
    (shown,) = ask(stack, "feed", kind="list_changed")[1]["activity"]
    assert (shown["member"], shown["detail"], shown["campaign"]) == ("m-2", "settled", None)
    assert shown["change"]["status"] == "unsubscribed"
    assert shown["change"]["reason"]["message"] in shown["sentence"]


def test_campaigns_are_shown_with_totals_rates_and_links(stack: Stack, sent: Campaign) -> None:
    (listed,) = ask(stack, "campaigns")[1]["campaigns"]
    status, shown = ask(stack, "campaign")

    assert (listed["id"], listed["rates"]["open_rate"], listed["rates"]["click_rate"]) == (sent.id, 0.5, 0.5)
    assert (status, shown["links"]) == (200, [{"url": LINK, "clicks": 1, "clickers": 1}])
    assert ask(stack, "campaigns", after="nonsense")[0] == 422


@pytest.mark.usefixtures("sent")
def test_french_is_spoken(stack: Stack) -> None:
    asked = event(f"{FUNCTION}.member")
    asked["headers"]["accept-language"] = "fr"

    _, document = stack.call(FUNCTION, asked)

    assert document["activity"][2]["sentence"] == "« Spring » leur a été envoyé."


@pytest.mark.parametrize("name", ["member", "feed", "campaigns", "campaign"])
@pytest.mark.usefixtures("sent")
def test_upstream_may_ask_and_nobody_without_a_token(stack: Stack, name: str) -> None:
    asked = event(f"{FUNCTION}.{name}")
    asked["headers"]["authorization"] = f"Bearer {UPSTREAM_TOKEN}"
    assert stack.call(FUNCTION, asked)[0] == 200
    asked["headers"]["authorization"] = "Bearer guessed"
    assert stack.call(FUNCTION, asked)[0] == 401


def test_who_and_what_is_unknown_is_not_found(stack: Stack) -> None:
    assert [ask(stack, name)[0] for name in ("member", "campaign")] == [404, 404]


@pytest.mark.usefixtures("sent")
def test_of_whoever_was_erased_nothing_is_shown_whatever_is_left(stack: Stack) -> None:
    record = stack.ledger.records("burrow", ["m-1"])["m-1"]
    gone = record.model_copy(update={"presence": Presence.ERASED})
    stack.ledger.settle("audience1", [Settlement(gone)])

    assert kinds(ask(stack, "member")[1]) == []
    assert kinds(ask(stack, "feed")[1]) == []
