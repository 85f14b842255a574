"""python -m tools.connect: joins an application to an audience of Mailchimp, and shows what the application needs."""

import argparse
import os
import re
import sys
import unicodedata
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.prompt import IntPrompt, Prompt
from rich.table import Table

from accord.adapters.mailchimp.account import AudienceSummary, MailchimpAccount
from accord.adapters.mailchimp.http import base_url_of
from accord.domain.changes import OrderBy
from accord.domain.connection import OptIn, Policy
from accord.errors import AccordError
from tools.connect.connecting import ConnectError, Wanted, connect
from tools.connect.examples import explained
from tools.connect.stack import Stack, StackError, find_stack


class Shown:
    """The progress on a terminal; the bar knows how many are subscribed, not how many are archived."""

    def __init__(self, console: Console, expected: int) -> None:
        columns = (SpinnerColumn(), TextColumn("reading the audience"), BarColumn(), MofNCompleteColumn())
        self.bar = Bar(*columns, TimeElapsedColumn(), console=console, transient=True)
        self._console = console
        self._task = self.bar.add_task("", total=expected, visible=False)

    def done(self, step: str) -> None:
        self._console.print(f"[green]✓[/] {escape(step)}")

    def read(self, contacts: int) -> None:
        expected = self.bar.tasks[self._task].total or 0
        self.bar.update(self._task, completed=contacts, total=max(expected, contacts), visible=True)


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 when the connection is live, 1 with a message when not."""
    options = _parser().parse_args(arguments)
    console = Console(highlight=False, soft_wrap=True)
    try:
        _connect(options, console)
    except (ConnectError, StackError, AccordError) as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"[red]✗[/] {escape(str(error))}")
        return 1
    except (KeyboardInterrupt, EOFError):
        Console(stderr=True).print("stopped: nothing is live, start again whenever you like")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.connect",
        allow_abbrev=False,  # --api-key must not be taken for --api-key-file
        description="Joins an application that has posted nothing yet to an audience of Mailchimp on a deployed stack, "
        "at once; accord connections create leads through a summary and an approval instead. The API key comes from "
        "MAILCHIMP_API_KEY, from a file, or is asked for; never from the command line, which others can see.",
        epilog="AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL say where the stack is.",
    )
    parser.add_argument("--stack", default="accord", help="name of the CloudFormation stack (%(default)s)")
    parser.add_argument("--api-key-file", type=Path, metavar="FILE", help="a file that holds the Mailchimp API key")
    parser.add_argument("--audience", metavar="ID", help="the audience; chosen from a list unless given")
    parser.add_argument("--connection", metavar="ID", help="made of the audience's name unless given")
    parser.add_argument(
        "--order-by",
        type=OrderBy,
        choices=list(OrderBy),
        default=OrderBy.OCCURRED_AT,
        help="which of a member's changes is the newest (%(default)s)",
    )
    parser.add_argument(
        "--opt-in",
        type=OptIn,
        choices=list(OptIn),
        default=OptIn.SINGLE,
        help="double: Mailchimp asks each person to confirm (%(default)s)",
    )
    parser.add_argument("--language", choices=["en", "fr"], default="en", help="of the reasons shown (%(default)s)")
    parser.add_argument(
        "--map",
        type=_mapped,
        action="append",
        default=[],
        metavar="FIELD=TAG",
        help="a field of the member and the merge field it goes to, as fields.company=COMPANY; may be repeated",
    )
    parser.add_argument("--no-create-fields", action="store_true", help="do not create the fields PLAN and JOINED")
    parser.add_argument("--notice-url", default="", metavar="URL", help="where the application takes notices")
    parser.add_argument("--profile-changes", action="store_true", help="tell of changed profiles as well")
    parser.add_argument("--no-webhook", action="store_true", help="Mailchimp does not tell what happens there")
    parser.add_argument("--base-url", default="", metavar="URL", help="of a Mailchimp simulator; local stacks only")
    return parser


def _mapped(text: str) -> tuple[str, str]:
    field, equals, tag = text.partition("=")
    if not (field and equals and re.fullmatch(r"[A-Z0-9_]{1,10}", tag)):
        raise argparse.ArgumentTypeError(f"{text!r} is not FIELD=TAG, as fields.company=COMPANY")
    return field, tag


def _connect(options: argparse.Namespace, console: Console) -> None:
    stack = find_stack(options.stack)
    api_key = _api_key(options.api_key_file)
    audience = _audience(_audiences(stack, api_key, options.base_url), options.audience, console)
    wanted = Wanted(
        connection_id=options.connection or connection_id_of(audience.name),
        audience_id=audience.id,
        order_by=options.order_by,
        policy=Policy(opt_in=options.opt_in, profile_changes_upstream=options.profile_changes),
        language=options.language,
        mapping=dict(options.map),
        create_fields=not options.no_create_fields,
        notice_url=options.notice_url,
        webhook=not options.no_webhook,
    )
    console.print(
        f"connecting [bold]{escape(wanted.connection_id)}[/] to the audience [bold]{escape(audience.name)}[/]"
    )
    shown = Shown(console, audience.member_count)
    with shown.bar:
        connected = connect(stack, wanted, api_key, base_url=options.base_url, progress=shown)
    console.print(explained(connected), markup=False)


def _api_key(file: Path | None) -> str:
    if file is not None:
        try:
            return file.read_text().strip()
        except OSError as error:
            raise ConnectError(f"The API key can not be read: {error}") from error
    if api_key := os.environ.get("MAILCHIMP_API_KEY", "").strip():
        return api_key
    if not sys.stdin.isatty():
        raise ConnectError("Which API key? Set MAILCHIMP_API_KEY, or name a file with --api-key-file")
    return Prompt.ask("Mailchimp API key (Account > Extras > API keys)", password=True).strip()


def _audiences(stack: Stack, api_key: str, base_url: str) -> list[AudienceSummary]:
    account = MailchimpAccount(base_url or base_url_of(api_key), api_key, allow_any_host=stack.is_local)
    return account.audiences()


def _audience(audiences: list[AudienceSummary], wanted: str | None, console: Console) -> AudienceSummary:
    """The audience that was named, the only one, or the one that a person chooses."""
    if not audiences:
        raise ConnectError("This Mailchimp account has no audience yet: create one in Mailchimp, then come back")
    if wanted is not None:
        found = next((each for each in audiences if each.id == wanted), None)
        if found is None:
            raise ConnectError(f"This Mailchimp account has no audience {wanted!r}: leave --audience out to choose one")
        return found
    if len(audiences) == 1:
        return audiences[0]
    if not sys.stdin.isatty():
        raise ConnectError("Which audience? Name it: " + ", ".join(f"--audience {each.id}" for each in audiences))
    table = Table("", "audience", "id", "subscribed")
    for number, each in enumerate(audiences, start=1):
        table.add_row(str(number), escape(each.name), each.id, f"{each.member_count:,}")
    console.print(table)
    numbers = [str(number) for number in range(1, len(audiences) + 1)]
    return audiences[IntPrompt.ask("which audience", choices=numbers, console=console) - 1]


def connection_id_of(audience_name: str) -> str:
    """Les Membres d'Été! -> les-membres-d-ete"""
    plain = unicodedata.normalize("NFKD", audience_name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:63].strip("-") or "members"


if __name__ == "__main__":
    sys.exit(main())
