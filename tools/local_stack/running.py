"""`make run` and `make demo`: the start that both have, and then either waiting or the story."""

import os
import time
from itertools import batched
from pathlib import Path

from tools.local_stack.demo import Story
from tools.local_stack.mailchimp import Account, MailchimpError
from tools.local_stack.shown import Terminal, commands_to_try
from tools.local_stack.stack import LocalStack
from tools.local_stack.stack_file import StackFile
from tools.sample_application import Change, consents, sample_changes

A_REQUEST = 250
WATCHED_EVERY = 0.5  # seconds


class RealAccountError(Exception):
    """Mailchimp would be the real one, and nobody said clearly that this is wanted."""


def real_account(*, stays: bool, confirmed: bool) -> Account | None:
    """The account that MAILCHIMP_API_KEY and MAILCHIMP_AUDIENCE_ID name; None for the simulator. Only what `stays`
    may use it, and only when that was `confirmed`: RealAccountError."""
    api_key = os.environ.get("MAILCHIMP_API_KEY", "").strip()
    if not api_key:
        return None
    if not stays:
        raise RealAccountError("the demo is about made-up people: it needs the simulator, so unset MAILCHIMP_API_KEY")
    audience_id = os.environ.get("MAILCHIMP_AUDIENCE_ID", "").strip()
    if not audience_id:
        raise RealAccountError(
            "MAILCHIMP_API_KEY is set: which audience of that account? Set MAILCHIMP_AUDIENCE_ID, or unset the key to "
            "use the simulator"
        )
    if not confirmed:
        raise RealAccountError(
            f"MAILCHIMP_API_KEY is set: the audience {audience_id} of a real account would get the fields PLAN and "
            "JOINED, be read as a whole, and get every change that is posted here. Say --yes-real (make run "
            "ARGS=--yes-real) if you want that; unset the key to use the simulator"
        )
    return Account("", api_key, audience_id)


def run(stack: LocalStack, file: StackFile, members: int, terminal: Terminal) -> None:
    """Start, post the sample members, say what can be tried, and stay until it is interrupted."""
    samples = _begin(stack, file, members, terminal)
    terminal.addresses(stack.info, _short(file.path))
    if stack.simulator is not None:
        contact = next((change["member"]["email"] for change in samples if consents(change)), "try-1@demo.test")
        terminal.commands(commands_to_try(stack.info, contact))
    if stack.cobot is not None:
        terminal.say(f"\nCobot is {stack.cobot.url}; tools/cobot_simulator says what it can be told.")
    terminal.say("\nCtrl-C stops all of it.", style="bold")
    while True:
        time.sleep(WATCHED_EVERY)
        if stack.simulator is not None and not stack.simulator.is_running:
            raise MailchimpError("the Mailchimp simulator has ended, and with it all its contacts: start anew")
        if not stack.is_reachable:
            raise MailchimpError("the local AWS has ended, and with it the ledger: start anew")


def demo(stack: LocalStack, file: StackFile, members: int, terminal: Terminal) -> None:
    """Start, post the sample members, tell the story, and end."""
    samples = _begin(stack, file, members, terminal)
    Story(stack, terminal, samples).tell()
    terminal.heading("That was all of it; `make run` stays, for you to try.")


def _begin(stack: LocalStack, file: StackFile, members: int, terminal: Terminal) -> list[Change]:
    begun = time.monotonic()
    stack.start()
    samples: list[Change] = []
    if stack.simulator is None:
        terminal.say("  Mailchimp is the real one: no sample members are posted", style="yellow")
    elif members:
        samples = sample_changes(members)
        _post(stack, samples, terminal)
    file.write(stack.info)
    terminal.say(f"ready after {time.monotonic() - begun:.0f} s", style="bold green")
    return samples


def _post(stack: LocalStack, samples: list[Change], terminal: Terminal) -> None:
    with terminal.bar("posted ", len(samples)) as posted:
        done = 0
        for some in batched(samples, A_REQUEST, strict=False):
            done += len(stack.post(some).accepted)
            posted(done)
    with terminal.bar("settled", len(samples)) as settled:
        counts = stack.api.wait_until_settled(done, watch=settled)
    terminal.counts(counts)


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
