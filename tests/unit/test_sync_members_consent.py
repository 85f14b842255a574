"""What a person wants, through the worker over fakes: opting in and out, leaving, returning, one story a test."""

from dataclasses import replace

import pytest

from accord.domain.connection import Connection
from accord.domain.consent import Consent, ConsentStatus
from accord.domain.contact import ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.errors import Misconfigured
from tests.builders import (
    NOON,
    a_connection,
    a_member,
    a_policy,
    erased,
    left,
    minutes,
    opted_in,
    opted_out,
    upserted,
)
from tests.fakes import FakeAudience
from tests.scene import Scene, calls_made

SUBSCRIBED, UNSUBSCRIBED = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED
PENDING, ARCHIVED, CLEANED = ContactStatus.PENDING, ContactStatus.ARCHIVED, ContactStatus.CLEANED


def test_a_consenting_member_becomes_a_subscribed_contact_in_one_call() -> None:
    scene = Scene()
    scene.post(upserted(a_member()))
    contact = scene.audience.of("wombat@burrow.test")
    assert contact is not None
    assert contact.status is SUBSCRIBED
    assert contact.merge_fields == {"FNAME": "Wilma"}
    assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)
    assert scene.record().settled_version == scene.record().version
    assert calls_made(scene) == ["create"]


def test_without_consent_nothing_is_sent_and_no_profile_is_kept() -> None:
    scene = Scene()
    unknown = Consent(status=ConsentStatus.UNKNOWN)
    scene.post(upserted(a_member(consent=unknown)))
    assert scene.status() == (Status.EXCLUDED, ReasonCode.NO_CONSENT)
    assert scene.record().profile is None
    assert calls_made(scene) == []


def test_a_profile_without_a_word_on_consent_waits_an_hour_for_a_statement_that_it_overtook() -> None:
    scene = Scene()
    newer = upserted(a_member(consent=None, plan="New"), at=NOON + minutes(1))
    scene.post(newer)
    assert scene.status() == (Status.EXCLUDED, ReasonCode.NO_CONSENT)
    scene.post(upserted(a_member(plan="Old"), at=NOON))
    contact = scene.audience.of("wombat@burrow.test")
    assert contact is not None
    assert contact.merge_fields["PLAN"] == "New"


def test_a_profile_without_a_word_on_consent_is_dropped_after_an_hour() -> None:
    scene = Scene()
    scene.post(upserted(a_member(consent=None)))
    scene.settle_all()
    assert scene.status() == (Status.EXCLUDED, ReasonCode.NO_CONSENT)
    assert scene.record().profile is None
    scene.post(upserted(a_member(), at=NOON - minutes(1)))
    assert scene.status() == (Status.EXCLUDED, ReasonCode.PROFILE_NEEDED)
    scene.post(upserted(a_member(consent=None), at=NOON + minutes(200)))
    assert scene.seen("wombat@burrow.test") is SUBSCRIBED


def test_an_opt_out_unsubscribes_and_a_newer_opt_in_subscribes_again() -> None:
    scene = Scene()
    scene.post(upserted(a_member()))
    scene.post(upserted(a_member(consent=opted_out(NOON)), at=NOON + minutes(1)))
    assert scene.seen("wombat@burrow.test") is UNSUBSCRIBED
    assert scene.status() == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_UPSTREAM)
    scene.post(upserted(a_member(consent=opted_in(NOON + minutes(2))), at=NOON + minutes(3)))
    assert scene.seen("wombat@burrow.test") is SUBSCRIBED
    assert scene.status()[0] is Status.SYNCED


def test_an_opt_out_hidden_behind_a_newer_profile_counts() -> None:
    scene = Scene()
    newer = upserted(a_member(consent=None), at=NOON + minutes(2))
    older = upserted(a_member(consent=opted_out(NOON + minutes(1))), at=NOON + minutes(1))
    scene.post(upserted(a_member()))
    scene.post(newer)
    scene.post(older)
    assert scene.seen("wombat@burrow.test") is UNSUBSCRIBED
    assert "superseded" in scene.kinds()


def test_an_opt_in_after_an_unsubscribe_in_mailchimp_asks_once_for_confirmation() -> None:
    scene = Scene()
    scene.post(upserted(a_member()))
    scene.clock.pass_(60)
    scene.audience.turn("wombat@burrow.test", UNSUBSCRIBED)
    scene.post(upserted(a_member(plan="Day pass"), at=NOON + minutes(2)))
    fresh = a_member(plan="Day pass", consent=opted_in(NOON + minutes(10)))
    scene.post(upserted(fresh, at=NOON + minutes(11)))
    assert scene.seen("wombat@burrow.test") is PENDING
    assert scene.status() == (Status.AWAITING_CONFIRMATION, ReasonCode.CONFIRMATION_SENT)
    scene.post(upserted(a_member(plan="Night pass", consent=opted_in(NOON + minutes(10))), at=NOON + minutes(12)))
    assert scene.audience.people[next(iter(scene.audience.people))].confirmations == 1


