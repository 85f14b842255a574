"""One member in the hands of a worker: the record, the addresses as they are now, and as they were before a claim."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from accord.domain import batching, claiming
from accord.domain.actions import Active
from accord.domain.address import Address
from accord.domain.before_image import BeforeImage
from accord.domain.case import Case
from accord.domain.connection import Policy, Reconfirmation
from accord.domain.contact import Contact
from accord.domain.payload import InvalidField, Payload
from accord.domain.record import Record
from accord.ports import Claim


@dataclass(frozen=True, slots=True)
class MemberWork:
    """A step of the work on one member; every step makes a new one."""

    record: Record
    addresses: Mapping[str, Address]
    contact: Contact | None = None
    """The contact at the current address, when it was read since the last write."""
    digest: str | None = None
    """Of the payload that the action under way sends."""
    token: str | None = None
    done: tuple[Active, ...] = ()
    """The actions that took effect under this claim."""
    must_look: str | None = None
    """An address whose contact was not as thought: read before the next decision."""
    looked: frozenset[str] = frozenset()
    """Addresses read for that cause: a refusal that the reading does not explain stands."""
    image: BeforeImage | None = None
    """The last one that was kept of what was there before a write to this member's contacts."""
    before: Mapping[str, Address] = field(default_factory=dict)
    """The claimed addresses, as they were before the claim."""

    def case(
        self, payload: Payload | InvalidField | None, policy: Policy, reconfirmation: Reconfirmation | None = None
    ) -> Case:
        """What the decision looks at."""
        held = tuple(self.addresses[held.key] for held in self.record.addresses)
        return Case(self.record, held, payload, policy, self.contact, reconfirmation)

    def busy_until(self, now: datetime) -> datetime | None:
        """When the last attempt of somebody else on these addresses ends, or None where none is open."""
        return max(
            (a.attempt.until for a in self.addresses.values() if a.attempt and a.attempt.until > now), default=None
        )

    def resting(self, at: datetime) -> tuple[Address, ...]:
        """The addresses that are claimed for a batch alone."""
        return tuple(address for address in self.addresses.values() if batching.rests(address, at))

    def overtaking(self, at: datetime) -> Self:
        """The work as who overtakes the batches that its addresses are in sees it."""
        return self.with_addresses(*(batching.as_overtaken(address, at) for address in self.resting(at)))

    def claim(
        self,
        action: Active,
        token: str,
        span: tuple[datetime, datetime],
        digest: str | None,
        *,
        in_batch: bool = False,
    ) -> tuple[Self, list[Claim]]:
        """The work with its addresses claimed for the action, and the claims to store."""
        before = {key: self.addresses[key] for key in claiming.keys_of(action)}
        old = self.addresses[action.key]
        taken = [claiming.claimed(address, action, token, span, old, in_batch=in_batch) for address in before.values()]
        claims = [Claim(address, before[address.key].revision) for address in taken]
        claimed = self.with_addresses(*(a.model_copy(update={"revision": a.revision + 1}) for a in taken))
        return replace(claimed, token=token, before=before, digest=digest), claims

    def with_addresses(self, *changed: Address) -> Self:
        """The work with some addresses as they are now."""
        return replace(self, addresses={**self.addresses, **{address.key: address for address in changed}})

    def back_in_batch(self, at: datetime) -> Self:
        """The work after an action that began then, with the claims of batches that it overtook."""
        kept = (batching.back_in_batch(a, self.addresses[k], self.token or "", at) for k, a in self.before.items())
        return self.with_addresses(*kept)

    def answered(self, at: datetime) -> Self:
        """The work whose call was answered by then: what it saw or did is not told by a page that was asked for before,
        even where the call began earlier."""
        news = (a for a in self.claimed_addresses if a.seen_at is not None and a.seen_at != self.before[a.key].seen_at)
        return self.with_addresses(*(address.model_copy(update={"seen_at": at}) for address in news))

    def looking_at(self, key: str) -> Self:
        """The work that must read the contact at an address first."""
        return replace(self, must_look=key, looked=self.looked | {key})

    def unclaimed(self) -> Self:
        """The claimed addresses after a call that certainly had no effect."""
        return self.with_addresses(
            *(claiming.released(self.addresses[key], address) for key, address in self.before.items())
        )

    def unresolved(self, until: datetime | None) -> Self:
        """The claimed addresses after a call whose effect is unknown; None leaves the attempt until its end."""
        if until is None:
            return self
        return self.with_addresses(*(claiming.unresolved(self.addresses[key], until) for key in self.before))

    @property
    def unread(self) -> set[str]:
        """The addresses that turned out to be the member's and are not here yet."""
        return {held.key for held in self.record.addresses} - self.addresses.keys()

    @property
    def has_news(self) -> bool:
        """Whether something concerns the others who hold the member's addresses: it was seen at a claimed one, or the
        member turned out to hold other ones."""
        if self.record.holders_changed:
            return True
        shared = (key for key in self.before if self.addresses[key].held_with_others(self.record.who))
        return any(self.addresses[key].facts != self.before[key].facts for key in shared)

    @property
    def claimed_addresses(self) -> tuple[Address, ...]:
        """The addresses to store with the outcome of the attempt."""
        return tuple(self.addresses[key] for key in self.before)

    def stored(self, record: Record) -> Self:
        """The work after its outcome was stored: the claim is gone, revisions have grown."""
        settled = self.with_addresses(
            *(a.model_copy(update={"revision": a.revision + 1}) for a in self.claimed_addresses)
        )
        return replace(settled, record=record.stored, token=None, before={}, digest=None, done=())
