"""What people did with the newsletter comes home to the members (PRODUCTS A6, S9), on the running system."""

from pathlib import Path
from uuid import uuid4

import pytest
import requests

from accord.domain.connection import Policy
from accord.domain.report_batch import SINGLY
from tests.system.application import Answer, Application, another_application, upserted
from tests.system.command import command_of
from tests.system.watching import eventually
from tools.local_stack import LocalStack
from tools.sample_application import SampleApplication

pytestmark = pytest.mark.system

LINKS = ["https://atoll.test/eggs", "https://atoll.test/tides"]


def told(zoo: Application, path: str, **body: object) -> Answer:
    """What the simulator is told."""
    answer = requests.post(f"{zoo.stack.audience.control_url}/{path}", json=body, timeout=30)
    assert answer.status_code == 200, answer.text
    found: Answer = answer.json()
    return found


def send(zoo: Application, subject: str) -> str:
    """A campaign to everybody who is subscribed in the audience."""
    return str(told(zoo, "campaigns", subject=subject, list_id=zoo.audience_id, links=LINKS)["id"])


def pull(zoo: Application) -> Answer:
    """The run, from the order to its end."""
    ordered = zoo.send("POST", "runs", {"kind": "activity"}, token=zoo.operator_token)
    assert ordered.status_code == 202, ordered.text

    def ended() -> Answer | None:
        run: Answer = zoo.send("GET", f"runs/{ordered.json()['run']}", token=zoo.operator_token).json()
        return run if run["state"] != "running" else None

    run = eventually("the pull has ended", ended)
    assert run is not None
    assert run["state"] == "done", run
    return run


