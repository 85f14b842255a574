"""A run in words: how far it is, what it found, and what that took. The one place that knows a run's counts by name."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tools.accord.client import Answer
from tools.accord.terminal import Terminal, moment, plain

RECONCILIATION, CHECK, ACTIVITY = "reconciliation", "nightly_check", "activity"

WHOLLY = {
    "contacts": "contacts read",
    "not_ours": "not ours: left alone",
    "adoptable": "of these: can be taken over",
    "new_to_us": "new to Accord",
    "heard": "told by webhooks since the last time",
    "missed": "missed by webhooks",
    "fields_changed": "fields changed by others",
    "tags_removed": "tags removed by others",
    "groups_left": "taken out of groups by others",
    "language_changed": "language changed by others",
    "permissions_changed": "permissions changed by the people: left as they are",
    "gone": "gone from the audience",
    "counts_corrected": "totals by status set right, by members",
    "webhook_registered": "webhook registered anew",
    "webhook_changed": "webhook set right",
    "strays_removed": "webhooks of ours astray: removed",
    "campaigns": "campaigns whose reports were read",
    "campaigns_left_out": "campaigns of which Mailchimp had no report",
    "reread": "contacts read again, for no webhook had told",
}
"""What the API counts -> where there is room, and in this order. Counts are of contacts, or of members by status."""
SHORTLY = {
    "new_to_us": "new",
    "missed": "missed",
    "language_changed": "language changed",
    "permissions_changed": "permissions changed",
    "gone": "gone",
    "counts_corrected": "totals set right",
    "strays_removed": "strays removed",
    "campaigns_left_out": "left out",
    "reread": "read again",
}
"""The same in a list, where it does not have the API's own name."""
ASIDE = frozenset({"contacts", "not_ours", "heard"})
"""What is left out in a list: nobody has to look at it."""
WRITTEN_ANEW = frozenset({"fields_changed", "tags_removed", "groups_left", "language_changed"})
ALWAYS = frozenset({"contacts", "not_ours", "missed"})
"""What a reconciliation tells also where it is none."""
UNLESS = "Nothing is written anew to who opted out, nor to contacts from before Accord that keep their own values."
NOTHING = {RECONCILIATION: "all in agreement", CHECK: "all in order", ACTIVITY: "nothing new"}
"""What it means when a run of this kind is done and counts nothing."""


def kind_of(run: Answer) -> str:
    """first import"""
    return str(run["kind"]).replace("_", " ")


def state_of(run: Answer) -> str:
    """first import running since 2026-11-25 22:44 UTC: 120 of 1,000"""
    ended = run.get("done_at")
    when = f"at {moment(ended)}" if ended else f"since {moment(run['at'])}"
    return ": ".join(part for part in (f"{kind_of(run)} {run['state']} {when}", progress_of(run)) if part)


def progress_of(run: Answer) -> str:
    """120 of 1,000; nothing of a check, which is done at once."""
    if run["kind"] == CHECK:
        return ""
    total = run.get("total")
    return f"{run['done']:,}" + (f" of {total:,}" if total else "")


def duration_of(run: Answer) -> str:
    """2 min 5 s; nothing while it runs."""
    if not run.get("done_at"):
        return ""
    took = datetime.fromisoformat(run["done_at"]) - datetime.fromisoformat(run["at"])
    minutes, seconds = divmod(max(round(took / timedelta(seconds=1)), 0), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {minutes} min"
    if minutes:
        return f"{minutes} min {seconds} s"
    return f"{seconds} s" if seconds else "under 1 s"


def calls_of(run: Answer) -> str:
    """Made/least: 7/5; nothing where they are not counted."""
    calls = run.get("calls")
    return f"{calls['made']:,}/{calls['least']:,}" if calls else ""


def found_shortly(run: Answer) -> str:
    """missed: 2, tags removed: 1; or why it failed"""
    if run.get("detail"):
        return plain(run["detail"])
    aside = ASIDE if run["state"] == "done" else frozenset()
    counts = {name: number for name, number in _in_order(run) if number and name not in aside}
    if not counts:
        return NOTHING.get(run["kind"], "") if run["state"] == "done" else ""
    return plain({SHORTLY.get(name, name.replace("_", " ")): number for name, number in counts.items()})


def found_wholly(run: Answer) -> list[tuple[str, int, str]]:
    """What was found, how often, and a remark."""
    over = run["kind"] == RECONCILIATION and run["state"] == "done"
    rows = []
    for name, number in _in_order(run):
        if not number and not (over and name in ALWAYS):
            continue
        words = WHOLLY.get(name, name.replace("_", " "))
        anew = ": written anew" if over and name in WRITTEN_ANEW else ""
        rows.append((words + anew, number, _rate(run) if name == "missed" else ""))
    return rows


def what_stands(run: Answer) -> str:
    """Of a run that was stopped."""
    if run["kind"] in {"plan", "undo"}:
        return "nothing comes of it"
    if run["kind"] == "import":
        taken = (run.get("counts") or {}).get("taken", 0)
        return f"the {taken:,} lines that it took stay accepted"
    return "what it found until then stands"


def show_run(terminal: Terminal, run: Answer) -> None:
    """All that is known of it."""
    terminal.say(f"{kind_of(run)}  {run['state']}", style="bold")
    calls = run.get("calls")
    terminal.facts(
        (
            ("run", run["id"]),
            ("why", run.get("detail")),
            ("undoes", run.get("undoes")),
            ("undone by", run.get("undone_by")),
            ("began", moment(run["at"])),
            ("ended", moment(run["done_at"]) if run.get("done_at") else None),
            ("took", duration_of(run)),
            ("read", _scope(run)),
            ("done", progress_of(run)),
            ("calls", f"{calls['made']:,} to Mailchimp; the least possible: {calls['least']:,}" if calls else None),
        )
    )
    rows = found_wholly(run)
    if rows:
        terminal.say()
        terminal.table(("", "", ""), rows, numbers=(1,))
    if run["state"] == "done" and found_shortly(run) == NOTHING.get(run["kind"]):
        terminal.say(f"{NOTHING[run['kind']].capitalize()}.")
    if any(words.endswith(": written anew") for words, _, _ in rows):
        terminal.say(UNLESS, style="dim")


def _in_order(run: Answer) -> Iterator[tuple[str, int]]:
    """The counts that have words, then those that have none here: members by status, or what is new in the API."""
    counts = run.get("counts") or {}
    yield from ((name, counts.get(name, 0)) for name in WHOLLY)
    yield from ((name, number) for name, number in counts.items() if name not in WHOLLY)


def _rate(run: Answer) -> str:
    counts = run.get("counts") or {}
    read, missed = (counts.get(name, 0) for name in ("contacts", "missed"))
    return f"{1000 * missed / read:,.1f} per 1,000 read" if read else ""


def _scope(run: Answer) -> str | None:
    if run["kind"] != RECONCILIATION:
        return None
    if not run.get("since"):
        return "the whole audience"
    return f"what changed since {moment(run['since'])}; only a reading of the whole tells who is gone"
