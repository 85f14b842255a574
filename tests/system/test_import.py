"""Files of members, as people bring them with `accord import`: taken, listed as bad, compared, approved, exported."""

import csv
import json
from pathlib import Path

import pytest

from tests.system.application import Application, another_application
from tests.system.command import Command, command_of
from tests.system.watching import eventually
from tools.local_stack import LocalStack

pytestmark = pytest.mark.system

HEAD = "Identifiant;Adresse e-mail;Prénom;Nom;Formule;Consentement;Date de consentement;Couleur préférée\n"
MEMBERS = [
    *("aye-aye", "binturong", "colugo", "dik-dik", "echidna", "fossa", "gerenuk", "hoatzin", "indri", "jerboa"),
    *("kinkajou", "loris", "markhor", "numbat", "olm", "pangolin", "quoll", "ratel", "saiga", "tamandua"),
]


@pytest.fixture(scope="module")
def menagerie(stack: LocalStack) -> Application:
    return another_application(stack, "menagerie")


@pytest.fixture
def accord(stack: LocalStack, tmp_path: Path) -> Command:
    return command_of(stack, tmp_path)


def a_line(name: str, *, consent: str = "oui") -> str:
    return f"{name};{name}@menagerie.test;{name.title()};Durand;Volière;{consent};03/04/2024;vert\n"


def a_file(path: Path, *lines: str) -> str:
    path.write_bytes((HEAD + "".join(lines)).encode("cp1252"))  # as a French Excel saves it
    return str(path)


def test_q5_a_file_is_imported_and_a_later_one_says_who_has_left(
    menagerie: Application, accord: Command, tmp_path: Path
) -> None:
    connection, binturong = menagerie.api.connection_id, "binturong@menagerie.test"
    good = [a_line(name, consent="non" if name == "olm" else "oui") for name in MEMBERS]
    whole = a_file(tmp_path / "membres.csv", *good[:3], "yak;pas une adresse;Yan;Durand;Pré;oui;;brun\n", *good[3:])

    said = accord("import", whole, "--connection", connection).stdout

    facts = {name.strip(): rest.strip() for name, _, rest in (line.partition("  ") for line in said.splitlines())}
    assert (facts["membres.csv"], facts["written as"]) == ("done", "CSV, Windows-1252")
    assert (facts["lines"], facts["taken"], facts["bad"]) == ("21", "20", "1")
    assert "Prénom → first_name" in facts["columns"]
    assert facts["not known"].startswith("Couleur préférée (left out")
    with (tmp_path / "membres.csv.errors.csv").open(encoding="utf-8-sig", newline="") as errors:
        (bad,) = csv.DictReader(errors)
    assert (bad["line"], bad["column"]) == ("5", "Adresse e-mail")
    assert "not a valid email address" in bad["what is wrong"]
    eventually(
        "they are subscribed", lambda: {menagerie.seen(f"{m}@menagerie.test") for m in MEMBERS[:5]} == {"subscribed"}
    )
    assert menagerie.fields(binturong)["FNAME"] == "Binturong"
    assert menagerie.seen("olm@menagerie.test") == "unknown"
    (created,) = menagerie.api.history("binturong")["events"]
    assert "file" in json.dumps(created["cause"])

    # a file of five would mean that fifteen have left: asked for first, and nothing is done
    few = a_file(tmp_path / "peu.csv", *(a_line(name) for name in MEMBERS[:5]))
    snapshot = ("import", few, "--connection", connection, "--mode", "snapshot")
    refused = accord(*snapshot, status=2)
    assert "15 of 20 members are not in the file" in refused.stderr
    assert "say --may-leave N" in refused.stderr
    (newest, first) = json.loads(accord("runs", "list", connection, "--json").stdout)["runs"]
    assert (newest["kind"], newest["state"], newest["counts"]) == ("import", "proposed", {})
    assert (first["state"], first["counts"]) == ("done", {"taken": 20, "bad": 1})
    assert menagerie.seen("saiga@menagerie.test") == "subscribed"

    assert (
        "15 members would have left; --at-most says 14"
        in accord(*("runs", "approve", connection, newest["id"], "--at-most", "14"), status=1).stderr
    )
    assert "stopped" in accord("runs", "stop", connection, newest["id"], "--yes").stdout
    assert "nothing to approve" in accord("runs", "approve", connection, newest["id"], status=1).stderr

    approved = json.loads(accord(*snapshot, "--may-leave", "15", "--json").stdout)
    assert (approved["state"], approved["counts"]["taken"], approved["counts"]["left"]) == ("done", 5, 15)
    assert menagerie.becomes("saiga", "archived", "left")["status"] == "archived"
    assert menagerie.seen("saiga@menagerie.test") == "archived"
    assert menagerie.seen(binturong) == "subscribed"

    exported = tmp_path / "etat.csv"
    accord("export", connection, "--output", str(exported))
    with exported.open(encoding="utf-8-sig", newline="") as file:
        stand = {row["id"]: row["status"] for row in csv.DictReader(file)}
    assert stand.keys() == set(MEMBERS)
    assert (stand["binturong"], stand["saiga"]) == ("synced", "archived")


def test_q5_a_snapshot_right_after_another_import_sees_whom_that_one_brought(
    stack: LocalStack, accord: Command, tmp_path: Path
) -> None:
    aviary = another_application(stack, "aviary")
    brought = ("import", "--connection", aviary.api.connection_id, "--json")
    accord(*brought, a_file(tmp_path / "tous.csv", *map(a_line, MEMBERS[:12])))

    later = accord(*brought, a_file(tmp_path / "reste.csv", *map(a_line, MEMBERS[:10])), "--mode", "snapshot")

    found = json.loads(later.stdout)
    assert (found["snapshot"], found["counts"]["left"]) == ({"present": 12, "missing": 2}, 2)
    for name in MEMBERS[10:12]:
        aviary.becomes(name, "archived", "left")


def test_p13_a_snapshot_without_a_good_line_says_so_and_asks_nothing(
    menagerie: Application, accord: Command, tmp_path: Path
) -> None:
    bad = a_file(tmp_path / "mauvais.csv", "yak;pas une adresse;Yan;Durand;Pré;oui;;brun\n")

    said = accord("import", bad, "--connection", menagerie.api.connection_id, "--mode", "snapshot", status=1)

    assert "No line of the file could be taken" in said.stderr
    assert "have left" not in said.stderr


def test_p13_a_file_that_can_not_be_read_is_refused_with_the_remedy(
    menagerie: Application, accord: Command, tmp_path: Path
) -> None:
    sheet = tmp_path / "membres.xlsx"
    sheet.write_bytes(b"PK\x03\x04 whatever is in it")

    said = accord("import", str(sheet), "--connection", menagerie.api.connection_id, status=1)

    assert "save it as CSV UTF-8" in said.stderr