def test_an_email_change_that_keeps_the_old_address_adds_a_contact_and_an_opt_out_reaches_both() -> None:
    scene = Scene(a_connection(policy=a_policy(on_email_change="keep_old")))
    scene.post(upserted(a_member()))
    scene.post(upserted(a_member("wilma@new-burrow.test"), at=NOON + minutes(1)))
    assert scene.seen("wombat@burrow.test") is SUBSCRIBED
    assert scene.seen("wilma@new-burrow.test") is SUBSCRIBED
    scene.post(upserted(a_member("wilma@new-burrow.test", consent=opted_out(NOON)), at=NOON + minutes(2)))
    assert scene.seen("wombat@burrow.test") is UNSUBSCRIBED
    assert scene.seen("wilma@new-burrow.test") is UNSUBSCRIBED


def test_an_opt_out_follows_the_person_to_a_new_address() -> None:
    scene = Scene()
    scene.post(upserted(a_member()))
    scene.clock.pass_(60)
    scene.audience.turn("wombat@burrow.test", UNSUBSCRIBED)
    scene.post(upserted(a_member("wilma@new-burrow.test"), at=NOON + minutes(2)))
    scene.settle_all()
    assert scene.seen("wilma@new-burrow.test") is None
    assert scene.status() == (Status.UNSUBSCRIBED, ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)


def test_p05_leaving_archives_and_never_unsubscribes() -> None:
    scene = Scene()
    scene.post(upserted(a_member()))
    scene.post(left(at=NOON + minutes(1)))
    assert scene.seen("wombat@burrow.test") is ARCHIVED
    assert scene.status() == (Status.ARCHIVED, ReasonCode.LEFT)
    assert scene.record().profile is None


def test_a_member_who_returns_is_subscribed_again() -> None:
    scene = Scene()
    scene.post(upserted(a_member()))
    scene.post(left(at=NOON + minutes(1)))
    scene.post(upserted(a_member(), at=NOON + minutes(2)))
    assert scene.seen("wombat@burrow.test") is SUBSCRIBED


def test_p22_a_contact_archived_by_staff_comes_back_only_with_consent_newer_than_the_archiving() -> None:
    scene = Scene()
    scene.audience.add("wombat@burrow.test", ARCHIVED)
    scene.post(upserted(a_member()))
    assert scene.seen("wombat@burrow.test") is ARCHIVED
    assert scene.status() == (Status.ARCHIVED_IN_MAILCHIMP, ReasonCode.ARCHIVED_BY_STAFF)
    scene.post(left(at=NOON + minutes(1)))
    scene.clock.pass_(600)
    scene.post(upserted(a_member(consent=opted_in(NOON + minutes(5))), at=NOON + minutes(6)))
    assert scene.seen("wombat@burrow.test") is SUBSCRIBED


def test_p22_a_move_brings_nobody_back_whom_the_staff_archived_unnoticed() -> None:
    scene = Scene()
    scene.post(upserted(a_member("heron@reed.test")))
    scene.post(upserted(a_member("heron@reed.test", plan="Day"), at=NOON + minutes(1)))
    scene.clock.pass_(600)
    scene.audience.turn("heron@reed.test", ARCHIVED, by_person=False)
    scene.post(upserted(a_member("heron@lake.test", plan="Day"), at=NOON + minutes(12)))
    scene.settle_all()
    assert scene.seen("heron@lake.test") is ARCHIVED
    assert scene.status() == (Status.ARCHIVED_IN_MAILCHIMP, ReasonCode.ARCHIVED_BY_STAFF)
    scene.audience.turn("heron@lake.test", SUBSCRIBED, by_person=False)
    scene.hear("subscribe", "heron@lake.test")
    assert scene.status() == (Status.SYNCED, ReasonCode.IN_AGREEMENT)


def test_double_opt_in_asks_every_new_contact_to_confirm() -> None:
    scene = Scene(a_connection(policy=a_policy(opt_in="double")))
    scene.post(upserted(a_member()))
    assert scene.seen("wombat@burrow.test") is PENDING
    assert scene.status()[0] is Status.AWAITING_CONFIRMATION


def test_p04_a_forgotten_address_is_terminal() -> None:
    scene = Scene()
    scene.post(upserted(a_member()))
    contact = scene.audience.of("wombat@burrow.test")
    assert contact is not None
    scene.audience.erase(contact.subscriber_hash)
    scene.post(upserted(a_member(plan="New"), at=NOON + minutes(1)))
    assert scene.status() == (Status.DELETED_IN_MAILCHIMP, ReasonCode.PERMANENTLY_DELETED)
    calls_made(scene)
    scene.post(upserted(a_member(plan="Newer", consent=opted_in(NOON + minutes(2))), at=NOON + minutes(3)))
    assert calls_made(scene) == []


