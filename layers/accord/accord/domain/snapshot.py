"""A file that holds all members -> who of those that are known has left. Pure."""

from datetime import datetime

from accord.domain.changes import Arrived, Left, OrderBy
from accord.domain.record import Presence, Record


def has_left(record: Record, at: datetime, order: OrderBy, *, file: str) -> Arrived | None:
    """The change by which a member who is not in the file of that moment has left. None where they are not present,
    or where something was heard of them since: that is newer than the file.

    A version can not be made up. So it takes that of the record: whatever upstream says next is newer.
    """
    if record.presence is not Presence.PRESENT:
        return None
    version = record.version if order is OrderBy.VERSION and isinstance(record.version, int) else None
    arrived = Arrived(change=Left(type="member.left", id=record.member_id, version=version), received_at=at, file=file)
    heard = record.position.split("|")[1:2]
    arrival = arrived.position(OrderBy.RECEIVED).split("|")[1]
    return arrived if [arrival] >= heard and arrived.position(order) > record.position else None
