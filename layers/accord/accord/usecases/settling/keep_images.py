"""What is there right before a run writes is kept, so that the run can be undone; then the action is performed."""

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from accord.domain.actions import Active
from accord.domain.before_image import BeforeImage, covers, image_of, must_read
from accord.domain.case import Case
from accord.domain.contact import Contact
from accord.domain.folding import KeyOf
from accord.domain.undoing import advanced, confirmed
from accord.errors import AccordError
from accord.ports import Audience, Clock
from accord.ports.undoing import Images
from accord.usecases.settling.claim_addresses import Order
from accord.usecases.settling.member_work import MemberWork
from accord.usecases.settling.perform_action import perform

WORTH_A_PAGE = 20
"""Contacts read singly that take as long as a page of a thousand, or longer."""


@dataclass(frozen=True, slots=True)
class KeepImages:
    """Of claimed addresses, for members whom a run made due; others cost nothing. `case_of` gives all that a member is
    decided by."""

    images: Images
    audience: Audience
    clock: Clock
    connection_id: str
    case_of: Callable[[MemberWork], Case]

    def __call__[A: Active](self, orders: Sequence[Order[A]]) -> list[Order[A]]:
        """The orders, in bulk, once the images are kept of all for which no contact has to be read."""
        kept: list[Order[A]] = []
        found: list[BeforeImage] = []
        for work, action in orders:
            image = self._image(work, action, None) if not must_read(action) else None
            found += [image] if image is not None else []
            kept.append((replace(work, image=image or work.image), action))
        if found:
            self.images.save(self.connection_id, found)
        return kept

    def by_page[A: Active](
        self, orders: Sequence[Order[A]], is_over: Callable[[], bool]
    ) -> tuple[list[Order[A]], list[Order[A]]]:
        """The same for a batch: contacts that have to be read are looked for on the pages of the audience, as long as
        that takes fewer calls than each by itself. The orders that may go out, and those whose contact was not found
        so: they are carried out singly. Raises nothing: what can not be read is not found."""
        wanted = {
            work.addresses[action.key].reference: (work, action)
            for work, action in orders
            if must_read(action) and work.record.run
        }
        shown = self._on_pages(wanted, is_over) if wanted else {}
        found: list[BeforeImage] = []
        imaged: list[Order[A]] = []
        unseen: list[Order[A]] = []
        for work, action in orders:
            reference = work.addresses[action.key].reference
            if reference in wanted and reference not in shown:
                unseen.append((work, action))
                continue
            image = self._image(work, action, shown.get(reference))
            found += [image] if image is not None else []
            imaged.append((replace(work, image=image or work.image), action))
        if found:
            self.images.save(self.connection_id, found)
        return imaged, unseen

    def _on_pages(self, wanted: Collection[str], is_over: Callable[[], bool]) -> dict[str, Contact]:
        """Contacts by the references that are wanted."""
        shown: dict[str, Contact] = {}
        pages = self.audience.contacts(archived=False)
        with suppress(AccordError):
            for _ in range(max(len(wanted) // WORTH_A_PAGE, 1)):
                if len(shown) == len(wanted) or is_over():
                    break
                for contact in next(pages, []):
                    names = (contact.contact_id or "", contact.subscriber_hash)
                    shown |= {name: contact for name in names if name in wanted}
        return shown

    def perform(self, work: MemberWork, action: Active, at: datetime, key_of: KeyOf) -> MemberWork:
        """The work after the action took effect, before which the contact was read where that tells what is there: one
        call more. A contact that is not there is looked for; a step back that is in vain by now is passed over. Raises
        what the port raises."""
        if not (must_read(action) and work.record.run):
            return perform(self.audience, work, action, at, key_of)
        contact = self._read(work, action)
        if contact is None and action.key not in work.looked:
            return work.unclaimed().looking_at(action.key)
        narrowed = confirmed(action, contact) if contact is not None else action
        untold = contact is not None and contact.status is not work.addresses[action.key].seen
        if narrowed is None and untold and action.key not in work.looked:
            return work.unclaimed().looking_at(action.key)
        if narrowed is None:
            return replace(work.unclaimed(), record=advanced(work.record, action))
        image = self._image(work, narrowed, contact) if contact is not None else None
        if image is not None:
            self.images.save(self.connection_id, [image])
        after = perform(self.audience, replace(work, image=image or work.image), narrowed, at, key_of)
        return replace(after, record=advanced(after.record, action))

    def _read(self, work: MemberWork, action: Active) -> Contact | None:
        """As it was read a moment ago, for this very decision, or as it is."""
        if work.contact is not None and action.key == work.record.place and work.record.undo is None:
            return work.contact
        reference = work.addresses[action.key].reference
        return self.audience.read(reference) if reference else None

    def _image(self, work: MemberWork, action: Active, contact: Contact | None) -> BeforeImage | None:
        run = work.record.run
        known = work.image if work.image is not None and work.image.run_id == run else None
        if not run or (known is not None and covers(known, action, work.addresses[action.key])):
            return None
        at = self.clock.now()
        id_ = f"{at.isoformat(timespec='microseconds')}#{(work.token or '')[:8]}"
        return image_of(self.case_of(work.unclaimed()), action, contact, (run, id_), at)
