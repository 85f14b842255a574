"""A line of an imported file -> the change that would have been posted, or why the line is bad.

**What a file says of consent** (promise 1). Only a column about consent states one. That somebody stands in a list, or
has an OPTIN_TIME, does not: Mailchimp's exports of unsubscribed and cleaned contacts have it too, and fill it in for
whoever was imported. Without such a column everybody is as last stated, and who is new is excluded until their consent
is sent. Where a column speaks, of two readings the one that mails less counts:

- an empty cell states nothing, and a word that nobody knows makes the line bad;
- an opt-in without a time is older than everything, an opt-out without one as new as the import;
- a time of unsubscribing (UNSUB_TIME) is an opt-out whatever the status says, save beside an opt-in that is newer;
- the time of an opt-in is never taken for that of an opt-out;
- a time without a zone is as early as it can be on earth for an opt-in, and as late, but not after now, for an opt-out:
  who signed up at nine in Paris and unsubscribed an hour later stays unsubscribed. The source quotes what was written;
- 03/04/2024 may be two days: it is the time of a consent only below French headers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from accord.domain.changes import OrderBy, Upserted
from accord.domain.consent import ConsentStatus
from accord.domain.import_cells import (
    PARTS,
    Span,
    WrongCellError,
    birthday_of,
    day_of,
    first_and_last,
    is_opt_out,
    moment_of,
    names_in,
    parts_of,
    state_of,
    status_of,
)
from accord.domain.import_columns import MatchedColumns
from accord.domain.spreadsheet import plain_cell
from accord.domain.values import normalised
from accord.usecases.explain_refusal import WHOLE, FieldError, first_of_each
from accord.usecases.validate_change import validate_change

LINE = "line"
"""The `field` of an error that is of the whole line."""

_UPSERTED = "member.upserted"
_TEXTS = ("email", "first_name", "last_name", "phone", "plan", "language")


class Row(NamedTuple):
    """A line that could be read. `number` is that of its first line in the file, from 1. `values` are its cells, as
    many as there are headers (CSV), or the object that it is (NDJSON)."""

    number: int
    values: Sequence[str] | Mapping[str, Any]


class UnreadableFileError(Exception):
    """Nothing of the file can be taken. The message, a sentence or two, says why and what to do."""


class MemberTable(Protocol):
    """A file that can be read, once, from its first line on. `headers` is empty for NDJSON."""

    @property
    def kind(self) -> str: ...

    @property
    def encoding(self) -> str: ...

    @property
    def headers(self) -> tuple[str, ...]: ...

    def __iter__(self) -> "Iterator[Row | BadLine]": ...


class BadLine(NamedTuple):
    """A line that is not taken, with each column (or path on the wire) and what is wrong there; never with a value."""

    number: int
    errors: tuple[FieldError, ...]


class ImportLines:
    """Reads the lines of one file.

    `columns` is None for NDJSON, whose lines are changes as they are posted; their `type` may be left out. `id_of`
    gives the id of a member by their address, trimmed and lower-case, where the file has no ids; it may hold no `@`.
    `source` is what a consent counts as coming from when the file does not say it.
    """

    def __init__(
        self, columns: MatchedColumns | None, *, id_of: Callable[[str], str], order: OrderBy, source: str = ""
    ) -> None:
        self._places = columns.positions if columns is not None else {}
        self._day_first = columns is not None and columns.day_first
        self._headers = {field: columns.headers[place] for field, place in self._places.items()} if columns else {}
        for field, column in (("id", "email"), ("consent.at", "opted_in_at"), ("consent.at", "opted_out_at")):
            if column in self._headers:
                self._headers.setdefault(field, self._headers[column])
        self._id_of = id_of
        # What has no time of its own happened when it was imported; a version can not be made up.
        self._order = OrderBy.VERSION if order is OrderBy.VERSION else OrderBy.RECEIVED
        self._source = source

    def __call__(self, row: Row, now: datetime) -> Upserted | BadLine:
        """The change, valid as if it had been posted, or every error found."""
        if isinstance(row.values, Mapping):
            raw, errors = self._posted(row.values)
        else:
            raw, errors = self._of_cells(row.values, now)
        verdict = validate_change(raw, self._order, now)
        if isinstance(verdict, Upserted) and not errors:
            return verdict
        refused = verdict if isinstance(verdict, tuple) else ()
        return BadLine(row.number, first_of_each([*errors, *map(self._in_the_file, refused)]))

    @property
    def id_column(self) -> str:
        """The column, or the name, by which a line tells whom it is about."""
        return self._headers.get("id", "id")

    def may_hold(self, field: str) -> bool:
        """Whether lines can say this: there is a column for it, or they are objects."""
        return not self._places or field in self._places

    def id_on(self, row: Row) -> str:
        """Whom the line is about, good or bad: the id on it, or that of the address; empty where it has neither."""
        if isinstance(row.values, Mapping):
            found = row.values.get("id") if "id" in row.values else None
        else:
            found = self._cell(row.values, "id")
        if isinstance(found, str) and found:
            return _sound(found)
        address = self.address_on(row) if found is None else ""
        return self._id_of(address) if address else ""

    def address_on(self, row: Row) -> str:
        """The address, as addresses are compared; empty where the line has none."""
        if isinstance(row.values, Mapping):
            member = row.values.get("member")
            email = member.get("email") if isinstance(member, dict) else None
        else:
            email = self._cell(row.values, "email")
        return normalised(_sound(email)) if isinstance(email, str) else ""

    def tells_who(self, row: Row, bad: BadLine) -> bool:
        """Whether a bad line leaves no doubt whom it is about: what is wrong lies elsewhere."""
        by_address = isinstance(row.values, Mapping) and "id" not in row.values
        own = {"member", "member.email", "id"} if by_address else {self.id_column}
        return bool(self.id_on(row)) and not own & {error.field for error in bad.errors}

    def _cell(self, texts: Sequence[str], field: str) -> str | None:
        """What stands in a column; None where there is none."""
        place = self._places.get(field)
        return plain_cell(texts[place].strip()).strip() if place is not None else None

    def _posted(self, document: Mapping[str, Any]) -> tuple[dict[str, Any], list[FieldError]]:
        raw = {"type": _UPSERTED, **document}
        member = raw.get("member")
        email = member.get("email") if isinstance(member, dict) else None
        if "id" not in raw and isinstance(email, str) and email.strip():
            raw["id"] = self._id_of(normalised(_sound(email)))
        if raw["type"] == _UPSERTED:
            return raw, []
        return raw, [FieldError("type", f"must be {_UPSERTED} or left out; a file brings members, post the rest")]

    def _of_cells(self, texts: Sequence[str], now: datetime) -> tuple[dict[str, Any], list[FieldError]]:
        trimmed = {field: plain_cell(texts[place].strip()).strip() for field, place in self._places.items()}
        cells = _Cells({field: text for field, text in trimmed.items() if text}, self._headers)
        raw: dict[str, Any] = {"type": _UPSERTED, "member": _member(cells)}
        if consent := self._consent(cells, now):
            raw["member"]["consent"] = consent
        if moment := cells.read("occurred_at", self._moment):
            raw["occurred_at"] = moment.last(now).isoformat()
        raw |= {name: cells.given[name] for name in ("id", "version") if name in cells.given}
        if "id" not in self._places and "email" in cells.given:
            raw["id"] = self._id_of(normalised(cells.given["email"]))
        elif "id" not in self._places:
            cells.errors.append(FieldError(self._headers["email"], "is missing; there is no id on this line either"))
        return raw, cells.errors

    def _consent(self, cells: "_Cells", now: datetime) -> dict[str, Any] | None:
        """What the line states (see above), or nothing."""
        status = cells.read("consent.status", status_of)
        at = cells.read("consent.at", self._moment)
        into = cells.read("opted_in_at", self._moment)
        out = cells.read("opted_out_at", self._moment)
        moment: Span | None = None
        if status is ConsentStatus.OPTED_OUT:
            moment = at or out
        elif cells.read("opted_out", is_opt_out) or (out and not _is_newer(status, at or into, out)):
            status, moment = ConsentStatus.OPTED_OUT, out
        elif status is ConsentStatus.OPTED_IN:
            moment = at or into
        if status is None:
            return None
        source = cells.given.get("consent.source", self._source)
        consent: dict[str, Any] = {"status": status.value, "wording": cells.given.get("consent.wording", "")}
        if moment is not None:
            source = source if moment.is_exact else f"{source} ({moment.written})".strip()
            consent["at"] = (moment.last(now) if status is ConsentStatus.OPTED_OUT else moment.earliest).isoformat()
        return consent | {"source": source}

    def _moment(self, text: str) -> Span:
        return moment_of(text, day_first=self._day_first)

    def _in_the_file(self, error: FieldError) -> FieldError:
        """The error of a change in the words of the file: with the column instead of the path."""
        if not self._places:
            return FieldError(LINE, error.message) if error.field == WHOLE else error
        message = error.message.replace("send null", "leave the cell empty")
        path = error.field.removeprefix("member.")
        while path and path not in self._headers:
            path = path.rpartition(".")[0]
        return FieldError(self._headers.get(path, LINE), message)


class _Cells:
    """The cells of one line that are not empty, by field, and what was found to be wrong with them."""

    def __init__(self, given: Mapping[str, str], headers: Mapping[str, str]) -> None:
        self.given = given
        self.errors: list[FieldError] = []
        self._headers = headers

    def read[Read](self, field: str, reader: Callable[[str], Read]) -> Read | None:
        """What the reader makes of the cell; None when it is empty, or wrong, which is noted."""
        if field not in self.given:
            return None
        try:
            return reader(self.given[field])
        except WrongCellError as error:
            self.errors.append(FieldError(self._headers[field], str(error)))
            return None


def _sound(text: str) -> str:
    """Without half characters, which JSON can hold and nothing can write."""
    return text.encode(errors="replace").decode()


def _is_newer(status: ConsentStatus | None, opt_in: Span | None, out: Span) -> bool:
    return status is ConsentStatus.OPTED_IN and opt_in is not None and opt_in.earliest > out.latest


def _member(cells: _Cells) -> dict[str, Any]:
    given = cells.given
    member: dict[str, Any] = {field: given[field] for field in _TEXTS if field in given}
    own = {field: text for field, text in given.items() if field.startswith("fields.")}
    member["fields"] = {field.removeprefix("fields."): text for field, text in own.items()}
    categories = {field: text for field, text in given.items() if field.startswith("groups.")}
    member["groups"] = {field.removeprefix("groups."): names_in(text) for field, text in categories.items()}
    for field, reader in (("birthday", birthday_of), ("joined_on", day_of)):
        day = cells.read(field, reader)
        member[field] = day and day.isoformat()
    member["tags"] = cells.read("tags", names_in) or []
    member["state"] = cells.read("state", state_of) or "active"
    if "name" in given:
        member["first_name"], member["last_name"] = first_and_last(given["name"])
    address = {part: given[f"address.{part}"] for part in PARTS if f"address.{part}" in given}
    if whole := given.get("address"):
        address = address or parts_of(whole)
        if not address:
            member["fields"].setdefault("full_address", " ".join(whole.split()))
    return member | ({"address": address} if address else {})
