"""The time that the simulator writes into its answers, in whole seconds as Mailchimp does."""

import time
from datetime import UTC, datetime


class Clock:
    """Real time plus whatever it was advanced by. Never goes back, so `last_changed` only grows."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._latest = 0

    def now(self) -> int:
        """Seconds since 1970, UTC."""
        self._latest = max(self._latest, int(time.time() + self._ahead))
        return self._latest

    def advance(self, seconds: float) -> None:
        """Move forward; `seconds` must not be negative."""
        self._ahead += seconds


def iso(moment: int | None) -> str:
    """`2026-11-22T10:00:00+00:00`; no time is the empty string, as Mailchimp writes it."""
    return "" if moment is None else datetime.fromtimestamp(moment, UTC).isoformat()


def fired_at(moment: int) -> str:
    """The form of a webhook's `fired_at`: UTC, without a zone (FACTS 5.4, uncertain but very likely)."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S")


def parse_time(text: str) -> int:
    """Seconds since 1970 of an ISO 8601 time; one without a zone is UTC. Raises ValueError."""
    # A plus sign that was not percent-encoded in a query arrives as a space.
    moment = datetime.fromisoformat(text.strip().replace(" 00:00", "+00:00") if "T" in text else text.strip())
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
