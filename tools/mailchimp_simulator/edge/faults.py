"""Faults that a test asks for: which request meets which of them."""

import random
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from tools.mailchimp_simulator.domain.body import Body

LOST_WEBHOOK = "lost_webhook"
KINDS = ("429", "500", "503_bare", "timeout", "timeout_after_effect", "reset", LOST_WEBHOOK)


@dataclass(slots=True)
class Fault:
    """One kind of failure, for a route or all, at a rate, for a number of times or without end."""

    kind: str
    route: str | None
    rate: float
    times: int | None
    dice: random.Random

    def strikes(self, route: str) -> bool:
        if self.times == 0 or self.route not in (None, route) or self.dice.random() >= self.rate:
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Faults:
    """All faults that are active; the first that strikes decides."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, body: Body, routes: Collection[str]) -> Fault:
        """`{"kind", "route"?, "rate"?: 0-1 (1), "times"?, "seed"?}`. Raises ValueError with what is wrong."""
        kind, route = body.get("kind"), body.get("route")
        rate, times, seed = body.get("rate", 1), body.get("times"), body.get("seed")
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}; it is {kind!r}")
        if route is not None and route not in routes:
            raise ValueError(f"route must be one of the simulator's, such as 'PATCH {_EXAMPLE}'; it is {route!r}")
        if not _is_number(rate) or not 0 <= rate <= 1:
            raise ValueError(f"rate must be a number from 0 to 1; it is {rate!r}")
        for name, value in (("times", times), ("seed", seed)):
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
                raise ValueError(f"{name} must be a whole number; it is {value!r}")
        if kind == LOST_WEBHOOK and route is not None:
            raise ValueError(f"{LOST_WEBHOOK} is of deliveries, not of a route; it is {route!r}")
        fault = Fault(kind, route, rate, times, random.Random(seed))
        self._faults.append(fault)
        return fault

    def forget(self) -> None:
        self._faults.clear()

    def strike(self, route: str) -> str | None:
        """The kind of fault that this request meets."""
        kinds = (fault.kind for fault in self._faults if fault.kind != LOST_WEBHOOK and fault.strikes(route))
        return next(kinds, None)

    def loses_webhook(self) -> bool:
        """Whether this delivery never leaves Mailchimp."""
        return any(fault.kind == LOST_WEBHOOK and fault.strikes("") for fault in self._faults)


_EXAMPLE = "/3.0/lists/{list_id}/members/{subscriber_hash}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
