"""Settle members of one connection: read, decide, claim, act, settle; round by round, until nothing is left to do."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched

from accord.domain.actions import Action, Active, Create, Exclude, Hold, Look, Nothing, Passive, Tag, Update
from accord.domain.address import Who
from accord.domain.batching import may_overtake
from accord.domain.connection import Connection
from accord.domain.finishing import finished, tried_again, with_news
from accord.domain.folding import KeyOf, changed_holders
from accord.domain.notice import noticed
from accord.domain.payload import NationalPhone
from accord.domain.reasons import Status
from accord.domain.record import Record
from accord.domain.timing import Timing
from accord.domain.waiting import wait_of
from accord.errors import AccordError, Refusal, Rejected
from accord.ports import Audience, Clock, Ledger
from accord.ports.undoing import Images
from accord.usecases.settling.claim_addresses import ClaimAddresses, Order
from accord.usecases.settling.decide_member import DecideMember
from accord.usecases.settling.keep_images import KeepImages
from accord.usecases.settling.make_room import MakeRoom
from accord.usecases.settling.member_work import MemberWork
from accord.usecases.settling.perform_action import refused
from accord.usecases.settling.perform_bulk import (
    BULK,
    LOOKS,
    TagContacts,
    asks_for_creation,
    create_contacts,
    find_created,
)
from accord.usecases.settling.read_members import ReadMembers
from accord.usecases.settling.record_outcomes import Outcome, RecordOutcomes, events_of
from accord.usecases.settling.send_batch import SendBatch
from accord.usecases.settling.try_again import TryAgain
from accord.usecases.settling.watch_mailchimp import WatchMailchimp

ROUNDS = 8
"""More actions in a row than any member needs: an address change with a takeover, tags and the old contact is five."""
TOGETHER = 10
"""Single calls whose addresses are claimed together: few enough that the last call starts well within the claim."""
SPARE = 0.2
"""The part of a claim that is longer than Mailchimp may go on with a call: within it a second call may begin."""


@dataclass(slots=True)
class SettleMembers:
    """The work on one connection within one invocation, one open call at a time."""

    ledger: Ledger
    images: Images
    audience: Audience
    clock: Clock
    connection: Connection
    timing: Timing
    key_of: KeyOf
    national_phone: NationalPhone
    new_token: Callable[[], str]
    deadline: datetime
    batch: SendBatch | None = None
    """Where updates may be held back for one."""
    read: ReadMembers = field(init=False)
    record: RecordOutcomes = field(init=False)
    decide: DecideMember = field(init=False)
    mailchimp: WatchMailchimp = field(init=False)
    room: MakeRoom = field(init=False)
    again: TryAgain = field(init=False)
    keep: KeepImages = field(init=False)
    claim: ClaimAddresses = field(init=False)
    _setup_renewed: bool = False

    def __post_init__(self) -> None:
        self.read = ReadMembers(self.ledger, self.clock, self.connection)
        self.record = RecordOutcomes(self.ledger, self.clock, self.connection)
        self.mailchimp = WatchMailchimp(self.ledger, self.clock, self.connection, self.deadline)
        self.room = MakeRoom(self.ledger, self.audience, self.clock, self.connection, self.key_of)
        self.again = TryAgain(self.ledger, self.clock, self.connection, self.timing, self.mailchimp)
        self.decide = DecideMember(self.ledger, self.connection, self.national_phone)
        self.claim = ClaimAddresses(self.ledger, self.connection.audience_id, self.new_token, self.decide.digest)
        self.keep = KeepImages(self.images, self.audience, self.clock, self.connection.id, self.decide.case)

    def __call__(self, records: Iterable[Record]) -> None:
        """Settle these members as far as time, claims and Mailchimp allow; the others stay due."""
        records = list(records)
        if self.mailchimp.is_over:
            self._postpone(records)
            return
        self._go_on(self.read(records), {record.who for record in records})

    def finish(self) -> None:
        """Send what was held back for a batch: in one, where it is enough, else one by one. Settle what follows."""
        held = self.batch.taken() if self.batch is not None else []
        if self.batch is not None and len(held) > self.batch.batching.above:
            self._go_on(self._send(self.batch, held), set())
        else:
            self._go_on([work for work, _ in held], set())

    def settle(self, answers: Sequence[tuple[Order[Active], MemberWork | AccordError]]) -> list[MemberWork]:
        """Store what came of orders that another worker sent; the members that go on. What was seen then is not newer
        than when it was seen."""
        outcomes = (
            self._decided_again(after, work.record)
            if isinstance(after, MemberWork)
            else self._outcome(work, action, after)
            for (work, action), after in answers
        )
        return self._store(list(outcomes))

    def _go_on(self, works: list[MemberWork], decided_anyway: set[Who]) -> None:
        for _ in range(ROUNDS):
            if not works:
                return
            orders, works = self._decide(self.read.touch_others(works, decided_anyway))
            works += self._act(orders)
            decided_anyway = set()
        self._postpone([work.record for work in works])

    # --- decide ---------------------------------------------------------------------------------------------------

    def _decide(self, works: Sequence[MemberWork]) -> tuple[list[Order[Active]], list[MemberWork]]:
        """Settle those to whom nothing is to be sent. What the others need, and who must be decided once more."""
        now = self.clock.now()
        orders: list[Order[Active]] = []
        outcomes: list[Outcome] = []
        busy: list[tuple[str, str]] = []
        for work in works:
            if work.overtaking(now).busy_until(now) is not None:
                busy.append((self.connection.id, work.record.member_id))
                continue
            action = self._next_of(work, now)
            if action is None:
                outcomes.append(Outcome(work, self.again.behind_batch(work, work.record, now)))
            elif (wait := wait_of(self.connection, work.record, action, now, self.timing)) is not None:
                outcomes.append(Outcome(work, tried_again(work.record, wait.until, wait.reason, attempt=False)))
            elif isinstance(action, Exclude | Hold | Nothing):
                outcomes.append(self._concluded(work, action, work.record))
            else:
                orders.append((work, action))
        if busy:
            self.ledger.postpone(busy, now + timedelta(seconds=self.timing.busy_retry))
            self.record.postponed += len(busy)
        return orders, self._store(outcomes)

    def _next_of(self, work: MemberWork, now: datetime) -> Action | None:
        """What happens next to this member; None where it has to wait until a batch is over."""
        resting = work.resting(now)
        action = self.decide(work.overtaking(now) if resting else work)
        return action if not resting or may_overtake(action, work.record, resting) else None

    # --- act ------------------------------------------------------------------------------------------------------

    def _act(self, orders: Sequence[Order[Active]]) -> list[MemberWork]:
        """Carry out the orders; the members that are to be decided again."""
        orders, waiting = self.room(orders)
        self._postpone(waiting)
        creations = [(work, action) for work, action in orders if isinstance(action, Create)]
        tags = [(work, action) for work, action in orders if isinstance(action, Tag)]
        looks = [(w, action) for w, action in orders if isinstance(action, Look) and asks_for_creation(w, action)]
        looks = looks if len(looks) >= LOOKS else []
        in_bulk = {work.record.who for work, _ in (*creations, *tags, *looks)}
        others = [(work, action) for work, action in orders if work.record.who not in in_bulk]
        others = self.batch.hold_back(others) if self.batch is not None else others
        again: list[MemberWork] = []
        for many in batched(looks, BULK, strict=False):
            again += self._attempt(many, self._find)
        for few in batched(others, TOGETHER, strict=False):
            again += self._attempt(few, self._one_by_one)
        for new in batched(creations, BULK, strict=False):
            again += self._attempt(new, self._create)
        for tagged in batched(tags, BULK, strict=False):
            again += self._attempt(tagged, self._tag)
        return again

    def _attempt[A: Active](
        self,
        orders: Sequence[Order[A]],
        call: Callable[[Sequence[Order[A]]], Sequence[MemberWork | AccordError | None]],
    ) -> list[MemberWork]:
        """Claim, call, settle."""
        if self.mailchimp.is_over:
            self._postpone([work.record for work, _ in orders])
            return []
        now = self.clock.now()
        claimed, lost = self.claim(orders, (now, now + timedelta(seconds=self.timing.claim)))
        answers = call(claimed := self.keep(claimed)) if claimed else ()
        outcomes = [self._outcome(*order, answer) for order, answer in zip(claimed, answers, strict=True)]
        return self._store(outcomes) + self.read.again(lost)

    def _send(self, batch: SendBatch, orders: Sequence[Order[Update]]) -> list[MemberWork]:
        """Claim, send as one batch, remember which. Its results settle it; see collect_batches."""
        if self.mailchimp.is_over:
            self._postpone([work.record for work, _ in orders])
            return []
        now = self.clock.now()
        claimed, lost = self.claim(orders, (now, now + batch.claim), in_batch=True)
        imaged, unseen = self.keep.by_page(claimed, lambda: self.mailchimp.is_over)
        outcomes, error = batch(imaged) if imaged else ([], None)
        self.mailchimp.note([error or batch] if imaged else [])
        singly = [Outcome(work.unclaimed(), work.record, goes_on=True) for work, _ in unseen]
        return self._store([*outcomes, *singly]) + self.read.again(lost)

    def _one_by_one(self, orders: Sequence[Order[Active]]) -> list[MemberWork | AccordError | None]:
        return self.mailchimp.each(
            lambda work, action: self.keep.perform(work, action, self.clock.now(), self.key_of), orders
        )

    def _find(self, orders: Sequence[Order[Look]]) -> list[MemberWork | AccordError]:
        answers = find_created(self.audience, orders, self.clock.now(), self.key_of)
        self.mailchimp.note(answers[:1])
        return answers

    def _create(self, orders: Sequence[Order[Create]]) -> list[MemberWork | AccordError]:
        begun = self.clock.now()
        answers = create_contacts(self.audience, orders, begun)
        self.mailchimp.note(answers[:1])
        if self.mailchimp.is_over:
            return answers
        self.decide.learn_permissions(self.audience)
        return self._tag_new(answers, begun)

    def _tag_new(self, answers: list[MemberWork | AccordError], begun: datetime) -> list[MemberWork | AccordError]:
        """Tags of new contacts go out under the claim of their creation, as long as it surely covers them. Where that
        fails, the contact is settled without its tags, which are then the next action."""
        following = {i: self.decide(work) for i, work in enumerate(answers) if isinstance(work, MemberWork)}
        tags = {i: tag for i, tag in following.items() if isinstance(tag, Tag)}
        if not tags or self.clock.now() > begun + timedelta(seconds=self.timing.claim * SPARE):
            return answers
        new = [(work, tags[i]) for i, work in enumerate(answers) if isinstance(work, MemberWork) and i in tags]
        tagged = self._tag(new)
        done = {i: work for i, work in zip(tags, tagged, strict=True) if isinstance(work, MemberWork)}
        return [done.get(i, answer) for i, answer in enumerate(answers)]

    def _tag(self, orders: Sequence[Order[Tag]]) -> list[MemberWork | AccordError]:
        answers = TagContacts(self.audience, self.decide.setup, self.decide.renew)(orders)
        self.mailchimp.note(answers[:1])
        return answers

    # --- settle ---------------------------------------------------------------------------------------------------

    def _outcome(self, work: MemberWork, action: Active, answer: MemberWork | AccordError | None) -> Outcome:
        """What is to be stored of one order."""
        now = self.clock.now()
        if isinstance(answer, Rejected):
            if answer.refusal is Refusal.FIELD_INVALID and not self._setup_renewed:
                self._setup_renewed = True  # somebody may have changed the field since the audience was read
                self.decide.renew(self.audience.setup())
            try:
                answer = refused(work, action, answer, self.connection.mapping, now)
            except Rejected as error:
                answer = error
        if isinstance(answer, MemberWork):
            return self._decided_again(answer.answered(now), work.record)
        return self.again(work, answer, now)

    def _decided_again(self, work: MemberWork, known: Record) -> Outcome:
        """The member right after an action: settled for good, or with more to do. `known` is who they were before."""
        now = self.clock.now()
        record = with_news(work.record, now) if work.has_news else work.record
        if work.unread:
            record = tried_again(record, now, attempt=False)
            entries = changed_holders(known, record)
            return Outcome(work, record, events_of(work, work.done, None, record, now), holders=entries, reread=True)
        following = self._next_of(work, now)
        if isinstance(following, Exclude | Hold | Nothing):
            return self._concluded(work, following, known)
        if following is None:
            record = self.again.behind_batch(work, record, now)
        events, entries = events_of(work, work.done, None, record, now), changed_holders(known, record)
        return Outcome(work, record, events, goes_on=following is not None, holders=entries)

    def _concluded(self, work: MemberWork, end: Passive, known: Record) -> Outcome:
        now = self.clock.now()
        record = finished(work.case(None, self.connection.policy, self.connection.reconfirmation), end, now)
        if work.done:
            record = record.model_copy(update={"attempts": record.attempts + 1})
        if work.has_news:
            record = with_news(record, now)
        if end.status is Status.ERASED and record.status is not work.record.status:
            self.ledger.forget_member(self.connection.id, record.member_id)
            self.images.forget(self.connection.id, record.member_id)
        record, notices = noticed(record, now)
        events = events_of(work, work.done, end, record, now)
        return Outcome(work, record, events, record.holders_changed, changed_holders(known, record), notices)

    def _store(self, outcomes: Sequence[Outcome]) -> list[MemberWork]:
        going_on, records = self.record(outcomes)
        return going_on + self.read(records)

    def _postpone(self, records: Sequence[Record]) -> None:
        self.record.postponed += self.again.postpone(records)
