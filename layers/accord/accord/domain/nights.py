"""When a connection's night is, and what is read in it; and when its week ends. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accord.domain.connection import Connection
from accord.domain.run import Run, RunKind, RunState
from accord.domain.sweep import OVERLAP

NIGHT = 3
"""The hour at which a night's work begins."""
MORNING = 6
"""The hour at which it ends: what was not carried by then waits for the next night."""
SATURDAY = 5
NOONTIDE = 12
"""The hour at which activity is pulled: at the weekend, and long after the night's work."""
A_WEEK = timedelta(days=6, hours=12)
"""After so long the whole audience is read again: every seventh night, whatever the clocks do."""


def is_night(connection: Connection, at: datetime) -> bool:
    """Whether the connection's night begins within the hour before that moment: once each day, also in nights in which
    the clocks are put forward or back."""
    zone = ZoneInfo(connection.time_zone)
    return (at - timedelta(hours=1)).astimezone(zone).hour < NIGHT <= at.astimezone(zone).hour


def is_weekend(connection: Connection, at: datetime) -> bool:
    """Whether the weekly pull of activity begins within the hour before that moment: on Saturday at noon, where the
    connection is."""
    zone = ZoneInfo(connection.time_zone)
    local, before = at.astimezone(zone), (at - timedelta(hours=1)).astimezone(zone)
    return local.weekday() == SATURDAY and before.hour < NOONTIDE <= local.hour


def is_within(connection: Connection, at: datetime) -> bool:
    """Whether it is night where the connection is."""
    return NIGHT <= at.astimezone(ZoneInfo(connection.time_zone)).hour < MORNING


def begins_after(connection: Connection, at: datetime) -> datetime:
    """When the next night begins that has not begun yet."""
    local = at.astimezone(ZoneInfo(connection.time_zone))
    tonight = local.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    begins = tonight if local < tonight else tonight + timedelta(days=1)
    return begins.astimezone(at.tzinfo)


def since_when(runs: Iterable[Run], connection: Connection, at: datetime) -> datetime | None:
    """From when on changes are read: since the last reconciliation began, and a little before. None: everybody is
    read, when that was not done for a week, or never of this audience. The reading before the first approval is one
    of the whole audience as well. `runs` are the newest."""
    done = [run for run in runs if run.kind in _READS and run.state is RunState.DONE]
    here = [run for run in done if run.audience_id == connection.audience_id]
    full = max((run.at for run in here if run.since is None), default=None)
    if full is None or at - full >= A_WEEK:
        return None
    return max(run.at for run in here) - OVERLAP


_READS = frozenset({RunKind.RECONCILIATION, RunKind.AUDIENCE_READING})
