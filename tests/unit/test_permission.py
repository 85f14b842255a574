"""The table "What consent allows" of the design, row by row."""

from datetime import datetime

from accord.domain.address import Address, Holder
from accord.domain.consent import Memory
from accord.domain.contact import ContactStatus
from accord.domain.permission import Permission, Ruling, declined_elsewhere, owner, permission
from accord.domain.reasons import ReasonCode
from accord.domain.record import Record
from accord.domain.values import BEGINNING
from tests.builders import NOON, minutes

BEFORE, LATER = NOON - minutes(60), NOON + minutes(60)
FREE = Ruling(Permission.FIRST_STATUS, ReasonCode.IN_AGREEMENT)
ASK = Ruling(Permission.ASK, ReasonCode.NOT_CONFIRMED)
ASKED = Ruling(Permission.ASKED, ReasonCode.NOT_CONFIRMED)


def nothing(reason: ReasonCode) -> Ruling:
    return Ruling(Permission.NOTHING, reason)


def heron(opted_in: datetime | None = BEFORE, opted_out: datetime | None = None, **given: object) -> Record:
    """A member who agreed an hour ago, unless told otherwise."""
    memory = Memory(opted_in_at=opted_in, opted_out_at=opted_out)
    return Record(connection_id="reeds", member_id="heron", since=NOON, memory=memory).model_copy(update=given)


def nest(*holders: Holder, **given: object) -> Address:
    """The heron's address, held by the heron and by those given."""
    mine = Holder(connection_id="reeds", member_id="heron", since=BEFORE, memory=Memory(opted_in_at=BEFORE))
    return Address(key="nest", holders=(mine, *holders)).model_copy(update=given)


def mate(
    opted_in: datetime | None = BEFORE, opted_out: datetime | None = None, until: datetime | None = None
) -> Holder:
    """Somebody else who has, or had, the address."""
    memory = Memory(opted_in_at=opted_in, opted_out_at=opted_out)
    return Holder(connection_id="reeds", member_id="mate", since=BEFORE, memory=memory, until=until)


def left_behind(*holders: Holder, until: datetime = NOON, **given: object) -> Address:
    """An address that the heron had until noon."""
    mine = Holder(connection_id="reeds", member_id="heron", since=BEFORE, until=until)
    return Address(key="old-nest", holders=(mine, *holders)).model_copy(update=given)


# --- no opt-out: the first status -----------------------------------------------------------------------------------


def test_a_new_person_who_agreed_may_be_added() -> None:
    assert permission(heron(), nest(), ()) == FREE


def test_an_opt_in_without_a_time_is_enough_where_nobody_opted_out() -> None:
    assert permission(heron(BEGINNING), nest(), ()) == FREE


def test_a_person_who_never_agreed_may_not_be_added() -> None:
    assert permission(heron(None), nest(), ()) == nothing(ReasonCode.NO_CONSENT)


def test_a_transactional_contact_may_be_raised() -> None:
    assert permission(heron(), nest(seen=ContactStatus.TRANSACTIONAL), ()) == FREE


def test_a_contact_that_accord_archived_may_come_back() -> None:
    assert permission(heron(), nest(seen=ContactStatus.ARCHIVED, archived_by_us_at=NOON), ()) == FREE


# --- opted out upstream: a newer opt-in, the first status -----------------------------------------------------------


def test_an_opt_out_upstream_stands_against_an_older_opt_in() -> None:
    assert permission(heron(BEFORE, NOON), nest(), ()) == nothing(ReasonCode.OPTED_OUT)


def test_an_opt_out_upstream_stands_against_an_opt_in_of_the_same_moment() -> None:
    assert permission(heron(NOON, NOON), nest(), ()) == nothing(ReasonCode.OPTED_OUT)


def test_an_opt_out_upstream_stands_against_an_opt_in_without_a_time() -> None:
    assert permission(heron(BEGINNING, NOON), nest(), ()) == nothing(ReasonCode.OPTED_OUT)


def test_a_newer_opt_in_answers_an_opt_out_upstream() -> None:
    assert permission(heron(LATER, NOON), nest(), ()) == FREE


def test_the_persons_own_sign_up_in_mailchimp_answers_an_opt_out_upstream() -> None:
    assert permission(heron(None, NOON), nest(confirmed_at=LATER), ()) == FREE


# --- opted out in Mailchimp, or nobody knows where: one pending -----------------------------------------------------


def test_an_unsubscribe_in_mailchimp_stands_against_an_older_opt_in() -> None:
    assert permission(heron(), nest(unsubscribed_at=NOON), ()) == nothing(ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)


def test_an_unsubscribe_in_mailchimp_stands_against_an_opt_in_of_the_same_moment() -> None:
    assert permission(heron(NOON), nest(unsubscribed_at=NOON), ()).permission is Permission.NOTHING


