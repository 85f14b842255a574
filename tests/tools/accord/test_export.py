"""`accord export`: every member once, in a file that a spreadsheet opens without running anything."""

import csv
import io
import json
from pathlib import Path

from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import ZOO
from tests.tools.accord.small_accord import Document, SmallAccord

MEMBERS = f"GET {ZOO}/members"


def a_member(id_: str, status: str = "synced") -> Document:
    reason = {"code": "in_agreement", "message": 'Il est à jour, "vraiment".', "next_step": ""}
    return {"id": id_, "status": status, "reason": reason, "since": "2026-11-22T10:00:00Z", "attempts": 1}


def tell(api: SmallAccord) -> None:
    first = {"members": [a_member("=1+1"), a_member("otter", "excluded")], "next": "c"}
    api.tell(MEMBERS, first, {"members": [a_member("otter"), a_member("heron")], "next": None})


def test_q5_all_members_are_written_once(api: SmallAccord, accord: Command, tmp_path: Path) -> None:
    tell(api)
    output = tmp_path / "zoo.csv"

    seen = accord("export", "zoo", "--output", str(output))

    assert (seen.status, seen.out) == (0, "")
    with output.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["'=1+1", "otter", "heron"]
    assert rows[0] == {
        "id": "'=1+1",
        "status": "synced",
        "reason": "in_agreement",
        "why": 'Il est à jour, "vraiment".',
        "since": "2026-11-22T10:00:00Z",
        "attempts": "1",
    }
    assert output.read_bytes().startswith(b"\xef\xbb\xbf")


def test_without_a_file_it_goes_to_stdout(api: SmallAccord, accord: Command) -> None:
    tell(api)
    rows = list(csv.reader(io.StringIO(accord("export", "zoo").out)))
    assert [row[0] for row in rows] == ["id", "'=1+1", "otter", "heron"]


def test_with_json_each_line_is_a_member(api: SmallAccord, accord: Command, tmp_path: Path) -> None:
    tell(api)
    output = tmp_path / "zoo.ndjson"
    accord("export", "zoo", "--json", "--output", str(output))
    assert [json.loads(line)["id"] for line in output.read_text().splitlines()] == ["=1+1", "otter", "heron"]


def test_a_file_that_can_not_be_written_is_said(api: SmallAccord, accord: Command, tmp_path: Path) -> None:
    tell(api)
    seen = accord("export", "zoo", "--output", str(tmp_path / "nowhere" / "zoo.csv"))
    assert (seen.status, "can not be written" in seen.err) == (1, True)
