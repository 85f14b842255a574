"""`accord import`: a file is uploaded and followed, what was understood of it is said, and a yes is asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.tools.accord.conftest import Command
from tests.tools.accord.documents import ZOO
from tests.tools.accord.small_accord import Document, SmallAccord, problem
from tests.tools.accord.small_bucket import SmallBucket, small_bucket

ID = "2026-11-22T10:00:00.000000Z-0123abcd"
MAKE, BEGIN, APPROVE = (f"POST {ZOO}/imports{path}" for path in ("", f"/{ID}/begin", f"/{ID}/approve"))
LOOK = f"GET {ZOO}/imports/{ID}"


def an_import(state: str = "done", done: int = 3, phase: str = "reading", **given: Any) -> Document:
    """As the API shows it."""
    counts = {"taken": 2, "bad": 1, "duplicates": 0, "shared_addresses": 0, "left": 0}
    return {
        "id": ID,
        "name": "members.csv",
        "mode": "upsert",
        "source": None,
        "state": state,
        "detail": None,
        "at": "2026-11-22T10:00:00Z",
        "done_at": None,
        "written_as": "CSV, UTF-8",
        "columns": {"understood": {"E-mail": "email", "id": "id"}, "passed_over": ["NOTES"], "unknown": ["Couleur"]},
        "progress": {"phase": phase, "done": done, "total": 3, "seconds_left": None},
        "counts": counts | given.pop("counts", {}),
        "snapshot": None,
        "errors_url": None,
        **given,
    }


@pytest.fixture
def bucket() -> Iterator[SmallBucket]:
    with small_bucket() as running:
        yield running


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "members.csv"
    path.write_text("id,E-mail,NOTES,Couleur\nm-1,otter@zoo.test,,\nm-2,heron@zoo.test,,\nm-3,nobody,,\n")
    return path


@pytest.fixture
def importing(api: SmallAccord, bucket: SmallBucket) -> SmallAccord:
    """An Accord that takes files."""
    upload = {"method": "PUT", "url": f"{bucket.url}/upload?signed", "expires_in": 3600, "max_bytes": 300_000_000}
    api.tell(MAKE, {"import": an_import("awaiting_file", 0), "upload": upload}, status=201)
    api.tell(BEGIN, {"import": an_import("running", 0)}, status=202)
    api.tell(APPROVE, {"import": an_import("running", 0)}, status=202)
    return api


def tell(api: SmallAccord, *found: Document) -> None:
    api.tell(LOOK, *({"import": each} for each in found))


def test_q5_a_file_is_uploaded_and_followed_until_it_is_read(
    importing: SmallAccord, bucket: SmallBucket, accord: Command, file: Path
) -> None:
    progress = {"phase": "reading", "done": 1, "total": 3, "seconds_left": 240}
    tell(importing, an_import("running", progress=progress), an_import())

    seen = accord("import", str(file), "--connection", "zoo", "--source", "paper")

    assert seen.status == 0, seen.err
    assert [each.body for each in importing.sent_to(MAKE)] == [
        {"name": "members.csv", "mode": "upsert", "source": "paper"}
    ]
    (put,) = bucket.put
    assert put[:2] == ("/upload?signed", file.read_bytes())
    assert "authorization" not in put[2]
    words = {name.strip(): rest.strip() for name, _, rest in (line.partition("  ") for line in seen.out.splitlines())}
    assert words["columns"] == "E-mail → email, id"
    assert words["passed over"] == "NOTES"
    assert words["not known"] == "Couleur (left out; name a column fields.<name> to keep it)"
    assert (words["lines"], words["taken"], words["bad"]) == ("3", "2", "1")
    assert "left" not in words


def test_p13_what_is_wrong_lies_beside_the_file(
    importing: SmallAccord, bucket: SmallBucket, accord: Command, file: Path
) -> None:
    bucket.holds["/errors?signed"] = b"line,column,what is wrong\r\n4,E-mail,is no address\r\n"
    tell(importing, an_import(errors_url=f"{bucket.url}/errors?signed"))

    seen = accord("import", str(file), "--connection", "zoo")

    beside = file.with_name("members.csv.errors.csv")
    assert beside.read_bytes() == bucket.holds["/errors?signed"]
    assert str(beside) in seen.out.replace("\n", "")


def test_with_json_there_is_one_document(importing: SmallAccord, accord: Command, file: Path) -> None:
    tell(importing, an_import())
    assert accord("import", str(file), "--connection", "zoo", "--json").document == an_import()


def test_nobody_has_to_wait(importing: SmallAccord, accord: Command, file: Path) -> None:
    seen = accord("import", str(file), "--connection", "zoo", "--no-wait")
    assert (seen.status, f"accord runs show zoo {ID}" in seen.out) == (0, True)
    assert accord("import", str(file), "--connection", "zoo", "--no-wait", "--json").document["state"] == "running"
    assert importing.sent_to(LOOK) == []


def proposed() -> Document:
    compared = {"present": 40, "missing": 30}
    return an_import("proposed", 0, mode="snapshot", snapshot=compared, detail="30 of 40 members are not in the file.")


def test_a_snapshot_that_lacks_many_is_asked_for(importing: SmallAccord, accord: Command, file: Path) -> None:
    tell(importing, proposed())
    seen = accord("import", str(file), "--connection", "zoo", "--mode", "snapshot")
    assert seen.status == 2
    assert "30 of 40 members are not in the file." in seen.err
    assert "say --may-leave N" in seen.err
    assert f"accord runs approve zoo {ID}" in seen.err
    assert f"accord runs stop zoo {ID}" in seen.err
    assert importing.sent_to(APPROVE) == []


@pytest.mark.parametrize("allowed", ["29", "0"])
def test_p2_a_script_approves_no_more_than_it_says(
    importing: SmallAccord, accord: Command, file: Path, allowed: str
) -> None:
    tell(importing, proposed())
    seen = accord("import", str(file), "--connection", "zoo", "--mode", "snapshot", "--may-leave", allowed)
    assert (seen.status, importing.sent_to(APPROVE)) == (1, [])
    assert f"30 members would have left; --may-leave says {allowed}" in seen.err


def test_and_goes_on_where_no_more_are_missing_than_that(importing: SmallAccord, accord: Command, file: Path) -> None:
    tell(importing, proposed(), an_import(mode="snapshot", counts={"left": 30}))
    seen = accord("import", str(file), "--connection", "zoo", "--mode", "snapshot", "--may-leave", "30")
    assert seen.status == 0, seen.err
    assert [each.body for each in importing.sent_to(APPROVE)] == [{"at_most": 30}]
    assert seen.out.split()[-2:] == ["left", "30"]


def test_a_file_that_was_refused_says_why_and_ends_with_one(
    importing: SmallAccord, accord: Command, file: Path
) -> None:
    tell(importing, an_import("failed", 0, detail="No column is named email or id."))
    seen = accord("import", str(file), "--connection", "zoo")
    assert seen.status == 1
    assert "members.csv was not imported: No column is named email or id." in seen.err


def test_what_the_bucket_does_not_take_is_said(
    importing: SmallAccord, bucket: SmallBucket, accord: Command, file: Path
) -> None:
    bucket.refuses = True
    seen = accord("import", str(file), "--connection", "zoo")
    assert (seen.status, "not taken (403)" in seen.err) == (1, True)
    assert importing.sent_to(BEGIN) == []


def test_a_file_that_is_empty_or_too_large_is_not_uploaded(
    api: SmallAccord, bucket: SmallBucket, accord: Command, file: Path, tmp_path: Path
) -> None:
    upload = {"method": "PUT", "url": f"{bucket.url}/upload", "expires_in": 3600, "max_bytes": 10}
    api.tell(MAKE, {"import": an_import("awaiting_file", 0), "upload": upload}, status=201)
    (tmp_path / "empty.csv").touch()
    assert "is empty" in accord("import", str(tmp_path / "empty.csv"), "--connection", "zoo").err
    assert "Split it" in accord("import", str(file), "--connection", "zoo").err
    assert bucket.put == []


def test_what_accord_refuses_is_said_by_field(api: SmallAccord, accord: Command, file: Path) -> None:
    api.tell(MAKE, problem(422, "Correct it.", source="is too long"), status=422)
    seen = accord("import", str(file), "--connection", "zoo")
    assert (seen.status, "source: is too long" in seen.err) == (1, True)
    assert accord("import", "nowhere.csv", "--connection", "zoo").status == 2
    assert accord("import", str(file)).status == 2
