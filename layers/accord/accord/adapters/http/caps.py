"""Caps that a run would go beyond, in words."""

from collections.abc import Sequence

from accord.domain.caps import Beyond
from accord.domain.reason_texts import Language

_CAPS: dict[str, dict[Language, str]] = {
    "archived": {
        "en": "it would archive {count} contacts, and {allowed} are allowed unasked",
        "fr": "il archiverait {count} contacts, {allowed} étant permis sans demander",
    },
    "subscribed": {
        "en": "it would subscribe {count} contacts, and {allowed} are allowed unasked",
        "fr": "il abonnerait {count} contacts, {allowed} étant permis sans demander",
    },
    "billed": {
        "en": "the number of billed contacts would grow by {count}, and by {allowed} it may unasked",
        "fr": "le nombre de contacts facturés augmenterait de {count}, {allowed} étant permis sans demander",
    },
}
_QUESTION: dict[Language, str] = {
    "en": "All was read, but not everything is done: {caps}. Approve the run, or stop it. Opt-outs were carried.",
    "fr": "Tout a été lu, mais tout n'est pas fait : {caps}. Approuvez l'exécution ou arrêtez-la. Les désabonnements "
    "ont été portés.",
}


def shown_caps(asks: Sequence[Beyond]) -> list[dict[str, object]]:
    """Each with how many, and how many may be."""
    return [{"what": cap.what, "count": cap.count, "allowed": cap.allowed} for cap in asks]


def question(asks: Sequence[Beyond], language: Language) -> str:
    """Why a reconciliation waits, and what to do."""
    caps = "; ".join(_CAPS[cap.what][language].format(count=cap.count, allowed=cap.allowed) for cap in asks)
    return _QUESTION[language].format(caps=caps)
