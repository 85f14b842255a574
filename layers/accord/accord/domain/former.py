"""What an opt-out or an erasure still asks of an audience that the connection was joined to before. Pure."""

from accord.domain.actions import Erase, Unsubscribe
from accord.domain.case import Case
from accord.domain.contact import MAILED
from accord.domain.record import Presence


def still_to_reach(case: Case) -> Unsubscribe | Erase | None:
    """The next action in that audience, whose addresses are those of `case`; None where all is done. Nobody tells what
    happens there any more, so that each contact is read before anything is done to it. Whoever else holds an address
    there does not keep somebody who opted out mailed; of an erasure see `to_erase`."""
    there = [address for address in case.addresses if address.reference]
    if case.record.presence is Presence.ERASED:
        return next((Erase(address.key) for address in there if case.to_erase(address)), None)
    if not case.record.memory.stands_opted_out:
        return None
    return next((Unsubscribe(a.key) for a in there if a.seen in MAILED or a.attempt is not None), None)
