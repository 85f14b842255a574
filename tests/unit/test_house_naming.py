"""One verb, everywhere: who knows the name of a function knows where all of it is."""

import ast
import re
from collections.abc import Iterator

import pytest

from accord import bootstrap, settings
from tests.unit.house import FUNCTIONS, PACKAGE, REPOSITORY, functions, modules, name, tree

VAGUE = re.compile(r"(^|_)(utils?|helpers?|common|manager|misc|impl|base)(_|$)")
VAGUE_CLASS = re.compile(r"(Utils?|Helpers?|Common|Manager|Impl)$|^I[A-Z][a-z]")


def in_capitals(verb: str) -> str:
    """sync_members -> SyncMembers"""
    return "".join(word.capitalize() for word in verb.split("_"))


def logical_ids() -> set[str]:
    template = (REPOSITORY / "template.yaml").read_text()
    return set(re.findall(r"^  (\w+):\n    Type: AWS::Serverless::Function$", template, re.MULTILINE))


@pytest.mark.parametrize("verb", functions())
def test_a_function_has_the_same_name_everywhere(verb: str) -> None:
    assert (PACKAGE / "usecases" / f"{verb}.py").exists()
    assert callable(getattr(bootstrap, verb))
    assert isinstance(getattr(settings, f"{in_capitals(verb)}Settings"), type)
    assert f"{in_capitals(verb)}Function" in logical_ids()
    assert list((REPOSITORY / "events").glob(f"{verb}.*.json"))
    assert (REPOSITORY / "tests" / "functions" / f"test_{verb}.py").exists()


def test_nothing_is_named_after_a_function_that_is_not_there() -> None:
    verbs = set(functions())

    assert logical_ids() == {f"{in_capitals(verb)}Function" for verb in verbs}
    assert {event.name.partition(".")[0] for event in (REPOSITORY / "events").iterdir()} == verbs
    tests = (REPOSITORY / "tests" / "functions").glob("test_*.py")
    assert {test.stem.removeprefix("test_") for test in tests if test.stem.removeprefix("test_") in verbs} == verbs


@pytest.mark.parametrize("verb", functions())
def test_a_function_is_one_module_with_a_handler(verb: str) -> None:
    files = [file.name for file in (FUNCTIONS / verb).iterdir() if file.name != "__pycache__"]
    defined = [node.name for node in tree(FUNCTIONS / verb / "app.py").body if isinstance(node, ast.FunctionDef)]

    assert files == ["app.py"]
    assert "handler" in defined


def test_a_use_case_is_named_by_a_verb_and_a_function_by_verb_and_noun() -> None:
    for verb in functions():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", verb)


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name(file) for file in modules() if VAGUE.search(file.stem)] == []


def classes() -> Iterator[tuple[str, str]]:
    for file in modules():
        yield from ((name(file), node.name) for node in ast.walk(tree(file)) if isinstance(node, ast.ClassDef))


def test_no_class_has_a_name_that_says_nothing() -> None:
    assert [(file, named) for file, named in classes() if VAGUE_CLASS.search(named)] == []
