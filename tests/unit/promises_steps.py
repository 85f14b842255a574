"""The steps of a random history: what may happen next, and how often."""

from dataclasses import dataclass
from datetime import datetime

from hypothesis import strategies as st

from accord.domain.connection import Departure, ExistingContacts, OnEmailChange, OptIn, Policy, Whom
from accord.domain.consent import Consent
from accord.domain.contact import ContactStatus
from accord.domain.member import Member, MemberState
from tests.builders import a_member, erased, left, minutes, opted_in, opted_out, upserted
from tests.fakes import Trouble
from tests.unit.promises_history import EMAILS, MEMBERS, History
from tests.unit.promises_mailchimp import PURPOSE

type Troubles = tuple[Trouble | None, ...]
"""What happens to the first calls of a worker; the others succeed."""


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
    news: bool | None
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
        return PROFILE.model_copy(update=update | {"fields": {PURPOSE: self.news}})


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
class Refuse:
    """A person switches a marketing permission off, and Mailchimp tells of it or not."""

    email: str
    noticed: bool

    def play(self, history: History) -> None:
        history.mailchimp.refuse(self.email)
        if self.noticed:
            history.look(self.email)


@dataclass(frozen=True, slots=True)
class Take:
    """A person gives their contact another address, and Mailchimp tells of it or not."""

    email: str
    to: str
    noticed: bool

    def play(self, history: History) -> None:
        history.take(self.email, self.to)
        if self.noticed:
            history.look(self.email, self.to)


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


@dataclass(frozen=True, slots=True)
class Approve:
    """An operator approves that people are asked to confirm; some are called up and worked on at once."""

    who: Whom
    members: tuple[str, ...]
    then: Troubles | None

    def play(self, history: History) -> None:
        history.approve(self.who)
        for called_up in self.members:
            history.call_up(called_up)
            if self.then is not None:
                history.work(called_up, self.then)


@dataclass(frozen=True, slots=True)
class CallUp:
    """The last reconfirmation that was approved reaches a member, perhaps once more."""

    member: str
    then: Troubles | None

    def play(self, history: History) -> None:
        history.call_up(self.member)
        if self.then is not None:
            history.work(self.member, self.then)


type Step = Approve | CallUp | Post | Leave | Forget | Refuse | Turn | Take | Work | Wait

member = st.sampled_from((MEMBERS[0], *MEMBERS))
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
    news=st.sampled_from((True, True, False, None)),
    then=then,
)
WILL = (ContactStatus.UNSUBSCRIBED, ContactStatus.SUBSCRIBED)
noticed = st.sampled_from((True, True, False))
turn = st.builds(
    Turn, st.sampled_from((EMAILS[0], *EMAILS)), st.sampled_from((*WILL, *WILL, *ContactStatus, None)), noticed
)
approve = st.builds(Approve, st.sampled_from(Whom), st.sampled_from((MEMBERS, MEMBERS, MEMBERS[:1], ())), then)
steps = st.one_of(
    post,
    post,
    post,
    turn,
    turn,
    st.builds(Refuse, st.sampled_from((EMAILS[0], *EMAILS)), noticed),
    st.builds(Take, st.sampled_from((EMAILS[0], *EMAILS)), st.sampled_from(EMAILS), noticed),
    st.builds(Work, member, troubles),
    st.builds(Leave, member, st.sampled_from((0, 0, 2)), then),
    st.builds(Wait, st.integers(1, 4)) | st.builds(Forget, member),
    approve,
    approve,
    st.builds(CallUp, member, then),
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
