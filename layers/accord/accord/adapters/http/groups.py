"""Groups as operators ask for them, and as answers show them."""

from accord.adapters.http import body
from accord.adapters.http.messages import Request
from accord.adapters.http.problems import wrong_shape
from accord.domain.connection import Interest
from accord.usecases.explain_refusal import FieldError

MOST = 30
"""Interests: each costs a call, and API Gateway waits thirty seconds."""
LONGEST = 100
"""Characters of a name."""


def posted_group(request: Request) -> tuple[str, list[str]]:
    """`{"category", "names": [...]}`; each name once, in the order in which they came."""
    said = body.posted_object(request, allowed=("category", "names"))
    category, names = said.get("category"), said.get("names")
    wrong: list[FieldError] = []
    if not _is_name(category):
        wrong.append(FieldError("category", f"must be the group's title, of 1 to {LONGEST} characters"))
    if not isinstance(names, list) or not 0 < len(names) <= MOST:
        wrong.append(FieldError("names", f"must be a list of 1 to {MOST} names that people may choose"))
        names = []
    remedy = f"must be a text of 1 to {LONGEST} characters"
    wrong += [FieldError(f"names[{place}]", remedy) for place, name in enumerate(names) if not _is_name(name)]
    if wrong:
        raise wrong_shape(*wrong[:20])
    return str(category).strip(), list(dict.fromkeys(name.strip() for name in names))


def shown_group(interests: tuple[Interest, ...]) -> dict[str, object]:
    """The group with all that may be chosen in it."""
    return {
        "category": interests[0].category if interests else "",
        "interests": [{"id": each.id, "name": each.name} for each in interests],
    }


def _is_name(name: object) -> bool:
    return isinstance(name, str) and 0 < len(name.strip()) <= LONGEST
