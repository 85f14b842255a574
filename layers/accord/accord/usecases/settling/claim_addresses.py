"""Take the addresses that actions need: all of an action's, or none, each for one attempt at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from accord.domain.actions import Active
from accord.domain.claiming import keys_of
from accord.domain.record import Record
from accord.ports import Claim, Ledger
from accord.usecases.settling.member_work import MemberWork

type Order[A: Active] = tuple[MemberWork, A]
"""A member, and the action that was decided for them."""


@dataclass(frozen=True, slots=True)
class ClaimAddresses:
    """Claims of one audience. `digest_of` gives the digest of what a member's action would send."""

    ledger: Ledger
    audience_id: str
    new_token: Callable[[], str]
    digest_of: Callable[[Record], str | None]

    def __call__[A: Active](
        self, orders: Sequence[Order[A]], span: tuple[datetime, datetime], *, in_batch: bool = False
    ) -> tuple[list[Order[A]], list[MemberWork]]:
        """The orders whose addresses are claimed from now until then, and the members to be read again first: another
        worker was faster, or another member of these acts at the same address. `in_batch`: they go out in one."""
        lost: list[MemberWork] = []
        ready: list[tuple[MemberWork, Order[A], list[Claim]]] = []
        taken: set[str] = set()
        for work, action in orders:
            keys = set(keys_of(action))
            if keys & taken:
                lost.append(work)
                continue
            taken |= keys
            digest = self.digest_of(work.record)
            claimed, claims = work.claim(action, self.new_token(), span, digest, in_batch=in_batch)
            ready.append((work, (claimed, action), claims))
        missed = self.ledger.claim(self.audience_id, [claim for _, _, claims in ready for claim in claims])
        got: list[Order[A]] = []
        for work, (claimed, action), _ in ready:
            if not missed & set(claimed.before):
                got.append((claimed, action))
                continue
            lost.append(work)
            kept = [address for address in claimed.unclaimed().claimed_addresses if address.key not in missed]
            self.ledger.release(self.audience_id, kept, claimed.token or "")
        return got, lost
