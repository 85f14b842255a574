"""What Mailchimp refused of a whole connection -> the reason why it stops, which tells a lost audience from a key."""

from datetime import datetime

from accord.domain.connection_reasons import ConnectionReason
from accord.errors import Misconfigured
from accord.ports import Ledger


def code_of(error: Misconfigured) -> ConnectionReason | None:
    """The reason's code; none where the answer does not tell, which leaves it to the state's usual one."""
    return ConnectionReason(error.fault.value) if error.fault is not None else None


def stop_connection(ledger: Ledger, connection_id: str, error: Misconfigured, at: datetime) -> None:
    """It pauses itself where the audience is gone and breaks otherwise; its work stays due."""
    ledger.break_connection(connection_id, str(error), at, code_of(error))
