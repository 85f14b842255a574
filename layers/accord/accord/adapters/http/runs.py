"""Fields, summaries and runs of a connection, as operators see them."""

from accord.adapters.http.body import posted_object
from accord.adapters.http.caps import question, shown_caps
from accord.adapters.http.members import reason_in_words
from accord.adapters.http.messages import Request
from accord.adapters.http.problems import wrong_shape
from accord.domain.binding import Binding, Bindings, Clash, Fit
from accord.domain.reason_texts import Language
from accord.domain.run import Run, RunKind, RunState
from accord.domain.summary import Deed, Summary
from accord.domain.values import Value
from accord.usecases.explain_refusal import FieldError

_FITS: dict[Fit, dict[Language, str]] = {
    Fit.BOUND: {
        "en": "The field is there; the values of members go into it.",
        "fr": "Le champ existe ; les valeurs des membres y vont.",
    },
    Fit.TO_CREATE: {
        "en": "The field is not there; it is made when the connection is approved.",
        "fr": "Le champ n'existe pas ; il est créé lorsque la connexion est approuvée.",
    },
    Fit.UNMAPPED: {
        "en": "The field of members goes nowhere: map it to a merge tag if it should.",
        "fr": "Le champ des membres ne va nulle part : associez-le à un champ de l'audience s'il le faut.",
    },
}
_CLASHES: dict[Clash, dict[Language, str]] = {
    Clash.OTHER_TYPE: {
        "en": "The field that is there is of another type and can not hold the values: take the tag proposed.",
        "fr": "Le champ existant est d'un autre type et ne peut contenir les valeurs : prenez le nom proposé.",
    },
    Clash.TAKEN: {
        "en": "Another field of members goes there already, or it is the address itself: take the tag proposed.",
        "fr": "Un autre champ des membres y va déjà, ou c'est l'adresse elle-même : prenez le nom proposé.",
    },
    Clash.NOT_A_TAG: {
        "en": "A merge tag has one to ten capital letters, digits or _: take the tag proposed.",
        "fr": "Un nom de champ a de une à dix majuscules, chiffres ou _ : prenez le nom proposé.",
    },
    Clash.NO_ROOM: {
        "en": "The audience has no room for another field: remove one there, or leave this one out.",
        "fr": "L'audience n'a plus de place pour un champ : supprimez-en un, ou laissez celui-ci de côté.",
    },
}


def shown_fields(bindings: Bindings, language: Language) -> dict[str, object]:
    """Where each field of members goes, and how many more fields the audience takes."""
    return {"fields": [_shown_field(each, language) for each in bindings.fields], "left": bindings.left}


def _shown_field(binding: Binding, language: Language) -> dict[str, object]:
    message = _CLASHES[binding.clash][language] if binding.clash is not None else _FITS[binding.fit][language]
    return {
        "source": binding.source,
        "tag": binding.tag or None,
        "type": binding.type.value,
        "state": binding.fit.value,
        "proposal": binding.proposal,
        "message": message,
    }


def shown_summary(summary: Summary, language: Language) -> dict[str, object]:
    """What the first import would do."""
    excluded = sorted(summary.excluded.items(), key=lambda each: (-each[1], each[0]))
    return {
        "id": summary.id,
        "at": _moment(summary, "at"),
        "contacts": summary.contacts,
        "members": summary.members,
        "would": {deed.value: summary.would.get(deed, 0) for deed in Deed},
        "excluded": [{**reason_in_words(code, "", language), "count": number} for code, number in excluded],
        "unsubscribed_found": summary.unsubscribed_found,
        "billed_contacts_change": summary.billed_contacts_change,
        "former_unread": list(summary.former_unread),
    }


def shown_proposal(run: Run, *, all_counted: bool) -> dict[str, object]:
    """A reconfirmation that may be approved: how many members it would ask, and so far asked."""
    return {"proposal": run.id, "members": run.total or 0, "asked": 0, "all_counted": all_counted}


def shown_reconfirmation(run: Run) -> dict[str, object]:
    """One that was approved: its run, how many members are called up so far, and for how many of them it is over."""
    return {"run": run.id, "proposal": run.id, "members": run.total or 0, "asked": run.done}


ORDERED = (RunKind.RECONCILIATION, RunKind.ACTIVITY)


def posted_run(request: Request) -> tuple[RunKind, bool]:
    """What is to be done now, and whether the whole audience is to be read for it. Raises ProblemError, naming every
    field that is wrong."""
    said = posted_object(request, allowed=("kind", "full"))
    full, kind = said.get("full", False), said.get("kind")
    wrong = []
    if kind not in ORDERED:
        wrong.append(FieldError("kind", f"must be {' or '.join(ORDERED)}: the others begin by themselves"))
    if not isinstance(full, bool) or (full and kind == RunKind.ACTIVITY):
        wrong.append(FieldError("full", f"must be true or false, and true only of a {RunKind.RECONCILIATION}"))
    if wrong:
        raise wrong_shape(*wrong)
    return RunKind(str(kind)), bool(full)


def shown_run(run: Run, language: Language = "en") -> dict[str, object]:
    """A run with its progress, and what it waits for."""
    asks = run.asks if run.state is RunState.PROPOSED else ()
    return {
        "id": run.id,
        "kind": run.kind.value,
        "state": run.state.value,
        "at": _moment(run, "at"),
        "done_at": _moment(run, "done_at"),
        "done": run.done,
        "total": run.total,
        "counts": run.counts,
        "since": _moment(run, "since"),
        "calls": {"made": run.calls, "least": run.least} if run.calls else None,
        "beyond_caps": shown_caps(asks) if run.kind is RunKind.RECONCILIATION else None,
        "undoes": run.undoes or None,
        "undone_by": run.undone_by or None,
        "detail": question(asks, language) if asks else run.detail or None,
    }


def _moment(value: Value, name: str) -> str | None:
    at = getattr(value, name)
    return at.isoformat().replace("+00:00", "Z") if at is not None else None
