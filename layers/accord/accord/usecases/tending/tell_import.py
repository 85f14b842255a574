"""The email that ends a first import: whether it succeeded, in figures, without a name of anybody (PRODUCTS A3, S2)."""

from accord.domain.connection import Connection
from accord.domain.reason_texts import Language
from accord.domain.reasons import Status
from accord.domain.run import Run

_SUBJECTS: dict[Language, str] = {
    "en": "Accord: the first import of {name} is done",
    "fr": "Accord : la première importation de {name} est terminée",
}
_TEXTS: dict[Language, str] = {
    "en": (
        "All {total} members of {name} have been looked at; {synced} are in the audience.\n\n{lines}\n\n"
        "{failed}From now on changes are carried by themselves."
    ),
    "fr": (
        "Les {total} membres de {name} ont été traités ; {synced} sont dans l'audience.\n\n{lines}\n\n"
        "{failed}Désormais, les modifications sont portées d'elles-mêmes."
    ),
}
_FAILED: dict[Language, str] = {
    "en": "{count} could not be carried: `accord failures list {id}` says why.\n",
    "fr": "{count} n'ont pas pu être portés : `accord failures list {id}` dit pourquoi.\n",
}


def told_import(connection: Connection, run: Run) -> tuple[str, str]:
    """Subject and text, in the connection's language."""
    language = connection.language
    name = connection.name or connection.id
    failed = run.counts.get(Status.FAILED.value, 0)
    text = _TEXTS[language].format(
        name=name,
        total=run.total or 0,
        synced=run.counts.get(Status.SYNCED.value, 0),
        lines="\n".join(f"  {status}: {count}" for status, count in sorted(run.counts.items())),
        failed=_FAILED[language].format(count=failed, id=connection.id) if failed else "",
    )
    return _SUBJECTS[language].format(name=name), text
