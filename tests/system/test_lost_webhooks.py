"""Mailchimp tells nothing for a while: one reading of the audience repairs it on the running system (PAINS P4, P7)."""

from collections import defaultdict
from itertools import cycle

import pytest
import requests

from tests.system.application import Answer, Application, upserted
from tests.system.hearing import all_deliveries, all_heard, feed, silence
from tests.system.watching import eventually

pytestmark = pytest.mark.system


DEEDS = {
    "unsubscribe": ("unsubscribed", "unsubscribed_in_mailchimp", "contact.unsubscribed"),
    "change_email": ("synced", "in_agreement", "contact.email_changed"),
    "hard_bounce": ("bounced", "hard_bounce", "contact.bounced"),
    "archive": ("archived_in_mailchimp", "archived_by_staff", "contact.archived"),
    "complain": ("unsubscribed", "complained", "contact.unsubscribed"),
}
"""What a person or the staff does -> the member's status and reason, and the notice."""


def compare(zoo: Application) -> Answer:
    """The whole audience is reconciled, by the state machine; the run."""
    url = f"{zoo.stack.info.api_url}/v1/connections/{zoo.api.connection_id}/runs"
    headers = {"authorization": f"Bearer {zoo.operator_token}"}
    order = {"kind": "reconciliation", "full": True}
    ordered = requests.post(url, json=order, headers=headers, timeout=30)
    assert ordered.status_code == 202, ordered.text

    def ended() -> Answer | None:
        run: Answer = requests.get(f"{url}/{ordered.json()['run']}", headers=headers, timeout=30).json()
        return run if run["state"] != "running" else None

    run = eventually("the run has ended", ended)
    assert run is not None
    assert run["state"] == "done", run
    return run


def test_p07_p04_what_nobody_told_is_found_by_one_reading_of_the_audience(zoo: Application) -> None:
    emails = {name: f"{name}@atoll.test" for name in ("gull", "tern", "noddy", "booby")}
    for name, email in emails.items():
        zoo.say(name, email=email, first_name=name.capitalize())
    compare(zoo)  # now every contact's id is known
    with silence(zoo):
        zoo.person(emails["gull"], "unsubscribe")
        zoo.staff(emails["tern"], "delete_permanently")
        zoo.person(emails["noddy"], "change_email", new_email="noddy@reef.test")
        zoo.staff(emails["booby"], "archive")
        assert zoo.api.wait_for("gull", lambda member: member["status"] == "synced", 5)

    compared = compare(zoo)

    assert compared["counts"]["gone"] == 2  # who was deleted, and who has another address
    zoo.becomes("gull", "unsubscribed", "unsubscribed_in_mailchimp")
    zoo.becomes("tern", "deleted_in_mailchimp", "permanently_deleted")
    zoo.becomes("booby", "archived_in_mailchimp", "archived_by_staff")
    zoo.say("noddy", email=emails["noddy"], first_name="Noddy", plan="Night")
    assert zoo.fields("noddy@reef.test")["PLAN"] == "Night"


@pytest.mark.usefixtures("healthy")
def test_p07_whatever_a_third_of_lost_webhooks_did_not_tell_one_reading_does(zoo: Application) -> None:
    """Sixty people, each with one of five deeds; afterwards everybody's status is right, and is told once."""
    petrels = [f"petrel-{number:02d}" for number in range(60)]
    zoo.tell(*(upserted(petrel, email=f"{petrel}@gale.test", first_name="Petrelina") for petrel in petrels))
    compare(zoo)  # now every contact's id is known
    deed_of = dict(zip(petrels, cycle(DEEDS), strict=False))
    zoo.stack.audience.add_fault("lost_webhook", rate=0.3, seed=30)
    for petrel, deed in deed_of.items():
        if deed == "archive":
            zoo.staff(f"{petrel}@gale.test", deed)
        else:
            zoo.person(f"{petrel}@gale.test", deed, new_email=f"{petrel}@calm.test")
    zoo.stack.audience.end_faults()
    all_heard(zoo)
    lost = [each for each in all_deliveries(zoo) if each["state"] == "lost"]
    assert len(lost) >= 12, "about a third of the 72 webhooks"

    compared = compare(zoo)

    assert compared["counts"]["missed"] + compared["counts"]["gone"] >= 6, "not everybody was known before"
    for petrel, deed in deed_of.items():
        zoo.becomes(petrel, *DEEDS[deed][:2])
    told = {petrel: [DEEDS[deed][2]] for petrel, deed in deed_of.items()}
    eventually("everybody is told of", lambda: told.keys() <= {notice["data"]["id"] for notice in feed(zoo)})
    found = defaultdict(list)
    for notice in feed(zoo):
        found[notice["data"]["id"]].append(notice["type"])
    assert {petrel: found[petrel] for petrel in petrels} == told
    assert {zoo.seen(f"{petrel}@calm.test") for petrel, deed in deed_of.items() if deed == "change_email"} == {
        "subscribed"
    }
