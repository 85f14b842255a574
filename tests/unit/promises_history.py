"""Random histories: what upstream posts, what people and staff do in Mailchimp, and how the worker's calls fare."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from accord.domain.actions import (
    Action,
    Active,
    Create,
    Exclude,
    Follow,
    Hold,
    Look,
    Lower,
    Move,
    Nothing,
    Passive,
    Reconfirm,
    Tag,
)
from accord.domain.address import Address, Holder
from accord.domain.changes import Arrived
from accord.domain.connection import Connection, Policy, Reconfirmation, Whom
from accord.domain.contact import MAILED, Contact, ContactStatus
from accord.domain.decision import decide
from accord.domain.finishing import chose, finished
from accord.domain.folding import changed_holders, fold
from accord.domain.observation import is_moving, observe
from accord.domain.payload import Payload
from accord.domain.permission import owner
from accord.domain.reconfirming import called
from accord.domain.record import OwnChange, Record
from accord.domain.values import subscriber_hash
from accord.errors import Rejected, Retryable
from accord.usecases.settling.member_work import MemberWork
from accord.usecases.settling.perform_action import perform, refused
from accord.usecases.settling.perform_bulk import TagContacts, create_contacts
from tests.builders import SETUP, a_connection, key_of
from tests.fakes import FakeClock, Trouble
from tests.unit.promises import Chronicle
from tests.unit.promises_mailchimp import PERMITTED, Witness, lower, payload_for
from tests.unit.promises_upstream import Chosen

MEMBERS = ("gnu", "newt", "yak")
EMAILS = ("bog@fen.test", "den@fen.test", "nest@fen.test")
KEYS = {key_of(email): email for email in EMAILS}
ROUNDS = 8
CLAIM = timedelta(seconds=150)

type Check = Callable[["History", MemberWork, Active], None]


@dataclass(slots=True)
class History:
    """One world in the making: Accord's memory, Mailchimp, and the chronicle of what can be known."""

    policy: Policy
    check: Check
    clock: FakeClock = field(default_factory=FakeClock)
    mailchimp: Witness = field(init=False)
    chronicle: Chronicle = field(init=False)
    connection: Connection = field(init=False)
    records: dict[str, Record] = field(default_factory=dict)
    addresses: dict[str, Address] = field(default_factory=dict)
    holders: dict[str, dict[str, Holder]] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    asks: list[tuple[str, datetime, int]] = field(default_factory=list)
    lowerings: list[tuple[str, datetime, int]] = field(default_factory=list)
    tokens: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        self.mailchimp = Witness(self.clock)
        self.chronicle = Chronicle(self.policy)
        self.connection = a_connection(policy=self.policy, permissions=PERMITTED)

    # --- upstream ---------------------------------------------------------------------------------------------------

    def accept(self, arrived: Arrived) -> None:
        """A change is accepted, folded and saved."""
        id_ = arrived.change.id
        self.chronicle.changes[id_].append(arrived)
        intent = fold(self.records.get(id_), self.connection, [arrived], arrived.received_at, key_of)
        if intent is None:
            return
        self.records[id_] = intent.record
        for key, holder in intent.holders:
            self.holders.setdefault(key, {})[id_] = holder

    # --- the operator ------------------------------------------------------------------------------------------------

    def approve(self, who: Whom) -> None:
        """A reconfirmation is approved; nobody is called up yet."""
        now = self.clock.now()
        self.chronicle.approved.add(now)
        approved = Reconfirmation(id=now.isoformat(), approved_at=now, who=who)
        self.connection = self.connection.model_copy(update={"reconfirmation": approved})

    def call_up(self, member: str) -> None:
        """The long work reaches a member: once, or again."""
        record, approved = self.records.get(member), self.connection.reconfirmation
        if record is not None and approved is not None and record.reconfirmed != approved.id:
            now = self.clock.now()
            self.records[member] = called(record, approved, now, now)

    # --- the worker -------------------------------------------------------------------------------------------------

    def address(self, key: str) -> Address:
        holders = tuple(holder for _, holder in sorted(self.holders.get(key, {}).items()))
        return self.addresses.get(key, Address(key=key)).model_copy(update={"holders": holders})

    def work(self, member: str, troubles: Sequence[Trouble | None] = ()) -> int:
        """Decide and act until nothing is left to do, or a call fails. The number of actions taken."""
        if member not in self.records:
            return 0
        fates = iter(troubles)
        self.mailchimp.trouble = lambda _name: next(fates, None)
        record = self.records[member]
        work = MemberWork(record, {held.key: self.address(held.key) for held in record.addresses})
        if work.busy_until(self.clock.now()) is not None:
            return 0
        for done in range(ROUNDS):
            action = self.decision(work)
            if isinstance(action, Exclude | Hold | Nothing):
                return done + self._conclude(work, action)
            self.check(self, work, action)
            went = self._act(work, action)
            if went is None:
                return done + 1
            work = went
        raise AssertionError(f"liveness: no end after {ROUNDS} actions")

    def _conclude(self, work: MemberWork, end: Passive) -> int:
        """How many of the member's entries at their addresses changed."""
        case = work.case(None, self.policy, self.connection.reconfirmation)
        record = self.records[work.record.member_id] = finished(case, end, self.clock.now())
        changed = changed_holders(work.record, record)
        for key, holder in changed:
            self.holders[key][record.member_id] = holder
        return len(changed)

    def decision(self, work: MemberWork) -> Action:
        case = work.case(self._payload(work), self.policy, self.connection.reconfirmation)
        return Look(work.must_look) if work.must_look else decide(case)

    def _payload(self, work: MemberWork) -> Payload | None:
        return payload_for(work.record, self.connection)

    def _act(self, work: MemberWork, action: Active) -> MemberWork | None:
        """The work after one action; None where it has to wait."""
        now = self.clock.now()
        payload = self._payload(work)
        token = f"{next(self.tokens)}"
        claimed, _ = work.claim(action, token, (now, now + CLAIM), payload.digest if payload else None)
        self.mailchimp.answer = None
        email, to = KEYS[action.key], KEYS[action.to_key] if isinstance(action, Move | Follow) else None
        ask = (email, action.asks_for) if isinstance(action, Create | Reconfirm) and action.asks_for else None
        mails = self._mails(email)
        try:
            after = self._perform(claimed, action, now)
            self.chronicle.noted(action, email)
            followed = isinstance(action, Follow) and after.must_look is None
            if followed and to is not None and self.mailchimp.answer is not None:
                self.chronicle.follows(email, to, self.mailchimp.answer, now)
            if not (isinstance(action, Lower) and after.must_look):
                self.chronicle.did(action, email, to, self.mailchimp.answer, now)
        except Rejected as why:
            self.chronicle.was_refused(to or email, why.refusal, now)
            after = refused(claimed, action, why, self.connection.mapping, now)
        except Retryable as error:
            if error.effect_unknown:
                self.chronicle.noted(action, email)
                self.chronicle.attempted(action, email, to)
                self._keep(claimed if error.still_running else claimed.unresolved(now))
            return None
        finally:
            self.asks += [(*ask, mails)] if ask is not None else []
            self.lowerings += [(email, action.approved_at, mails)] if isinstance(action, Lower) else []
            self._hear_of_mails()
        self._keep(after)
        self._took(work.record, after.record)
        if after.unread:
            return MemberWork(after.record, {held.key: self.address(held.key) for held in after.record.addresses})
        return replace(after, token=None, before={}, digest=None)

    def _took(self, before: Record, record: Record) -> None:
        """The record as it is now; where the member's contact turned out to be elsewhere, they hold that address."""
        member = record.member_id
        self.records[member] = record
        for key, holder in changed_holders(before, record):
            self.holders.setdefault(key, {})[member] = holder
        own, known = record.own_change, before.own_change
        if own is not None and (known is None or (known.key, known.followed) != (own.key, own.followed)):
            self.chronicle.chosen[member].append(Chosen(self.clock.now(), KEYS[own.key], own.followed))
        if own is None and known is not None:
            self.chronicle.chosen[member].append(Chosen(self.clock.now(), "", followed=False))

    def _mails(self, email: str) -> int:
        """How often Mailchimp has asked whoever is at this address to confirm."""
        person = self.mailchimp.people.get(subscriber_hash(email))
        return person.confirmations if person is not None else 0

    def _hear_of_mails(self) -> None:
        """Whom Mailchimp did ask, whatever Accord heard of it."""
        self.chronicle.asked |= {(email, opt_in) for email, opt_in, before in self.asks if self._mails(email) > before}
        heard = {(email, approved) for email, approved, before in self.lowerings if self._mails(email) > before}
        self.chronicle.reconfirmed |= heard

    def _perform(self, work: MemberWork, action: Active, now: datetime) -> MemberWork:
        match action:
            case Create():
                (answer,) = create_contacts(self.mailchimp, [(work, action)], now)
            case Tag():
                (answer,) = TagContacts(self.mailchimp, SETUP, lambda _setup: None)([(work, action)])
            case Lower():
                answer = lower(self.mailchimp, work, action, now)
            case _:
                answer = perform(self.mailchimp, work, action, now, key_of)
        if isinstance(answer, MemberWork):
            return answer
        raise answer

    def _keep(self, work: MemberWork) -> None:
        self.addresses |= {address.key: address for address in work.claimed_addresses}

    # --- Mailchimp --------------------------------------------------------------------------------------------------

    def turn(self, email: str, status: ContactStatus) -> None:
        """A person or the staff does something; a contact that is not there is somebody else's, and new."""
        if self.mailchimp.of(email) is not None:
            self.mailchimp.turn(email, status)
        elif subscriber_hash(email) not in self.mailchimp.forgotten:
            self.mailchimp.add(email, status, merge_fields={"FNAME": "Foreigner"}, tags=("by staff",))
            if email not in self.chronicle.cared_for:  # nobody can tell it from one that its person took away unnoticed
                self.foreign.add(email)

    def vanish(self, email: str) -> None:
        """Somebody deletes the contact permanently."""
        if self.mailchimp.people.pop(subscriber_hash(email), None) is not None:
            self.mailchimp.forgotten.add(subscriber_hash(email))
            self.foreign.discard(email)

    def take(self, email: str, to: str) -> None:
        """A person gives their contact another address, where there is no other one."""
        contact = self.mailchimp.of(email)
        free = self.mailchimp.of(to) is None and subscriber_hash(to) not in self.mailchimp.forgotten
        if contact is not None and contact.status in MAILED and free:
            self.mailchimp.move(email, to)
            self.foreign.discard(email)

    def _chose(self, address: Address, contact: Contact) -> None:
        who = owner(address)
        record = self.records.get(who.member_id) if who is not None else None
        if record is not None and record.place == address.key:
            own = OwnChange(
                key=key_of(contact.email),
                at=self.clock.now(),
                subscriber_hash=contact.subscriber_hash,
                email=contact.email,
            )
            self._took(record, chose(record, own))

    def look(self, email: str, may_be_at: str = "") -> None:
        """A webhook or the nightly reading shows the contact, unless a worker has it in hand."""
        address = self.address(key_of(email))
        if address.attempt is not None and address.attempt.until > self.clock.now():
            return
        contact = self.mailchimp.found(address.reference or subscriber_hash(email))
        if contact is None and address.contact_id is None:
            contact = self.mailchimp.of(may_be_at)
        if contact is None and address.seen is None:
            return
        hash_ = address.subscriber_hash or subscriber_hash(email)
        if contact is not None and contact.subscriber_hash != hash_ and not is_moving(address):
            self._chose(address, contact)
            return
        self.addresses[address.key] = observe(address, contact, self.clock.now())
        self.chronicle.sees(email, contact, self.clock.now())

    def wait(self, count_: int) -> None:
        for _ in range(count_):
            self.clock.pass_(60)
            self.mailchimp.release_late(overdue=True)
            self._hear_of_mails()
