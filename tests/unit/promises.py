"""What the promises allow, read off the bare log of a history: who said what, what was done, what was seen.

It is written from the words of the design alone and looks at no record and no address of Accord's. Where the code
keeps a memory, this searches the whole log again.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Literal, NamedTuple

from accord.domain.actions import Active, Archive, Create, Erase, Look, Move, Reconfirm, Tag, Unsubscribe, Update
from accord.domain.changes import Arrived, Erased, Left, Upserted
from accord.domain.connection import OnEmailChange, Policy
from accord.domain.consent import ConsentStatus
from accord.domain.contact import Contact, ContactPatch, ContactStatus
from accord.domain.values import BEGINNING, normalised
from accord.errors import Refusal

type Happening = Literal[
    "unsubscribed", "complained", "forgotten", "bounced", "archived_by_staff", "confirmed", "erased"
]

OPT_OUTS_IN_MAILCHIMP: tuple[Happening, ...] = ("unsubscribed", "complained", "forgotten")


class Seen(NamedTuple):
    """Something that happened at an address in Mailchimp, not by Accord, as far as anybody could see."""

    what: Happening
    at: datetime


class Held(NamedTuple):
    """A member had an address from `since` on; `until` is None while they have it."""

    email: str
    since: datetime
    until: datetime | None


@dataclass(slots=True)
class Chronicle:
    """The log of one history, and the naive answers that it gives."""

    policy: Policy
    changes: dict[str, list[Arrived]] = field(default_factory=lambda: defaultdict(list))
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
            case ContactStatus.UNSUBSCRIBED:
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
            case Update(patch=patch):
                if patch != ContactPatch():
                    self.sees(email, answer, at)
                self.cared_for.add(email)
            case Move() if to is not None:
                self._certain(email, None)
                self._certain(to, status)
                self.cared_for = self.cared_for - {email} | {to}
                self.own_tags[to] |= self.own_tags.pop(email, set())
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

    def attempted(self, action: Active, email: str, to: str | None) -> None:
        """Accord did something and will perhaps never know whether it took effect."""
        for place in (email, to):
            if place is not None:
                self.unclear[place].add(type(action).__name__)

    def noted(self, action: Active, email: str) -> None:
        """What holds whether or not the call took effect: the person may have been asked, the contact tagged."""
        if isinstance(action, Create | Reconfirm) and action.asks_for is not None:
            self.asked.add((email, action.asks_for))
        if isinstance(action, Update | Reconfirm):
            self.written_to.add(email)
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

    # --- what upstream said -----------------------------------------------------------------------------------------

    def counted(self, member: str) -> list[Arrived]:
        """The changes that were the newest when they came, until an erasure."""
        newest: list[Arrived] = []
        for arrived in self.changes[member]:
            if isinstance(arrived.change, Erased):
                return [*newest, arrived]
            if not newest or _order(arrived) > _order(newest[-1]):
                newest.append(arrived)
        return newest

    def erased(self, member: str) -> bool:
        return any(isinstance(arrived.change, Erased) for arrived in self.changes[member])

    def departed(self, member: str) -> bool:
        """Left, erased, or cancelled where the policy archives then."""
        changes = self.counted(member)
        return not changes or not self._stays(changes[-1])

    def _stays(self, arrived: Arrived) -> bool:
        change = arrived.change
        return isinstance(change, Upserted) and not (
            change.member.state == "cancelled" and self.policy.on_cancel == "archive"
        )

    def email(self, member: str) -> str | None:
        """The address that upstream says the member has."""
        profiles = [a.change.member for a in self.counted(member) if isinstance(a.change, Upserted)]
        return normalised(profiles[-1].email) if profiles and profiles[-1].email else None

    def returned(self, member: str) -> list[datetime]:
        changes = self.counted(member)
        steps = pairwise(changes)
        return [b.received_at for a, b in steps if isinstance(a.change, Left) and isinstance(b.change, Upserted)]

    def said(self, member: str, status: ConsentStatus) -> list[datetime]:
        """When the member opted in, or out, by every statement that ever arrived."""
        moments: list[datetime] = []
        for arrived in self.changes[member]:
            if isinstance(arrived.change, Erased):
                break
            consent = arrived.change.member.consent if isinstance(arrived.change, Upserted) else None
            if consent is not None and consent.status is status:
                timeless = BEGINNING if status is ConsentStatus.OPTED_IN else arrived.change.occurred_at
                moments.append(consent.at or timeless or arrived.received_at)
        return moments

    def opted_in(self, member: str) -> datetime | None:
        return max(self.said(member, ConsentStatus.OPTED_IN), default=None)

    def opted_out(self, member: str) -> datetime | None:
        return max(self.said(member, ConsentStatus.OPTED_OUT), default=None)

    def stands_out(self, member: str) -> bool:
        out = self.opted_out(member)
        return out is not None and not after(self.opted_in(member), out)

    def agrees(self, member: str) -> bool:
        return self.opted_in(member) is not None and not self.stands_out(member)

    # --- who has, and had, an address -------------------------------------------------------------------------------

    def held(self, member: str) -> list[Held]:
        """Every time that the member had an address. Under `keep_old` the earlier ones stay theirs."""
        spans: list[Held] = []
        had: dict[str, datetime] = {}
        earlier: list[str] = []
        for arrived in self.counted(member):
            now: list[str] = []
            if isinstance(arrived.change, Upserted) and arrived.change.member.email:
                email = normalised(arrived.change.member.email)
                earlier += [email] if email not in earlier else []
                now = [email]
            if self.policy.on_email_change is OnEmailChange.KEEP_OLD:
                now = earlier
            for email in now:
                had.setdefault(email, arrived.received_at)
            over = [email for email in had if email not in now or not self._stays(arrived)]
            spans += [Held(email, had.pop(email), arrived.received_at) for email in over]
        return spans + [Held(email, since, None) for email, since in had.items()]

    def holders(self, email: str) -> list[str]:
        """Those who have the address now."""
        return [m for m in self.changes if any(h.email == email and h.until is None for h in self.held(m))]

    def former_holders(self, email: str) -> list[str]:
        """Those who had the address and have it no more."""
        return [m for m in self.changes if m not in self.holders(email) and email in {h.email for h in self.held(m)}]

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
        back = max(self.returned(member), default=None)
        for place in {email, *(h.email for h in self.held(member))}:
            for at in self._all(place, "archived_by_staff"):
                why += [] if after(back, at) and after(opt_in, at) else [f"promise 1: staff archived {place}"]
        if must_ask and status is not ContactStatus.PENDING:
            why.append("promise 1: the person must be asked")
        if must_ask and opt_in is not None and (email, opt_in) in self.asked:
            why.append("promise 1: the person was asked for this opt-in")
        if not must_ask and status is not self.policy.first_status:
            why.append("promise 1: not the connection's first status")
        return why

    def must_ask(self, member: str, email: str) -> bool:
        """Whether at most one `pending` may be sent."""
        confirmed = self._all(email, "confirmed")
        bounced = [at for at in self._all(email, "bounced") if not any(c > at for c in confirmed)]
        return bool(bounced or self.against(member, email))

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


def after(moment: datetime | None, than: datetime | None) -> bool:
    """Whether the moment is there and later."""
    return moment is not None and (than is None or moment > than)


def _order(arrived: Arrived) -> tuple[datetime, datetime]:
    return arrived.change.occurred_at or arrived.received_at, arrived.received_at
