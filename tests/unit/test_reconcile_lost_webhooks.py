"""What no webhook told is found by reading the whole audience, by the same function (PAINS P7)."""

import random

import pytest

from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.domain.run import Run
from tests.builders import NOON, a_member, key_of, minutes, upserted
from tests.nights import Nights
from tests.scene import Scene, calls_made

DEEDS = ("unsubscribe", "bounce", "archive", "delete", "rename", "nothing")
HEARD = {"unsubscribe": "unsubscribe", "bounce": "cleaned", "archive": "unsubscribe", "delete": "unsubscribe"}
STANDING = {
    "unsubscribe": (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP),
    "bounce": (Status.BOUNCED, ReasonCode.HARD_BOUNCE),
    "archive": (Status.ARCHIVED_IN_MAILCHIMP, ReasonCode.ARCHIVED_BY_STAFF),
    "delete": (Status.DELETED_IN_MAILCHIMP, ReasonCode.PERMANENTLY_DELETED),
    "rename": (Status.SYNCED, ReasonCode.IN_AGREEMENT),
    "nothing": (Status.SYNCED, ReasonCode.IN_AGREEMENT),
}


def compare(scene: Scene) -> Run:
    """Some time later the whole audience is read, and whoever is due then is settled."""
    return Nights(scene).night()


def does(scene: Scene, deed: str, email: str) -> None:
    """A person, or the newsletter's owner, acts in Mailchimp."""
    match deed:
        case "unsubscribe":
            scene.audience.turn(email, ContactStatus.UNSUBSCRIBED)
        case "bounce":
            scene.audience.turn(email, ContactStatus.CLEANED)
        case "archive":
            scene.audience.turn(email, ContactStatus.ARCHIVED)
        case "delete":
            del scene.audience.people[scene.audience.of(email).subscriber_hash]  # type: ignore[union-attr]
        case "rename":
            scene.audience.move(email, f"new-{email}")


@pytest.mark.parametrize("seed", range(5))
def test_p07_what_lost_webhooks_did_not_tell_is_repaired_by_one_reading(seed: int) -> None:
    chance = random.Random(seed)
    scene = Scene()
    emails = {f"m-{number}": f"vole{number}@field.test" for number in range(60)}
    scene.post(*(upserted(a_member(email), member) for member, email in emails.items()))
    scene.clock.pass_(600)
    compare(scene)
    done = {member: chance.choice(DEEDS) for member in emails}
    lost = 0
    for member, email in emails.items():
        does(scene, done[member], email)
        if chance.random() < 0.3:
            lost += 1
        elif done[member] == "rename":
            scene.hear("upemail", f"new-{email}", email)
        elif done[member] in HEARD:
            scene.hear(HEARD[done[member]], email)
    assert lost > 10
    compare(scene)
    assert {member: scene.status(member) for member in emails} == {m: STANDING[deed] for m, deed in done.items()}
    renamed = [member for member, deed in done.items() if deed == "rename"]
    scene.post(*(upserted(a_member(emails[m], plan="Night"), m, at=NOON + minutes(60)) for m in renamed))
    scene.settle_all()
    plans = [scene.audience.of(f"new-{emails[member]}") for member in renamed]
    assert [contact.merge_fields["PLAN"] for contact in plans if contact] == ["Night"] * len(renamed)


def test_a_reading_that_finds_nothing_new_costs_its_pages_and_changes_nobody() -> None:
    scene = Scene()
    scene.post(*(upserted(a_member(f"vole{number}@field.test"), f"m-{number}") for number in range(20)))
    compare(scene)
    calls_made(scene)
    before = dict(scene.ledger.stored_records)
    assert compare(scene).counts == {"contacts": 20}
    assert calls_made(scene) == ["page", "page"]
    assert scene.ledger.stored_records == before


def test_strangers_are_remembered_and_left_alone() -> None:
    scene = Scene()
    stranger = scene.audience.add("fox@wood.test", ContactStatus.UNSUBSCRIBED)
    assert compare(scene).counts["contacts"] == 1
    assert scene.audience.of("fox@wood.test") == stranger
    assert scene.ledger.stored_addresses["audience1", key_of("fox@wood.test")].unsubscribed_at is not None
