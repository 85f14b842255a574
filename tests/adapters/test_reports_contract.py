"""The contract of the port `CampaignReports`, on the fake and on the simulator, which is held to the specification."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest
import requests

from accord.adapters.mailchimp.http import MailchimpHttp
from accord.adapters.mailchimp.reports import MailchimpReports
from accord.domain.activity import ActivityKind
from accord.domain.campaign import Report
from accord.domain.pulling import Happened, Row
from accord.errors import Refusal, Rejected
from accord.ports.activity import CampaignReports
from tests.fake_activity import FakeReports
from tools.mailchimp_simulator import Simulator

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WOMBAT, QUOKKA, NUMBAT = "wombat@burrow.test", "quokka@burrow.test", "numbat@burrow.test"
LINKS = ("https://zoo.test/gate", "https://zoo.test/tickets")


class World(Protocol):
    """Mailchimp, and people who do something with its campaigns."""

    reports: CampaignReports

    def send(self, subject: str, *people: str) -> str: ...

    def do(self, person: str, deed: str, campaign: str, **given: Any) -> None: ...

    def delete(self, campaign: str) -> None: ...

    def pass_(self, seconds: int) -> None: ...


class FakeWorld:
    """Deeds become what happened, now."""

    def __init__(self) -> None:
        self.fake = FakeReports()
        self.reports: CampaignReports = self.fake
        self.now = datetime.now(UTC).replace(microsecond=0)

    def send(self, subject: str, *people: str) -> str:
        return self.fake.send(subject, self.now, people).id

    def do(self, person: str, deed: str, campaign: str, **given: Any) -> None:
        did = {
            "open": Happened(ActivityKind.OPENED, self.now),
            "click": Happened(ActivityKind.CLICKED, self.now, given.get("url", "")),
            "hard_bounce": Happened(ActivityKind.BOUNCED, self.now, detail="hard"),
            "soft_bounce": Happened(ActivityKind.BOUNCED, self.now, detail="soft"),
            "unsubscribe": Happened(ActivityKind.UNSUBSCRIBED, self.now, detail=given.get("reason", "")),
            "complain": Happened(ActivityKind.COMPLAINED, self.now),
        }[deed]
        self.fake.sent_campaigns[campaign].did.setdefault(person, []).append(did)

    def delete(self, campaign: str) -> None:
        del self.fake.sent_campaigns[campaign]

    def pass_(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


class SimulatedWorld:
    """Deeds are told to the simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.http = MailchimpHttp(base_url=simulator.url, api_key=simulator.api_key, allow_any_host=True)
        self.reports: CampaignReports = MailchimpReports(self.http, simulator.list_id)
        for person in (WOMBAT, QUOKKA, NUMBAT):
            self._told(f"staff/{person}", deed="add_contact", status="subscribed")

    def send(self, subject: str, *people: str) -> str:
        for person in people:
            self._told(f"staff/{person}", deed="tag", name=subject)
        return str(self._told("campaigns", subject=subject, to=subject, links=LINKS)["id"])

    def do(self, person: str, deed: str, campaign: str, **given: Any) -> None:
        self._told(f"people/{person}", deed=deed, campaign_id=campaign, **given)

    def delete(self, campaign: str) -> None:
        url, key = f"{self.simulator.url}/campaigns/{campaign}", self.simulator.api_key
        assert requests.delete(url, auth=("any", key), timeout=10).status_code == 204

    def pass_(self, seconds: int) -> None:
        self._told("clock", advance=seconds)

    def _told(self, path: str, **body: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.simulator.control_url}/{path}", json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture(params=["fake", "mailchimp"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "fake":
        yield FakeWorld()
        return
    with Simulator(latency=0) as simulator:
        yield SimulatedWorld(simulator)


def kinds(rows: list[Row]) -> dict[str, list[str]]:
    """What happened by person, without those with whom nothing did."""
    return {row.email: [each.kind.value for each in row.happened] for row in rows if row.happened}


def test_campaigns_are_listed_with_their_totals(world: World) -> None:
    spring = world.send("Spring", WOMBAT, QUOKKA)
    world.do(WOMBAT, "open", spring)
    world.do(WOMBAT, "click", spring, url=LINKS[0])
    world.do(QUOKKA, "unsubscribe", spring, reason="Too much mail")

    listed = world.reports.sent(LONG_AGO, 0)

    (campaign,) = listed.campaigns
    totals = campaign.totals
    assert (listed.rows, listed.total, campaign.id) == (1, 1, spring)
    assert (totals.emails_sent, totals.opens >= 1, totals.clicks, totals.unsubscribed) == (2, True, 1, 1)


