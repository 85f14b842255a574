"""What is seen in Mailchimp, and what it says about the person, the staff, or Accord's own unfinished work."""

from datetime import datetime

import pytest

from accord.domain.address import Address, Attempt, Effect, Origin
from accord.domain.contact import Contact, ContactStatus
from accord.domain.observation import observe
from accord.domain.payload import fingerprint
from tests.builders import NOON, minutes

SUBSCRIBED, UNSUBSCRIBED, PENDING = ContactStatus.SUBSCRIBED, ContactStatus.UNSUBSCRIBED, ContactStatus.PENDING
ARCHIVED, CLEANED = ContactStatus.ARCHIVED, ContactStatus.CLEANED
CHANGED = NOON - minutes(7)


def the_contact(status: ContactStatus, at: datetime | None = CHANGED, **given: object) -> Contact:
    shown = Contact(email="lynx@crag.test", status=status, subscriber_hash="h-lynx", contact_id="c-lynx")
    return shown.model_copy(update={"last_changed": at} | given)


def the_address(seen: ContactStatus | None = None, *effects: Effect, **given: object) -> Address:
    """An address under Accord's care; with `effects`, under an attempt whose answer never came."""
    attempt = Attempt(token="lost", effects=effects, until=NOON) if effects else None
    known = Address(key="crag", seen=seen, subscriber_hash="h-lynx", attempt=attempt, digest="as sent")
    return known.model_copy(update={"origin": Origin.CREATED if seen else None} | given)


def test_an_unsubscribe_is_remembered_with_the_time_at_which_it_happened() -> None:
    seen = observe(the_address(SUBSCRIBED), the_contact(UNSUBSCRIBED), NOON)
    assert (seen.seen, seen.unsubscribed_at, seen.seen_at) == (UNSUBSCRIBED, CHANGED, NOON)


def test_without_a_time_from_mailchimp_the_time_of_looking_counts() -> None:
    assert observe(the_address(SUBSCRIBED), the_contact(UNSUBSCRIBED, None), NOON).unsubscribed_at == NOON


def test_who_changed_since_may_have_opted_out_again() -> None:
    known = the_address(UNSUBSCRIBED, unsubscribed_at=CHANGED)
    assert observe(known, the_contact(UNSUBSCRIBED, NOON), NOON).unsubscribed_at == NOON
    assert observe(known, the_contact(UNSUBSCRIBED, CHANGED), NOON).unsubscribed_at == CHANGED
    assert observe(known, the_contact(UNSUBSCRIBED, None), NOON).unsubscribed_at == CHANGED


def test_an_opt_out_that_accord_carried_is_not_taken_for_one_made_in_mailchimp() -> None:
    assert observe(the_address(UNSUBSCRIBED), the_contact(UNSUBSCRIBED), NOON).unsubscribed_at is None


@pytest.mark.parametrize(
    ("happened", "known"), [(CHANGED + minutes(1), None), (CHANGED - minutes(1), CHANGED - minutes(1))]
)
def test_an_unsubscribe_of_ours_whose_answer_was_lost_is_ours_unless_it_happened_before(
    happened: datetime, known: datetime | None
) -> None:
    lost = Attempt(token="lost", effects=(Effect.UNSUBSCRIBE,), until=NOON, begun=CHANGED)
    seen = observe(the_address(SUBSCRIBED, attempt=lost), the_contact(UNSUBSCRIBED, happened), NOON)
    assert (seen.seen, seen.unsubscribed_at) == (UNSUBSCRIBED, known)


def test_a_complaint_is_an_unsubscribe_and_more() -> None:
    seen = observe(the_address(SUBSCRIBED), the_contact(UNSUBSCRIBED, complained=True), NOON)
    assert (seen.unsubscribed_at, seen.complained_at) == (CHANGED, CHANGED)


def test_a_bounce_is_remembered() -> None:
    assert observe(the_address(SUBSCRIBED), the_contact(CLEANED), NOON).bounced_at == CHANGED


@pytest.mark.parametrize("before", [UNSUBSCRIBED, PENDING, CLEANED, ARCHIVED])
def test_who_is_subscribed_after_having_been_seen_otherwise_opted_in(before: ContactStatus) -> None:
    assert observe(the_address(before), the_contact(SUBSCRIBED), NOON).confirmed_at == CHANGED


def test_a_contact_that_is_first_seen_subscribed_said_nothing() -> None:
    assert observe(the_address(), the_contact(SUBSCRIBED), NOON).confirmed_at is None


def test_who_signs_up_after_a_permanent_deletion_opted_in() -> None:
    gone = the_address(forgotten_at=NOON - minutes(9), seen_at=NOON - minutes(9))
    assert observe(gone, the_contact(SUBSCRIBED), NOON).confirmed_at == CHANGED


def test_who_was_deleted_from_another_audience_did_not_opt_in_by_being_in_this_one() -> None:
    assert observe(the_address(forgotten_at=NOON - minutes(9)), the_contact(SUBSCRIBED), NOON).confirmed_at is None


