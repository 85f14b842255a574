"""What upstream said in a history, searched anew for every question: who agreed, and who has which address."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from accord.domain.changes import Arrived, Erased, Left, Upserted
from accord.domain.connection import OnEmailChange, Policy
from accord.domain.consent import ConsentStatus
from accord.domain.values import BEGINNING, normalised


class Held(NamedTuple):
    """A member had an address from `since` on; `until` is None while they have it."""

    email: str
    since: datetime
    until: datetime | None


class Chosen(NamedTuple):
    """A member gave their contact another address in Mailchimp, as was known then; an empty one: the contact was not
    there after all. `followed`: it was found there."""

    at: datetime
    email: str
    followed: bool


@dataclass(slots=True)
class Upstream:
    """All changes in the order of their arrival."""

    policy: Policy
    changes: dict[str, list[Arrived]] = field(default_factory=lambda: defaultdict(list))
    chosen: dict[str, list[Chosen]] = field(default_factory=lambda: defaultdict(list))

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

    def asked_to_be_erased(self, member: str) -> datetime | None:
        return next((a.received_at for a in self.changes[member] if isinstance(a.change, Erased)), None)

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
        """The address that upstream says the member has, or the one that they chose since upstream named it."""
        named, own = None, None
        for happening in self._timeline(member):
            if isinstance(happening, Chosen):
                own = happening.email or None
            elif isinstance(happening.change, Upserted):
                said = happening.change.member.email
                email = normalised(said) if said else None
                own = own if email == named else None
                named = email
        return own or named

    def _timeline(self, member: str) -> list[Arrived | Chosen]:
        """The changes that counted and the addresses that the member chose, as they came; of one moment the changes
        first, since a worker finds out then."""
        changes: list[tuple[datetime, int, Arrived | Chosen]] = [(a.received_at, 0, a) for a in self.counted(member)]
        choices: list[tuple[datetime, int, Arrived | Chosen]] = [
            (choice.at, 1, choice) for choice in self.chosen[member]
        ]
        return [happening for _, _, happening in sorted([*changes, *choices], key=lambda each: each[:2])]

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

    def permits_anew(self, member: str, field_: str, than: datetime) -> bool:
        """Whether the member's no to a purpose became a yes after that moment."""
        posts = [(a.received_at, a.change) for a in self.counted(member)]
        said = [(at, post.member.fields.get(field_)) for at, post in posts if isinstance(post, Upserted)]
        clear = [(at, value) for at, value in said if value is not None]
        return any(before is False and now is True and at > than for (_, before), (at, now) in pairwise(clear))

    # --- who has, and had, an address -------------------------------------------------------------------------------

    def held(self, member: str) -> list[Held]:
        """Every time that the member had an address. Under `keep_old` the earlier ones stay theirs, save those that
        they chose and gave up: nothing was left behind there. Until a contact is found, it may be where it was."""
        spans: list[Held] = []
        had: dict[str, datetime] = {}
        earlier: list[str] = []
        named: str | None = None
        own: str | None = None
        found: str | None = None
        at, stays = BEGINNING, False
        for happening in self._timeline(member):
            if isinstance(happening, Chosen):
                before = {named, own, found}
                at, own = happening.at, happening.email or None
                found = own if own is None or happening.followed else found
                earlier = [email for email in earlier if email not in before - {named, own, found}]
            else:
                at, stays = happening.received_at, self._stays(happening)
                if isinstance(happening.change, Upserted):
                    said = happening.change.member.email
                    email = normalised(said) if said else None
                    own, found = (own, found) if email == named else (None, None)
                    named = email
            now = [email for email in dict.fromkeys((named, found, own)) if email is not None]
            earlier += [email for email in now if email not in earlier]
            if self.policy.on_email_change is OnEmailChange.KEEP_OLD:
                now = earlier
            for email in now:
                had.setdefault(email, at)
            over = [email for email in had if email not in now or not stays]
            spans += [Held(email, had.pop(email), at) for email in over]
        return [*spans, *self._late_opt_outs(member), *(Held(email, since, None) for email, since in had.items())]

    def _late_opt_outs(self, member: str) -> list[Held]:
        """An opt-out that came too late to be the newest change still says whose address it was."""
        counted, late = self.counted(member), []
        for arrived in self.changes[member]:
            if isinstance(arrived.change, Erased):
                break
            said = arrived.change.member if isinstance(arrived.change, Upserted) else None
            consent = said.consent if said is not None and arrived not in counted else None
            if said is not None and said.email and consent is not None and consent.status is ConsentStatus.OPTED_OUT:
                late.append(Held(normalised(said.email), arrived.received_at, arrived.received_at))
        return late

    def holders(self, email: str) -> list[str]:
        """Those who have the address now."""
        return [m for m in self.changes if any(h.email == email and h.until is None for h in self.held(m))]

    def former_holders(self, email: str) -> list[str]:
        """Those who had the address and have it no more."""
        return [m for m in self.changes if m not in self.holders(email) and email in {h.email for h in self.held(m)}]


def after(moment: datetime | None, than: datetime | None) -> bool:
    """Whether the moment is there and later."""
    return moment is not None and (than is None or moment > than)


def _order(arrived: Arrived) -> tuple[datetime, datetime]:
    return arrived.change.occurred_at or arrived.received_at, arrived.received_at
