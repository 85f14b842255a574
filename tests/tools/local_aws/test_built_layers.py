"""The layers as SAM builds them: with the compiled code that a cold start needs, and the same for the same sources."""

from pathlib import Path

import pytest

from tools.local_aws import build, install

UNCHECKED_HASH = 0b01  # PEP 552: found by the hash in the file, and not compared with the source


@pytest.fixture(scope="module")
def built() -> Path:
    install()
    return build().folder.parent / "sam"


@pytest.mark.parametrize(("layer", "package"), [("AccordLayer", "accord"), ("DependenciesLayer", "pydantic")])
def test_python_compiles_nothing_of_a_layer(built: Path, layer: str, package: str) -> None:
    sources = sorted((built / layer / "python" / package).rglob("*.py"))
    compiled = [source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc" for source in sources]
    flags = {int.from_bytes(file.read_bytes()[4:8], "little") for file in compiled}
    assert flags == {UNCHECKED_HASH}


def test_no_file_of_a_layer_names_the_place_where_it_was_built(built: Path) -> None:
    place = str(built.parent).encode()
    files = (file for layer in ("AccordLayer", "DependenciesLayer") for file in (built / layer).rglob("*"))
    assert [file for file in files if file.is_file() and place in file.read_bytes()] == []
