"""What becomes of a change: the worker over fakes, one story a test."""

from datetime import timedelta

import pytest

from accord.domain.address import Origin
from accord.domain.connection import APPLICATION_REFUSES, ConnectionState
from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from tests.builders import (
    NOON,
    a_connection,
    a_full_member,
    a_member,
    a_policy,
    left,
    minutes,
    upserted,
)
from tests.fakes import Trouble
from tests.scene import Scene, calls_made

SUBSCRIBED, UNSUBSCRIBED = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED
PENDING, ARCHIVED, CLEANED = ContactStatus.PENDING, ContactStatus.ARCHIVED, ContactStatus.CLEANED


def test_every_field_reaches_the_contact_in_the_form_that_its_type_wants() -> None:
    scene = Scene()
    scene.post(upserted(a_full_member()))
    contact = scene.audience.of("walrus@icefloe.test")
    assert contact is not None
    assert contact.merge_fields == {
        "FNAME": "Wilma",
        "LNAME": "Walrus",
        "PHONE": "+33612345678",
        "BIRTHDAY": "03/12",
        "ADDRESS": {"addr1": "1 quai du Phoque", "city": "Paris", "state": "-", "zip": "75002", "country": "FR"},
        "PLAN": "Full time",
        "JOINED": "2024-05-01",
    }
    assert contact.interests == {"i-garden": True}
    assert contact.tags == ("Clients",)
    assert contact.language == "fr"
    assert calls_made(scene) == ["create", "tag_contact"]


def test_500_new_members_cost_one_call_and_one_for_each_tag() -> None:
    scene = Scene()
    changes = [upserted(a_member(f"ant{n}@hill.test", tags=("Clients", "Workers")), f"a-{n}") for n in range(500)]
    scene.post(*changes)
    assert calls_made(scene) == ["create", "tag_many", "create_tag", "tag_many"]
    assert scene.ledger.counts("burrow") == {Status.SYNCED: 500}


@pytest.mark.parametrize(("trouble", "there"), [(Trouble.TIMEOUT, 0), (Trouble.TIMEOUT_AFTER_EFFECT, 500)])
def test_after_a_creation_of_unknown_effect_one_listing_tells_of_all(trouble: Trouble, there: int) -> None:
    scene = Scene()
    scene.audience.add("stranger@hill.test", ContactStatus.UNSUBSCRIBED)
    scene.pass_(600)
    troubles = iter([trouble])
    scene.audience.trouble = lambda _name: next(troubles, None)
    scene.post(*(upserted(a_member(f"ant{n}@hill.test"), f"a-{n}") for n in range(500)))
    calls_made(scene)
    assert len(scene.audience.people) == 1 + there
    scene.pass_(600)
    scene.offer()
    assert calls_made(scene).count("read") == 0
    scene.settle_all()
    assert scene.ledger.counts("burrow") == {Status.SYNCED: 500}
    assert {address.origin for address in scene.ledger.stored_addresses.values()} == {Origin.CREATED}


def test_somebody_elses_contact_is_read_where_a_creation_of_unknown_effect_had_none() -> None:
    scene = Scene()
    scene.audience.add("ant7@hill.test", ContactStatus.UNSUBSCRIBED)
    scene.pass_(600)
    troubles = iter([Trouble.TIMEOUT])
    scene.audience.trouble = lambda _name: next(troubles, None)
    scene.post(*(upserted(a_member(f"ant{n}@hill.test"), f"a-{n}") for n in range(20)))
    scene.settle_all()
    assert calls_made(scene) == ["create", "contacts", "create", "read"]
    assert scene.seen("ant7@hill.test") is ContactStatus.UNSUBSCRIBED
    assert scene.status("a-7")[0] is Status.UNSUBSCRIBED


def test_the_same_again_costs_no_call() -> None:
    scene = Scene()
    scene.post(upserted(a_full_member()))
    calls_made(scene)
    scene.post(upserted(a_full_member(), at=NOON + minutes(5)))
    assert calls_made(scene) == []
    assert scene.status()[0] is Status.SYNCED


def test_a_changed_field_is_one_patch_without_a_status() -> None:
    scene = Scene()
    scene.post(upserted(a_full_member()))
    calls_made(scene)
    scene.audience.turn("walrus@icefloe.test", UNSUBSCRIBED)
    scene.post(upserted(a_full_member(plan="Weekend"), at=NOON + minutes(5)))
    assert calls_made(scene) == ["change"]
    assert scene.seen("walrus@icefloe.test") is UNSUBSCRIBED
    assert scene.status() == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)


def test_an_email_change_moves_the_contact_and_keeps_its_history() -> None:
    scene = Scene()
    scene.post(upserted(a_member()))
    before = scene.audience.of("wombat@burrow.test")
    scene.post(upserted(a_member("wilma@new-burrow.test"), at=NOON + minutes(1)))
    after = scene.audience.of("wilma@new-burrow.test")
    assert before is not None
    assert after is not None
    assert after.contact_id == before.contact_id
    assert scene.audience.of("wombat@burrow.test") is None
    assert calls_made(scene) == ["create", "read", "change"]  # the creation's answer had no contact_id


