"""What the promises allow, read off the bare log of a history: who said what, what was done, what was seen.

It is written from the words of the design alone and looks at no record and no address of Accord's. Where the code
keeps a memory, this searches the whole log again.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from accord.domain.actions import Active, Archive, Create, Erase, Look, Lower, Move, Reconfirm, Tag, Unsubscribe, Update
from accord.domain.consent import ConsentStatus
from accord.domain.contact import Contact, ContactPatch, ContactStatus
from accord.errors import Refusal
from tests.unit.promises_upstream import Upstream, after

type Happening = Literal[
    "unsubscribed", "complained", "forgotten", "bounced", "archived_by_staff", "confirmed", "erased"
]

OPT_OUTS_IN_MAILCHIMP: tuple[Happening, ...] = ("unsubscribed", "complained", "forgotten")


class Seen(NamedTuple):
    """Something that happened at an address in Mailchimp, not by Accord, as far as anybody could see."""

    what: Happening
    at: datetime


@dataclass(slots=True)
class Chronicle(Upstream):
    """The log of one history, and the naive answers that it gives."""

    happened: dict[str, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    shown: dict[str, ContactStatus | None] = field(default_factory=dict)
    """The status in which Mailchimp last showed the contact, or in which Accord certainly left it."""
    unclear: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """What was sent and never answered, by address, since the contact was last seen."""
    asked: set[tuple[str, datetime]] = field(default_factory=set)
    cared_for: set[str] = field(default_factory=set)
    """The addresses whose contact Accord created, adopted or moved."""
    written_to: set[str] = field(default_factory=set)
    """The addresses whose contact may have been written to, under a promise that is checked as it happens."""
    approved: set[datetime] = field(default_factory=set)
    """When reconfirmations were approved."""
    reconfirmed: set[tuple[str, datetime]] = field(default_factory=set)
    """Who was asked in one, by its approval, whatever Accord heard of it."""
    lowering: dict[str, datetime] = field(default_factory=dict)
    """Where a reconfirmation may have lowered a contact."""
    lowered: dict[str, datetime] = field(default_factory=dict)
    """Where it is known to have done so."""
    own_tags: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    # --- what is seen -----------------------------------------------------------------------------------------------

    def sees(self, email: str, contact: Contact | None, at: datetime) -> None:
        """Somebody looked at the contact: what is new since the last look?"""
        before = self.shown.get(email)
        unclear, self.unclear[email] = self.unclear[email], set()
        status = contact.status if contact else None
        when = (contact.last_changed if contact else None) or at
        known = before is not None or bool(self._all(email, "forgotten", "erased"))
        self.shown[email] = status
        if status is ContactStatus.PENDING and "Lower" in unclear:
            self.lowered[email] = self.lowering[email]
        if status is not ContactStatus.ARCHIVED and contact is not None:
            self.lift_archiving(email)
        if contact is not None and before is None and unclear & {"Create", "Move"}:
            self.cared_for.add(email)
        if status is before:
            return
        happenings: list[Seen] = []
        match status:
            case ContactStatus.SUBSCRIBED if known and not unclear:
                happenings.append(Seen("confirmed", when))
            case ContactStatus.UNSUBSCRIBED if "Unsubscribe" not in unclear or (contact and contact.complained):
                happenings.append(Seen("unsubscribed", when))
            case ContactStatus.CLEANED:
                happenings.append(Seen("bounced", when))
            case ContactStatus.ARCHIVED if "Archive" not in unclear:
                happenings.append(Seen("archived_by_staff", when))
            case None if "Move" in unclear:
                self.cared_for.discard(email)
            case None if "Erase" in unclear:
                happenings.append(Seen("erased", at))
            case None:
                happenings.append(Seen("forgotten", at))
            case _:
                pass
        if contact is not None and contact.complained and status is ContactStatus.UNSUBSCRIBED:
            happenings.append(Seen("complained", when))
        self.happened[email] += happenings

    def did(self, action: Active, email: str, to: str | None, answer: Contact | None, at: datetime) -> None:
        """Accord did something, and Mailchimp answered."""
        status = answer.status if answer else None
        match action:
            case Look():
                self.sees(email, answer, at)
            case Create(contact=contact):
                self._certain(email, contact.status)
                self.cared_for.add(email)
            case Update(patch=patch) | Reconfirm(patch=patch) if patch.status is not None:
                self._certain(email, status)
                self.lift_archiving(email)
                self.cared_for.add(email)
            case Lower(approved_at=approved_at):
                self._certain(email, status)
                self.lowering[email] = self.lowered[email] = approved_at
            case Update(patch=patch):
                if patch != ContactPatch():
                    self.sees(email, answer, at)
                self.cared_for.add(email)
            case Move() if to is not None:
                self._certain(email, None)
                self._certain(to, status)
                self.happened[to] += [Seen("archived_by_staff", at)] if status is ContactStatus.ARCHIVED else []
                self.cared_for = self.cared_for - {email} | {to}
                self.own_tags[to] |= self.own_tags.pop(email, set())
                self._takes_question(email, to)
            case Tag(change=change):
                self.own_tags[email] -= set(change.remove)
            case Archive():
                self._certain(email, ContactStatus.ARCHIVED)
            case Unsubscribe():
                self._certain(email, status)
            case Erase():
                self._certain(email, None)
                self.cared_for.discard(email)
                self.happened[email].append(Seen("erased", at))

    def follows(self, email: str, to: str, contact: Contact, at: datetime) -> None:
        """The contact was found where its person took it; what was thought of it at the old address was of this."""
        kinds = {"archived_by_staff"} | ({"forgotten"} if self.shown.get(email) is None else set())
        self.happened[email] = [seen for seen in self.happened[email] if seen.what not in kinds]
        self._certain(email, None)
        self.sees(to, contact, at)
        if email in self.cared_for:
            self.cared_for = self.cared_for - {email} | {to}
        self.own_tags[to] |= self.own_tags.pop(email, set())
        self._takes_question(email, to)

    def _takes_question(self, email: str, to: str) -> None:
        for places in (self.lowering, self.lowered):
            if email in places:
                places[to] = places[email]

    def attempted(self, action: Active, email: str, to: str | None) -> None:
        """Accord did something and will perhaps never know whether it took effect."""
        if isinstance(action, Lower):
            self.lowering[email] = action.approved_at
        for place in (email, to):
            if place is not None:
                self.unclear[place].add(type(action).__name__)
        if to is not None:  # a contact that did move took its tags along
            self.own_tags[to] |= self.own_tags[email]

    def noted(self, action: Active, email: str) -> None:
        """What holds whether or not the call took effect: a consenting member's contact was found, and is adopted; it
        may have been tagged."""
        if isinstance(action, Update | Reconfirm):
            self.written_to.add(email)
            self.cared_for.add(email)
        if isinstance(action, Tag):
            self.own_tags[email] |= set(action.change.add)

    def was_refused(self, email: str, refusal: Refusal, at: datetime) -> None:
        """Mailchimp's refusal tells of an opt-out, or of a permanent deletion, of which nothing else is known."""
        if refusal is Refusal.COMPLIANCE:
            self.happened[email].append(Seen("unsubscribed", at))
        if refusal is Refusal.FORGOTTEN:
            self.happened[email].append(Seen("forgotten", at))
            self.shown[email] = None

    def _certain(self, email: str, status: ContactStatus | None) -> None:
        self.shown[email] = status
        self.unclear[email] = set()

    def lift_archiving(self, email: str) -> None:
        """The contact is back in the audience, whoever brought it."""
        self.happened[email] = [seen for seen in self.happened[email] if seen.what != "archived_by_staff"]

    def _all(self, email: str, *kinds: Happening) -> list[datetime]:
        return [seen.at for seen in self.happened[email] if seen.what in kinds]

    # --- the table --------------------------------------------------------------------------------------------------

    def forbids(self, member: str, email: str, status: ContactStatus) -> list[str]:
        """Why this status must not be sent to this address for this member; nothing where it may."""
        others = [m for m in self.holders(email) if m != member]
        opt_in = self.opted_in(member)
        seen = [] if others else self._all(email, "confirmed")
        effective = max([*([opt_in] if opt_in else []), *seen], default=None)
        if effective is None:
            return ["promise 1: nobody ever opted in"]
        why = [f"promise 2: {member} opted out" for out in [self.opted_out(member)] if out and not effective > out]
        why += [f"promise 6: {other}, who has the address, opted out" for other in others if self.stands_out(other)]
        for other in self.former_holders(email):
            out = self.opted_out(other)
            newer = [effective, *(at for m in others if (at := self.opted_in(m)))]
            if other != member and self.stands_out(other) and out is not None and not min(newer) > out:
                why.append(f"promise 2: {other}, who had the address, opted out later")
        why += ["promise 1: erased since" for at in self._all(email, "erased") if not effective > at]
        since = max(
            (held.since for held in self.held(member) if (held.email, held.until) == (email, None)), default=None
        )
        for other in self.former_holders(email):  # asked for, and carried out or not: a worker may be late
            asked = self.asked_to_be_erased(other)
            if asked is not None and (since is None or since >= asked) and not effective > asked:
                why.append(f"promise 1: {other}, who had the address, asked to be erased before {member} came")
        must_ask = False
        for place, what, at in self.against(member, email):
            fresh = all(after(self.opted_in(m), at) for m in (member, *others))
            if what in ("complained", "forgotten") or not fresh:
                why.append(f"promise {1 if place == email else 3}: {what} at {place}")
            must_ask = True
        for at in self._all(email, "bounced"):
            if not any(confirmed > at for confirmed in self._all(email, "confirmed")):
                must_ask = True
                why += [] if after(opt_in, at) else ["promise 1: the address bounced"]
        must_ask = must_ask or bool(self.unanswered(member, email, self.lowered))
        back = max(self.returned(member), default=None)
        for place in {email, *(h.email for h in self.held(member))}:
            for at in self._all(place, "archived_by_staff"):
                why += [] if after(back, at) and after(opt_in, at) else [f"promise 1: staff archived {place}"]
        if must_ask and status is not ContactStatus.PENDING:
            why.append("promise 1: the person must be asked")
        if must_ask and opt_in is not None and (email, opt_in) in self.asked:
            why.append("promise 1: the person was asked for this opt-in")
        reasons = self.declined_by_others(member, email) or self.unanswered(member, email, self.lowering)
        may_ask = status is ContactStatus.PENDING and reasons
        if not must_ask and status is not self.policy.first_status and not may_ask:
            why.append("promise 1: not the connection's first status")
        return why

    def unanswered(self, member: str, email: str, lowered: dict[str, datetime]) -> list[str]:
        """The member's other addresses where a reconfirmation asked, and nobody has answered."""
        answers = [*self._all(email, "confirmed"), *self.said(member, ConsentStatus.OPTED_IN)]
        return [
            place
            for place in {held.email for held in self.held(member)} - {email}
            if self.shown.get(place) is ContactStatus.PENDING
            and place in lowered
            and self._was_mine(member, place, lowered[place])
            and not any(at > lowered[place] for at in answers)
            and not any(at > lowered[place] for at in self._all(place, "confirmed", "unsubscribed", "bounced"))
        ]

    def must_ask(self, member: str, email: str) -> bool:
        """Whether at most one `pending` may be sent."""
        confirmed = self._all(email, "confirmed")
        bounced = [at for at in self._all(email, "bounced") if not any(c > at for c in confirmed)]
        return bool(bounced or self.against(member, email))

    def declined_by_others(self, member: str, email: str) -> list[datetime]:
        """The opt-outs that others who have, or had, the address made in Mailchimp at their other addresses."""
        others = {*self.holders(email), *self.former_holders(email)} - {member}
        return [at for other in others for place, _, at in self.against(other, email) if place != email]

    def against(self, member: str, email: str) -> list[tuple[str, Happening, datetime]]:
        """The opt-outs in Mailchimp that stand against mailing this member at this address."""
        found: list[tuple[str, Happening, datetime]] = []
        for place in {email, *(h.email for h in self.held(member))}:
            for what, at in self.happened[place]:
                if what not in OPT_OUTS_IN_MAILCHIMP or not (place == email or self._was_mine(member, place, at)):
                    continue
                answers = [
                    c for c in self._all(place, "confirmed") if place == email or self._was_mine(member, place, c)
                ]
                if self.holders(email) in ([], [member]):
                    answers += self._all(email, "confirmed")
                if not any(answer > at for answer in answers):
                    found.append((place, what, at))
        return found

    def _was_mine(self, member: str, place: str, at: datetime) -> bool:
        """Whether what happened there was this member's doing: theirs then, or nobody else's since."""
        spans = [held for held in self.held(member) if held.email == place]
        theirs = any(held.until is None or at <= held.until for held in spans)
        others = [m for m in self.changes if m != member and place in {h.email for h in self.held(m)}]
        return theirs or not others
