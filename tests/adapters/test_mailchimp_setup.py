"""What an operator has Mailchimp make, on the simulator, and what it refuses."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from pydantic import ValidationError

from accord.adapters.mailchimp.account import MailchimpAccount
from accord.adapters.mailchimp.setup import MailchimpSetup
from accord.domain.connection import FieldType, Interest, MergeField
from accord.domain.new_audience import NewAudience
from accord.errors import Misconfigured
from tools.mailchimp_simulator import Simulator

MEERKATS = NewAudience(
    name="Meerkats on watch",
    from_name="Timon Tall",
    from_email="timon@dune.test",
    subject="News of the dune",
    language="fr",
    permission_reminder="You stood up and said yes.",
    company="Dune & Sons",
    address1="1 Long Dune",
    address2="Hole 7",
    city="Kalahari",
    state="NC",
    zip="8800",
    country="ZA",
    phone="+27 54 000 0000",
    double_optin=True,
    marketing_permissions=True,
    notify_on_subscribe="joy@dune.test",
    notify_on_unsubscribe="grief@dune.test",
)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(latency=0, audience_name="Moles") as running:
        yield running


@pytest.fixture
def setup(simulator: Simulator) -> MailchimpSetup:
    return MailchimpSetup(simulator.url, simulator.api_key, timeout=5, allow_any_host=True)


@pytest.fixture
def account(simulator: Simulator) -> MailchimpAccount:
    return MailchimpAccount(simulator.url, simulator.api_key, timeout=5, allow_any_host=True)


def asked(simulator: Simulator, path: str, method: str = "GET", **more: Any) -> Any:
    answer = requests.request(method, simulator.url + path, auth=("any", simulator.api_key), timeout=5, **more)
    answer.raise_for_status()
    return answer.json()


def test_an_audience_is_made_with_all_that_was_said(setup: MailchimpSetup, simulator: Simulator) -> None:
    audience_id = setup.create_audience(MEERKATS)

    made = asked(simulator, f"/lists/{audience_id}")
    said = MEERKATS.model_dump()
    shown = {**made, **made["contact"], **made["campaign_defaults"]}
    assert {name: shown[name] for name in said} == said
    assert made["email_type_option"] is False


def test_audiences_are_listed_with_what_one_chooses_by(
    setup: MailchimpSetup, account: MailchimpAccount, simulator: Simulator
) -> None:
    simulator.fill(3)
    setup.create_audience(MEERKATS)

    listed = account.listed()

    shown = [(each.name, each.member_count, each.double_optin, each.marketing_permissions) for each in listed.audiences]
    assert shown == [
        ("Moles", 3, False, False),
        ("Meerkats on watch", 0, True, True),
    ]
    assert (listed.may_create, asked(simulator, "/lists")["constraints"]["max_instances"]) == (True, 5)


def test_a_plan_without_room_says_so_before_and_refuses_after(setup: MailchimpSetup, account: MailchimpAccount) -> None:
    for _ in range(4):
        setup.create_audience(MEERKATS)

    assert not account.listed().may_create
    with pytest.raises(Misconfigured, match="plan"):
        setup.create_audience(MEERKATS)


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("country", "South Africa"), ("from_email", "")])
def test_what_mailchimp_would_refuse_is_refused_before(field: str, value: str) -> None:
    with pytest.raises(ValidationError, match=field):
        NewAudience.model_validate(MEERKATS.model_dump() | {field: value})


def test_a_group_is_made_once_and_grows(setup: MailchimpSetup, simulator: Simulator) -> None:
    first = setup.create_group(simulator.list_id, "Duties", ["Digging", "Watching"])
    again = setup.create_group(simulator.list_id, "duties", ["watching", "Napping", "napping"])

    assert [(each.category, each.name) for each in again] == [
        ("Duties", "Digging"),
        ("Duties", "Watching"),
        ("Duties", "Napping"),
    ]
    assert again[:2] == first
    assert all(isinstance(each, Interest) and each.id for each in again)


def test_a_group_of_many_is_read_whole(setup: MailchimpSetup, simulator: Simulator) -> None:
    names = [f"Tunnel {number}" for number in range(15)]  # Mailchimp shows ten unless it is asked
    setup.create_group(simulator.list_id, "Tunnels", names)

    assert [each.name for each in setup.create_group(simulator.list_id, "Tunnels", names)] == names


@pytest.mark.parametrize(("kind", "condition"), [(FieldType.TEXT, "TextMerge"), (FieldType.DROPDOWN, "SelectMerge")])
def test_a_segment_for_a_plan_asks_for_its_field(
    setup: MailchimpSetup, simulator: Simulator, kind: FieldType, condition: str
) -> None:
    plan = MergeField(tag="PLAN", type=kind)

    segment_id = setup.create_value_segment(simulator.list_id, "Plan: Full dune", plan, "Full dune")

    made = asked(simulator, f"/lists/{simulator.list_id}/segments/{segment_id}")
    assert made["type"] == "saved"
    assert made["options"] == {
        "match": "all",
        "conditions": [{"condition_type": condition, "field": "PLAN", "op": "is", "value": "Full dune"}],
    }


def test_a_segment_for_a_tag_asks_for_the_tag(setup: MailchimpSetup, simulator: Simulator) -> None:
    path = f"/lists/{simulator.list_id}/segments"
    tag = asked(simulator, path, "POST", json={"name": "Sentinels", "static_segment": []})

    segment_id = setup.create_tag_segment(simulator.list_id, "Tag: Sentinels", tag["id"])

    assert asked(simulator, f"{path}/{segment_id}")["options"]["conditions"] == [
        {"condition_type": "StaticSegment", "field": "static_segment", "op": "static_is", "value": tag["id"]}
    ]


def test_a_segment_that_is_there_is_not_made_again_and_a_tag_of_its_name_is_none(
    setup: MailchimpSetup, simulator: Simulator
) -> None:
    path = f"/lists/{simulator.list_id}/segments"
    tag = asked(simulator, path, "POST", json={"name": "Full dune", "static_segment": []})
    plan = MergeField(tag="PLAN", type=FieldType.TEXT)

    made = setup.create_value_segment(simulator.list_id, "Full dune", plan, "Full dune")

    assert made != tag["id"]
    assert setup.create_value_segment(simulator.list_id, "full DUNE", plan, "Full dune") == made


def test_permissions_are_learnt_from_the_first_contact(
    setup: MailchimpSetup, account: MailchimpAccount, simulator: Simulator
) -> None:
    audience_id = setup.create_audience(MEERKATS)
    assert account.setup(audience_id, permissions=True).permissions == ()

    simulator.fill(1, list_id=audience_id)

    permissions = account.setup(audience_id, permissions=True).permissions
    assert len({each.id for each in permissions}) == len(permissions) > 0
    assert all(each.text for each in permissions)


def test_an_audience_that_asks_for_no_permissions_has_none(account: MailchimpAccount, simulator: Simulator) -> None:
    simulator.fill(1)

    assert account.setup(simulator.list_id, permissions=True).permissions == ()