def test_an_email_change_to_an_address_in_the_audience_takes_it_over_and_archives_the_old_one() -> None:
    scene = Scene()
    scene.audience.add("wilma@new-burrow.test")
    scene.post(upserted(a_member()))
    scene.post(upserted(a_member("wilma@new-burrow.test"), at=NOON + minutes(1)))
    assert scene.seen("wilma@new-burrow.test") is SUBSCRIBED
    assert scene.seen("wombat@burrow.test") is ARCHIVED
    assert scene.status()[0] is Status.SYNCED


def test_an_existing_contact_is_adopted_and_its_status_is_left_alone() -> None:
    scene = Scene()
    scene.audience.add("wombat@burrow.test", merge_fields={"FNAME": "W.", "PLAN": "Old"})
    scene.post(upserted(a_member()))
    contact = scene.audience.of("wombat@burrow.test")
    assert contact is not None
    assert contact.merge_fields == {"FNAME": "Wilma", "PLAN": "Old"}
    assert scene.status()[0] is Status.SYNCED


def test_fill_blanks_writes_only_where_nothing_is() -> None:
    scene = Scene(a_connection(policy=a_policy(existing_contacts="fill_blanks")))
    scene.audience.add("wombat@burrow.test", merge_fields={"FNAME": "W."})
    scene.post(upserted(a_member(plan="Full time")))
    contact = scene.audience.of("wombat@burrow.test")
    assert contact is not None
    assert contact.merge_fields == {"FNAME": "W.", "PLAN": "Full time"}


def test_an_empty_value_clears_only_what_accord_wrote_last() -> None:
    scene = Scene()
    scene.post(upserted(a_member(plan="Full time", last_name="Wombat")))
    contact = scene.audience.of("wombat@burrow.test")
    assert contact is not None
    scene.audience.people[contact.subscriber_hash].contact = contact.model_copy(
        update={"merge_fields": contact.merge_fields | {"LNAME": "by staff"}}
    )
    scene.post(upserted(a_member(), at=NOON + minutes(1)))
    cleared = scene.audience.of("wombat@burrow.test")
    assert cleared is not None
    assert cleared.merge_fields == {"FNAME": "Wilma", "PLAN": "", "LNAME": "by staff"}


def test_p17_only_accords_own_tags_change() -> None:
    scene = Scene()
    scene.post(upserted(a_member(tags=("Clients", "Night owls"))))
    contact = scene.audience.of("wombat@burrow.test")
    assert contact is not None
    scene.audience.people[contact.subscriber_hash].contact = contact.model_copy(
        update={"tags": (*contact.tags, "by staff")}
    )
    scene.post(upserted(a_member(tags=("Clients", "Early birds")), at=NOON + minutes(1)))
    after = scene.audience.of("wombat@burrow.test")
    assert after is not None
    assert set(after.tags) == {"Clients", "by staff", "Early birds"}


def test_p20_a_value_that_does_not_fit_names_its_field_and_concerns_one_member() -> None:
    scene = Scene()
    scene.post(
        upserted(a_member(groups={"Interests": ("Yodelling",)}), "m-1"),
        upserted(a_member("other@burrow.test"), "m-2"),
    )
    assert scene.status("m-1") == (Status.FAILED, ReasonCode.FIELD_INVALID)
    assert scene.record("m-1").reason.detail == "groups.Interests"
    assert scene.status("m-2")[0] is Status.SYNCED


def test_an_address_that_mailchimp_refuses_fails_alone_and_is_not_sent_again() -> None:
    scene = Scene()
    scene.post(upserted(a_member("fake@example.com"), "m-1"), upserted(a_member("ok@burrow.test"), "m-2"))
    assert scene.status("m-1") == (Status.FAILED, ReasonCode.EMAIL_REFUSED)
    assert scene.status("m-2")[0] is Status.SYNCED
    calls_made(scene)
    scene.post(upserted(a_member("fake@example.com"), "m-1", at=NOON + minutes(1)))
    assert calls_made(scene) == []


def test_a_broken_connection_keeps_everything_and_goes_on_by_itself_when_mailchimp_answers_again() -> None:
    scene = Scene()
    scene.audience.refuses_the_key = True
    scene.post(upserted(a_member()))
    assert scene.status() == (Status.PENDING, ReasonCode.CONNECTION_PAUSED)
    broken = scene.ledger.connections["burrow"]
    assert broken.state is ConnectionState.BROKEN
    assert "key" in broken.state_reason
    scene.audience.refuses_the_key = False
    scene.settle_all()
    assert scene.status()[0] is Status.SYNCED
    assert scene.ledger.connections["burrow"].state is ConnectionState.LIVE


def test_what_the_application_broke_is_not_mended_by_mailchimp() -> None:
    scene = Scene()
    scene.ledger.break_connection("burrow", f"{APPLICATION_REFUSES}connect the space again", NOON)
    scene.post(upserted(a_member()))
    assert scene.status()[0] is Status.SYNCED
    assert scene.ledger.connections["burrow"].state is ConnectionState.BROKEN


def test_history_tells_what_was_done() -> None:
    scene = Scene()
    scene.post(upserted(a_member(tags=("Clients",))))
    scene.clock.pass_(60)
    scene.post(upserted(a_member("wilma@new-burrow.test", tags=("Clients",)), at=NOON + minutes(1)))
    scene.clock.pass_(60)
    scene.post(left(at=NOON + timedelta(minutes=2)))
    assert scene.kinds() == ["created", "tagged", "looked_at", "moved", "archived"]
