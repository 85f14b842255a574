"""Results of a batch -> what is remembered of its members, through the same steps as after single calls."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from accord.domain import batching
from accord.domain.actions import Active
from accord.domain.address import Address
from accord.domain.connection import Connection
from accord.domain.contact import Contact
from accord.domain.folding import KeyOf
from accord.domain.record import Record
from accord.errors import AccordError, Refusal, Rejected, Retryable
from accord.ports import Clock, Ledger
from accord.ports.batches import BatchResult, OpenBatch
from accord.usecases.settling.claim_addresses import Order
from accord.usecases.settling.member_work import MemberWork
from accord.usecases.settling.perform_action import written
from accord.usecases.settling.send_batch import named_operation
from accord.usecases.settling.settle_members import SettleMembers


@dataclass(frozen=True, slots=True)
class SettleBatch:
    """The work on the results of one batch. Nothing is sent to Mailchimp: who has more to do becomes due."""

    ledger: Ledger
    clock: Clock
    connection: Connection
    batch: OpenBatch
    key_of: KeyOf
    settle: SettleMembers

    def __call__(self, results: Sequence[BatchResult]) -> bool:
        """Settle some members. False where somebody who overtook the batch is still at work: their results are to be
        seen once more."""
        answers = {named_operation(result.name): result.answer for result in results}
        records = self.ledger.records(self.connection.id, {member_id for _, member_id in answers})
        keys = {held.key for record in records.values() for held in record.addresses}
        addresses = self.ledger.addresses(self.batch.audience_id, keys) if keys else {}
        ready: list[tuple[Order[Active], MemberWork | AccordError]] = []
        overtaken: list[tuple[Record, Address]] = []
        for (token, member_id), answer in answers.items():
            record = records.get(member_id)
            held = [addresses[each.key] for each in record.addresses] if record is not None else []
            claimed = next((a for a in held if a.attempt is not None and a.attempt.token == token), None)
            other = next((a for a in held if _is_in(a, self.batch)), None)
            if record is None:
                continue
            if claimed is not None and self.batch.audience_id == self.connection.audience_id:
                found = {address.key: address for address in held}
                ready += self._answered(MemberWork(record, found, token=token), claimed, answer)
            elif (at := claimed or other) is not None:
                overtaken.append((record, at))
        following = [work.record for work in self.settle.settle(ready)]
        return self._release(overtaken, following)

    def _answered(
        self, work: MemberWork, address: Address, answer: Contact | AccordError
    ) -> list[tuple[Order[Active], MemberWork | AccordError]]:
        """The order as whoever sent it had it, and what came of it. What follows is due at once."""
        now = self.clock.now()
        contact = answer if isinstance(answer, Contact) else None
        action = batching.update_of(address, contact)
        if action is None:
            return []
        work = replace(
            work.with_addresses(batching.done(address)),
            record=work.record.model_copy(update={"due_at": now, "attempts": max(work.record.attempts - 1, 0)}),
            before={address.key: address.model_copy(update={"attempt": None})},
            digest=action.digest,
        )
        if isinstance(answer, Contact):
            after = written(work, action, answer, batching.seen_then(address, answer, now), self.key_of)
            return [((work, action), replace(after, done=(action,)))]
        return [((work, action), _to_be_read(answer))]

    def _release(self, overtaken: Sequence[tuple[Record, Address]], following: Sequence[Record]) -> bool:
        """The batch does not write to these any more: their contacts are read next. Whoever waits for it is due."""
        now = self.clock.now()
        at_rest = [(r, a) for r, a in overtaken if batching.rests(a, now) or (a.attempt and a.attempt.until <= now)]
        for _, address in at_rest:
            token = address.attempt.token if address.attempt is not None else ""
            self.ledger.release(self.batch.audience_id, [batching.over(address, now)], token)
        waiting = [record for record in (*following, *(r for r, _ in at_rest)) if not record.settled]
        if waiting:
            self.ledger.postpone([(self.connection.id, record.member_id) for record in waiting], now)
        return len(at_rest) == len(overtaken)


def _is_in(address: Address, batch: OpenBatch) -> bool:
    attempt = address.attempt
    return attempt is not None and attempt.batch is not None and attempt.batch.id == batch.id


def _to_be_read(error: AccordError) -> AccordError:
    """A contact that is not where it was thought to be is read before anything else is sent to it."""
    if isinstance(error, Rejected) and error.refusal in {Refusal.NOT_FOUND, Refusal.EXISTS}:
        return Retryable("the contact is not there", effect_unknown=True)
    return error
