"""Which ids a file has named already: a million of them in 16 MB that never grow."""

from array import array
from hashlib import blake2b


class FullError(Exception):
    """More ids than there is room for."""


class SeenIds:
    """A set of ids that keeps 64 bits of each, in open addressing over a table that is never more than half full.

    Two different ids are taken for one when those 64 bits are equal: among a million ids the probability that this
    happens even once is 1e12 / 2 / 2**64, 3 in 100 million, far below that of a broken disk. The harm would be small,
    too: one line is reported as a duplicate and not taken, or one member who is gone stays until the next file. Nobody
    is mailed for it. An id that was added is always found.
    """

    def __init__(self, capacity: int = 1_000_000) -> None:
        """`capacity`: how many ids, at the most; 16 to 32 bytes of memory each, taken at once."""
        if capacity < 1:
            raise ValueError("there must be room for one id")
        self._capacity = capacity
        self._slots = array("Q", bytes(8)) * (1 << (2 * capacity - 1).bit_length())
        self._count = 0

    def add(self, id_: str) -> bool:
        """Whether the id is new. `FullError` when it is, and `capacity` others are there; the set stays as it was."""
        mark, place = self._find(id_)
        if self._slots[place]:
            return False
        if self._count == self._capacity:
            raise FullError(f"there is room for {self._capacity} ids, and no more")
        self._slots[place] = mark
        self._count += 1
        return True

    def __contains__(self, id_: str) -> bool:
        return bool(self._slots[self._find(id_)[1]])

    def __len__(self) -> int:
        return self._count

    def _find(self, id_: str) -> tuple[int, int]:
        """The mark of the id, and the place where it stands or would stand. Zero marks an empty place."""
        mark = int.from_bytes(blake2b(id_.encode(), digest_size=8).digest()) or 1
        last = len(self._slots) - 1
        place = mark & last
        while self._slots[place] not in {0, mark}:
            place = (place + 1) & last
        return mark, place
