"""Plans as operators see them, and what they post to have one carried out."""

import re
from collections import Counter
from collections.abc import Iterable

from accord.adapters.http.body import posted_object
from accord.adapters.http.caps import shown_caps
from accord.adapters.http.members import reason_in_words
from accord.adapters.http.messages import Request
from accord.adapters.http.problems import ProblemError, wrong_shape
from accord.adapters.http.runs import shown_run
from accord.adapters.http.undoing import shown_not_undone
from accord.domain.caps import Beyond
from accord.domain.changes import MEMBER_ID
from accord.domain.plan import GOOD_FOR, PlanLine, Planned
from accord.domain.reason_texts import Language
from accord.domain.run import Run
from accord.usecases.explain_refusal import FieldError
from accord.usecases.reconciling.apply_plan import CHANGED

MOST_CHOSEN = 500
_MEMBER_ID = re.compile(MEMBER_ID)
_LEFT_OUT: dict[str, dict[Language, str]] = {
    CHANGED: {
        "en": "The member, or the contact, is not as it was when the plan was made: another plan shows what is to be "
        "done now.",
        "fr": "Le membre ou le contact n'est plus comme lors de l'établissement du plan : un nouveau plan montre ce "
        "qu'il faut faire à présent.",
    }
}


def posted_yes(request: Request, plan: Run) -> tuple[bool, dict[str, str]]:
    """Whether the plan may be carried out beyond the caps, and of contacts to take over which: by the member of their
    line, as which member. Nothing chosen: all of them, as they are."""
    said = posted_object(request, allowed=("beyond_caps", "members"))
    beyond, members = said.get("beyond_caps", False), said.get("members", {})
    wrong = [] if isinstance(beyond, bool) else [FieldError("beyond_caps", "must be true or false")]
    if "members" in said and not plan.adopts:
        wrong.append(FieldError("members", "is for a plan of contacts to take over; remove it"))
    elif "members" in said and not (isinstance(members, dict) and 0 < len(members) <= MOST_CHOSEN):
        message = f"must name 1 to {MOST_CHOSEN} members of the plan's lines, each with the id it gets, or null"
        wrong.append(FieldError("members", message))
    else:
        wrong += _wrong_members(members)
    if wrong:
        raise wrong_shape(*wrong)
    return beyond, {member: given or "" for member, given in members.items()}


def _wrong_members(members: dict[str, object]) -> list[FieldError]:
    given = Counter(id_ for id_ in members.values() if id_ is not None)
    wrong = []
    for member, id_ in members.items():
        if id_ is not None and not (isinstance(id_, str) and _MEMBER_ID.fullmatch(id_)):
            wrong.append(FieldError(f"members.{member[:100]}", "must be a member's id, or null"))
        elif id_ is not None and given[id_] > 1:
            wrong.append(FieldError(f"members.{member[:100]}", "is the id of another line as well: one member each"))
    return wrong


def posted_plan(request: Request) -> bool:
    """Whether it is about contacts to take over. Nothing: a plan of a reconciliation."""
    adopts = posted_object(request, allowed=("adopts",)).get("adopts", False)
    if not isinstance(adopts, bool):
        raise wrong_shape(FieldError("adopts", "must be true or false"))
    return adopts


def shown_plan(plan: Run, asked: Iterable[Beyond] | None = None) -> dict[str, object]:
    """A plan with what it comes to, and for what somebody has to be asked, where that was looked at."""
    sums = plan.plan
    return shown_run(plan) | {
        "good_until": (plan.at + GOOD_FOR).isoformat().replace("+00:00", "Z"),
        "lines": sums.lines if sums is not None else None,
        "would": {deed.value: sums.by_deed.get(deed, 0) for deed in Planned} if sums is not None else None,
        "billed_contacts_change": sums.billed if sums is not None else None,
        "calls_needed": sums.calls if sums is not None else None,
        "beyond_caps": shown_caps(tuple(asked)) if asked is not None else None,
        "applied_by": plan.applied_by or None,
    }


def shown_line(line: PlanLine, language: Language) -> dict[str, object]:
    """What would become of one member."""
    return {
        "id": line.member_id,
        "planned": line.planned.value,
        "status": line.status.value,
        "reason": reason_in_words(line.reason, "", language) if line.reason is not None else None,
        "changes": [{"field": each.field, "before": each.before, "after": each.after} for each in line.changes],
        "add_tags": list(line.add_tags),
        "remove_tags": list(line.remove_tags),
        "billed_contacts_change": line.billed,
        "contact": _shown_contact(line),
        "left_out": _LEFT_OUT[line.left_out][language] if line.left_out else None,
        "not_undone": [shown_not_undone(part, language) for part in line.not_undone],
    }


def _shown_contact(line: PlanLine) -> dict[str, object] | None:
    """Whom it is about, where that is no member yet."""
    if line.change is None or line.address is None:
        return None
    return {"contact_id": line.address.contact_id, "email": line.change.member.email}


def beyond_caps(asked: Iterable[Beyond]) -> ProblemError:
    """409: more than one run may do before somebody is asked."""
    return ProblemError(
        409,
        "Beyond caps",
        'The plan does more than one may unasked: look at its lines, then send {"beyond_caps": true}.',
        errors=[FieldError(cap.what, f"{cap.count}; {cap.allowed} are allowed unasked") for cap in asked],
    )
