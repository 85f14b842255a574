"""What a connect script asks of an account, on the simulator."""

from collections.abc import Iterator

import pytest

from accord.adapters.mailchimp.account import MailchimpAccount
from accord.domain.connection import FieldType
from accord.domain.new_audience import NewAudience
from accord.errors import Misconfigured, Rejected
from tools.mailchimp_simulator import Simulator

FONDUE = NewAudience(
    name="Fondue friends",
    from_name="Heidi Holey",
    from_email="heidi@fondue.test",
    subject="What melts this week",
    language="de",
    permission_reminder="You dipped, and agreed.",
    company="Cheese & Sons",
    address1="1 Fondue Lane",
    city="Bern",
    country="CH",
)


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(latency=0, audience_name="Cheese lovers") as running:
        yield running


@pytest.fixture
def account(simulator: Simulator) -> MailchimpAccount:
    return MailchimpAccount(simulator.url, simulator.api_key, timeout=5, allow_any_host=True)


def test_a_ping_tells_whether_the_key_is_good(simulator: Simulator, account: MailchimpAccount) -> None:
    account.ping()
    with pytest.raises(Misconfigured, match="API key"):
        MailchimpAccount(simulator.url, "stale-us1", allow_any_host=True).ping()


def test_the_audiences_of_the_account_are_listed(simulator: Simulator, account: MailchimpAccount) -> None:
    simulator.fill(3)
    assert (simulator.list_id, "Cheese lovers", 3) in account.audiences()


def test_an_account_says_its_name_and_what_one_chooses_an_audience_by(
    simulator: Simulator, account: MailchimpAccount
) -> None:
    assert account.name() == "Accord"
    listed = account.listed()
    cheese = next(audience for audience in listed.audiences if audience.id == simulator.list_id)
    assert (cheese.name, cheese.double_optin, cheese.marketing_permissions) == ("Cheese lovers", False, False)
    assert cheese.signup_form_url == account.signup_form_url(simulator.list_id)
    assert listed.may_create
    assert {"FNAME", "LNAME"} <= {field.tag for field in account.setup(simulator.list_id).merge_fields}


def test_contacts_are_counted_page_by_page_without_those_that_nobody_bills(
    simulator: Simulator, account: MailchimpAccount
) -> None:
    audience_id = account.create_audience(FONDUE.model_copy(update={"name": "Raclette rebels"}))
    simulator.fill(1001, list_id=audience_id)
    simulator.fill(2, status="cleaned", list_id=audience_id)
    simulator.fill(2, status="archived", list_id=audience_id)
    pages = list(account.billed(audience_id))
    assert (len(pages), len({contact for page in pages for contact in page})) == (2, 1001)


def test_a_new_audience_gets_fields_and_has_a_form(account: MailchimpAccount) -> None:
    audience_id = account.create_audience(FONDUE)
    assert audience_id in [audience.id for audience in account.audiences()]
    joined = account.create_merge_field(audience_id, "JOINED", "Member since", FieldType.DATE)
    plan = account.create_merge_field(audience_id, "PLAN", "Plan", FieldType.DROPDOWN, ["Slice", "Wheel"])
    assert (joined.tag, joined.type) == ("JOINED", FieldType.DATE)
    assert plan.choices == ("Slice", "Wheel")
    assert audience_id in account.signup_form_url(audience_id)


def test_what_mailchimp_refuses_to_make_is_rejected(simulator: Simulator, account: MailchimpAccount) -> None:
    with pytest.raises(Rejected):
        account.create_merge_field(simulator.list_id, "FNAME", "Once more", FieldType.TEXT)


def test_an_audience_that_is_not_there_has_no_form(account: MailchimpAccount) -> None:
    with pytest.raises(Misconfigured, match="audience"):
        account.signup_form_url("gone000000")
