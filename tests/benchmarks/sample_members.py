"""The members that are measured with: the sample application's, the same for the same seed, all consenting."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any

from tools.sample_application.members import TAGS, sample_changes

type Change = dict[str, Any]

A_REQUEST = 500
CONSENT = {"status": "opted_in", "at": "2024-05-01T09:00:00Z", "source": "signup form"}


def consenting(count: int, *, seed: int = 17, prefix: str = "m", occurred_at: datetime | None = None) -> list[Change]:
    """So many new members, now unless said otherwise. Another seed and prefix give other persons."""
    return [
        {
            **change,
            "id": f"{prefix}-{number:05d}",
            "member": {**change["member"], "email": f"{prefix}-{change['member']['email']}", "consent": CONSENT},
        }
        for number, change in enumerate(sample_changes(count, seed=seed, occurred_at=occurred_at), start=1)
    ]


def again(changes: Sequence[Change]) -> list[Change]:
    """The same members, said once more, now."""
    moment = datetime.now(UTC).isoformat(timespec="milliseconds")
    return [{**change, "occurred_at": moment} for change in changes]


def with_new_plan(changes: Sequence[Change]) -> list[Change]:
    """Every one of them has another plan, every fourth another tag as well."""
    return [
        {**change, "member": {**change["member"], "plan": "Evenings"} | (_retagged(change) if number % 4 == 0 else {})}
        for number, change in enumerate(again(changes))
    ]


def tag_changes(before: Sequence[Change], after: Sequence[Change]) -> dict[str, int]:
    """For every tag that somebody gained or lost: the least calls, each for 500 who gain it and 500 who lose it."""
    gained, lost = Counter[str](), Counter[str]()
    for one, other in zip(before, after, strict=True):
        had, has = set(one["member"]["tags"]), set(other["member"]["tags"])
        gained.update(has - had)
        lost.update(had - has)
    return {tag: -(-max(gained[tag], lost[tag]) // A_REQUEST) for tag in sorted({*gained, *lost})}


def untagged(changes: Sequence[Change]) -> list[Change]:
    """The same members without tags."""
    return [{**change, "member": {**change["member"], "tags": []}} for change in changes]


def in_requests(changes: Sequence[Change]) -> list[Sequence[Change]]:
    """As they are posted: 500 at a time."""
    return list(batched(changes, A_REQUEST, strict=False))


def version_of(change: Change) -> datetime:
    """What orders the changes of one member."""
    return datetime.fromisoformat(change["occurred_at"]) - timedelta(milliseconds=1)


def _retagged(change: Change) -> dict[str, list[str]]:
    """Without its first tag and with one that it had not, of the first three."""
    tags = set(change["member"]["tags"])
    gained = next((tag for tag in TAGS[:3] if tag not in tags), None)
    return {"tags": sorted({*sorted(tags)[1:], *([gained] if gained else [])})}
