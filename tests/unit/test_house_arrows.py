"""Who may import whom: functions -> bootstrap -> adapters -> usecases -> ports -> domain, and never the other way."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter import cli

from tests.unit.house import FUNCTIONS, PACKAGE, REPOSITORY, imported_by, imports, modules, name, tree

STANDARD = sys.stdlib_module_names
SIDE_EFFECTS = {"os", "logging", "socket", "http", "urllib", "subprocess", "threading", "asyncio", "time", "random"}
MESSAGES = tuple(
    f"accord.adapters.{module}."
    for module in ("cobot.webhook", "http", "mailchimp.webhook", "sqs.batches", "step_functions.steps")
)
"""Adapters that stand for no port: they turn an event into values, and values into an answer."""


def outside(folder: Path, *allowed: str) -> list[tuple[str, str]]:
    """The imports below a folder that lead neither to the standard library nor to what is allowed."""
    return [
        (module, imported)
        for module, imported in imported_by(folder)
        if imported.partition(".")[0] not in STANDARD and not imported.startswith(allowed)
    ]


def test_the_contracts_of_import_linter_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    status = cli.lint_imports(str(REPOSITORY / "pyproject.toml"), no_cache=True, no_logo=True)

    assert status == 0, capsys.readouterr().out


def test_the_domain_knows_pydantic_and_the_standard_library() -> None:
    assert outside(PACKAGE / "domain", "pydantic.", "accord.domain") == []


def test_use_cases_know_ports_and_domain() -> None:
    allowed = ("pydantic.", "accord.domain", "accord.ports", "accord.errors", "accord.usecases")

    assert outside(PACKAGE / "usecases", *allowed) == []


@pytest.mark.parametrize("folder", ["domain", "usecases"])
def test_what_decides_has_no_clock_no_chance_no_log_and_no_network_of_its_own(folder: str) -> None:
    found = [
        (module, imported)
        for module, imported in imported_by(PACKAGE / folder)
        if imported.partition(".")[0] in SIDE_EFFECTS
    ]

    assert found == []


def test_adapters_do_not_know_each_other() -> None:
    others = [
        (name(file), imported)
        for file in modules(PACKAGE / "adapters")
        for imported in imports(file)
        if imported.startswith("accord.adapters.")
        and imported.split(".")[2] != file.relative_to(PACKAGE / "adapters").parts[0].removesuffix(".py")
    ]

    assert others == []


def test_functions_know_neither_aws_nor_http_nor_each_other() -> None:
    assert outside(FUNCTIONS, "accord", "aws_lambda_powertools.") == []


def test_functions_leave_it_to_bootstrap_to_join_ports_and_adapters() -> None:
    used = {imported for _, imported in imported_by(FUNCTIONS) if imported.startswith("accord.adapters.")}

    assert [imported for imported in used if not imported.startswith(MESSAGES)] == []


def environment_readers(folders: tuple[Path, ...]) -> Iterator[str]:
    for file in modules(*folders):
        for node in ast.walk(tree(file)):
            named = node.attr if isinstance(node, ast.Attribute) else node.name if isinstance(node, ast.alias) else ""
            if named in {"environ", "environb", "getenv", "os.environ"}:
                yield name(file)


def test_only_settings_read_the_environment() -> None:
    assert set(environment_readers((PACKAGE, FUNCTIONS))) == {"layers/accord/accord/settings/environment.py"}


def test_what_runs_on_aws_does_not_know_tools_and_tests() -> None:
    strays = [pair for pair in imported_by(PACKAGE, FUNCTIONS) if pair[1].partition(".")[0] in {"tools", "tests"}]

    assert strays == []