def test_p03_a_compliance_state_ends_in_one_pending_on_fresh_consent_only() -> None:
    scene = Scene()
    scene.post(upserted(a_member()))
    scene.post(upserted(a_member(consent=opted_out(NOON)), at=NOON + minutes(1)))
    scene.audience.turn("wombat@burrow.test", UNSUBSCRIBED)  # the person's own click, hidden behind ours
    scene.clock.pass_(300)
    scene.post(upserted(a_member(consent=opted_in(NOON + minutes(2))), at=NOON + minutes(3)))
    assert scene.status() == (Status.NEEDS_RECONFIRMATION, ReasonCode.COMPLIANCE)
    scene.post(upserted(a_member(consent=opted_in(NOON + minutes(20))), at=NOON + minutes(21)))
    assert scene.seen("wombat@burrow.test") is PENDING


def test_a_cleaned_contact_is_shown_as_bounced_and_a_new_address_starts_anew() -> None:
    scene = Scene()
    scene.post(upserted(a_member()))
    scene.clock.pass_(60)
    scene.audience.turn("wombat@burrow.test", CLEANED)
    scene.post(upserted(a_member(plan="x"), at=NOON + minutes(1)))
    assert scene.status() == (Status.BOUNCED, ReasonCode.HARD_BOUNCE)
    scene.post(upserted(a_member("new@burrow.test", plan="x"), at=NOON + minutes(2)))
    assert scene.seen("new@burrow.test") is SUBSCRIBED


def test_an_opt_out_is_carried_even_while_the_connection_is_paused() -> None:
    scene = Scene()
    scene.post(upserted(a_member()))
    scene.ledger.save_connection(a_connection(state="paused"))
    scene.post(upserted(a_member(consent=opted_out(NOON), plan="x"), at=NOON + minutes(1)))
    scene.post(upserted(a_member("late@burrow.test"), "m-2"))
    assert scene.seen("wombat@burrow.test") is UNSUBSCRIBED
    assert scene.status("m-2") == (Status.PENDING, ReasonCode.CONNECTION_PAUSED)


@pytest.mark.parametrize("state", ["draft", "checked", "awaiting_approval"])
def test_before_it_is_approved_a_connection_writes_nothing_but_opt_outs_and_erasures(state: str) -> None:
    scene = Scene()
    scene.post(upserted(a_member()), upserted(a_member("gone@burrow.test"), "m-9"))
    scene.ledger.save_connection(a_connection(state=state))
    scene.clock.pass_(60)
    scene.post(
        upserted(a_member(consent=opted_out(NOON), plan="x"), at=NOON + minutes(1)),
        upserted(a_member("late@burrow.test"), "m-2"),
        erased("m-9", at=NOON + minutes(1)),
    )
    assert scene.seen("wombat@burrow.test") is UNSUBSCRIBED
    assert scene.seen("gone@burrow.test") is None
    assert scene.seen("late@burrow.test") is None
    assert scene.status("m-2") == (Status.PENDING, ReasonCode.AWAITING_APPROVAL)


@pytest.mark.parametrize("given", [{"state": "draft", "audience_id": ""}, {"state": "disconnected"}])
def test_where_there_is_nobody_to_call_no_key_is_needed_and_changes_wait(given: dict[str, str]) -> None:
    scene = Scene(a_connection(**given))

    def no_key(_connection: Connection) -> FakeAudience:
        raise Misconfigured("the connection's secret holds no mailchimp_api_key")

    scene.sync = replace(scene.sync, audience_of=no_key)
    scene.post(upserted(a_member()), erased("m-2"))

    code = ReasonCode.AWAITING_APPROVAL if given["state"] == "draft" else ReasonCode.CONNECTION_PAUSED
    assert scene.status() == (Status.PENDING, code)
    assert scene.ledger.connections["burrow"].state == given["state"]


def test_what_is_disconnected_calls_nobody_and_forgets_nothing() -> None:
    scene = Scene()
    scene.post(upserted(a_member()))
    scene.ledger.save_connection(a_connection(state="disconnected"))
    calls_made(scene)
    scene.post(
        upserted(a_member(consent=opted_out(NOON)), at=NOON + minutes(1)), upserted(a_member("late@burrow.test"), "m-2")
    )
    assert calls_made(scene) == []
    assert scene.status("m-2") == (Status.PENDING, ReasonCode.CONNECTION_PAUSED)
    scene.ledger.save_connection(a_connection())
    scene.settle_all()
    assert scene.seen("wombat@burrow.test") is UNSUBSCRIBED
    assert scene.seen("late@burrow.test") is SUBSCRIBED


def test_a_complaint_of_who_had_opted_out_before_is_not_overlooked() -> None:
    scene = Scene()
    scene.post(upserted(a_member("skunk@glade.test")))
    scene.clock.pass_(600)
    out = a_member("skunk@glade.test", consent=opted_out(NOON + minutes(10)))
    scene.post(upserted(out, at=NOON + minutes(10)))
    scene.audience.complain("skunk@glade.test")
    scene.hear("unsubscribe", "skunk@glade.test")
    scene.clock.pass_(600)
    fresh = a_member("skunk@glade.test", consent=opted_in(NOON + minutes(15)))
    scene.post(upserted(fresh, at=NOON + minutes(20)))
    scene.settle_all()
    assert scene.seen("skunk@glade.test") is UNSUBSCRIBED
    assert scene.status() == (Status.UNSUBSCRIBED, ReasonCode.COMPLAINED)
