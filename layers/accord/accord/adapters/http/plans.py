"""Plans as operators see them, and what they post to have one carried out."""

from collections.abc import Iterable

from accord.adapters.http.body import posted_object
from accord.adapters.http.members import reason_in_words
from accord.adapters.http.messages import Request
from accord.adapters.http.problems import ProblemError, wrong_shape
from accord.adapters.http.runs import shown_run
from accord.domain.caps import Beyond
from accord.domain.plan import GOOD_FOR, PlanLine, Planned
from accord.domain.reason_texts import Language
from accord.domain.run import Run
from accord.usecases.explain_refusal import FieldError
from accord.usecases.reconciling.apply_plan import CHANGED

_LEFT_OUT: dict[str, dict[Language, str]] = {
    CHANGED: {
        "en": "The member, or the contact, is not as it was when the plan was made: another plan shows what is to be "
        "done now.",
        "fr": "Le membre ou le contact n'est plus comme lors de l'établissement du plan : un nouveau plan montre ce "
        "qu'il faut faire à présent.",
    }
}


def posted_yes(request: Request) -> bool:
    """Whether the plan may be carried out beyond the caps."""
    said = posted_object(request, allowed=("beyond_caps",)).get("beyond_caps", False)
    if not isinstance(said, bool):
        raise wrong_shape(FieldError("beyond_caps", "must be true or false"))
    return said


def shown_plan(plan: Run, asked: Iterable[Beyond] | None = None) -> dict[str, object]:
    """A plan with what it comes to, and for what somebody has to be asked, where that was looked at."""
    beyond = None
    if asked is not None:
        beyond = [{"what": cap.what, "count": cap.count, "allowed": cap.allowed} for cap in asked]
    sums = plan.plan
    return shown_run(plan) | {
        "good_until": (plan.at + GOOD_FOR).isoformat().replace("+00:00", "Z"),
        "lines": sums.lines if sums is not None else None,
        "would": {deed.value: sums.by_deed.get(deed, 0) for deed in Planned} if sums is not None else None,
        "billed_contacts_change": sums.billed if sums is not None else None,
        "calls_needed": sums.calls if sums is not None else None,
        "beyond_caps": beyond,
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
        "left_out": _LEFT_OUT[line.left_out][language] if line.left_out else None,
    }


def beyond_caps(asked: Iterable[Beyond]) -> ProblemError:
    """409: more than one run may do before somebody is asked."""
    return ProblemError(
        409,
        "Beyond caps",
        'The plan does more than one may unasked: look at its lines, then send {"beyond_caps": true}.',
        errors=[FieldError(cap.what, f"{cap.count}; {cap.allowed} are allowed unasked") for cap in asked],
    )
