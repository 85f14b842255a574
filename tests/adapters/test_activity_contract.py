"""The contract of the port `ActivityLedger`, on the fake and on DynamoDB."""

from datetime import timedelta
from typing import Any

import pytest

from accord.adapters.dynamodb.activity import DynamoDBActivity
from accord.adapters.dynamodb.table import Table
from accord.domain.activity import Activity, ActivityKind, change_of_list
from accord.domain.campaign import Campaign, Link, Read, Reading, Report, Totals
from accord.domain.contact import ContactStatus
from accord.domain.history import Event, EventKind
from accord.domain.record import Presence, Record
from accord.ports import Ledger, Settlement
from accord.ports.activity import ActivityLedger, Wanted
from tests.adapters.conftest import FreshTable
from tests.adapters.ledger_values import BARN, NOON
from tests.adapters.test_ledger_contract_lists import all_of
from tests.builders import minutes
from tests.fake_activity import FakeActivity
from tests.fakes import FakeLedger

ALL = Wanted()
KEPT = timedelta(days=365)
NOW = NOON + timedelta(days=30)


@pytest.fixture
def activity(ledger: Ledger, request: pytest.FixtureRequest) -> ActivityLedger:
    if isinstance(ledger, FakeLedger):
        return FakeActivity(ledger, KEPT)
    table: FreshTable = request.getfixturevalue("table")
    return DynamoDBActivity(Table(table.client, table.name, 1), KEPT)


def event(
    member_id: str = "gustave", kind: ActivityKind = ActivityKind.OPENED, after: float = 0, **given: Any
) -> Activity:
    given.setdefault("campaign_id", "spring")
    return Activity(member_id=member_id, kind=kind, at=NOON + minutes(after), **given)


def campaign(id_: str = "spring", days: float = 0, **given: Any) -> Campaign:
    return Campaign(id=id_, audience_id="audience1", subject="Spring", sent_at=NOON + timedelta(days=days), **given)


def test_a_campaign_is_kept_whole_and_written_over(activity: ActivityLedger) -> None:
    read = Read(began_at=NOON, counted=(1, 2), steady_since=NOON)
    reading = Reading(report=Report.UNSUBSCRIBED, began_at=NOON, counted=(3,), offset=1000, total=1200)
    whole = campaign(
        totals=Totals(emails_sent=7, opens=2),
        links=(Link(url="https://zoo.test/?a=b", clicks=2, clickers=1),),
        read={Report.EMAIL_ACTIVITY: read},
        reading=(reading,),
        pulled_at=NOON,
        gone_at=NOON,
    )
    activity.save_campaign(BARN, campaign())
    activity.save_campaign(BARN, whole)

    assert activity.campaign(BARN, "spring") == whole
    assert activity.campaigns(BARN) == [whole]


def test_campaigns_are_listed_newest_first_of_this_connection_alone(activity: ActivityLedger) -> None:
    activity.save_campaign("another", campaign("theirs"))
    for id_, days in (("b", 2.0), ("a", 3.0), ("c", 1.0)):
        activity.save_campaign(BARN, campaign(id_, days))

    assert [each.id for each in activity.campaigns(BARN)] == ["a", "b", "c"]
    assert activity.campaign(BARN, "theirs") is None


def test_an_event_is_kept_whole_and_once(activity: ActivityLedger) -> None:
    clicked = event(kind=ActivityKind.CLICKED, link="https://zoo.test/#gate", after=1)
    left = event(kind=ActivityKind.UNSUBSCRIBED, detail='"Too much", she said', after=2)
    activity.add(BARN, [clicked, left], NOON)
    activity.add(BARN, [clicked], NOON)

    assert activity.of_member(BARN, "gustave", ALL, None, 10).items == [left, clicked]


def test_events_that_differ_in_link_kind_time_campaign_or_member_are_different(activity: ActivityLedger) -> None:
    events = [
        event(),
        event(after=1 / 60),
        event(campaign_id="summer"),
        event(kind=ActivityKind.SENT),
        event(kind=ActivityKind.CLICKED, link="https://zoo.test/1"),
        event(kind=ActivityKind.CLICKED, link="https://zoo.test/2"),
        event("gisele"),
    ]
    activity.add(BARN, events, NOON)

    assert len(activity.of_member(BARN, "gustave", ALL, None, 10).items) == 6
    assert len(activity.of_member(BARN, "gisele", ALL, None, 10).items) == 1


def test_those_that_are_there_are_told_from_those_that_are_not(activity: ActivityLedger) -> None:
    there = [event(after=number) for number in range(120)]
    activity.add(BARN, there, NOON)

    assert activity.known(BARN, [*there, event("gisele"), event(after=999)], NOW) == set(there)
    assert activity.known("another", there, NOW) == set()
    assert activity.known(BARN, there, NOON) == set()  # this very reading found them


def test_a_member_is_read_page_by_page_newest_first(activity: ActivityLedger) -> None:
    activity.add(BARN, [event(after=number) for number in range(57)] + [event("gisele")], NOON)

    found = all_of(lambda after: activity.of_member(BARN, "gustave", ALL, after, 10))

    assert [each.at for each in found] == [NOON + minutes(number) for number in reversed(range(57))]


def test_some_campaign_and_some_kinds_can_be_asked_for(activity: ActivityLedger) -> None:
    events = [event(after=n, campaign_id=f"c{n % 3}", kind=list(ActivityKind)[n % 4]) for n in range(40)]
    activity.add(BARN, events, NOON)

    def read(wanted: Wanted) -> list[Activity]:
        return all_of(lambda after: activity.of_member(BARN, "gustave", wanted, after, 7))

    opened = frozenset({ActivityKind.OPENED})
    assert {each.at for each in read(Wanted("c1"))} == {each.at for each in events if each.campaign_id == "c1"}
    assert {each.kind for each in read(Wanted(kinds=opened))} == opened
    assert len(read(Wanted("c1", opened))) == sum(each.campaign_id == "c1" and each.kind in opened for each in events)


