"""How a module looks: it says its place in one line, and it can be read in one sitting."""

import ast

from tests.unit.house import modules, name, tree

LONGEST = 300


def test_every_module_opens_with_one_line_that_says_its_place() -> None:
    silent = []
    for file in modules():
        first, _, rest = (ast.get_docstring(tree(file)) or "").partition("\n")
        if not first or (rest and not rest.startswith("\n")):
            silent.append(name(file))

    assert silent == []


def test_no_module_is_longer_than_one_reads_in_one_sitting() -> None:
    lengths = {name(file): len(file.read_text().splitlines()) for file in modules()}

    assert {file: lines for file, lines in lengths.items() if lines > LONGEST} == {}


def test_no_module_leaves_something_for_later() -> None:
    marks = [mark + ":" for mark in ("TODO", "FIXME", "XXX")]

    assert [name(file) for file in modules() if any(mark in file.read_text() for mark in marks)] == []
