"""How much one run may do before somebody is asked. Pure."""

from accord.domain.plan import Planned, PlanSum
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


def beyond(plan: PlanSum, members: int, caps: Caps) -> tuple[Beyond, ...]:
    """Everything for which somebody has to be asked; nothing where all is within the caps."""
    deeds = plan.by_deed
    counted = {
        "archived": deeds.get(Planned.ARCHIVE, 0) + deeds.get(Planned.ERASE, 0),
        "subscribed": sum(deeds.get(each, 0) for each in (Planned.CREATE, Planned.SUBSCRIBE)),
        "billed": plan.billed,
    }
    allowed = {what: max(caps.few, int(getattr(caps, what) * members)) for what in counted}
    return tuple(
        Beyond(what=what, count=count, allowed=allowed[what])
        for what, count in counted.items()
        if count > allowed[what]
    )
