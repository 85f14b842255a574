"""python -m tools.local_stack run, or demo: the whole of Accord on this machine."""

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import requests

from accord.errors import AccordError
from tools.connect import ConnectError, StackError
from tools.local_aws import BASE, BuildError, DeployError, EmulatorError, InstallError
from tools.local_stack.api import NotSettledError
from tools.local_stack.demo import A_REQUEST, StoryError
from tools.local_stack.mailchimp import MailchimpError
from tools.local_stack.running import RealAccountError, demo, real_account, run
from tools.local_stack.shown import Terminal
from tools.local_stack.stack import LocalStack
from tools.local_stack.stack_file import StackFile, TakenError
from tools.sample_application import PostError

EXPECTED = (
    AccordError,
    BuildError,
    ConnectError,
    DeployError,
    EmulatorError,
    InstallError,
    MailchimpError,
    NotSettledError,
    OSError,
    PostError,
    RealAccountError,
    StackError,
    StoryError,
    TakenError,
    requests.RequestException,
)
INTERRUPTED = 130  # as shells say it


def main(arguments: list[str] | None = None) -> int:
    """`run`: 0 once it was stopped. `demo`: 0 when the story held, 130 when it was stopped. 1 with a message else."""
    options = _parser().parse_args(arguments)
    terminal = Terminal()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _interrupt)
    try:
        return _work(options, terminal)
    except EXPECTED as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1


def _work(options: argparse.Namespace, terminal: Terminal) -> int:
    account = real_account(stays=options.deed == "run", confirmed=options.yes_real)
    file = StackFile(options.base)
    stack = LocalStack(
        options.base,
        aws_port=options.aws_port,
        mailchimp_port=options.mailchimp_port,
        upstream_port=options.upstream_port,
        mailchimp=account,
        cobot=options.cobot,
        watcher=terminal,
    )
    file.hold()
    try:
        (run if options.deed == "run" else demo)(stack, file, options.members, terminal)
    except KeyboardInterrupt:
        terminal.say("\nstopping ...")
        return 0 if options.deed == "run" else INTERRUPTED
    finally:
        for each in (signal.SIGINT, signal.SIGTERM):  # once is enough
            signal.signal(each, signal.SIG_IGN)
        file.remove()
        stack.stop()
        terminal.say("stopped")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.local_stack", description="Accord on this machine.")
    deeds = parser.add_subparsers(dest="deed", required=True)
    for deed, text in (("run", "start all of it and stay until Ctrl-C"), ("demo", "start, tell a story, end")):
        one = deeds.add_parser(deed, help=text, description=text)
        one.add_argument("--base", type=Path, default=BASE, help="folder of all it keeps (%(default)s)")
        one.add_argument("--aws-port", type=int, help="of 127.0.0.1, as all ports; a free one otherwise")
        one.add_argument("--mailchimp-port", type=int)
        one.add_argument("--upstream-port", type=int)
        one.add_argument("--cobot", action="store_true", help="a Cobot beside it; see python -m tools.cobot_simulator")
        fewest = A_REQUEST if deed == "demo" else 0
        one.add_argument(
            "--members", type=_at_least(fewest), default=1_000, help="sample members to post (%(default)s)"
        )
        one.add_argument(
            "--yes-real", action="store_true", help="MAILCHIMP_API_KEY names a real account, and I mean it"
        )
    return parser


def _at_least(fewest: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isdigit() or int(text) < fewest:
            raise argparse.ArgumentTypeError(f"must be a number, {fewest} or more")
        return int(text)

    return number


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