@pytest.mark.parametrize("effect", [Effect.CREATE, Effect.RAISE, Effect.ASK, Effect.WRITE, Effect.UNSUBSCRIBE])
def test_a_subscribed_that_may_be_accords_own_doing_is_nobodys_opt_in(effect: Effect) -> None:
    seen = observe(the_address(UNSUBSCRIBED, effect), the_contact(SUBSCRIBED), NOON)
    assert (seen.seen, seen.confirmed_at, seen.attempt, seen.digest) == (SUBSCRIBED, None, None, None)


def test_looking_alone_leaves_no_doubt() -> None:
    seen = observe(the_address(UNSUBSCRIBED, Effect.OBSERVE), the_contact(SUBSCRIBED), NOON)
    assert (seen.confirmed_at, seen.digest) == (CHANGED, "as sent")


def test_an_archiving_by_somebody_else_is_the_staffs() -> None:
    seen = observe(the_address(SUBSCRIBED), the_contact(ARCHIVED), NOON)
    assert (seen.archived_by_staff_at, seen.archived_by_us_at) == (CHANGED, None)


def test_an_archiving_that_accord_may_have_done_is_accords() -> None:
    seen = observe(the_address(SUBSCRIBED, Effect.ARCHIVE), the_contact(ARCHIVED), NOON)
    assert (seen.archived_by_staff_at, seen.archived_by_us_at) == (None, CHANGED)


def test_a_contact_that_staff_brought_back_is_archived_no_longer() -> None:
    seen = observe(the_address(ARCHIVED, archived_by_staff_at=CHANGED), the_contact(SUBSCRIBED), NOON)
    assert seen.archived_by_staff_at is None


def test_a_contact_that_is_gone_was_permanently_deleted() -> None:
    seen = observe(the_address(SUBSCRIBED), None, NOON)
    assert (seen.seen, seen.contact_id, seen.forgotten_at) == (None, None, NOON)


def test_a_contact_that_was_never_there_was_not_deleted() -> None:
    assert observe(the_address(None, Effect.CREATE), None, NOON).forgotten_at is None


def test_a_contact_that_accord_may_have_moved_away_was_not_deleted() -> None:
    seen = observe(the_address(SUBSCRIBED, Effect.MOVE, written={"FNAME": "x"}), None, NOON)
    assert (seen.forgotten_at, seen.origin, seen.written) == (None, None, {})


def test_a_contact_found_by_its_id_at_another_address_has_moved_on() -> None:
    moved = the_contact(SUBSCRIBED, subscriber_hash="h-elsewhere")
    seen = observe(the_address(SUBSCRIBED, Effect.MOVE, contact_id="c-lynx"), moved, NOON)
    assert (seen.seen, seen.forgotten_at, seen.origin) == (None, None, None)


def test_a_contact_that_accord_may_have_erased_is_erased() -> None:
    seen = observe(the_address(SUBSCRIBED, Effect.ERASE), None, NOON)
    assert (seen.erased_at, seen.forgotten_at) == (NOON, None)


def test_a_contact_that_accord_may_have_created_is_accords() -> None:
    assert observe(the_address(None, Effect.CREATE), the_contact(SUBSCRIBED), NOON).origin is Origin.CREATED


def test_a_contact_that_was_there_before_is_not_accords() -> None:
    assert observe(the_address(), the_contact(SUBSCRIBED), NOON).origin is None


@pytest.mark.parametrize(("moves", "origin"), [("c-lynx", Origin.CREATED), ("c-another", None)])
def test_after_a_lost_move_only_the_contact_that_was_moved_is_accords(moves: str, origin: Origin | None) -> None:
    attempt = Attempt(token="lost", effects=(Effect.MOVE,), until=NOON, moves=moves)
    assert observe(the_address(attempt=attempt), the_contact(SUBSCRIBED), NOON).origin is origin


def test_after_a_lost_write_only_values_that_are_there_count_as_written() -> None:
    attempt = Attempt(
        token="lost",
        effects=(Effect.WRITE,),
        until=NOON,
        writes={"FNAME": fingerprint("Lina"), "PLAN": fingerprint("Day")},
    )
    shown = the_contact(SUBSCRIBED, merge_fields={"FNAME": "Lina", "PLAN": "by staff"})
    assert observe(the_address(SUBSCRIBED, attempt=attempt), shown, NOON).written == {"FNAME": fingerprint("Lina")}


def test_after_a_lost_tag_call_only_tags_that_are_there_are_accords() -> None:
    known = the_address(SUBSCRIBED, Effect.TAG, tags=("Climbers", "Night owls"))
    seen = observe(known, the_contact(SUBSCRIBED, tags=("climbers", "by staff")), NOON)
    assert seen.tags == ("Climbers",)


@pytest.mark.parametrize("status", list(ContactStatus))
def test_seeing_the_same_again_changes_nothing_but_the_time_of_looking(status: ContactStatus) -> None:
    once = observe(the_address(SUBSCRIBED), the_contact(status), NOON)
    again = observe(once, the_contact(status), NOON + minutes(1))
    assert again == once.model_copy(update={"seen_at": NOON + minutes(1)})
