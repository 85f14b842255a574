"""A person's wish to be erased, by the id under which it is certified."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from accord.domain.values import Moment, Value

_ERASURES = UUID("5f0c4f0e-8c1e-5a57-9d0a-3d0b1f6f7a11")
BACKUPS_KEPT = timedelta(days=35)
"""How long DynamoDB's point-in-time recovery reaches back."""


class Erasure(Value):
    """Which member asked for it, and when."""

    id: str
    member_id: str
    requested_at: Moment


def erasure(connection_id: str, member_id: str, received_at: datetime) -> Erasure:
    """The wish that arrived then."""
    id_ = erasure_id(connection_id, member_id, received_at)
    return Erasure(id=id_, member_id=member_id, requested_at=received_at)


def erasure_id(connection_id: str, member_id: str, received_at: datetime) -> str:
    """The id of an erasure: the same request, repeated under its id, names the same one."""
    return str(uuid5(_ERASURES, f"{connection_id}|{member_id}|{received_at.isoformat()}"))
