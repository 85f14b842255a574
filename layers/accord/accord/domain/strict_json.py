"""JSON text -> what it says, with one meaning only: what is posted and what is imported are read alike."""

import json
import math
from typing import Any, Never


def read(text: str) -> object:
    """What the text says. Raises ValueError for all that is not JSON (RFC 8259), that nests too deep, or in which a
    number is no number or a name stands twice in an object."""
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_without_twins)
    except RecursionError:
        raise ValueError from None


def _refuse(_constant: str) -> Never:
    raise ValueError


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found
