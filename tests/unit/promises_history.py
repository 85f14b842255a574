"""Random histories: what upstream posts, what people and staff do in Mailchimp, and how the worker's calls fare."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from hypothesis import strategies as st

from accord.domain.actions import Action, Active, Create, Exclude, Hold, Look, Move, Nothing, Tag
from accord.domain.address import Address, Holder
from accord.domain.changes import Arrived
from accord.domain.connection import Connection, Departure, ExistingContacts, OnEmailChange, OptIn, Policy
from accord.domain.consent import Consent
from accord.domain.contact import Contact, ContactPatch, ContactStatus
from accord.domain.decision import decide
from accord.domain.finishing import finished
from accord.domain.folding import fold
from accord.domain.member import Member, MemberState
from accord.domain.observation import observe
from accord.domain.payload import Payload, payload_of
from accord.domain.record import Record
from accord.domain.values import subscriber_hash
from accord.errors import Rejected, Retryable
from accord.usecases.member_work import MemberWork
from accord.usecases.perform_action import perform, refused
from accord.usecases.perform_bulk import TagContacts, create_contacts
from tests.builders import (
    SETUP,
    a_connection,
    a_member,
    erased,
    key_of,
    left,
    minutes,
    no_us_phone,
    opted_in,
    opted_out,
    upserted,
)
from tests.fakes import FakeAudience, FakeClock, Trouble
from tests.unit.promises import Chronicle

MEMBERS = ("gnu", "newt", "yak")
EMAILS = ("bog@fen.test", "den@fen.test", "nest@fen.test")
KEYS = {key_of(email): email for email in EMAILS}
ROUNDS = 8
CLAIM = timedelta(seconds=150)

type Check = Callable[["History", MemberWork, Active], None]


class Witness(FakeAudience):
    """Mailchimp in small, that keeps the contact it showed last."""

    answer: Contact | None = None

    def read(self, reference: str) -> Contact | None:
        self.answer = super().read(reference)
        return self.answer

    def change(self, reference: str, patch: ContactPatch) -> Contact:
        self.answer = super().change(reference, patch)
        return self.answer


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
    tokens: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        self.mailchimp = Witness(self.clock)
        self.chronicle = Chronicle(self.policy)
        self.connection = a_connection(policy=self.policy)

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
                self.records[member] = finished(work.case(None, self.policy), action, self.clock.now())
                return done
            self.check(self, work, action)
            went = self._act(work, action)
            if went is None:
                return done + 1
            work = went
        raise AssertionError(f"liveness: no end after {ROUNDS} actions")

    def decision(self, work: MemberWork) -> Action:
        return Look(work.must_look) if work.must_look else decide(work.case(self._payload(work), self.policy))

    def _payload(self, work: MemberWork) -> Payload | None:
        profile = work.record.profile
        if profile is None or profile.email is None:
            return None
        payload = payload_of(profile, self.connection.mapping, SETUP, no_us_phone)
        return payload if isinstance(payload, Payload) else None

    def _act(self, work: MemberWork, action: Active) -> MemberWork | None:
        """The work after one action; None where it has to wait."""
        now = self.clock.now()
        payload = self._payload(work)
        token = f"{next(self.tokens)}"
        claimed, _ = work.claim(action, token, now + CLAIM, payload.digest if payload else None)
        self.mailchimp.answer = None
        email, to = KEYS[action.key], KEYS[action.to_key] if isinstance(action, Move) else None
        try:
            after = self._perform(claimed, action, now)
            self.chronicle.noted(action, email)
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
        self._keep(after)
        self.records[after.record.member_id] = after.record
        return replace(after, token=None, before={}, digest=None)

    def _perform(self, work: MemberWork, action: Active, now: datetime) -> MemberWork:
        match action:
            case Create():
                (answer,) = create_contacts(self.mailchimp, [(work, action)], now)
            case Tag():
                (answer,) = TagContacts(self.mailchimp, SETUP, lambda _setup: None)([(work, action)])
            case _:
                answer = perform(self.mailchimp, work, action, now)
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
            self.foreign.add(email)

    def vanish(self, email: str) -> None:
        """Somebody deletes the contact permanently."""
        if self.mailchimp.people.pop(subscriber_hash(email), None) is not None:
            self.mailchimp.forgotten.add(subscriber_hash(email))
            self.foreign.discard(email)

    def look(self, email: str) -> None:
        """A webhook or the nightly reading shows the contact, unless a worker has it in hand."""
        address = self.address(key_of(email))
        if address.attempt is not None and address.attempt.until > self.clock.now():
            return
        contact = self.mailchimp.of(email)
        if contact is None and address.seen is None:
            return
        self.addresses[address.key] = observe(address, contact, self.clock.now())
        self.chronicle.sees(email, contact, self.clock.now())

    def wait(self, count_: int) -> None:
        for _ in range(count_):
            self.clock.pass_(60)
            self.mailchimp.release_late(overdue=True)


type Troubles = tuple[Trouble | None, ...]
"""What happens to the first calls of a worker; the others succeed."""

# --- steps ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Post:
    """Upstream says how a member is now; times count minutes back from now."""

    member: str
    email: str | None
    says: str | None
    ago: int | None
    late: int
    cancelled: bool
    plan: str
    tags: tuple[str, ...]
    then: Troubles | None

    def play(self, history: History) -> None:
        now = history.clock.now()
        change = upserted(self._member(now), self.member, now - minutes(self.late))
        history.accept(change.model_copy(update={"received_at": now}))
        if self.then is not None:
            history.work(self.member, self.then)

    def _member(self, now: datetime) -> Member:
        at = None if self.ago is None else now - minutes(self.ago)
        consent: Consent | None = None
        if self.says is not None:
            consent = opted_in(at) if self.says == "in" else opted_out(at)
        state = MemberState.CANCELLED if self.cancelled else MemberState.ACTIVE
        update = {"email": self.email, "consent": consent, "state": state, "plan": self.plan, "tags": self.tags}
        return PROFILE.model_copy(update=update)


PROFILE = a_member()


@dataclass(frozen=True, slots=True)
class Leave:
    """Upstream deletes the member."""

    member: str
    late: int
    then: Troubles | None

    def play(self, history: History) -> None:
        now = history.clock.now()
        history.accept(left(self.member, now - minutes(self.late)).model_copy(update={"received_at": now}))
        if self.then is not None:
            history.work(self.member, self.then)


@dataclass(frozen=True, slots=True)
class Forget:
    """The member asks to be erased."""

    member: str

    def play(self, history: History) -> None:
        history.accept(erased(self.member, history.clock.now()))


@dataclass(frozen=True, slots=True)
class Turn:
    """A contact is seen, or not yet seen, in a new status; None: it is deleted permanently."""

    email: str
    status: ContactStatus | None
    noticed: bool

    def play(self, history: History) -> None:
        if self.status is None:
            history.vanish(self.email)
        else:
            history.turn(self.email, self.status)
        if self.noticed:
            history.look(self.email)


@dataclass(frozen=True, slots=True)
class Work:
    """A worker takes the member up; its first calls fare so."""

    member: str
    troubles: Troubles

    def play(self, history: History) -> None:
        history.work(self.member, self.troubles)


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes: claims run out, calls that timed out take effect."""

    minutes: int

    def play(self, history: History) -> None:
        history.wait(self.minutes)