def test_a_newer_opt_in_after_an_unsubscribe_in_mailchimp_asks_the_person() -> None:
    assert permission(heron(LATER), nest(unsubscribed_at=NOON), ()) == ASK


def test_nobody_is_asked_twice_for_one_opt_in() -> None:
    assert permission(heron(LATER), nest(unsubscribed_at=NOON, asked_for=LATER), ()) == ASKED


def test_a_still_newer_opt_in_asks_again() -> None:
    still_newer = LATER + minutes(1)
    assert permission(heron(still_newer), nest(unsubscribed_at=NOON, asked_for=LATER), ()) == ASK


def test_a_confirmation_ends_the_asking() -> None:
    assert permission(heron(), nest(unsubscribed_at=NOON, confirmed_at=LATER), ()) == FREE


def test_an_unsubscribe_after_the_confirmation_counts_again() -> None:
    place = nest(confirmed_at=NOON, unsubscribed_at=LATER)
    assert permission(heron(), place, ()) == nothing(ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)


def test_a_compliance_state_needs_an_opt_in_newer_than_mailchimps_answer() -> None:
    assert permission(heron(), nest(compliance_at=NOON), ()) == nothing(ReasonCode.COMPLIANCE)
    assert permission(heron(LATER), nest(compliance_at=NOON), ()) == ASK


# --- bounced --------------------------------------------------------------------------------------------------------


def test_a_bounce_allows_nothing_at_that_address() -> None:
    assert permission(heron(), nest(bounced_at=NOON), ()) == nothing(ReasonCode.HARD_BOUNCE)


def test_an_opt_in_after_the_bounce_asks_once() -> None:
    assert permission(heron(LATER), nest(bounced_at=NOON), ()) == ASK
    assert permission(heron(LATER), nest(bounced_at=NOON, asked_for=LATER), ()) == ASKED


def test_a_confirmation_shows_that_the_address_works_again() -> None:
    assert permission(heron(), nest(bounced_at=NOON, confirmed_at=LATER), ()) == FREE


def test_a_bounce_stays_with_its_address() -> None:
    assert permission(heron(), nest(), (left_behind(bounced_at=NOON),)) == FREE


# --- complained, or permanently deleted: nothing through the API ----------------------------------------------------


def test_after_a_complaint_no_opt_in_sends_anything() -> None:
    assert permission(heron(LATER), nest(complained_at=NOON), ()) == nothing(ReasonCode.COMPLAINED)


def test_after_a_complaint_the_sign_up_form_brings_the_person_back() -> None:
    assert permission(heron(), nest(complained_at=NOON, unsubscribed_at=NOON, confirmed_at=LATER), ()) == FREE


def test_after_a_permanent_deletion_no_opt_in_sends_anything() -> None:
    assert permission(heron(LATER), nest(forgotten_at=NOON), ()) == nothing(ReasonCode.PERMANENTLY_DELETED)


def test_an_address_that_was_erased_needs_a_newer_opt_in() -> None:
    assert permission(heron(), nest(erased_at=NOON), ()) == nothing(ReasonCode.ADDRESS_ERASED)
    assert permission(heron(LATER), nest(erased_at=NOON), ()) == FREE


# --- archived by staff ----------------------------------------------------------------------------------------------


def test_what_staff_archived_stays_archived_even_on_a_newer_opt_in() -> None:
    place = nest(archived_by_staff_at=NOON)
    assert permission(heron(LATER), place, ()) == nothing(ReasonCode.ARCHIVED_BY_STAFF)


def test_who_returned_must_have_agreed_after_the_archiving_as_well() -> None:
    place = nest(archived_by_staff_at=NOON)
    assert permission(heron(BEFORE, returned_at=LATER), place, ()) == nothing(ReasonCode.ARCHIVED_BY_STAFF)
    assert permission(heron(LATER, returned_at=BEFORE), place, ()) == nothing(ReasonCode.ARCHIVED_BY_STAFF)


def test_who_left_returned_and_agreed_anew_may_come_back_after_an_archiving_by_staff() -> None:
    assert permission(heron(LATER, returned_at=LATER), nest(archived_by_staff_at=NOON), ()) == FREE


# --- shared address: the strictest of all current holders -----------------------------------------------------------


def test_a_holder_who_stands_opted_out_closes_the_address_to_all() -> None:
    shared = nest(mate(opted_out=NOON))
    assert permission(heron(LATER), shared, ()) == nothing(ReasonCode.OPTED_OUT_BY_OTHER_HOLDER)


def test_a_holder_who_agreed_anew_opens_it() -> None:
    assert permission(heron(), nest(mate(LATER, NOON)), ()) == FREE


def test_a_holder_who_left_counts_by_the_date_of_their_opt_out() -> None:
    gone = mate(opted_out=NOON, until=NOON)
    assert permission(heron(BEFORE), nest(gone), ()) == nothing(ReasonCode.OPTED_OUT_BY_OTHER_HOLDER)
    assert permission(heron(LATER), nest(gone), ()) == FREE


