"""An order of contacts in which any page is found quickly, however far down it lies."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator

from tools.mailchimp_simulator.domain.contact import Contact, Status

BLOCK = 1024


class Register:
    """Contacts in the order in which they were appended, in blocks that know how many of each status they hold.

    A contact that moves to the end leaves a hole. To skip to a page costs one step per block, not one per contact.
    Bounds of time (`after`, `before`, both exclusive, of `last_changed`) are for a register kept in order of changes.
    """

    def __init__(self) -> None:
        self._blocks: list[list[Contact | None]] = []
        self._counts: list[dict[Status, int]] = []
        self._times: list[int] = []

    def append(self, contact: Contact) -> int:
        """Put the contact at the end; returns its place."""
        if not self._blocks or len(self._blocks[-1]) == BLOCK:
            self._blocks.append([])
            self._counts.append(dict.fromkeys(Status, 0))
            self._times.append(contact.last_changed)
        self._blocks[-1].append(contact)
        self._counts[-1][contact.status] += 1
        return (len(self._blocks) - 1) * BLOCK + len(self._blocks[-1]) - 1

    def remove(self, place: int) -> None:
        """Leave a hole at the place; a block of nothing but holes is let go once another follows it."""
        number, index = divmod(place, BLOCK)
        contact = self._blocks[number][index]
        if contact is not None:
            self._blocks[number][index] = None
            self._counts[number][contact.status] -= 1
            if number < len(self._blocks) - 1 and not any(self._counts[number].values()):
                self._blocks[number] = []

    def restate(self, place: int, before: Status, after: Status) -> None:
        """Tell the register that the contact there changed its status."""
        self._counts[place // BLOCK][before] -= 1
        self._counts[place // BLOCK][after] += 1

    def at(self, place: int) -> Contact | None:
        number, index = divmod(place, BLOCK)
        if place < 0 or number >= len(self._blocks) or index >= len(self._blocks[number]):
            return None
        return self._blocks[number][index]

    def total(self, statuses: Collection[Status], *, after: int | None = None, before: int | None = None) -> int:
        return sum(self._held(number, statuses, after, before) for number in self._numbers(after, before))

    def page(
        self,
        statuses: Collection[Status],
        offset: int,
        count: int,
        *,
        backwards: bool = False,
        after: int | None = None,
        before: int | None = None,
    ) -> list[Contact]:
        """`count` contacts with one of the statuses, after the first `offset` of them."""
        found: list[Contact] = []
        numbers = self._numbers(after, before)
        for number in reversed(numbers) if backwards else numbers:
            if len(found) >= count:
                break
            held = self._held(number, statuses, after, before)
            if offset < held:
                fitting = self._fitting(number, statuses, after, before)
                found += (fitting[::-1] if backwards else fitting)[offset : offset + count - len(found)]
            offset = max(offset - held, 0)
        return found

    def __iter__(self) -> Iterator[Contact]:
        for block in self._blocks:
            yield from (contact for contact in block if contact is not None)

    def _numbers(self, after: int | None, before: int | None) -> range:
        first = 0 if after is None else max(bisect_right(self._times, after) - 1, 0)
        return range(first, len(self._times) if before is None else bisect_left(self._times, before))

    def _held(self, number: int, statuses: Collection[Status], after: int | None, before: int | None) -> int:
        starts_inside = after is None or self._times[number] > after
        ends_inside = before is None or (number + 1 < len(self._times) and self._times[number + 1] < before)
        if starts_inside and ends_inside:
            return sum(self._counts[number][status] for status in statuses)
        return len(self._fitting(number, statuses, after, before))

    def _fitting(
        self, number: int, statuses: Collection[Status], after: int | None, before: int | None
    ) -> list[Contact]:
        return [
            contact
            for contact in self._blocks[number]
            if contact is not None
            and contact.status in statuses
            and (after is None or contact.last_changed > after)
            and (before is None or contact.last_changed < before)
        ]
