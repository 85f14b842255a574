"""The project as the house tests walk through it: its modules, and what each of them imports."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "layers" / "accord" / "accord"
FUNCTIONS = REPOSITORY / "functions"
NOT_OURS = {".venv", ".local", ".git", ".aws-sam", "__pycache__", "node_modules"}


@cache
def modules(*folders: Path) -> tuple[Path, ...]:
    """Every Python file under the folders; all of the project's by default."""
    found = (file for folder in folders or (REPOSITORY,) for file in folder.rglob("*.py"))
    return tuple(sorted(file for file in found if not NOT_OURS & set(file.relative_to(REPOSITORY).parts)))


def name(file: Path) -> str:
    """The path as people write it."""
    return str(file.relative_to(REPOSITORY))


@cache
def tree(file: Path) -> ast.Module:
    """The module, parsed."""
    return ast.parse(file.read_text(), name(file))


def imports(file: Path) -> Iterator[str]:
    """The full names of all that a module imports, within functions and for type checking as well."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(file)} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imported_by(*folders: Path) -> Iterator[tuple[str, str]]:
    """Module and import, for every import below the folders."""
    yield from ((name(file), imported) for file in modules(*folders) for imported in imports(file))


def functions() -> list[str]:
    """The Lambda functions, by the names of their folders."""
    return sorted(folder.name for folder in FUNCTIONS.iterdir() if (folder / "app.py").exists())