def test_an_unsubscribe_at_a_shared_address_asks_only_when_all_agreed_anew() -> None:
    assert permission(heron(LATER), nest(mate(BEFORE), unsubscribed_at=NOON), ()).permission is Permission.NOTHING
    assert permission(heron(LATER), nest(mate(LATER), unsubscribed_at=NOON), ()) == ASK


def test_at_a_shared_address_a_sign_up_in_mailchimp_is_nobodys_answer_to_an_opt_out_upstream() -> None:
    place = nest(mate(), confirmed_at=LATER)
    assert permission(heron(BEFORE, NOON), place, ()) == nothing(ReasonCode.OPTED_OUT)


# --- an email change launders nothing -------------------------------------------------------------------------------


def test_an_unsubscribe_follows_the_person_to_the_new_address() -> None:
    old = left_behind(unsubscribed_at=BEFORE + minutes(1))
    assert permission(heron(), nest(), (old,)) == nothing(ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)


def test_a_complaint_follows_the_person_to_the_new_address() -> None:
    assert permission(heron(LATER), nest(), (left_behind(complained_at=NOON),)) == nothing(ReasonCode.COMPLAINED)


def test_what_the_next_holder_of_the_old_address_does_is_not_this_persons_doing() -> None:
    assert permission(heron(), nest(), (left_behind(mate(), unsubscribed_at=LATER),)) == FREE


def test_what_the_next_holder_does_hides_nothing_that_the_person_did_before() -> None:
    old = left_behind(mate(), complained_at=NOON, compliance_at=LATER)
    assert permission(heron(), nest(), (old,)) == nothing(ReasonCode.COMPLAINED)


def test_the_next_holders_confirmation_is_not_this_persons() -> None:
    old = left_behind(mate(), unsubscribed_at=NOON, confirmed_at=LATER)
    assert permission(heron(), nest(), (old,)) == nothing(ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)


def test_the_next_holders_confirmation_is_not_this_persons_after_they_left_too() -> None:
    old = left_behind(mate(until=LATER + minutes(9)), unsubscribed_at=NOON, confirmed_at=LATER)
    assert permission(heron(), nest(), (old,)) == nothing(ReasonCode.UNSUBSCRIBED_IN_MAILCHIMP)


def test_a_sign_up_at_the_new_address_answers_what_happened_at_the_old_one() -> None:
    assert permission(heron(), nest(confirmed_at=LATER), (left_behind(unsubscribed_at=NOON),)) == FREE


def declining(at: datetime, opted_in: datetime | None = BEFORE, until: datetime | None = None) -> Holder:
    """Somebody else who has, or had, the address, and unsubscribed in Mailchimp at another one."""
    return mate(opted_in, until=until).model_copy(update={"declined_at": at})


def test_who_opted_out_in_mailchimp_elsewhere_closes_the_address_that_they_share() -> None:
    assert permission(heron(), nest(declining(NOON)), ()) == nothing(ReasonCode.OPTED_OUT_BY_OTHER_HOLDER)


def test_when_all_who_share_it_agreed_anew_the_person_is_asked() -> None:
    opted_out_between = declining(NOON, opted_in=LATER)
    assert permission(heron(LATER), nest(opted_out_between), ()).permission is Permission.ASK
    assert permission(heron(), nest(opted_out_between), ()) == nothing(ReasonCode.OPTED_OUT_BY_OTHER_HOLDER)


def test_of_who_left_the_opt_out_elsewhere_counts_by_its_date() -> None:
    gone = declining(NOON, until=NOON)
    assert permission(heron(), nest(gone), ()) == nothing(ReasonCode.OPTED_OUT_BY_OTHER_HOLDER)
    assert permission(heron(LATER), nest(gone), ()).permission is Permission.ASK


def test_what_stands_against_a_member_elsewhere_is_the_newest_opt_out_they_did_not_take_back() -> None:
    first, second = left_behind(unsubscribed_at=BEFORE), left_behind(unsubscribed_at=NOON)
    assert declined_elsewhere(heron(), nest(unsubscribed_at=LATER), (first, second)) == NOON
    assert declined_elsewhere(heron(), nest(), (left_behind(unsubscribed_at=BEFORE, confirmed_at=NOON),)) is None


# --- whose data is shown --------------------------------------------------------------------------------------------


def test_the_longest_holder_who_agrees_is_shown() -> None:
    newcomer = mate().model_copy(update={"since": NOON})
    assert owner(nest(newcomer)) == heron().who


def test_of_two_who_came_together_the_lower_member_id_is_shown() -> None:
    assert owner(nest(mate())) == heron().who
    assert owner(nest(mate().model_copy(update={"member_id": "egret"}))) == ("reeds", "egret")


def test_a_holder_who_does_not_agree_is_not_shown() -> None:
    silent = mate(None).model_copy(update={"since": BEFORE - minutes(1)})
    assert owner(nest(silent)) == heron().who
