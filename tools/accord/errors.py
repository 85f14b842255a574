"""What ends a command, and the exit status that says so."""

from collections.abc import Sequence
from enum import IntEnum


class ExitStatus(IntEnum):
    """What a shell sees; `accord --help` says the same."""

    DONE = 0
    REFUSED = 1
    USAGE = 2  # click's own
    UNREACHABLE = 3
    UNRECOGNISED = 4
    INTERRUPTED = 130  # as shells say it


class CommandError(Exception):
    """What a person is told: a sentence, what belongs to it line by line, and what to do."""

    status = ExitStatus.REFUSED

    def __init__(self, message: str, *, lines: Sequence[str] = (), remedy: str = "") -> None:
        super().__init__(message)
        self.lines = tuple(lines)
        self.remedy = remedy


class RefusedError(CommandError):
    """Accord answered, and did not do it. `code` is the status of HTTP, `problem` what the API calls it."""

    def __init__(
        self, code: int, message: str, *, lines: Sequence[str] = (), remedy: str = "", problem: str = ""
    ) -> None:
        super().__init__(message, lines=lines, remedy=remedy)
        self.code = code
        self.problem = problem


class UnreachableError(CommandError):
    """Nothing answered, or something that is not Accord."""

    status = ExitStatus.UNREACHABLE


class UnrecognisedError(CommandError):
    """The token opens nothing."""

    status = ExitStatus.UNRECOGNISED


class NowhereError(CommandError):
    """Nobody said which Accord is meant."""

    status = ExitStatus.USAGE
