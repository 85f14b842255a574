"""The whole audience -> ledger: what Mailchimp shows of every address, before a connection writes to it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from accord.domain.address import Address
from accord.domain.connection import Policy
from accord.domain.contact import Contact
from accord.domain.drift import compared
from accord.domain.folding import KeyOf
from accord.domain.observation import is_anothers, tells_something
from accord.errors import Retryable
from accord.ports import Audience, Claim, Clock, Ledger

TURNS = 5
"""How often an address is read again after another worker was faster."""


@dataclass(frozen=True, slots=True)
class AudienceRead:
    """What the reading came to. A contact that changed meanwhile may have been read twice."""

    read: int
    """Contacts that Mailchimp showed."""
    remembered: int
    """Addresses of which the ledger did not know this yet."""


@dataclass(frozen=True, slots=True)
class ReadAudience:
    """Reads page by page and holds one page in memory, whatever the size of the audience.

    Doing it again, or going on after an error by starting again, writes only what is new.
    """

    ledger: Ledger
    audience: Audience
    clock: Clock
    key_of: KeyOf
    policy: Policy
    connection_id: str = ""
    """Whose policy that is: contacts of other connections' members in the same audience are left for their own."""
    tells: bool = True
    """Whether holders are to be told of what is seen: not before an approval, which decides everybody anew."""
    on_shown: Callable[[Collection[str]], None] = lambda keys: None
    """Told the keys of each page's addresses."""
    on_passed_over: Callable[[str], None] = lambda key: None
    """Told the key of an address of which nothing is remembered, though the contact shows what is not known: another
    one is known there, which is to be looked for first, or a worker has the address in hand."""
    on_change: Callable[[Address, Address], None] = lambda before, after: None
    """Told what is newly remembered, before and after."""

    def __call__(self, audience_id: str, on_page: Callable[[int], None] = lambda contacts: None) -> AudienceRead:
        """`on_page` is told after each page how many contacts were read so far."""
        read = remembered = 0
        # Those in the audience first: who is archived meanwhile is then seen among the archived. Who comes back
        # meanwhile may be missed, and Mailchimp says so when it is asked to create what exists.
        for archived in (False, True):
            pages = self.audience.contacts(archived=archived)
            while True:
                asked_at = self.clock.now()
                page = next(pages, None)
                if page is None:
                    break
                remembered += self.remember(audience_id, page, asked_at)
                read += len(page)
                on_page(read)
        return AudienceRead(read, remembered)

    def remember(self, audience_id: str, page: list[Contact], at: datetime) -> int:
        """How many addresses of a page, asked for at that moment, were stored."""
        waiting = {self.key_of(contact.email): contact for contact in page}
        self.on_shown(waiting.keys())
        stored = 0
        for _ in range(TURNS):
            known = self.ledger.addresses(audience_id, waiting)
            claims = [
                Claim(observed, expected_revision=known[key].revision)
                for key, observed in self._observed(known, waiting, at).items()
            ]
            # Without an attempt, a claim is a write on the revision that was read: nobody else's work is overwritten.
            lost = self.ledger.claim(audience_id, claims) if claims else set[str]()
            stored += len(claims) - len(lost)
            for claim in claims:
                if claim.address.key not in lost:
                    self.on_change(known[claim.address.key], claim.address)
            waiting = {key: waiting[key] for key in lost}
            if not waiting:
                return stored
        raise Retryable("other workers kept changing the same addresses", effect_unknown=False)

    def _observed(
        self, known: Mapping[str, Address], contacts: Mapping[str, Contact], at: datetime
    ) -> dict[str, Address]:
        """The addresses of which something new was seen. One that a worker has in hand, or has seen since, is left."""
        found = {}
        for key, contact in contacts.items():
            address = known[key]
            in_hand = address.attempt is not None and address.attempt.until > at
            if address.seen_at is not None and address.seen_at >= at:
                continue
            if in_hand or is_anothers(address, contact):
                if not in_hand or tells_something(address, contact):
                    self.on_passed_over(key)
                continue
            observed = compared(address, contact, at, self.policy, self.connection_id)
            if not self.tells:
                observed = observed.model_copy(update={"untold": False})
            if observed.untold or observed.model_copy(update={"seen_at": address.seen_at}) != address:
                found[key] = observed
        return found
