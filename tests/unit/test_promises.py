"""The promises of the design, over random histories: every order that the decision gives is held against the log."""

from collections.abc import Sequence

from hypothesis import given

from accord.domain.actions import Active, Archive, Create, Erase, Lower, Move, Reconfirm, Tag, Unsubscribe, Update
from accord.domain.connection import Departure, OnEmailChange, Policy
from accord.domain.contact import ENDED, MAILED, ContactStatus
from accord.domain.reasons import ReasonCode, Status
from accord.usecases.settling.member_work import MemberWork
from tests.unit.promises import OPT_OUTS_IN_MAILCHIMP, Chronicle
from tests.unit.promises_history import EMAILS, KEYS, MEMBERS, History
from tests.unit.promises_mailchimp import NEWS, PURPOSE
from tests.unit.promises_steps import Step, histories, policies
from tests.unit.promises_upstream import after

PASSES = 6
"""How often everybody is decided anew at the end of a history, before it counts as going in circles."""


def keeps_the_promises(history: History, work: MemberWork, action: Active) -> None:
    member, email, log = work.record.member_id, KEYS[action.key], history.chronicle
    consent_is_needed(log, member, email, action)
    status_stays_out_of_the_rest(log, email, action)
    what_is_not_ours_is_not_touched(log, member, email, action)
    three_verbs_are_three(log, member, email, action)
    if isinstance(action, Update | Reconfirm) and action.patch.permissions.get(NEWS.id):
        what_a_person_switched_off_stays_off(history, work, action)
    if isinstance(action, Lower):
        a_reconfirmation_only_lowers(log, member, email, action)


def consent_is_needed(log: Chronicle, member: str, email: str, action: Active) -> None:
    """Promises 1, 2, 3 and 6: what is created or raised is what the table allows."""
    match action:
        case Create(contact=contact):
            status: ContactStatus | None = contact.status
        case Update(patch=patch) | Reconfirm(patch=patch):
            status = patch.status
        case Move(to_key=to_key):
            email, status = KEYS[to_key], ContactStatus.SUBSCRIBED
            assert log.must_ask(member, email) is False, "promise 3: a move takes a subscription where one must ask"
            return
        case _:
            return
    if status is not None:
        assert log.forbids(member, email, status) == []
        assert not log.departed(member), "promise 1: the member has left"
        assert log.email(member) == email, "promise 1: not the address that upstream named"


def status_stays_out_of_the_rest(log: Chronicle, email: str, action: Active) -> None:
    """Promise 4."""
    match action:
        case Move(patch=patch):
            assert patch.status is None, "promise 4: a move carries no status"
        case Update(patch=patch) | Reconfirm(patch=patch) if patch.status is not None:
            assert log.shown.get(email) not in MAILED, "promise 4: the contact is in the audience already"
            assert patch.status in MAILED, "promise 4: an update only raises"


def what_is_not_ours_is_not_touched(log: Chronicle, member: str, email: str, action: Active) -> None:
    """Promise 5."""
    match action:
        case Update() | Reconfirm():
            adopts = log.opted_in(member) is not None or any(s.what == "confirmed" for s in log.happened[email])
            assert email in log.cared_for or adopts, "promise 5: adopted without consent"
        case Archive() | Move() | Tag():
            assert email in log.cared_for, "promise 5: not ours"
    if isinstance(action, Tag):
        assert set(action.change.remove) <= log.own_tags[email], "promise 5: somebody else's tag"


def three_verbs_are_three(log: Chronicle, member: str, email: str, action: Active) -> None:
    """Promise 7."""
    match action:
        case Erase():
            assert log.erased(member), "promise 7: only an erasure erases"
        case Archive():
            moved = log.email(member) != email and log.policy.on_email_change is OnEmailChange.MOVE
            assert log.departed(member) or moved, "promise 7: neither left nor moved"
        case Unsubscribe():
            holders = {member, *log.holders(email), *log.former_holders(email)}
            in_mailchimp = any(
                seen.what in OPT_OUTS_IN_MAILCHIMP
                for place in {email, *(held.email for holder in holders for held in log.held(holder))}
                for seen in log.happened[place]
            )
            assert in_mailchimp or any(log.stands_out(m) for m in holders), "promise 7: nobody opted out"


def what_a_person_switched_off_stays_off(history: History, work: MemberWork, action: Update | Reconfirm) -> None:
    """A marketing permission comes back only where upstream said no, and said yes later than the person's own no."""
    contact = history.mailchimp.found(work.addresses[action.key].reference)
    off = history.mailchimp.switched_off.get(contact.contact_id) if contact is not None else None
    anew = off is None or history.chronicle.permits_anew(work.record.member_id, PURPOSE, off)
    assert anew, "permissions: switched on again"


ONLY_OF_FIRST_STATUS = {
    "promise 1: not the connection's first status",
    "promise 1: the person was asked for this opt-in",
}


