"""The steps of random histories between upstream and an audience: posts, deeds in Mailchimp, nights, time."""

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st

from accord.domain.connection import Departure, ExistingContacts, OnEmailChange, OptIn, Policy
from accord.domain.consent import Consent
from accord.domain.contact import ContactStatus
from accord.domain.member import MemberState
from accord.domain.values import subscriber_hash
from tests.builders import a_member, minutes, opted_in, opted_out
from tests.fakes import Trouble
from tests.unit.differential_world import ENDED, FOREIGN, World

MEMBERS = ("crane", "drake", "egret")
EMAILS = ("mere@birds.test", "pool@birds.test", "reed@birds.test", "weir@birds.test", "fen@birds.test")
HOMES = dict(zip(MEMBERS, EMAILS, strict=False))
"""Where each is at first."""
OURS = ("Clients", "Waders")
"""Tags that upstream gives."""


@dataclass(frozen=True, slots=True)
class Post:
    """Upstream says how a member is now; `ago`: minutes since they said so of their consent."""

    member: str
    email: str | None
    says: str | None
    ago: int | None
    names: tuple[str, str, str]
    tags: tuple[str, ...]
    groups: bool
    language: str
    cancelled: bool

    def play(self, world: World) -> None:
        at = None if self.ago is None else world.now - minutes(self.ago)
        consent: Consent | None = None
        if self.says is not None:
            consent = opted_in(at) if self.says == "in" else opted_out(at)
        first, last, plan = self.names
        given = {"first_name": first, "last_name": last, "plan": plan, "tags": self.tags, "language": self.language}
        groups = {"Interests": ("Gardening",)} if self.groups else {}
        state = MemberState.CANCELLED if self.cancelled else MemberState.ACTIVE
        world.post(self.member, a_member(self.email, consent=consent, groups=groups, state=state, **given))


