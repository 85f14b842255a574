"""How much one run may do before somebody is asked. Pure."""

from collections.abc import Collection

from accord.domain.plan import PlanLine, Planned, PlanSum
from accord.domain.values import Value


class Caps(Value):
    """Of all members of the connection, in parts of one, where more than `few` are concerned."""

    archived: float = 0.1
    """Who would be archived, or erased."""
    subscribed: float = 0.5
    """Who would be mailed from then on, and was not."""
    billed: float = 0.2
    """By how much the bill may grow."""
    few: int = 20
    """So many at the most are nobody's mistake."""


class Beyond(Value):
    """What is beyond a cap: how many, and how many may be."""

    what: str
    count: int
    allowed: int


_ARCHIVED = frozenset({Planned.ARCHIVE, Planned.ERASE})
_SUBSCRIBED = frozenset({Planned.CREATE, Planned.SUBSCRIBE})
_NEVER_WAIT = frozenset({Planned.UNSUBSCRIBE, Planned.ERASE, Planned.LOOK, Planned.FOLLOW, Planned.HOLD})
"""Opt-outs and erasures, the readings that may lead to one, and what ends in a status of which upstream is told."""


def may_wait(lines: Collection[PlanLine]) -> bool:
    """Whether what was seen of one contact may be kept back until the caps were looked at: it counts for one of them,
    and nothing goes along that waits for no cap (promise 9). `lines`: of all who hold its address."""
    counts = any(line.planned in _ARCHIVED | _SUBSCRIBED or line.billed > 0 for line in lines)
    return counts and not any(line.planned in _NEVER_WAIT for line in lines)


def beyond(plan: PlanSum, members: int, caps: Caps) -> tuple[Beyond, ...]:
    """Everything for which somebody has to be asked; nothing where all is within the caps."""
    deeds = plan.by_deed
    counted = {
        "archived": sum(deeds.get(each, 0) for each in _ARCHIVED),
        "subscribed": sum(deeds.get(each, 0) for each in _SUBSCRIBED),
        "billed": plan.billed,
    }
    allowed = {what: max(caps.few, int(getattr(caps, what) * members)) for what in counted}
    return tuple(
        Beyond(what=what, count=count, allowed=allowed[what])
        for what, count in counted.items()
        if count > allowed[what]
    )
