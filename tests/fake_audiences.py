"""What the ledger remembers of whole audiences, in memory: `AudienceMemory` over the fake ledger."""

from collections.abc import Collection

from accord.domain.address import Address
from accord.ports import Page
from accord.ports.audiences import DIGITS, Marked, Remembered
from tests.fakes import FakeLedger


class FakeAudienceMemory:
    """Over what the fake ledger holds."""

    def __init__(self, ledger: FakeLedger) -> None:
        self._ledger = ledger

    def remembered(self, audience_id: str, after: str | None, limit: int, digits: str = DIGITS) -> Page[Remembered]:
        stored = self._ledger.stored_addresses.items()
        known = [a for (audience, _), a in stored if audience == audience_id and (a.seen is not None or any(a.facts))]
        wanted = [address for address in sorted(known, key=lambda a: a.key) if address.key[:1] in digits]
        entries = [Remembered(address.key, address.seen) for address in wanted]
        if after is not None and not after.startswith(f"{audience_id} "):
            raise ValueError("this is no cursor of this audience")
        begin = 0 if after is None else int(after.removeprefix(f"{audience_id} "))
        end = begin + limit
        return Page(entries[begin:end], f"{audience_id} {end}" if end < len(entries) else None)

    def marks(self, audience_id: str, keys: Collection[str]) -> dict[str, Marked]:
        known = [a for a in self.summaries(audience_id, keys).values() if a.seen is not None or any(a.facts)]
        return {a.key: Marked("" if a.untold else a.mark, a.ours) for a in known}

    def summaries(self, audience_id: str, keys: Collection[str]) -> dict[str, Address]:
        stored = self._ledger.stored_addresses
        return {key: stored[audience_id, key] for key in keys if (audience_id, key) in stored}