def did(zoo: Application, path: str, **query: str) -> list[Answer]:
    """What a member did, or everybody, newest first."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = zoo.send("GET", f"{path}?{asked}", token=zoo.token)
    assert answer.status_code == 200, answer.text
    found: list[Answer] = answer.json()["activity"]
    return found


def kinds(zoo: Application, member_id: str, **query: str) -> set[str]:
    return {event["kind"] for event in did(zoo, f"members/{member_id}/activity", **query)}


@pytest.fixture
def zoo(stack: LocalStack) -> Application:
    """A connection with an audience of its own."""
    return another_application(stack, f"lagoon-{uuid4().hex[:8]}")


@pytest.fixture
def birds(zoo: Application) -> dict[str, str]:
    """Three members in the audience."""
    emails = {name: f"{name}@lagoon.test" for name in ("heron", "egret", "ibis")}
    zoo.tell(*(upserted(name, email=email, first_name=name.capitalize()) for name, email in emails.items()))
    return emails


def test_a6_what_a_member_received_opened_and_clicked_comes_back_with_totals_and_rates(
    zoo: Application, birds: dict[str, str], tmp_path: Path
) -> None:
    spring = send(zoo, "Spring at the lagoon")
    zoo.person(birds["heron"], "open", campaign_id=spring)
    zoo.person(birds["heron"], "click", campaign_id=spring, url=LINKS[0])
    zoo.person(birds["egret"], "soft_bounce", campaign_id=spring)

    run = pull(zoo)

    assert kinds(zoo, "heron", campaign=spring) == {"sent", "opened", "clicked"}
    assert [each["link"] for each in did(zoo, "members/heron/activity", kind="clicked")] == [LINKS[0]]
    assert kinds(zoo, "egret", campaign=spring) == {"sent", "bounced"}
    assert kinds(zoo, "ibis", campaign=spring) == {"sent"}
    campaign = zoo.send("GET", f"campaigns/{spring}", token=zoo.token).json()
    assert campaign["totals"]["emails_sent"] == 3
    assert campaign["rates"]["click_rate"] == 0.5  # of the two mails that arrived
    assert [link["url"] for link in campaign["links"] if link["clicks"]] == [LINKS[0]]
    assert run["calls"]["made"] == run["calls"]["least"]

    accord = command_of(zoo.stack, tmp_path)
    assert "Spring at the lagoon" in accord("campaigns", "list", zoo.api.connection_id).stdout
    assert LINKS[0] in accord("activity", "show", zoo.api.connection_id, "heron").stdout
    output = tmp_path / "did.csv"
    accord("activity", "export", zoo.api.connection_id, "--output", str(output))
    assert "heron" in output.read_text()


def test_a6_pulled_again_nothing_is_there_twice_and_what_is_new_is_there(
    zoo: Application, birds: dict[str, str]
) -> None:
    summer = send(zoo, "Summer at the lagoon")
    zoo.person(birds["heron"], "click", campaign_id=summer, url=LINKS[0])
    pull(zoo)
    before = did(zoo, "members/heron/activity")
    zoo.person(birds["ibis"], "click", campaign_id=summer, url=LINKS[1])

    run = pull(zoo)

    assert did(zoo, "members/heron/activity") == before
    assert "clicked" in kinds(zoo, "ibis", campaign=summer)
    assert "sent" not in run["counts"]


def test_a6_many_pages_are_read_by_mailchimp_in_one_batch(zoo: Application, birds: dict[str, str]) -> None:
    weeks = [send(zoo, f"Week {number} at the lagoon") for number in range(SINGLY // 2 + 1)]
    for week in weeks:  # two pages each: who did what, and the links
        zoo.person(birds["heron"], "click", campaign_id=week, url=LINKS[0])
    zoo.stack.audience.forget_calls()

    run = pull(zoo)

    routes = zoo.stack.audience.calls()["by_route"]
    assert not [route for route in routes if route.startswith("GET /3.0/reports/")], routes
    assert run["calls"]["made"] < 2 * len(weeks)
    assert {event["campaign"]["id"] for event in did(zoo, "members/heron/activity", kind="clicked")} == set(weeks)
    assert kinds(zoo, "ibis") == {"sent"}


def test_a6_members_are_found_after_they_changed_their_address_or_left(zoo: Application, birds: dict[str, str]) -> None:
    autumn = send(zoo, "Autumn at the lagoon")
    zoo.person(birds["egret"], "click", campaign_id=autumn, url=LINKS[0])
    zoo.say("egret", email="egret@estuary.test", first_name="Egret")
    zoo.leaves("ibis")

    pull(zoo)

    assert "clicked" in kinds(zoo, "egret", campaign=autumn)
    assert kinds(zoo, "ibis", campaign=autumn) == {"sent"}


def test_a6_an_unsubscribe_comes_with_its_reason_and_ends_the_mails_though_its_webhook_got_lost(
    zoo: Application, birds: dict[str, str]
) -> None:
    winter = send(zoo, "Winter at the lagoon")
    zoo.stack.audience.add_fault("lost_webhook", rate=1.0)
    try:
        zoo.person(birds["heron"], "unsubscribe", campaign_id=winter, reason="Too many feathers")
    finally:
        zoo.stack.audience.end_faults()

    run = pull(zoo)

    assert run["counts"]["reread"] == 1
    heron = zoo.becomes("heron", "unsubscribed", "unsubscribed_in_mailchimp")
    assert heron["unsubscribe"]["reason"] == "Too many feathers"
    assert kinds(zoo, "heron", campaign=winter) == {"sent", "unsubscribed"}


def test_a6_of_whoever_is_erased_nothing_stays_and_nothing_comes_back(zoo: Application, birds: dict[str, str]) -> None:
    night = send(zoo, "A night at the lagoon")
    zoo.person(birds["ibis"], "click", campaign_id=night, url=LINKS[0])
    pull(zoo)
    assert "clicked" in kinds(zoo, "ibis", campaign=night)

    zoo.send("DELETE", "members/ibis?erase=true", token=zoo.token)
    zoo.becomes("ibis", "erased", "erasure")
    pull(zoo)

    assert did(zoo, "members/ibis/activity") == []
    assert "ibis" not in {event["member"] for event in did(zoo, "activity")}


def test_a6_upstream_gets_a_signed_digest_of_what_its_members_did(stack: LocalStack) -> None:
    with SampleApplication() as post:
        url, policy = f"{post.url}/notices", Policy(activity_upstream=True)
        zoo = another_application(stack, f"reef-{uuid4().hex[:8]}", policy, notice_url=url)
        post.trust(zoo.signing_secret)
        zoo.tell(*(upserted(name, email=f"{name}@reef.test", first_name="Bird") for name in ("puffin", "auk")))
        coral = send(zoo, "Coral")
        zoo.person("auk@reef.test", "click", campaign_id=coral, url=LINKS[0])

        pull(zoo)

        (digest,) = eventually("the digest arrives", post.notices)
        assert (digest["type"], digest["data"]["campaign"]["subject"]) == ("activity.digest", "Coral")
        did = {each["id"]: {event["kind"] for event in each["activity"]} for each in digest["data"]["members"]}
        assert did == {"auk": {"sent", "clicked"}, "puffin": {"sent"}}


def test_s9_what_happened_to_the_list_is_shown_for_the_whole_connection(
    zoo: Application, birds: dict[str, str]
) -> None:
    day = send(zoo, "A day at the lagoon")
    for name in ("heron", "egret"):
        zoo.person(birds[name], "click", campaign_id=day, url=LINKS[1])
    zoo.person(birds["egret"], "unsubscribe")
    zoo.becomes("egret", "unsubscribed", "unsubscribed_in_mailchimp")

    pull(zoo)

    events = did(zoo, "activity", kind="clicked", campaign=day)
    assert {event["member"] for event in events} == {"heron", "egret"}
    assert [event["at"] for event in events] == sorted((event["at"] for event in events), reverse=True)
    changes = {(event["member"], event["detail"]) for event in did(zoo, "activity", kind="list_changed")}
    assert changes == {*((name, "created") for name in birds), ("egret", "settled")}
