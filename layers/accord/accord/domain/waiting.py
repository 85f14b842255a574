"""What has to wait, for how long, and why: for an approval, for a pause to end, or for the night. Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple

from accord.domain.actions import Action, Erase, Exclude, Follow, Hold, Look, Nothing, Unsubscribe
from accord.domain.connection import Connection, SyncMode
from accord.domain.history import CauseKind
from accord.domain.lifecycle import concludes, may_send_urgent, may_write, why_waiting
from accord.domain.nights import begins_after, is_within
from accord.domain.reasons import ReasonCode, Status
from accord.domain.record import Record
from accord.domain.timing import Timing


class Wait(NamedTuple):
    """Until when, and the reason that the member's status gives."""

    until: datetime
    reason: ReasonCode


def wait_of(connection: Connection, record: Record, action: Action, at: datetime, timing: Timing) -> Wait | None:
    """Why what was decided is not done now; None where it is. Opt-outs and erasures never wait, nor does the reading
    that may lead to one (promise 9); nothing else is written before the connection was approved."""
    match action:
        case Exclude() | Hold() | Nothing():
            may = concludes(connection) or action.status is Status.ERASED
        case Unsubscribe() | Erase() | Look() | Follow():
            may = may_send_urgent(connection)
        case _:
            may = may_write(connection)
            if may and waits_for_night(connection, record, at):
                return Wait(begins_after(connection, at), ReasonCode.WAITING_FOR_NIGHT)
    if may:
        return None
    seconds = timing.paused_retry if concludes(connection) else timing.unapproved_retry
    return Wait(at + timedelta(seconds=seconds), why_waiting(connection.state))


def waits_for_night(connection: Connection, record: Record, at: datetime) -> bool:
    """Whether what is written waits for the night: not what an operator asked for, and not the first import."""
    if connection.policy.sync_mode is not SyncMode.NIGHTLY or is_within(connection, at):
        return False
    first = connection.approved_at is not None and record.since <= connection.approved_at
    asked = record.cause is not None and record.cause.kind in {CauseKind.OPERATOR, CauseKind.FILE, CauseKind.UNDO}
    return not (first or asked)
