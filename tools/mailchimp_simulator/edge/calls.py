"""Counting: which routes were called how often, and how many requests were open at once."""

from collections import Counter
from typing import Any

CONNECTIONS = 10


class Calls:
    """The call log. Whatever reaches `/3.0` counts, refused or not; control routes do not."""

    def __init__(self) -> None:
        self.open = 0
        self.forget()

    def forget(self) -> None:
        self._by_route: Counter[str] = Counter()
        self._most = self.open

    def begin(self, route: str) -> bool:
        """Count one call and hold its connection; False when it is one too many (FACTS 4)."""
        self._by_route[route] += 1
        self.open += 1
        self._most = max(self._most, self.open)
        return self.open <= CONNECTIONS

    def end(self) -> None:
        self.open -= 1

    def report(self) -> dict[str, Any]:
        total = sum(self._by_route.values())
        return {"total": total, "by_route": dict(self._by_route), "max_concurrent": self._most}
