"""A reading of the whole audience, page by page: where each page lies, what it showed, and what they come to."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from accord.domain.address import Address
from accord.domain.contact import Contact
from accord.domain.drift import drift
from accord.domain.plan import PlanSum
from accord.domain.values import Moment, Value

A_PAGE = 1000
"""Contacts in one page: the most that Mailchimp gives (FACTS section 1.3)."""
OVERLAP = timedelta(minutes=10)
"""By how much the readings of two nights overlap."""


FEW = 50
"""Turns that a run of many pages is read in, as far as a turn takes them: each turn of the state machine leaves some
seven events in the history of its execution, which holds 25,000, of all connections of a night."""
A_TURN = 20
"""Pages in one turn at most: what one invocation reads when Mailchimp is slow."""


class Found(StrEnum):
    """What a reconciliation counts: contacts, unless it says otherwise."""

    READ = "contacts"
    NOT_OURS = "not_ours"
    """Neither made nor adopted by Accord: left alone."""
    ADOPTABLE = "adoptable"
    """Of these: who can be taken over."""
    NEW = "new_to_us"
    """Of which the ledger knew nothing yet."""
    MISSED = "missed"
    """Somebody's word, or the staff's doing, that no webhook had told."""
    FIELDS = "fields_changed"
    TAGS = "tags_removed"
    GROUPS = "groups_left"
    LANGUAGE = "language_changed"
    PERMISSIONS = "permissions_changed"
    """These are the person's own, and stay."""
    GONE = "gone"
    """Known, and in no page: each was looked for by its id."""
    RECOUNTED = "counts_corrected"
    """By how many members the totals by status were wrong."""
    HEARD = "heard"
    """Events that webhooks told since the last time."""
    WEBHOOK = "webhook_registered"
    """Whether the webhook was made anew, since it had told nothing of what was found."""
    CALLS = "calls"
    """Calls to Mailchimp."""


class PagePlace(Value):
    """One page of the contacts in the audience, or of those that are archived there; with `since` only of those that
    changed then or later."""

    archived: bool = False
    offset: int = 0
    since: Moment | None = None
    pages: int = 1
    """How many: this one, and those before it."""
    former: str = ""
    """The audience that it is of, where that is not the connection's own: one that it was joined to before."""

    @property
    def id(self) -> str:
        """Its name within its run; sorts as the pages lie."""
        of_former = f"former-{self.former}-" if self.former else ""
        return f"{of_former}{'archived' if self.archived else 'live'}-{self.offset:09d}"

    def following(self, total: int) -> Iterator["PagePlace"]:
        """The other pages, where this is the first of `total` contacts: the last one first. Who changes meanwhile moves
        to the end, and everybody behind moves up: read backwards, they are met twice rather than never."""
        for offset in reversed(range(A_PAGE, total, A_PAGE)):
            yield self.model_copy(update={"offset": offset})

    def singly(self) -> Iterator["PagePlace"]:
        """Each of its pages, the last one first."""
        for number in range(self.pages):
            yield self.model_copy(update={"offset": self.offset - number * A_PAGE, "pages": 1})


def in_turns(places: Sequence[PagePlace]) -> list[PagePlace]:
    """The same pages in fewer places, where they are many: page after page of one kind in one turn."""
    most = min(A_TURN, -(-len(places) // FEW))
    turns: list[PagePlace] = []
    for place in places:
        last = turns[-1] if turns else None
        follows = last is not None and place == last.model_copy(
            update={"offset": last.offset - last.pages * A_PAGE, "pages": 1}
        )
        if last is not None and follows and last.pages < most:
            turns[-1] = last.model_copy(update={"pages": last.pages + 1})
        else:
            turns.append(place)
    return turns


class PageRead(Value):
    """What came of a page. `total`: contacts on all pages of its kind, as Mailchimp said with it. `keys`: those of the
    addresses that it showed, where it is to be known later who was in no page."""

    place: PagePlace
    total: int
    counts: dict[Found, int]
    keys: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    """Those of the addresses that a worker had in hand, and whose contact showed what was not known yet."""
    held: tuple[str, ...] = ()
    """Those of which something was seen that nobody is told before the caps were looked at (caps.py)."""
    would: PlanSum = PlanSum()
    """What those come to."""
    unread: bool = False
    """Whether the audience is none that can be read: one before that is gone, or another account's."""

    @property
    def figures(self) -> "PageRead":
        """Without what names contacts: all pages of a run fit into memory so."""
        return self.model_copy(update={"keys": (), "held": ()})


def found_at(before: Address, after: Address, contact: Contact) -> Counter[Found]:
    """What a contact that was seen otherwise than before counts for."""
    drifted = drift(before, contact)
    return +Counter(
        {
            Found.NEW: int(before.revision == 0),
            Found.MISSED: int(before.revision > 0 and (before.seen, before.facts) != (after.seen, after.facts)),
            Found.FIELDS: int(bool(drifted.fields)),
            Found.TAGS: int(bool(drifted.tags)),
            Found.GROUPS: int(bool(drifted.interests)),
            Found.LANGUAGE: int(drifted.language),
            Found.PERMISSIONS: int(bool(drifted.permissions)),
        }
    )


def summed(pages: Iterable[PageRead]) -> Counter[Found]:
    """The counts of all pages."""
    total: Counter[Found] = Counter()
    for page in pages:
        total.update(page.counts)
    return total


def least_calls(pages: Iterable[PageRead]) -> int:
    """How many pages hold as many contacts as there are: less can not be read."""
    firsts = {(p.place.former, p.place.archived): p.total for p in pages if p.place.offset == 0}
    return sum(max(-(-total // A_PAGE), 1) for total in firsts.values())


def overlapping(since: datetime) -> datetime:
    """From when on changes are read where the last reading began then: clocks differ, and times have whole seconds."""
    return since - OVERLAP