def a_reconfirmation_only_lowers(log: Chronicle, member: str, email: str, action: Lower) -> None:
    """Promise 4: who is subscribed is asked once in each reconfirmation that was approved; nobody else is."""
    assert action.approved_at in log.approved, "promise 4: nobody approved that anybody is asked"
    assert log.shown.get(email) is ContactStatus.SUBSCRIBED, "promise 4: a reconfirmation only lowers"
    assert (email, action.approved_at) not in log.reconfirmed, "promise 4: asked twice in one reconfirmation"
    assert email in log.cared_for, "promise 5: not ours"
    assert log.policy.on_leave is Departure.KEEP or not log.departed(member), "promise 7: who left is archived"
    assert set(log.forbids(member, email, ContactStatus.PENDING)) <= ONLY_OF_FIRST_STATUS


def played(policy: Policy, steps: Sequence[Step]) -> History:
    """The history, then quiet: time passes, every call succeeds, everybody is decided until nothing is left to do."""
    history = History(policy, keeps_the_promises)
    for step in steps:
        step.play(history)
        history.wait(1)
    history.wait(4)
    for _ in range(PASSES):
        if not sum(history.work(member) for member in MEMBERS):
            return history
        history.wait(1)
    raise AssertionError("liveness: the members are decided in circles")


@given(policies, histories)
def test_no_history_breaks_a_promise(policy: Policy, steps: list[Step]) -> None:
    history = played(policy, steps)
    for email in EMAILS:
        nobody_who_declined_is_mailed(history, email)
        foreign_tags_stay(history, email)
    for member in history.records:
        who_is_called_up_is_answered_for(history, member)
        who_may_be_mailed_is(history, member)
        whoever_is_shown_instead_has_the_address(history, member)


def nobody_who_declined_is_mailed(history: History, email: str) -> None:
    """Promise 6."""
    log = history.chronicle
    holders = log.holders(email)
    own = [seen.at for seen in log.happened[email] if seen.what == "confirmed"] if len(holders) == 1 else []
    if any(log.stands_out(member) and not any(after(at, log.opted_out(member)) for at in own) for member in holders):
        is_there = history.mailchimp.of(email) is not None  # whose contact went elsewhere, is mailed there or nowhere
        assert not is_there or log.shown.get(email) not in MAILED, "promise 6: a holder opted out"
    for member in holders if len(holders) > 1 else ():
        for place, _, at in log.against(member, email):
            if place != email and not all(after(log.opted_in(holder), at) for holder in holders):
                why = f"promise 6: {member}, who has the address, opted out at {place}"
                assert log.shown.get(email) is not ContactStatus.SUBSCRIBED, why


def foreign_tags_stay(history: History, email: str) -> None:
    """Promise 5."""
    contact = history.mailchimp.of(email)
    if email in history.foreign and contact is not None and email not in history.chronicle.written_to:
        assert contact.tags == ("by staff",), "promise 5: a foreign contact's tags"
        assert contact.merge_fields == {"FNAME": "Foreigner"}, "promise 5: a foreign contact's fields"


def who_is_called_up_is_answered_for(history: History, member: str) -> None:
    """Liveness: a reconfirmation ends for everybody whom it reached."""
    record, approved = history.records[member], history.connection.reconfirmation
    open_ = approved is not None and record.reconfirm == approved.id
    assert not open_ or record.status is Status.FAILED, "liveness: a reconfirmation without an end"


def who_may_be_mailed_is(history: History, member: str) -> None:
    """Liveness: consent without a restriction ends in a contact that shows it."""
    log = history.chronicle
    email = log.email(member)
    if log.departed(member) or email is None or len(log.holders(email)) > 1 or log.declined_by_others(member, email):
        return
    if log.unanswered(member, email, log.lowering):
        return  # they may have been asked at another address
    if log.forbids(member, email, log.policy.first_status) == []:
        record = history.records[member]
        contact, opted_in = history.mailchimp.of(email), log.opted_in(member)
        ended = contact is not None and contact.status in ENDED
        if contact is not None and ended and contact.last_changed and not after(opted_in, contact.last_changed):
            return  # it changed since and has ended still: they may have come back and gone again, which mails less
        if record.reason.code is ReasonCode.PROFILE_NEEDED:  # nothing was kept of who was excluded
            return
        if log.must_ask(member, email) and record.reason.code is ReasonCode.NOT_CONFIRMED:
            return  # an ask was lost while the contact changed otherwise: they may have been asked
        assert record.status in {Status.SYNCED, Status.AWAITING_CONFIRMATION}, "liveness: not in the audience"
        assert log.shown.get(email) in MAILED


def whoever_is_shown_instead_has_the_address(history: History, member: str) -> None:
    """Liveness of promise 6: nobody waits behind somebody whose data are not shown there."""
    log, reason = history.chronicle, history.records[member].reason
    email = log.email(member)
    if reason.code is ReasonCode.SHARED_WITH and email is not None:
        assert reason.detail in log.holders(email), "promise 6: shared with somebody who does not have the address"
        other = history.records[reason.detail].reason.code
        assert other is not ReasonCode.ADDRESS_ERASED, "promise 6: shared with somebody whom an erasure blocks"
        keeps = log.policy.on_email_change is OnEmailChange.KEEP_OLD
        assert keeps or log.email(reason.detail) == email, "promise 6: shared with somebody whose contact is elsewhere"