type Step = Post | Leave | Forget | Turn | Work | Wait

member = st.sampled_from(MEMBERS)
troubles = st.lists(st.sampled_from((None, *Trouble)), max_size=2).map(tuple)
then = st.sampled_from(((), (), None)) | troubles
post = st.builds(
    Post,
    member=member,
    email=st.sampled_from((*EMAILS, EMAILS[0], None)),
    says=st.sampled_from(("in", "in", "in", "out", None)),
    ago=st.sampled_from((0, None, 1, 2, 6)),
    late=st.sampled_from((0, 0, 0, 0, 1, 4)),
    cancelled=st.sampled_from((False, False, False, False, True)),
    plan=st.sampled_from(("", "Day")),
    tags=st.sampled_from(((), ("Clients",), ("clients", "New"))),
    then=then,
)
noticed = st.sampled_from((True, True, False))
turn = st.builds(Turn, st.sampled_from(EMAILS), st.sampled_from((*ContactStatus, None)), noticed)
steps = st.one_of(
    post,
    post,
    post,
    turn,
    turn,
    st.builds(Work, member, troubles),
    st.builds(Leave, member, st.sampled_from((0, 0, 2)), then),
    st.builds(Wait, st.integers(1, 4)) | st.builds(Forget, member),
)
histories = st.lists(steps, min_size=2, max_size=12)
policies = st.builds(
    Policy,
    on_leave=st.sampled_from(Departure),
    on_cancel=st.sampled_from(Departure),
    on_email_change=st.sampled_from(OnEmailChange),
    opt_in=st.sampled_from(OptIn),
    existing_contacts=st.sampled_from(ExistingContacts),
)
