"""What people see of a local stack in their terminal."""

import base64
import json
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from tools.local_stack.stack_file import StackInfo


class Terminal:
    """Steps with their times, bars, tables; plain lines where the output is no terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """A line when it is done, with the seconds it took."""
        begun = time.monotonic()
        with self.console.status(f"{title} ..."):
            yield
        self.console.print(f"[green]✓[/] {title} [dim]{time.monotonic() - begun:.1f} s[/]")

    def detail(self, text: str) -> None:
        """A line below the step that is open."""
        self.console.print(f"  {text}", style="dim", markup=False)

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator["Bar"]:
        """A progress bar."""
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console) as progress:
            yield Bar(progress, title, total)

    def say(self, text: str = "", style: str = "") -> None:
        """A line as it is, never wrapped, so that it can be copied."""
        self.console.print(Text(text, style=style))

    def heading(self, text: str) -> None:
        """Where something new begins."""
        self.console.print()
        self.console.print(Text(text, style="bold"))

    def counts(self, counts: Mapping[str, int]) -> None:
        """The members by status, those that there are."""
        table = Table("status", "members", title="members by status", title_justify="left")
        table.columns[1].justify = "right"
        for status, number in sorted(counts.items(), key=lambda pair: -pair[1]):
            if number:
                table.add_row(status, f"{number:,}")
        table.add_section()
        table.add_row("all", f"{sum(counts.values()):,}")
        self.console.print(table)

    def addresses(self, info: StackInfo, file: str) -> None:
        """Where everything is."""
        self.heading("Where it is")
        for name, value in (
            ("changes go to", f"{info.api_url}/v1/connections/{info.connection_id}/members"),
            ("signing secret", info.signing_secret),
            ("upstream's token", info.upstream_token),
            ("operator's token", info.operator_token),
            ("Mailchimp", info.mailchimp_url),
            ("the application", f"{info.upstream_url}/members, /notices"),
            ("AWS", f"AWS_ENDPOINT_URL={info.aws_endpoint_url}"),
            ("all of it", file),
        ):
            self.say(f"  {name:<18}{value}")

    def commands(self, commands: Mapping[str, str]) -> None:
        """Commands to paste."""
        self.heading("To try")
        for title, command in commands.items():
            self.say(f"\n  {title}", style="dim")
            self.say(command)


class Bar:
    """One progress bar; it never shows more than there is."""

    def __init__(self, progress: Progress, title: str, total: int) -> None:
        self._progress = progress
        self._total = total
        self._task = progress.add_task(title, total=total)

    def __call__(self, completed: int) -> None:
        self._progress.update(self._task, completed=min(completed, self._total))


def commands_to_try(info: StackInfo, email: str) -> dict[str, str]:
    """Three commands that work when they are pasted into a shell, by title; `email` is the address of a contact."""
    members = f"{info.api_url}/v1/connections/{info.connection_id}/members"
    contact = f"{info.mailchimp_url}/lists/{info.audience_id}/members/{email}?fields=email_address,status,merge_fields"
    return {
        "post a change, signed as Standard Webhooks prescribes": signed_curl(members, info.signing_secret),
        "how that member stands": _line(
            "curl", "-sS", "-w", r"\n", f"{members}/try-1", "-H", f"Authorization: Bearer {info.upstream_token}"
        ),
        "a contact as Mailchimp has it": _line(
            "curl", "-sS", "-w", r"\n", "-u", f"anyone:{info.mailchimp_api_key}", contact
        ),
    }


def signed_curl(url: str, signing_secret: str) -> str:
    """One line for sh, bash or zsh that signs with openssl and posts a member with consent."""
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    consent = {"status": "opted_in", "at": now, "source": "a terminal", "wording": "I agree to receive newsletters"}
    member = {
        "email": "try-1@demo.test",
        "first_name": "Kiki",
        "last_name": "Trial",
        "plan": "Flex",
        "consent": consent,
    }
    change = {"type": "member.upserted", "id": "try-1", "occurred_at": now, "member": member}
    key = base64.b64decode(signing_secret.removeprefix("whsec_")).hex()
    signing = f"openssl dgst -sha256 -mac HMAC -macopt hexkey:{key} -binary | base64"
    return (
        f"body={shlex.quote(json.dumps({'changes': [change]}))}; "
        'now=$(date +%s); id="msg_$$_$now"; '
        f'signature=$(printf %s "$id.$now.$body" | {signing}); '
        f"curl -sS -w '\\n' {shlex.quote(url)} -H 'content-type: application/json' "
        '-H "webhook-id: $id" -H "webhook-timestamp: $now" -H "webhook-signature: v1,$signature" -d "$body"'
    )


def _line(*words: str) -> str:
    return " ".join(shlex.quote(word) for word in words)
