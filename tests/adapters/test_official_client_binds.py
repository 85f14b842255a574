"""What people make with the official client is read as they meant it: bound where it fits, and nothing made twice."""

from collections.abc import Iterator
from typing import Any

import mailchimp_marketing
import pytest

from accord.adapters.mailchimp.account import MailchimpAccount
from accord.adapters.mailchimp.audience import MailchimpAudience
from accord.adapters.mailchimp.setup import MailchimpSetup
from accord.domain.binding import Binding, Clash, Fit, bind
from accord.domain.connection import RECOMMENDED_MAPPING, FieldType, Interest
from tools.mailchimp_simulator import Simulator

NUMBATS: dict[str, Any] = {
    "name": "Numbats",
    "contact": {"company": "Termites Ltd", "address1": "1 Log", "city": "Dryandra", "country": "AU"},
    "permission_reminder": "You licked yes.",
    "campaign_defaults": {"from_name": "N", "from_email": "n@log.test", "subject": "Ants", "language": "en"},
    "email_type_option": False,
    "double_optin": True,
}


class Log:
    """An audience that was made with the official client, and Accord's eyes on it."""

    def __init__(self, url: str, api_key: str) -> None:
        self.client = mailchimp_marketing.Client({"api_key": api_key, "server": "us1"})
        self.client.api_client.host = url
        self.id: str = self.client.lists.create_list(NUMBATS)["id"]
        given: dict[str, Any] = {"base_url": url, "api_key": api_key, "timeout": 5, "allow_any_host": True}
        self.account = MailchimpAccount(**given)
        self.setup = MailchimpSetup(**given)
        self.audience = MailchimpAudience(audience_id=self.id, **given)

    def add_field(self, name: str, kind: str, **more: Any) -> str:
        tag: str = self.client.lists.add_list_merge_field(self.id, {"name": name, "type": kind, **more})["tag"]
        return tag

    def bindings(self, mapping: dict[str, str]) -> dict[str, Binding]:
        return {each.source: each for each in bind(mapping, self.audience.setup().merge_fields).fields}


@pytest.fixture
def log() -> Iterator[Log]:
    with Simulator(latency=0) as simulator:
        yield Log(simulator.url, simulator.api_key)


def test_the_audience_is_listed_as_it_was_made(log: Log) -> None:
    [numbats] = (each for each in log.account.listed().audiences if each.id == log.id)

    assert (numbats.name, numbats.double_optin, numbats.marketing_permissions) == ("Numbats", True, False)


def test_a_new_audience_lacks_two_fields_and_once_they_are_made_none(log: Log) -> None:
    before = bind(RECOMMENDED_MAPPING, log.audience.setup().merge_fields)
    assert [each.tag for each in before.to_create] == ["PLAN", "JOINED"]

    for each in before.to_create:
        log.account.create_merge_field(log.id, each.tag, each.name, each.type)

    after = bind(before.mapping, log.audience.setup().merge_fields)
    assert {each.fit for each in after.fields} == {Fit.BOUND}
    fields = log.client.lists.get_list_merge_fields(log.id, count=1000)["merge_fields"]
    assert sorted(field["tag"] for field in fields) == sorted(RECOMMENDED_MAPPING.values())


def test_a_field_that_got_its_tag_from_mailchimp_is_known_by_its_name(log: Log) -> None:
    tag = log.add_field("Member since", "date")
    assert tag.startswith("MMERGE")

    joined = log.bindings({"joined_on": "JOINED"})["joined_on"]

    assert (joined.fit, joined.tag) == (Fit.BOUND, tag)


@pytest.mark.parametrize("kind", sorted(FieldType))
def test_every_type_of_field_is_read_as_it_was_made(log: Log, kind: str) -> None:
    choices = {"options": {"choices": ["Log", "Burrow"]}} if kind in ("radio", "dropdown") else {}
    log.add_field("Home", kind, tag="HOME", **choices)

    [home] = (field for field in log.audience.setup().merge_fields if field.tag == "HOME")

    assert (home.type, home.name) == (FieldType(kind), "Home")
    assert home.choices == (("Log", "Burrow") if choices else ())


def test_plans_that_are_a_list_of_choices_are_bound_and_a_number_is_a_clash(log: Log) -> None:
    log.add_field("Plan", "dropdown", tag="PLAN", options={"choices": ["Half a log", "A log"]})
    log.add_field("Ants eaten", "number", tag="ANTS")

    found = log.bindings({"plan": "PLAN", "fields.ants": "ANTS"})

    assert (found["plan"].fit, found["plan"].type) == (Fit.BOUND, FieldType.DROPDOWN)
    ants = found["fields.ants"]
    assert (ants.fit, ants.clash, ants.proposal) == (Fit.CLASH, Clash.OTHER_TYPE, "ANTS2")
    assert log.add_field("Ants", "text", tag=ants.proposal) == "ANTS2"
    assert log.bindings({"fields.ants": "ANTS2"})["fields.ants"].fit is Fit.BOUND


def test_a_tag_that_mailchimp_cut_is_bound_as_it_is(log: Log) -> None:
    tag = log.add_field("Favourite food", "text", tag="FAVOURITEFOOD")

    assert log.bindings({"fields.food": tag})["fields.food"].fit is Fit.BOUND
    assert log.bindings({"fields.food": "FAVOURITEFOOD"})["fields.food"].clash is Clash.NOT_A_TAG


def test_when_the_audience_is_full_nothing_is_promised(log: Log) -> None:
    for number in range(24):
        log.add_field(f"Stripe {number}", "text")

    found = bind(RECOMMENDED_MAPPING, log.audience.setup().merge_fields)

    assert [(each.source, each.fit, each.clash) for each in found.fields if each.fit is not Fit.BOUND] == [
        ("plan", Fit.TO_CREATE, None),
        ("joined_on", Fit.CLASH, Clash.NO_ROOM),
    ]
    assert found.left == 0


def test_groups_are_read_as_they_were_made_and_not_made_again(log: Log) -> None:
    lists = log.client.lists
    category = lists.create_list_interest_category(log.id, {"title": "Hours", "type": "radio"})["id"]
    day = lists.create_interest_category_interest(log.id, category, {"name": "Day"})["id"]

    interests = log.setup.create_group(log.id, "hours", ["day", "Dusk"])

    assert interests[0] == Interest(category="Hours", name="Day", id=day)
    assert log.audience.setup().interests == interests
    assert lists.get_list_interest_categories(log.id, count=100)["total_items"] == 1
