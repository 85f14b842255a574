"""The audience before -> the one that was chosen: no opt-out is forgotten on the way (promise 2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from accord.domain.address import Address
from accord.domain.connection import Connection
from accord.domain.inheritance import inherited
from accord.errors import Retryable
from accord.ports import Claim, Clock, Ledger
from accord.ports.audiences import AudienceMemory

A_PAGE = 500
TRIES = 6
"""How often an address is read again after a worker was faster."""


@dataclass(frozen=True, slots=True)
class TakeAlong:
    """Also of people whom no member holds: who was deleted upstream may be given again. Doing it again writes only
    what is new."""

    ledger: Ledger
    memory: AudienceMemory
    clock: Clock

    def __call__(self, connection: Connection, former_id: str, after: str | None) -> str | None:
        """One page of the audience before; the cursor of the next one. Raises Retryable where a worker has one of the
        addresses in hand."""
        page = self.memory.remembered(former_id, after, A_PAGE)
        self.carry(connection, self.memory.summaries(former_id, [entry.key for entry in page.items]))
        return page.next

    def carry(self, connection: Connection, former: Mapping[str, Address]) -> None:
        """The same of these addresses as they are in the audience before."""
        audience_id, waiting = connection.audience_id, former
        for _ in range(TRIES):
            known = self.ledger.addresses(audience_id, waiting) if waiting else {}
            claims = [
                Claim(address, known[key].revision)
                for key, before in waiting.items()
                if (address := inherited(known[key], before)) != known[key]
            ]
            if any(self._in_hand(claim.address) for claim in claims):
                break
            lost = self.ledger.claim(audience_id, claims) if claims else set[str]()
            waiting = {key: waiting[key] for key in lost}
            if not waiting:
                return
        raise Retryable("other workers kept changing the same addresses", effect_unknown=False)

    def _in_hand(self, address: Address) -> bool:
        return address.attempt is not None and address.attempt.until > self.clock.now()