def test_campaigns_that_were_sent_before_are_not_listed(world: World) -> None:
    world.send("Spring", WOMBAT)

    assert world.reports.sent(datetime.now(UTC) + timedelta(days=1), 0).campaigns == []


def test_the_activity_has_opens_clicks_with_their_link_and_bounces_of_both_kinds(world: World) -> None:
    spring = world.send("Spring", WOMBAT, QUOKKA, NUMBAT)
    world.do(WOMBAT, "open", spring)
    world.do(WOMBAT, "click", spring, url=LINKS[1])
    world.do(QUOKKA, "soft_bounce", spring)
    world.do(NUMBAT, "hard_bounce", spring)

    rows = world.reports.page(spring, Report.EMAIL_ACTIVITY, 0, None).rows

    found = {(row.email, each.kind.value, each.link, each.detail) for row in rows for each in row.happened}
    assert found >= {
        (WOMBAT, "opened", "", ""),
        (WOMBAT, "clicked", LINKS[1], ""),
        (QUOKKA, "bounced", "", "soft"),
        (NUMBAT, "bounced", "", "hard"),
    }


def test_since_a_moment_what_was_before_is_left_out_and_what_was_at_it_is_not(world: World) -> None:
    spring = world.send("Spring", WOMBAT, QUOKKA)
    world.do(WOMBAT, "open", spring)
    world.pass_(600)
    world.do(QUOKKA, "open", spring)
    rows = world.reports.page(spring, Report.EMAIL_ACTIVITY, 0, None).rows
    (at,) = [each.at for row in rows if row.email == QUOKKA for each in row.happened]

    since = world.reports.page(spring, Report.EMAIL_ACTIVITY, 0, at)

    assert kinds(since.rows) == {QUOKKA: ["opened"]}


def test_those_it_was_sent_to_are_listed_without_an_event(world: World) -> None:
    spring = world.send("Spring", WOMBAT, QUOKKA)

    page = world.reports.page(spring, Report.SENT_TO, 0, None)

    assert ({row.email for row in page.rows}, page.total) == ({WOMBAT, QUOKKA}, 2)


def test_an_unsubscribe_has_its_reason_and_a_complaint_its_time(world: World) -> None:
    spring = world.send("Spring", WOMBAT, QUOKKA)
    world.do(WOMBAT, "unsubscribe", spring, reason="Too much mail")
    world.do(QUOKKA, "complain", spring)

    unsubscribed = world.reports.page(spring, Report.UNSUBSCRIBED, 0, None)
    complained = world.reports.page(spring, Report.ABUSE_REPORTS, 0, None)

    reasons = {row.email: [each.detail for each in row.happened] for row in unsubscribed.rows}
    assert reasons[WOMBAT] == ["Too much mail"]
    assert kinds(complained.rows) == {QUOKKA: ["reported_as_abuse"]}


def test_the_links_that_were_clicked_most_come_first(world: World) -> None:
    spring = world.send("Spring", WOMBAT, QUOKKA)
    for person, url in ((WOMBAT, LINKS[1]), (QUOKKA, LINKS[1]), (WOMBAT, LINKS[0])):
        world.do(person, "click", spring, url=url)

    links = [link for link in world.reports.links(spring) if link.clicks]

    assert [(link.url, link.clicks) for link in links] == [(LINKS[1], 2), (LINKS[0], 1)]


@pytest.mark.parametrize("report", [each for each in Report if each is not Report.CLICK_DETAILS])
def test_a_campaign_that_is_not_there_has_no_report(world: World, report: Report) -> None:
    spring = world.send("Spring", WOMBAT)
    world.delete(spring)

    with pytest.raises(Rejected) as refused:
        world.reports.page(spring, report, 0, None)

    assert refused.value.refusal is Refusal.NOT_FOUND
    with pytest.raises(Rejected):
        world.reports.links(spring)


def test_a_page_has_a_thousand_rows_and_only_what_is_needed_of_them() -> None:
    with Simulator(latency=0) as simulator:
        simulator.fill(1200)
        world = SimulatedWorld(simulator)
        answer = requests.post(f"{simulator.control_url}/activity", json={"campaigns": 1}, timeout=10).json()
        (spring,) = answer["campaigns"]

        first = world.reports.page(spring, Report.EMAIL_ACTIVITY, 0, None)
        second = world.reports.page(spring, Report.EMAIL_ACTIVITY, 1000, None)

    assert (len(first.rows), len(second.rows), first.total) == (1000, 203, 1203)
    assert len({row.email for row in [*first.rows, *second.rows]}) == 1203
