"""Two thousand members while a fifth of all calls to Mailchimp fail; then what a repetition and a change cost."""

from dataclasses import dataclass, field
from typing import Any

import mailchimp_marketing
import pytest

from accord.domain.values import subscriber_hash
from tests.system.application import Application, another_application, moment
from tests.system.watching import DEAD_LETTERS, letters_recorded, messages, wait_until_idle
from tools.local_stack import LocalStack
from tools.sample_application import consents, sample_changes

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

MEMBERS = 2_000
REPEATED, CHANGED, TAGGED = 1_000, 200, 100
TAGGED_EACH = 8
KINDS = (("429", 0.067), ("500", 0.072), ("timeout_after_effect", 0.077))
"""One after the other they strike a fifth of all calls, each about as often."""
SEED = 257
"""With these dice the first creation of 500 contacts takes effect, and nobody is told."""


@dataclass
class Crowd:
    """The members as they were posted, and what it took to bring them to Mailchimp."""

    application: Application
    changes: list[dict[str, Any]]
    calls: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    letters: int = 0
    seconds: float = 0.0

    @property
    def consenting(self) -> list[dict[str, Any]]:
        return [change for change in self.changes if consents(change)]

    def contacts(self) -> dict[str, dict[str, Any]]:
        """All contacts of the audience, archived ones included, by address: read by Mailchimp's official client."""
        account = self.application.stack.audience.account
        client = mailchimp_marketing.Client({"api_key": account.api_key, "server": "us1"})
        client.api_client.host = account.url
        found: list[dict[str, Any]] = []
        for status in ("subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived"):
            for start in range(0, MEMBERS + 1, 1_000):
                found += client.lists.get_list_members_info(
                    self.application.audience_id, status=status, count=1_000, offset=start
                )["members"]
        return {contact["email_address"]: contact for contact in found}


@pytest.fixture(scope="module")
def crowd(stack: LocalStack) -> Crowd:
    """The faults last until every member has a status; only then is Mailchimp well again."""
    application = another_application(stack, "crowd")
    posted = Crowd(application, sample_changes(MEMBERS))
    for number, change in enumerate(posted.changes):
        if number % TAGGED_EACH:  # a tag call that fails has every contact in it read again
            change["member"]["tags"] = []
    letters = letters_recorded(stack)
    stack.audience.forget_calls()
    for seed, (kind, rate) in enumerate(KINDS, start=SEED):
        stack.audience.add_fault(kind, rate=rate, seed=seed)
    try:
        application.api.post(posted.changes)
        posted.counts = application.api.wait_until_settled(MEMBERS, timeout=400)
    finally:
        stack.audience.end_faults()
    wait_until_idle(stack)
    posted.calls = stack.audience.calls()
    posted.letters = letters_recorded(stack) - letters
    return posted


def test_p24_through_faults_exactly_those_who_consent_are_subscribed(crowd: Crowd) -> None:
    contacts = crowd.contacts()
    wanted = {change["member"]["email"] for change in crowd.consenting}
    assert len(wanted) == MEMBERS * 85 // 100
    assert {email for email, contact in contacts.items() if contact["status"] == "subscribed"} == wanted
    assert contacts.keys() == wanted, "nobody without consent has a contact, whatever its status"
    assert {status: count for status, count in crowd.counts.items() if count} == {
        "synced": len(wanted),
        "excluded": MEMBERS - len(wanted),
    }


def test_p24_through_faults_every_contact_has_the_right_fields_and_tags(crowd: Crowd) -> None:
    contacts = crowd.contacts()
    wrong = {}
    for change in crowd.consenting:
        contact = contacts[change["member"]["email"]]
        if (shown := _shown(contact)) != (wanted := _wanted(change["member"])):
            wrong[change["id"]] = (shown, wanted)
    assert wrong == {}


def test_p24_never_more_than_ten_connections_and_nothing_is_dead(crowd: Crowd, stack: LocalStack) -> None:
    assert crowd.calls["total"] > 20
    assert crowd.calls["max_concurrent"] <= 10
    assert (messages(stack, *DEAD_LETTERS), crowd.letters) == (0, 0)
    assert crowd.counts["failed"] == 0