def test_what_some_members_did_with_a_campaign_is_read_newest_first(activity: ActivityLedger) -> None:
    events = [event(who, after=number) for who in ("gustave", "gisele", "gaston") for number in range(30)]
    others = [event(after=number, campaign_id="summer") for number in range(300)]
    activity.add(BARN, [*events, *others], NOON)

    found = activity.of_campaign(BARN, campaign(), ["gustave", "gisele", "nobody"], 20)

    assert {member_id: len(did) for member_id, did in found.items()} == {"gustave": 20, "gisele": 20, "nobody": 0}
    assert [each.at for each in found["gustave"]] == [NOON + minutes(number) for number in range(29, 9, -1)]


def all_members(activity: ActivityLedger, wanted: Wanted = ALL, page: int = 7) -> list[Activity]:
    return all_of(lambda after: activity.of_connection(BARN, wanted, after, NOW, page))


def test_s9_what_all_did_is_read_page_by_page_newest_first_over_weeks_without_what_was_only_sent(
    activity: ActivityLedger,
) -> None:
    events = [event(f"goat-{number % 5}", after=number * 700) for number in range(60)]
    activity.add(BARN, [*events, event("gisele", ActivityKind.SENT)], NOON)
    activity.add("another", [event("stranger")], NOON)

    found = all_members(activity)

    assert [each.at for each in found] == [each.at for each in reversed(events)]
    assert set(found) == set(events)


def test_s9_events_of_one_moment_are_all_there_across_pages(activity: ActivityLedger) -> None:
    events = {event(f"goat-{number:02d}") for number in range(30)}
    activity.add(BARN, events, NOON)

    found = all_members(activity)

    assert len(found) == 30
    assert set(found) == events


def test_s9_some_of_what_all_did_can_be_asked_for(activity: ActivityLedger) -> None:
    events = [event(f"goat-{n}", after=n, kind=list(ActivityKind)[1 + n % 3]) for n in range(120)]
    activity.add(BARN, events, NOON)

    found = all_members(activity, Wanted(kinds=frozenset({ActivityKind.CLICKED})), page=3)

    assert found == [each for each in reversed(events) if each.kind is ActivityKind.CLICKED]


def line(member_id: str, kind: EventKind, after: float, **given: Any) -> Event:
    at = NOON + minutes(after)
    return Event(member_id=member_id, at=at, id=f"{at.isoformat(timespec='microseconds')}#{kind}", kind=kind, **given)


def test_s9_how_the_list_changed_is_told_among_what_all_did(activity: ActivityLedger, ledger: Ledger) -> None:
    created = line("gustave", "created", 1, contact_status=ContactStatus.SUBSCRIBED)
    left = line("gustave", "archived", 5)
    ledger.add_events(BARN, [created, line("gustave", "tagged", 2), line("gisele", "settled", 3), left])
    ledger.add_events("another", [line("stranger", "created", 1)])
    opened, summer = event(after=4), event(after=4, campaign_id="summer")
    activity.add(BARN, [opened, summer], NOON)

    assert [each.change or each for each in all_members(activity, page=1) if each != summer] == [left, opened, created]
    assert all_members(activity, Wanted("spring")) == [opened]
    of_list = Wanted(kinds=frozenset({ActivityKind.LIST_CHANGED}))
    assert all_members(activity, of_list) == [change_of_list(left), change_of_list(created)]
    ledger.forget_member(BARN, "gustave")
    assert all_members(activity) == []


def test_nothing_is_read_of_what_is_older_than_it_is_kept(activity: ActivityLedger) -> None:
    activity.add(BARN, [event(after=-60 * 24 * 400)], NOON)

    assert all_members(activity) == []


@pytest.mark.parametrize("forget", ["activity", "ledger"])
def test_a_member_who_is_forgotten_did_nothing(activity: ActivityLedger, ledger: Ledger, forget: str) -> None:
    activity.add(BARN, [event(after=number) for number in range(30)] + [event("gisele")], NOON)

    if forget == "activity":
        activity.forget(BARN, ["gustave", "nobody"])
    else:
        ledger.forget_member(BARN, "gustave")

    assert activity.of_member(BARN, "gustave", ALL, None, 10).items == []
    assert [each.member_id for each in all_members(activity)] == ["gisele"]


def test_who_was_erased_is_known(activity: ActivityLedger, ledger: Ledger) -> None:
    for member_id, presence in (("gustave", Presence.ERASED), ("gisele", Presence.LEFT)):
        record = Record(connection_id=BARN, member_id=member_id, presence=presence, since=NOON)
        assert ledger.settle("audience1", [Settlement(record)])[member_id]

    assert activity.erased(BARN, ["gustave", "gisele", "nobody"]) == {"gustave"}


def test_a_cursor_that_nobody_gave_is_refused(activity: ActivityLedger) -> None:
    with pytest.raises(ValueError, match="cursor"):
        activity.of_member(BARN, "gustave", ALL, "goat", 2)
    with pytest.raises(ValueError, match="cursor"):
        activity.of_connection(BARN, ALL, "goat", NOW, 2)


def test_everything_expires_by_itself_a_year_after_it_happened(table: FreshTable) -> None:
    activity = DynamoDBActivity(Table(table.client, table.name, 1), KEPT)
    activity.add(BARN, [event()], NOON)
    activity.save_campaign(BARN, campaign())

    assert {item["expires_at"] for item in table.items()} == {str(int((NOON + KEPT).timestamp()))}
