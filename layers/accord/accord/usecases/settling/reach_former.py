"""Opt-outs and erasures -> the audiences that a connection was joined to before, where people may still be mailed.

The newsletter's owner can send there as before. Nothing else is written to these audiences.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from accord.domain import outcome
from accord.domain.actions import Erase, Unsubscribe
from accord.domain.batching import awaits_erasure
from accord.domain.connection import Connection
from accord.domain.connection_reasons import ConnectionReason
from accord.domain.contact import MAILED
from accord.domain.finishing import tried_again
from accord.domain.folding import KeyOf
from accord.domain.former import still_to_reach
from accord.domain.observation import observe
from accord.domain.record import Record
from accord.domain.timing import Timing, backoff
from accord.errors import AccordError, Misconfigured, Retryable
from accord.ports import Audience, Clock, Ledger, Settlement
from accord.usecases.connecting.stop_connection import code_of
from accord.usecases.settling.claim_addresses import ClaimAddresses
from accord.usecases.settling.member_work import MemberWork
from accord.usecases.settling.perform_action import UNSUBSCRIBED, perform
from accord.usecases.settling.record_outcomes import events_of

ROUNDS = 8
"""More actions in a row than anybody has contacts in one audience, save who keeps old addresses: the rest is due."""


@dataclass(frozen=True, slots=True)
class ReachFormer:
    """The work on one connection within one invocation, one open call at a time; done before the audience that it has
    now, so that a member counts as settled once all of them are reached."""

    ledger: Ledger
    audience_of: Callable[[Connection], Audience]
    clock: Clock
    connection: Connection
    timing: Timing
    key_of: KeyOf
    new_token: Callable[[], str]
    deadline: datetime

    def __call__(self, records: Iterable[Record]) -> set[str]:
        """The ids of the members who are to wait for another try, which are due then. What concerns members who neither
        opted out nor asked to be erased is done already."""
        concerned = [record for record in records if record.urgent] if self.connection.former_audiences else []
        return {record.member_id for record in concerned if not self._reached_all(record)}

    def _reached_all(self, record: Record) -> bool:
        for audience_id in self.connection.former_audiences:
            before = self.connection.model_copy(update={"audience_id": audience_id})
            try:
                done = self._reached(before, record)
            except Misconfigured as error:
                done = code_of(error) is ConnectionReason.AUDIENCE_GONE  # and so are its contacts
            except AccordError:
                done = False
            if not done:
                later = self.clock.now() + backoff(self.timing, record.attempts, record.member_id)
                waiting = Settlement(tried_again(record, later))
                self.ledger.settle(self.connection.audience_id, [waiting])
                return False
        return True

    def _reached(self, before: Connection, record: Record) -> bool:
        """Whether nothing is left to do in that audience."""
        for _ in range(ROUNDS):
            keys = [held.key for held in record.addresses]
            known = self.ledger.addresses(before.audience_id, keys) if keys else {}
            work, now = MemberWork(record, known), self.clock.now()
            free = work.overtaking(now)
            action = still_to_reach(free.case(None, before.policy))
            if action is None:
                return not any(awaits_erasure(address) for address in work.resting(now))
            if now >= self.deadline or free.busy_until(now) is not None:
                return False
            self._carry(before, work, action, now)
        return False

    def _carry(self, before: Connection, work: MemberWork, action: Unsubscribe | Erase, now: datetime) -> None:
        """Claim, call, give back; without a claim nothing happens, and all is read again."""
        claim = ClaimAddresses(self.ledger, before.audience_id, self.new_token, lambda _record: None)
        claimed, _ = claim([(work, action)], (now, now + timedelta(seconds=self.timing.claim)))
        for taken, _ in claimed:
            after = taken
            error: AccordError | None = None
            try:
                after = self._performed(self.audience_of(before), taken, action, now)
            except Retryable as failed:
                after, error = _unsettled(taken, failed, now), failed
            except AccordError as failed:
                after, error = taken.unclaimed(), failed
            self.ledger.release(before.audience_id, after.claimed_addresses, taken.token or "")
            if error is not None:
                raise error
            if after.done:
                self.ledger.add_events(before.id, events_of(after, after.done, None, work.record, now))

    def _performed(self, audience: Audience, work: MemberWork, action: Unsubscribe | Erase, at: datetime) -> MemberWork:
        """The work after the contact was read, and what is to be done to it was done."""
        if isinstance(action, Erase):
            return replace(perform(audience, work, action, at, self.key_of), done=())  # no line outlives an erasure
        address = work.addresses[action.key]
        contact = audience.read(address.reference)
        if contact is None or contact.status not in MAILED:
            return work.with_addresses(observe(address, contact, at)).back_in_batch(at)
        told = audience.change(contact.contact_id or contact.subscriber_hash, UNSUBSCRIBED)
        carried = work.with_addresses(outcome.unsubscribed(address, told, at))
        return replace(carried.back_in_batch(at), done=(action,))


def _unsettled(work: MemberWork, error: Retryable, now: datetime) -> MemberWork:
    if not error.effect_unknown:
        return work.unclaimed()
    return work.unresolved(None if error.still_running else now)
