"""Which lines of a plan are shown, of very many: page by page, or of each deed some."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tools.accord.client import LARGEST_PAGE, Answer, Client
from tools.accord.plans_in_words import place_of

SHOWN = 20
LOOKED_AT = 10 * LARGEST_PAGE
"""Lines that are read to find some of each deed."""


class Look(NamedTuple):
    """Which lines, how many, and where to."""

    deed: str | None
    most: int
    everything: bool
    output: str | None
    left_out: bool = False


def lines_of(api: Client, connection: str, plan: Answer, look: Look) -> Iterator[Answer]:
    """Page by page, as far as somebody asks for them."""
    path = ("connections", connection, "plans", plan["id"], "lines")
    for page in api.pages(*path, query={"planned": look.deed}):
        yield from (line for line in page["lines"] if line.get("left_out") or not look.left_out)


def some_of(lines: Iterator[Answer], would: dict[str, int], most: int) -> list[Answer]:
    """At the most so many, by deed: of each some, where they are found among the first thousands."""
    shares = _shares(would, most)
    found: dict[str, list[Answer]] = defaultdict(list)
    for line in islice(lines, LOOKED_AT if most else 0):
        same = found[line["planned"]]
        if len(same) < most:
            same.append(line)
        if all(len(found[deed]) >= share for deed, share in shares.items()):
            break
    shares = _shares({deed: len(same) for deed, same in found.items()}, most)
    return sorted((line for deed, same in found.items() for line in same[: shares[deed]]), key=place_of)


def _shares(counts: dict[str, int], most: int) -> dict[str, int]:
    """How many of each, evenly: who has few leaves the rest to the others."""
    shares: dict[str, int] = {}
    left = most
    for place, (deed, count) in enumerate(sorted(counts.items(), key=lambda each: each[1])):
        shares[deed] = min(count, -(-left // (len(counts) - place)))
        left -= shares[deed]
    return shares


def write_file(path: Path, lines: Iterable[str]) -> int:
    """How many there were. What is there already stands until all are written, unless it is no file but a pipe or the
    like. Raises OSError."""
    whole = path.is_file() or not path.exists()
    begun = path.with_name(f"{path.name}.part") if whole else path
    count = 0
    try:
        with begun.open("w", encoding="utf-8") as file:
            for line in lines:
                file.write(f"{line}\n")
                count += 1
        if whole:
            begun.replace(path)
    finally:
        if whole:
            begun.unlink(missing_ok=True)
    return count
