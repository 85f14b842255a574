"""A plan in words: what it comes to, and line by line what would become of each member."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import takewhile
from typing import NamedTuple

from rich.text import Text

from tools.accord.client import Answer
from tools.accord.runs_in_words import state_of
from tools.accord.terminal import Row, Terminal, moment, plain

LONGEST = 60
"""Characters of a value that are shown."""
LEAD = 15
"""So many of them from before the first that differs."""
FIELD, WORDS = 4, 2
"""Blanks before what is below a heading."""


class Deed(NamedTuple):
    """What would become of a member: the sign of its lines, their style, and what it means."""

    sign: str
    style: str
    meaning: str


DEEDS = {
    "create": Deed("+", "green", "contacts that are not there yet"),
    "subscribe": Deed("+", "green", "mailed again, since they agreed anew"),
    "ask_to_confirm": Deed("?", "yellow", "asked to confirm, and not mailed until they do"),
    "update": Deed("~", "yellow", "contacts that do not show what they should"),
    "tag": Deed("~", "yellow", "nothing but tags is written"),
    "move": Deed(">", "cyan", "contacts that get the member's new address"),
    "follow": Deed(">", "cyan", "the person changed the address in Mailchimp: it is followed"),
    "archive": Deed("-", "red", "leave the audience; what they did there is kept"),
    "unsubscribe": Deed("!", "red", "are mailed no more"),
    "erase": Deed("x", "red", "deleted for good"),
    "look": Deed(".", "cyan", "the contact is read first: what is to be done shows then"),
    "adopt": Deed("&", "cyan", "contacts of nobody's: taken over as they are"),
    "held_back": Deed("=", "dim", "nothing is sent; the member's status will say why"),
}
"""What the API plans -> words, and in this order."""
ANY = Deed("*", "", "")
"""What is new in the API."""
CAPS = {
    "archived": "would be archived or erased",
    "subscribed": "would be mailed, and are not now",
    "billed": "contacts more would be billed",
}


def place_of(line: Answer) -> int:
    """Where its deed stands among all."""
    return next((place for place, name in enumerate(DEEDS) if name == line["planned"]), len(DEEDS))


def show_plan(terminal: Terminal, connection: str, plan: Answer) -> None:
    """All but the lines."""
    undone = plan.get("undoes")
    what = f"Undo of run {plain(undone)} of {connection}" if undone else f"Plan {plan['id']} of {connection}"
    terminal.say(what, style="bold")
    if plan["state"] != "done":
        terminal.say(state_of(plan))
        terminal.facts((("why", plan.get("detail")),))
        return
    if not plan["lines"]:
        terminal.say("Nothing to put back." if undone else "Nothing to do: all in agreement.")
    else:
        terminal.say()
        terminal.table(("", "", ""), _deeds(plan), numbers=(1,))
        terminal.say()
    terminal.facts(
        (
            ("plan", plan["id"] if undone else None),
            ("made", moment(plan["at"])),
            ("members", f"{plan['lines']:,}" if plan["lines"] else None),
            ("contacts billed", _billed(plan) if plan["lines"] else None),
            ("calls to Mailchimp", f"{plan['calls_needed']:,} at least" if plan["lines"] else None),
            ("may be applied", until(plan)),
            *(("needs a second yes", cap) for cap in caps_in_words(plan)),
        )
    )


def _billed(plan: Answer) -> str:
    change = plan["billed_contacts_change"]
    return f"{change:+,}" if change else "as many as now"


def _deeds(plan: Answer) -> Iterator[tuple[Text, int, str]]:
    would = plan["would"]
    for name in [*DEEDS, *(each for each in would if each not in DEEDS)]:
        if count := would.get(name):
            sign, style, meaning = DEEDS.get(name, ANY)
            yield Text(f"  {sign} {_named(name)}", style=style), count, meaning


def until(plan: Answer) -> str:
    """Until when it may be applied, or why it may not any more."""
    if plan.get("applied_by"):
        return f"no more: run {plain(plan['applied_by'])} applied it"
    if plan["state"] != "done":
        return ""
    return ("" if is_good(plan) else "no more: only ") + f"until {moment(plan['good_until'])}"


def is_good(plan: Answer) -> bool:
    """Whether it may still be applied, as far as it says itself."""
    young = datetime.now(UTC) <= datetime.fromisoformat(plan["good_until"])
    return plan["state"] == "done" and not plan.get("applied_by") and young


def caps_in_words(plan: Answer) -> list[str]:
    """For what somebody has to be asked."""
    return [
        f"{cap['count']:,} {CAPS.get(cap['what'], plain(cap['what']))}; {cap['allowed']:,} are allowed unasked"
        for cap in plan.get("beyond_caps") or ()
    ]


def deeds_shortly(plan: Answer) -> str:
    """update: 30, archive: 2"""
    return plain({_named(name): count for name, count in (plan.get("would") or {}).items() if count})


def rows_of(line: Answer) -> Iterator[Row]:
    """A heading, and below it what would change."""
    planned = line["planned"]
    sign, style, _ = DEEDS.get(planned, ANY)
    why = f": {line['reason']['message']}" if line.get("reason") else ""
    if line.get("contact"):
        why = f": {plain(line['contact']['email'])}"
    yield Row(f"{sign} {_cut(plain(line['id']))} {_named(planned)}{why}", style)
    for change in line["changes"]:
        for name, before, after in _parts(change["field"], change["before"], change["after"]):
            is_new = planned == "create" and before is None
            yield Row(f"{_cut(plain(name))}: {_quoted(after) if is_new else _changed(before, after)}", "", FIELD)
    tags = [*(f"+{_tag(tag)}" for tag in line["add_tags"]), *(f"-{_tag(tag)}" for tag in line["remove_tags"])]
    if tags:
        yield Row(" ".join(tags), "", FIELD)
    for part in line.get("not_undone") or ():
        yield Row(f"{_cut(plain(part['what']))} stays: {part['message']}", "yellow", FIELD)
    if line.get("left_out"):
        yield Row(f"left out: {line['left_out']}", "yellow", FIELD)


def _named(deed: str) -> str:
    return plain(deed).replace("_", " ")


def _parts(field: str, before: object, after: object) -> Iterable[tuple[str, object, object]]:
    """An address part by part, and only those that differ."""
    if not isinstance(after, dict):
        return [(field, before, after)]
    was = before if isinstance(before, dict) else {}
    names = dict.fromkeys([*was, *after])
    return [(f"{field}.{name}", was.get(name), after.get(name)) for name in names if was.get(name) != after.get(name)]


def _changed(before: object, after: object) -> str:
    same = 0
    if isinstance(before, str) and isinstance(after, str):
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    return f"{_quoted(before, same)} -> {_quoted(after, same)}"


def _quoted(value: object, same: int = 0) -> str:
    """A long value is cut; with others before it that are the `same`, also in front."""
    if value is None:
        return "(not known)"
    text = value if isinstance(value, str) else plain(value) if isinstance(value, dict | list) else str(value)
    begin = max(same - LEAD, 0) if len(text) > LONGEST else 0
    shown = text[begin : begin + LONGEST]
    quoted = json.dumps(shown, ensure_ascii=False) if isinstance(value, str) else shown
    return ("…" if begin else "") + quoted + ("…" if begin + LONGEST < len(text) else "")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _tag(tag: str) -> str:
    return _quoted(tag) if not tag or any(each.isspace() or each == '"' for each in tag) else _cut(tag)