def test_unchanged_members_posted_again_cost_no_call(crowd: Crowd, stack: LocalStack) -> None:
    now = moment()
    stack.audience.forget_calls()
    crowd.application.api.post([{**change, "occurred_at": now} for change in crowd.changes[:REPEATED]])
    wait_until_idle(stack)
    for change in (crowd.changes[0], crowd.changes[REPEATED - 1]):
        again = crowd.application.settled(change["id"], now)
        assert again["version"] == again["synced_version"]
    assert stack.audience.calls()["total"] == 0


def test_changed_members_cost_one_call_each_and_one_for_each_tag(crowd: Crowd, stack: LocalStack) -> None:
    now = moment()
    changed = []
    for number, change in enumerate(crowd.consenting[:CHANGED]):
        more = ["Marching band"] if number < TAGGED else []
        member = {**change["member"], "plan": "Brass section", "tags": [*change["member"]["tags"], *more]}
        changed.append({**change, "occurred_at": now, "member": member})
    stack.audience.forget_calls()
    crowd.application.api.post(changed)
    for change in changed:
        assert crowd.application.settled(change["id"], now, timeout=120)["status"] == "synced"
    wait_until_idle(stack)

    calls = stack.audience.calls()["by_route"]
    assert calls.pop("PATCH /3.0/lists/{list_id}/members/{subscriber_hash}") <= CHANGED
    assert calls.pop("POST /3.0/lists/{list_id}/segments") == 1, "the tag was new to the audience"
    assert calls.pop("POST /3.0/lists/{list_id}/segments/{segment_id}") == 1
    assert calls == {}

    contacts = crowd.contacts()
    shown = [_shown(contacts[change["member"]["email"]]) for change in changed]
    assert shown == [_wanted(change["member"]) for change in changed]


def test_the_official_client_reads_what_accord_wrote(crowd: Crowd, stack: LocalStack) -> None:
    client = mailchimp_marketing.Client({"api_key": stack.audience.account.api_key, "server": "us1"})
    client.api_client.host = stack.audience.account.url
    member = crowd.consenting[-1]["member"]
    audience = crowd.application.audience_id
    contact = client.lists.get_list_member(audience, subscriber_hash(member["email"]))
    assert (contact["status"], contact["email_address"]) == ("subscribed", member["email"])
    assert _shown(contact) == _wanted(member)
    tags = client.lists.get_list_member_tags(audience, subscriber_hash(member["email"]))["tags"]
    assert {tag["name"] for tag in tags} == set(member["tags"])


def _shown(contact: dict[str, Any]) -> dict[str, Any]:
    """What the contact shows: language, tags, and the fields and parts of fields that are not empty."""
    shown: dict[str, Any] = {"language": contact["language"], "tags": sorted(tag["name"] for tag in contact["tags"])}
    for tag, value in contact["merge_fields"].items():
        if isinstance(value, dict):
            shown[tag] = {part: text for part, text in value.items() if text}
        elif value != "":
            shown[tag] = value
    return shown


def _wanted(member: dict[str, Any]) -> dict[str, Any]:
    """What the contact of this member must show."""
    wanted: dict[str, Any] = {
        "language": member["language"],
        "tags": sorted(member["tags"]),
        "FNAME": member["first_name"],
        "LNAME": member["last_name"],
        "PLAN": member["plan"],
        "JOINED": member["joined_on"],
    }
    if "birthday" in member:
        _year, month, day = member["birthday"].split("-")
        wanted["BIRTHDAY"] = f"{month}/{day}"
    if "phone" in member:
        wanted["PHONE"] = member["phone"]
    if address := member.get("address"):
        names = {"line1": "addr1", "city": "city", "postal_code": "zip", "country": "country"}
        wanted["ADDRESS"] = {names[part]: text for part, text in address.items()} | {"state": "-"}
    return wanted
