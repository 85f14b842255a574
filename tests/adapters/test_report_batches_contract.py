"""The contract of the port `ReportBatches`, on the fake and on the simulator, which is held to the specification."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests

from accord.adapters.mailchimp.http import MailchimpHttp
from accord.adapters.mailchimp.report_batches import MailchimpReportBatches, ReadReports
from accord.adapters.mailchimp.reports import MailchimpReports
from accord.domain.campaign import Report
from accord.domain.report_batch import PageAsked
from accord.errors import Refusal, Rejected
from accord.ports.activity import CampaignReports, ReportBatches
from tests.adapters.test_reports_contract import LINKS, LONG_AGO, QUOKKA, WOMBAT, FakeWorld, SimulatedWorld, World
from tests.fake_activity import FakeReportBatches
from tools.mailchimp_simulator import Simulator

REPORTS = [report for report in Report if report is not Report.CLICK_DETAILS]


@pytest.fixture(params=["fake", "mailchimp"])
def both(request: pytest.FixtureRequest) -> Iterator[tuple[World, ReportBatches]]:
    if request.param == "fake":
        fake = FakeWorld()
        yield fake, FakeReportBatches(fake.fake)
        return
    with Simulator(latency=0) as simulator:
        world = SimulatedWorld(simulator)
        yield world, MailchimpReportBatches(world.http, simulator.list_id, allow_any_host=True)


@pytest.fixture
def world(both: tuple[World, ReportBatches]) -> World:
    return both[0]


@pytest.fixture
def batches(both: tuple[World, ReportBatches]) -> ReportBatches:
    return both[1]


@pytest.fixture
def spring(world: World) -> str:
    campaign = world.send("Spring", WOMBAT, QUOKKA)
    world.do(WOMBAT, "open", campaign)
    world.do(WOMBAT, "click", campaign, url=LINKS[1])
    world.do(QUOKKA, "unsubscribe", campaign, reason="Too much mail")
    return campaign


def told(batches: ReportBatches, batch_id: str) -> CampaignReports:
    """What the batch read, as soon as it has ended."""
    for _ in range(200):
        if (found := batches.told(batch_id)) is not None:
            return found
        time.sleep(0.05)
    raise AssertionError("the batch did not end")


def pages(campaign: str) -> list[PageAsked]:
    return [PageAsked(campaign, report) for report in Report]


def test_a_batch_tells_of_every_page_what_a_call_tells(world: World, batches: ReportBatches, spring: str) -> None:
    read = told(batches, batches.ask(pages(spring)))

    for report in REPORTS:
        assert read.page(spring, report, 0, None) == world.reports.page(spring, report, 0, None), report
    assert read.links(spring) == world.reports.links(spring) != []
    assert read.sent(LONG_AGO, 0) == world.reports.sent(LONG_AGO, 0)


def test_what_was_read_stays_as_it_was_and_the_rest_is_called_for(
    world: World, batches: ReportBatches, spring: str
) -> None:
    asked = PageAsked(spring, Report.EMAIL_ACTIVITY)
    read = told(batches, batches.ask([asked]))
    before = world.reports.page(spring, Report.EMAIL_ACTIVITY, 0, None)
    world.do(QUOKKA, "complain", spring)
    world.pass_(60)
    world.do(WOMBAT, "open", spring)

    assert read.page(spring, Report.EMAIL_ACTIVITY, 0, None) == before
    assert len(read.page(spring, Report.ABUSE_REPORTS, 0, None).rows) == 1
    assert [read.has(page) for page in pages(spring)] == [report is Report.EMAIL_ACTIVITY for report in Report]


def test_the_same_page_since_another_moment_is_another_page(world: World, batches: ReportBatches, spring: str) -> None:
    later = LONG_AGO + timedelta(days=20_000)
    read = told(batches, batches.ask([PageAsked(spring, Report.EMAIL_ACTIVITY, 0, later)]))

    assert all(not row.happened for row in read.page(spring, Report.EMAIL_ACTIVITY, 0, later).rows)
    assert not read.has(PageAsked(spring, Report.EMAIL_ACTIVITY))
    assert any(row.happened for row in read.page(spring, Report.EMAIL_ACTIVITY, 0, None).rows)


def test_of_a_campaign_that_is_gone_nothing_is_there_and_a_call_says_why(
    world: World, batches: ReportBatches, spring: str
) -> None:
    world.delete(spring)
    read = told(batches, batches.ask(pages(spring)))

    assert not any(map(read.has, pages(spring)))
    with pytest.raises(Rejected) as refused:
        read.page(spring, Report.EMAIL_ACTIVITY, 0, None)
    assert refused.value.refusal is Refusal.NOT_FOUND


def test_a_batch_that_was_dropped_or_never_was_is_not_there(batches: ReportBatches, spring: str) -> None:
    batch_id = batches.ask(pages(spring))
    told(batches, batch_id)

    batches.drop(batch_id)
    batches.drop(batch_id)

    for missing in (batch_id, "nosuchbatch"):
        with pytest.raises(Rejected) as refused:
            batches.told(missing)
        assert refused.value.refusal is Refusal.NOT_FOUND


def test_what_was_read_is_on_the_disk_packed_and_no_longer_than_it_is_needed() -> None:
    with Simulator(latency=0) as simulator:
        http = MailchimpHttp(base_url=simulator.url, api_key=simulator.api_key, allow_any_host=True)
        read = ReadReports(MailchimpReports(http, simulator.list_id))
        response = '{"emails": [' + ", ".join('{"email_address": "wombat@burrow.test"}' for _ in range(1000)) + "]}"
        read.keep({"status_code": 200, "operation_id": "a.sent-to.0.", "response": response})
        read.keep({"status_code": 500, "operation_id": "a.sent-to.1000.", "response": response})
        read.keep({"status_code": 200, "operation_id": "a.sent-to.2000."})
        (packed,) = read.folder.iterdir()

        assert packed.stat().st_size < len(response) / 5
        assert b"wombat" not in packed.read_bytes()[20:]
        folder = read.folder
        del read
        assert not folder.exists()


def test_where_the_disk_is_full_the_batch_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: ReadReports, _entry: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ReadReports, "keep", full)
    with Simulator(latency=0) as simulator:
        world = SimulatedWorld(simulator)
        batches = MailchimpReportBatches(world.http, simulator.list_id, allow_any_host=True)
        batch_id = batches.ask(pages(world.send("Spring", WOMBAT)))

        with pytest.raises(Rejected, match="can not be kept"):
            told(batches, batch_id)


def test_a_page_that_is_no_json_is_called_for() -> None:
    with Simulator(latency=0) as simulator:
        world = SimulatedWorld(simulator)
        spring = world.send("Spring", WOMBAT)
        read = ReadReports(MailchimpReports(world.http, simulator.list_id))
        for response in ("no JSON", "[]"):
            read.keep({"status_code": 200, "operation_id": f"{spring}.sent-to.0.", "response": response})
            assert [row.email for row in read.page(spring, Report.SENT_TO, 0, None).rows] == [WOMBAT]
        assert requests.get(f"{simulator.control_url}/calls", timeout=10).json()["total"] >= 2
