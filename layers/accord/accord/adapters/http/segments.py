"""Segments as operators ask for them, and as answers show them."""

from accord.adapters.http import body
from accord.adapters.http.messages import Request
from accord.adapters.http.problems import wrong_shape
from accord.usecases.connecting.create_segments import By, CreatedSegments
from accord.usecases.explain_refusal import FieldError

MOST = 100
LONGEST = 90
"""Characters of a value: a segment's name has room for a word before it."""


def posted_segments(request: Request) -> tuple[By, list[str] | None]:
    """`{"by": "plan" | "tag", "values"?: [...]}`; each value once, in the order in which they came."""
    said = body.posted_object(request, allowed=("by", "values"))
    if said.get("by") not in list(By):
        raise wrong_shape(FieldError("by", f"must be one of {', '.join(By)}"))
    values = said.get("values")
    if values is None:
        return By(said["by"]), None
    if not isinstance(values, list) or not 0 < len(values) <= MOST:
        raise wrong_shape(FieldError("values", f"must be a list of 1 to {MOST} texts; leave it out for all tags"))
    wrong = [
        FieldError(f"values[{place}]", f"must be a text of 1 to {LONGEST} characters")
        for place, value in enumerate(values)
        if not isinstance(value, str) or not 0 < len(value.strip()) <= LONGEST
    ]
    if wrong:
        raise wrong_shape(*wrong[:20])
    return By(said["by"]), list(dict.fromkeys(value.strip() for value in values))


def shown_segments(created: CreatedSegments) -> dict[str, object]:
    """What was made, what was there, and what is left to ask for again."""
    segments = [{"id": each.id, "name": each.name, "value": each.value, "made": each.made} for each in created.segments]
    return {"segments": segments, "left": list(created.left)}
