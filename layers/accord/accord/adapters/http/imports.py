"""Imports of files as operators order them, and as answers show them."""

from accord.adapters.http import body
from accord.adapters.http.messages import Request
from accord.adapters.http.problems import wrong_shape
from accord.domain.file_import import MAX_BYTES, ImportMode
from accord.domain.values import Moment
from accord.usecases.explain_refusal import FieldError
from accord.usecases.manage_imports import ShownImport

LONGEST_TEXT = 200
URL_SECONDS = 3600
COUNTED = ("taken", "bad", "duplicates", "shared_addresses", "left")


def posted_import(request: Request) -> tuple[str, ImportMode, str]:
    """The file's name, the mode, and the source of consent, if that is said. 422 names every field that is wrong."""
    said = body.posted_object(request, allowed=("name", "mode", "source"))
    name, mode, source = said.get("name"), said.get("mode"), said.get("source", "")
    wrong = []
    if not _is_text(name) or not str(name).strip():
        wrong.append(
            FieldError("name", f"must be the file's name, such as members.csv, {LONGEST_TEXT} characters at most")
        )
    if not isinstance(mode, str) or mode not in ImportMode:
        meanings = "upsert (who is not in the file stays), or snapshot (who is not in the file has left)"
        wrong.append(FieldError("mode", f"must be {meanings}"))
    if not _is_text(source):
        message = f"must be where people gave their consent, {LONGEST_TEXT} characters at most, or left out"
        wrong.append(FieldError("source", message))
    if wrong:
        raise wrong_shape(*wrong)
    return str(name).strip(), ImportMode(str(mode)), str(source).strip()


def posted_approval(request: Request) -> int | None:
    """How many members may leave by it at the most, where that is said: the body may be empty."""
    if not request.body:
        return None
    at_most = body.posted_object(request, allowed=("at_most",)).get("at_most")
    if at_most is not None and (isinstance(at_most, bool) or not isinstance(at_most, int) or at_most < 0):
        raise wrong_shape(FieldError("at_most", "must be a number of members, or left out"))
    return at_most


def shown_upload(url: str) -> dict[str, object]:
    """How the file is brought."""
    return {"method": "PUT", "url": url, "expires_in": URL_SECONDS, "max_bytes": MAX_BYTES}


def shown_import(shown: ShownImport) -> dict[str, object]:
    """An import with its progress, what was understood of the columns, and what became of the lines."""
    run, file = shown.run, shown.run.file
    if file is None:
        raise ValueError("this run is no import")
    columns = {
        "understood": file.columns.understood,
        "passed_over": list(file.columns.passed_over),
        "unknown": list(file.columns.unknown),
    }
    compared = {"present": file.present, "missing": file.gone} if file.mode is ImportMode.SNAPSHOT else None
    return {
        "id": run.id,
        "name": file.name,
        "mode": file.mode.value,
        "source": file.source or None,
        "state": run.state.value,
        "detail": run.detail or None,
        "at": _written(run.at),
        "done_at": _written(run.done_at),
        "written_as": file.written_as or None,
        "columns": columns,
        "progress": {
            "phase": file.phase.value,
            "done": run.done,
            "total": run.total,
            "seconds_left": shown.seconds_left,
        },
        "counts": {name: run.counts.get(name, 0) for name in COUNTED},
        "snapshot": compared,
        "errors_url": shown.errors_url,
    }


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT and value.isprintable()


def _written(at: Moment | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at is not None else None
