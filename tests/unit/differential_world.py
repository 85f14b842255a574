"""One audience between upstream, its people and its staff, with a log of what each did: nothing here asks Accord."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from accord.domain.changes import Arrived
from accord.domain.connection import Policy
from accord.domain.contact import MAILED, Contact, ContactPatch, ContactStatus, NewContact
from accord.domain.member import Member
from accord.domain.run import Run
from accord.domain.values import subscriber_hash
from accord.errors import Rejected, Retryable
from tests.builders import a_connection, erased, key_of, left, upserted
from tests.fakes import FakeAudience, FakeClock, Trouble
from tests.nights import Nights
from tests.scene import Scene

FIELDS = ("FNAME", "LNAME", "PLAN")
"""The merge tags that upstream fills."""
FOREIGN = "CLAWS"
"""A merge tag of the audience that is mapped to nothing."""
ENDED = (ContactStatus.UNSUBSCRIBED, ContactStatus.CLEANED)


@dataclass(slots=True)
class Hand:
    """What people and staff did to one contact with their own hands, and last."""

    fields: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    untagged: bool = False
    language: str | None = None
    status: ContactStatus | None = None
    """The status in which they last left it; None: as it was made."""
    will: list[tuple[datetime, str]] = field(default_factory=list)


class Raised(NamedTuple):
    """A call of Accord's after which a contact is mailed that was not."""

    at: datetime
    email: str
    contact_id: str | None
    status: ContactStatus


class WatchedAudience(FakeAudience):
    """Notes each call that makes somebody mailed."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.raised: list[Raised] = []
        self.made: set[str] = set()
        """The ids of the contacts that Accord created."""

    def _create(self, new: NewContact) -> str | Rejected:
        answer = super()._create(new)
        if isinstance(answer, str):
            contact_id = self.people[answer].contact.contact_id or ""
            self.made.add(contact_id)
            self.raised.append(Raised(self.clock.now(), new.email, contact_id, new.status))
        return answer

    def _change(self, reference: str, patch: ContactPatch) -> Contact:
        before = self._existing(reference).contact
        after = super()._change(reference, patch)
        if after.status in MAILED and after.status is not before.status:
            self.raised.append(Raised(self.clock.now(), after.email, after.contact_id, after.status))
        return after


class World:
    """Upstream's posts and people's deeds, each told to Accord or not; nights, with Mailchimp failing for a while."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.scene = Scene(a_connection(policy=policy))
        self.audience = WatchedAudience(self.scene.clock)
        self.scene.audience = self.audience
        self.nights = Nights(self.scene)
        self.posts: dict[str, list[Arrived]] = defaultdict(list)
        self.hands: dict[str, Hand] = defaultdict(Hand)
        self.touched: dict[str, list[str]] = defaultdict(list)
        """By address, what happened there that may be somebody's will, or the staff's."""
        self.moves: list[tuple[datetime, str, str]] = []

    @property
    def now(self) -> datetime:
        return self.scene.clock.now()

    # --- upstream ---------------------------------------------------------------------------------------------------

    def post(self, id_: str, member: Member) -> None:
        self._arrives(upserted(member, id_, self.now))

    def leave(self, id_: str) -> None:
        self._arrives(left(id_, self.now))

    def erase(self, id_: str) -> None:
        self._arrives(erased(id_, self.now))

    def _arrives(self, arrived: Arrived) -> None:
        self.posts[arrived.change.id].append(arrived)
        self.scene.post(arrived)

    # --- people and staff -------------------------------------------------------------------------------------------

    def hand(self, email: str) -> Hand | None:
        contact = self.audience.of(email)
        return self.hands[contact.contact_id or ""] if contact is not None else None

    def turn(self, email: str, status: ContactStatus, *, by_person: bool) -> None:
        self.audience.turn(email, status, by_person=by_person)
        self._notes(email, status)

    def complain(self, email: str) -> None:
        self.audience.complain(email)
        self._notes(email, ContactStatus.UNSUBSCRIBED)

    def _notes(self, email: str, status: ContactStatus) -> None:
        if (hand := self.hand(email)) is not None:
            hand.status = status
            hand.will.append((self.now, status.value))
        self.touched[email].append(status.value)

    def delete(self, email: str) -> None:
        self.audience.forgotten.add(subscriber_hash(email))
        del self.audience.people[subscriber_hash(email)]
        self.touched[email].append("deleted")

    def move(self, email: str, to: str) -> bool:
        """Whether Mailchimp let them."""
        try:
            self.audience.move(email, to)
        except Rejected:
            return False
        self.moves.append((self.now, email, to))
        return True

    def edit(self, email: str, tag: str, value: str) -> None:
        if (hand := self.hand(email)) is not None:
            hand.fields[tag] = (value, self.now)
        self._shows(email, merge_fields={**self._contact(email).merge_fields, tag: value})

    def tag(self, email: str, name: str) -> None:
        if (hand := self.hand(email)) is not None:
            hand.tags.add(name)
        self._shows(email, tags=tuple(dict.fromkeys((*self._contact(email).tags, name))))

    def untag(self, email: str, name: str) -> None:
        self._shows(email, tags=tuple(tag for tag in self._contact(email).tags if tag.casefold() != name.casefold()))

    def untick(self, email: str) -> None:
        self._shows(email, interests=dict.fromkeys(self._contact(email).interests, False))

    def speak(self, email: str, language: str) -> None:
        if (hand := self.hand(email)) is not None:
            hand.language = language
        self._shows(email, language=language)

    def add(self, email: str, status: ContactStatus) -> None:
        contact = self.audience.add(email, status, merge_fields={"FNAME": "Nobody's", FOREIGN: "8"}, tags=("Wild",))
        hand = self.hands[contact.contact_id or ""]
        hand.fields = {"FNAME": ("Nobody's", self.now), FOREIGN: ("8", self.now)}
        hand.tags, hand.status = {"Wild"}, status
        if status is not ContactStatus.SUBSCRIBED:
            self.touched[email].append(status.value)

    def _contact(self, email: str) -> Contact:
        return self.audience.people[subscriber_hash(email)].contact

    def _shows(self, email: str, **shown: object) -> None:
        person = self.audience.people[subscriber_hash(email)]
        person.contact = person.contact.model_copy(update={**shown, "last_changed": self.now})

    # --- what Accord does -------------------------------------------------------------------------------------------

    def knows_id(self, email: str) -> bool:
        """Whether a reading showed the contact's id, which a bulk creation does not tell."""
        known = self.scene.ledger.stored_addresses.get(("audience1", key_of(email)))
        return known is not None and known.contact_id is not None

    def night(self, *, incremental: bool = False, troubles: Sequence[Trouble | None] = ()) -> Run:
        """From beginning to end; what Mailchimp does not answer is asked again."""
        self.scene.clock.pass_(60)
        upcoming = iter(troubles)
        self.audience.trouble = lambda _name: next(upcoming, None)
        nights, run = self.nights, self.nights.begin(incremental=incremental)
        self._insist(lambda: nights.pages(run, nights.reconcile.begin(run.connection_id, run.id)))
        self._insist(lambda: nights.close(run))
        nights.carry_out()
        self.audience.trouble = lambda _name: None
        self.quiet()
        return nights.runs.kept[run.connection_id, run.id]

    def _insist(self, call: Callable[[], object]) -> None:
        while True:
            try:
                call()
            except Retryable:
                self.scene.pass_(60)
            else:
                return

    def quiet(self) -> None:
        """Until nobody is due and no call can take effect any more."""
        self.scene.pass_(timedelta(minutes=10).total_seconds())
        self.scene.settle_all()
