"""What every command has: the options that say where to call and how to answer, and the session that they make."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import Any, Concatenate, NoReturn

import click

from tools.accord.client import Answer, Client
from tools.accord.errors import RefusedError
from tools.accord.target import Target, find_target
from tools.accord.terminal import Terminal


@dataclass
class Asking:
    """What the options said, and what is made of it when it is needed."""

    url: str | None = None
    token: str | None = None
    stack_file: Path | None = None
    lang: str | None = None
    json: bool = False

    @cached_property
    def target(self) -> Target:
        """Raises NowhereError."""
        return find_target(self.url, self.token, self.stack_file)

    @cached_property
    def api(self) -> Client:
        """Raises NowhereError."""
        return Client(self.target, self.lang)

    @cached_property
    def terminal(self) -> Terminal:
        return Terminal(as_json=self.json)


class Id(click.ParamType[str]):
    """A part of a path: not empty, and none that would lead to another route."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip()
        if not text or set(text) == {"."} or not text.isprintable() or "/" in text or "\\" in text:
            self.fail("it has letters, digits and dashes, like zoo or m-17", param, ctx)
        return text


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """An option may stand before the command's name or after it; after it counts more."""
    asking = ctx.ensure_object(Asking)
    if value and param.name:
        setattr(asking, param.name, value)


def _option(*names: str, **settings: Any) -> Callable[[Any], Any]:
    return click.option(*names, expose_value=False, callback=_keep, **settings)


_SHARED = (
    _option("--json", is_flag=True, help="The API's document, one JSON value, instead of words."),
    _option("--lang", type=click.Choice(["en", "fr"]), help="Language of reasons and messages of the API."),
    _option("--url", metavar="URL", help="Where Accord is; else ACCORD_URL, else the local stack."),
    _option("--token", metavar="TOKEN", help="The operator's; better in ACCORD_TOKEN, where nobody sees it."),
    _option(
        "--stack-file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Of another local stack; else ACCORD_STACK_FILE, else .local/stack.json of the checkout.",
    ),
)


def shared_options[F: Callable[..., Any]](function: F) -> F:
    """The options that every command has."""
    for each in reversed(_SHARED):
        function = each(function)
    return function


def asks[**P](function: Callable[Concatenate[Asking, P], None]) -> Callable[P, None]:
    """A command whose first argument is the session."""

    @wraps(function)
    def command(*args: P.args, **kwargs: P.kwargs) -> None:
        function(click.get_current_context().ensure_object(Asking), *args, **kwargs)

    return command


def connection_argument[F: Callable[..., Any]](function: F) -> F:
    """CONNECTION, which a shell can complete."""
    return click.argument("connection", type=Id(), shell_complete=complete_connections)(function)


def complete_connections(ctx: click.Context, _param: click.Parameter | None, incomplete: str) -> list[str]:
    """Those that begin so."""
    try:
        found = ctx.ensure_object(Asking).api.get("connections")
        return [each["id"] for each in found["connections"] if each["id"].startswith(incomplete)]
    except Exception:  # noqa: BLE001 - a shell that completes shows no error
        return []


def paging[F: Callable[..., Any]](function: F) -> F:
    """--limit, --all, --after."""
    for each in (
        click.option("--after", metavar="CURSOR", help="Go on where another list stopped."),
        click.option("--all", "everything", is_flag=True, help="All that there are."),
        click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="So many, or a page more"),
    ):
        function = each(function)
    return function


def more(asking: Asking, document: Answer) -> None:
    """Say that there is more, and how to see it."""
    if document.get("next"):
        asking.terminal.command_to_copy(
            "there are more; see all with --all, or go on with", f"--after '{document['next']}'"
        )


def with_remedy(error: RefusedError, remedy: str) -> NoReturn:
    """The same refusal, with what to do about it."""
    raise RefusedError(error.code, str(error), lines=error.lines, remedy=remedy, problem=error.problem) from None
