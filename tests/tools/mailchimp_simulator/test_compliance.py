"""Who left, bounced or complained is not subscribed again through the API, whatever is tried."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.mailchimp_simulator.zookeeper import Zookeeper
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.audience_settings import DEFAULT_SETTINGS
from tools.mailchimp_simulator.domain.contact import Status
from tools.mailchimp_simulator.domain.deeds import do_as_person
from tools.mailchimp_simulator.domain.problems import Problem
from tools.mailchimp_simulator.domain.writes import archive, bulk, change, create, upsert

NEWT = "newt@pond.test"
TRIES = st.lists(
    st.tuples(
        st.sampled_from(["create", "upsert", "change", "archive", "bulk", "move"]),
        st.sampled_from([*Status]),
    ),
    max_size=12,
)


@settings(max_examples=500, deadline=None)
@given(how=st.sampled_from(["unsubscribe", "hard_bounce", "complain"]), tries=TRIES)
def test_no_sequence_of_api_calls_subscribes_who_said_no(how: str, tries: list[tuple[str, Status]]) -> None:
    audience = Audience(1, DEFAULT_SETTINGS, [], 1)
    create(audience, {"email_address": NEWT, "status": "subscribed"}, 1)
    do_as_person(audience, NEWT, {"deed": how}, 2)
    for now, (what, status) in enumerate(tries, start=3):
        contact = next(iter(audience))
        body = {"email_address": contact.email, "status": status, "status_if_new": status}
        try:
            match what:
                case "create":
                    create(audience, body, now)
                case "upsert":
                    upsert(audience, contact.id, body, now)
                case "change":
                    change(audience, contact.id, {"status": status}, now)
                case "archive":
                    archive(audience, contact, now)
                case "bulk":
                    members = {"members": [body], "update_existing": True}
                    bulk(audience, members, now, skip_required=False, skip_duplicates=False)
                case _:
                    change(audience, contact.id, {"email_address": f"newt-{now}@pond.test"}, now)
        except Problem:
            pass
        assert contact.status is not Status.SUBSCRIBED
        assert len(audience) == 1
        if how == "complain":
            assert contact.status is not Status.PENDING


def test_an_unsubscribe_by_the_api_is_undone_by_the_api(keeper: Zookeeper) -> None:
    keeper.add(NEWT)
    keeper.patch(f"members/{NEWT}", {"status": "unsubscribed"})
    assert keeper.patch(f"members/{NEWT}", {"status": "subscribed"})["status"] == "subscribed"


@pytest.mark.parametrize("deed", ["unsubscribe", "hard_bounce"])
def test_who_left_or_bounced_can_be_asked_and_then_only_they_can_confirm(keeper: Zookeeper, deed: str) -> None:
    keeper.add(NEWT)
    keeper.person(NEWT, deed)
    problem = keeper.refused("PATCH", f"members/{NEWT}", {"status": "subscribed"})
    assert (problem["title"], problem["detail"]) == (
        "Member In Compliance State",
        f"{NEWT} is in a compliance state due to unsubscribe, bounce, or compliance review and cannot be subscribed.",
    )
    assert keeper.patch(f"members/{NEWT}", {"status": "pending"})["status"] == "pending"
    assert keeper.refused("PATCH", f"members/{NEWT}", {"status": "subscribed"})["status"] == 400
    assert keeper.person(NEWT, "confirm")["status"] == "subscribed"
    keeper.patch(f"members/{NEWT}", {"status": "unsubscribed"})
    keeper.patch(f"members/{NEWT}", {"status": "subscribed"})


@pytest.mark.parametrize("status", ["subscribed", "pending"])
def test_who_complained_is_neither_subscribed_nor_asked(keeper: Zookeeper, status: str) -> None:
    keeper.add(NEWT)
    keeper.person(NEWT, "complain")
    assert keeper.refused("PATCH", f"members/{NEWT}", {"status": status})["title"] == "Member In Compliance State"


@pytest.mark.parametrize("status", ["subscribed", "pending", "unsubscribed"])
def test_who_was_forgotten_is_neither_found_nor_written(keeper: Zookeeper, status: str) -> None:
    forgotten = keeper.add(NEWT)
    keeper.post(f"members/{forgotten['id']}/actions/delete-permanent")
    assert keeper.refused("GET", f"members/{NEWT}")["title"] == "Resource Not Found"
    problem = keeper.refused("POST", "members", {"email_address": NEWT, "status": status})
    assert problem["title"] == "Forgotten Email Not Subscribed"
    assert problem["detail"].startswith(f"{NEWT} was permanently deleted and cannot be re-imported. The contact must ")
    assert "type" not in problem
    keeper.add("eft@pond.test")
    moved = keeper.refused("PATCH", "members/eft@pond.test", {"email_address": NEWT})
    assert moved["title"] == "Forgotten Email Not Subscribed"
    assert keeper.standing(NEWT)["status"] == "forgotten"
    assert keeper.person(NEWT, "subscribe")["contact_id"] != forgotten["contact_id"]


def test_double_opt_in_is_not_enforced_on_what_the_api_writes(keeper: Zookeeper) -> None:
    keeper.patch("", {"double_optin": True})
    assert keeper.add(NEWT)["status"] == "subscribed"
    assert keeper.person("eft@pond.test", "subscribe")["status"] == "pending"


def test_each_confirmation_mail_is_counted_and_a_repeat_sends_none(keeper: Zookeeper) -> None:
    keeper.add(NEWT, "pending")
    keeper.patch(f"members/{NEWT}", {"status": "pending", "merge_fields": {"FNAME": "Newt"}})
    keeper.put(f"members/{NEWT}", {"email_address": NEWT, "status": "pending", "status_if_new": "pending"})
    assert keeper.standing(NEWT)["confirmation_mails"] == 1
    keeper.patch(f"members/{NEWT}", {"status": "unsubscribed"})
    keeper.patch(f"members/{NEWT}", {"status": "pending"})
    assert keeper.standing(NEWT)["confirmation_mails"] == 2
