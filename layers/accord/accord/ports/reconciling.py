"""What the reconciliation asks of the world, beside `ports`: an audience by pages, and what its pages showed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from accord.domain.contact import Contact
from accord.domain.run import Run
from accord.domain.sweep import PagePlace, PageRead


class ListedContact(NamedTuple):
    """One contact of a page, as far as each is looked at; the whole of it is for those whose mark is news."""

    email: str
    mark: str
    """`Contact.mark` of the whole."""
    whole: Callable[[], Contact]
    """Raises Retryable where it can not be read."""


@dataclass(frozen=True, slots=True)
class ListedPage:
    """One page of an audience, and how many contacts there are on all pages of its kind."""

    contacts: list[ListedContact]
    total: int


class AudienceListing(Protocol):
    """An audience by pages, which may be read in any order, several at a time."""

    def page(self, place: PagePlace) -> ListedPage:
        """In the order of their last change, in one call. Contacts without an address are left out."""


class Sweeps(Protocol):
    """What the pages of a run showed, kept in the ledger for a week."""

    def save(self, run: Run, page: PageRead) -> None:
        """Once: a page that is there stays as it is. The progress of the run grows by its contacts."""

    def page(self, run: Run, place: PagePlace) -> PageRead | None:
        """None where it was not read yet."""

    def pages(self, run: Run) -> Iterator[PageRead]:
        """All that were read, one after the other."""


class Recounts(Protocol):
    """The totals by status, which follow each change and may lose one."""

    def recount(self, connection_id: str) -> int:
        """Set them right; by how many members they were wrong."""


class Reconciliations(Protocol):
    """The state machine that carries out runs."""

    def start(self, connection_id: str, run_id: str, *, approved: bool = False) -> None:
        """Carry out the run, or go on with it once it is approved; starting it again changes nothing."""
