"""The Makefile: every target that people use is explained, and CI calls one of them."""

import re
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
TARGETS = {"help", "setup", "run", "demo", "test", "check", "bench", "connect", "requirements", "clean"}


def test_make_alone_lists_the_targets_with_a_line_each() -> None:
    said = subprocess.run(["make"], cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=30).stdout

    lines = dict(re.findall(r"^  make (\S+) +(\S.+)$", said, re.MULTILINE))
    assert lines.keys() == TARGETS


def test_every_phony_target_exists_and_is_phony() -> None:
    text = (REPOSITORY / "Makefile").read_text()

    phony = set(text.split(".PHONY:")[1].splitlines()[0].split())
    assert phony == set(re.findall(r"^([a-z]+):", text, re.MULTILINE))


def test_ci_calls_what_the_readme_calls() -> None:
    assert "make test" in (REPOSITORY / ".ci" / "run").read_text()


def test_requirement_files_name_no_index() -> None:
    files = [REPOSITORY / "requirements-dev.txt", *REPOSITORY.glob("*/*/requirements.txt")]
    files += (REPOSITORY / "tools" / "local_aws" / "requirements").glob("*.txt")

    named = [str(file) for file in files if re.search(r"index-url|https?://", file.read_text())]
    assert len(files) == 5
    assert named == []
