"""`accord` as a person gives it, against the running local stack, with nothing said of where that is."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tools.local_stack import LocalStack, StackFile

type Command = Callable[..., subprocess.CompletedProcess[str]]
"""Arguments, and the `status` that is expected of them -> what it said."""
type Words = Callable[..., str]


def command_of(stack: LocalStack, folder: Path) -> Command:
    """The command, which finds the stack by a file in the folder. Nobody sits before it."""
    StackFile(folder).write(stack.info)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ACCORD_")}
    environment = inherited | {"ACCORD_STACK_FILE": str(folder / "stack.json")}

    def command(*arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        said = subprocess.run(
            [sys.executable, "-m", "tools.accord", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        print(f"$ accord {' '.join(arguments)}\n{said.stdout}{said.stderr}")
        assert said.returncode == status, said.stdout + said.stderr
        return said

    return command


def words_of(command: Command) -> Words:
    """Its results alone; all that it said where it had to refuse."""

    def words(*arguments: str, status: int = 0) -> str:
        said = command(*arguments, status=status)
        return said.stdout + said.stderr if status else said.stdout

    return words