@dataclass(frozen=True, slots=True)
class Depart:
    """Upstream deletes the member, or asks to erase them."""

    member: str
    erased: bool

    def play(self, world: World) -> None:
        if self.erased:
            world.erase(self.member)
        else:
            world.leave(self.member)


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person, or the staff, does to the contact at one of the addresses where there is any, if they can; told
    by a webhook or not. `to` is another address: that of somebody who is new, or that a contact is given."""

    what: str
    number: int
    to: str
    told: bool

    def play(self, world: World) -> None:
        there = [email for email in EMAILS if world.audience.of(email) is not None]
        if self.what == "add" and self.to not in there:
            world.add(self.to, ContactStatus.SUBSCRIBED if self.told else ContactStatus.UNSUBSCRIBED)
        if self.what == "add" or not there:
            return
        email = there[self.number % len(there)]
        knows_id = world.knows_id(email)  # a bulk creation does not tell it: only the webhook leads to who moved then
        kind = self._done(world, email)
        if kind == "upemail" and (self.told or not knows_id):
            world.scene.hear(kind, self.to, email)
        elif kind and kind != "upemail" and self.told:
            world.scene.hear(kind, email)

    def _done(self, world: World, email: str) -> str:
        """The webhook that tells of it; none where nothing was done."""
        what, person = self.what, world.audience.people[subscriber_hash(email)]
        status = person.contact.status
        archived = status is ContactStatus.ARCHIVED
        match what:
            case "delete":
                world.delete(email)
                return "unsubscribe"
            case "unarchive" if archived:
                before = ContactStatus.UNSUBSCRIBED if person.own_unsubscribe else ContactStatus.SUBSCRIBED
                world.turn(email, before, by_person=False)
                return "subscribe"
            case _ if archived:
                return ""
            case "archive":
                world.turn(email, ContactStatus.ARCHIVED, by_person=False)
                return "unsubscribe"
            case "unsubscribe" if status is not ContactStatus.UNSUBSCRIBED:
                world.turn(email, ContactStatus.UNSUBSCRIBED, by_person=True)
                return "unsubscribe"
            case "complain" if status is ContactStatus.SUBSCRIBED:
                world.complain(email)
                return "unsubscribe"
            case "bounce" if status not in ENDED:
                world.turn(email, ContactStatus.CLEANED, by_person=False)
                return "cleaned"
            case "confirm" if status in {ContactStatus.PENDING, ContactStatus.UNSUBSCRIBED}:
                world.turn(email, ContactStatus.SUBSCRIBED, by_person=True)
                return "subscribe"
            case "move" if status not in ENDED and email != self.to:
                return "upemail" if world.move(email, self.to) else ""
            case _:
                return self._edited(world, email)

    def _edited(self, world: World, email: str) -> str:
        match self.what:
            case "rename":
                world.edit(email, "FNAME", f"Own {world.now:%H%M}")
            case "surname":
                world.edit(email, "LNAME", f"Own {world.now:%H%M}")
            case "claws":
                world.edit(email, FOREIGN, f"{world.now:%H%M}")
            case "tag":
                world.tag(email, f"By hand {self.to[:4]}")
            case "untag":
                world.untag(email, OURS[0])
            case "untick":
                world.untick(email)
            case "speak":
                world.speak(email, "de")
            case _:
                return ""
        return "profile"


@dataclass(frozen=True, slots=True)
class Sleep:
    """A night, whole or of what changed, in which Mailchimp's first answers are these."""

    incremental: bool
    troubles: tuple[Trouble | None, ...]

    def play(self, world: World) -> None:
        world.night(incremental=self.incremental, troubles=self.troubles)


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes, and whoever is due is settled."""

    hours: int

    def play(self, world: World) -> None:
        world.scene.pass_(timedelta(hours=self.hours).total_seconds())
        world.scene.offer()


type Step = Post | Depart | Deed | Sleep | Wait

WILL = ("unsubscribe", "unsubscribe", "complain", "bounce", "confirm", "confirm", "archive", "unarchive", "delete")
HAND = ("rename", "surname", "claws", "tag", "untag", "untick", "speak", "move", "move", "add")
member = st.sampled_from(MEMBERS)
told = st.sampled_from((True, False, False))
posts = {
    "email": st.sampled_from((*EMAILS, EMAILS[0], EMAILS[0])),
    "says": st.sampled_from(("in", "in", "in", "in", "out", None)),
    "ago": st.sampled_from((0, 0, None, 1, 60, 600)),
    "names": st.tuples(*(st.sampled_from((f"{name}1", f"{name}2", "")) for name in ("First", "Last", "Plan"))),
    "tags": st.sampled_from(((), OURS[:1], ("clients", OURS[1]))),
    "groups": st.booleans(),
    "language": st.sampled_from(("", "fr", "en")),
    "cancelled": st.sampled_from((False,) * 7 + (True,)),
}
post = st.builds(Post, member, **posts)
same = st.sampled_from(MEMBERS).flatmap(
    lambda id_: st.builds(
        Post, st.just(id_), **posts | {"email": st.just(HOMES[id_]), "says": st.just("in"), "cancelled": st.just(False)}
    )
)
"""What leaves the member where they are."""
deed = st.builds(Deed, st.sampled_from(WILL), st.integers(0, 4), st.sampled_from(EMAILS), told)
touch = st.builds(Deed, st.sampled_from(HAND), st.integers(0, 4), st.sampled_from(EMAILS), told)
sleep = st.builds(Sleep, st.booleans(), st.lists(st.sampled_from((None, None, *Trouble)), max_size=4).map(tuple))
depart = st.builds(Depart, member, st.sampled_from((False, False, True)))
wait = st.builds(Wait, st.sampled_from((0, 1, 20)))
steps: st.SearchStrategy[Step] = st.one_of(
    post, same, same, deed, deed, touch, touch, touch, touch, sleep, depart, wait
)
stranger = st.builds(Deed, st.just("add"), st.just(0), st.sampled_from(EMAILS), st.just(True))
beginnings = st.tuples(
    st.lists(stranger, max_size=2), st.lists(same, min_size=1, max_size=3), st.lists(sleep, min_size=1, max_size=1)
).map(lambda parts: [step for part in parts for step in part])
histories = st.tuples(beginnings, st.lists(steps, min_size=2, max_size=12)).map(lambda parts: [*parts[0], *parts[1]])
policies = st.builds(
    Policy,
    on_leave=st.sampled_from(Departure),
    on_email_change=st.sampled_from(OnEmailChange),
    opt_in=st.sampled_from(OptIn),
    existing_contacts=st.sampled_from(ExistingContacts),
)
