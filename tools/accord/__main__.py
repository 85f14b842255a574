"""accord: the command line's beginning and end; every error becomes words on stderr and an exit status."""

import sys

import click
from click.shell_completion import get_completion_class

from tools.accord import audiences  # adds its commands to those of connections
from tools.accord.activity import activity
from tools.accord.adopting import adopt
from tools.accord.applying import apply
from tools.accord.approving import approve
from tools.accord.asking import shared_options
from tools.accord.campaigns import campaigns
from tools.accord.changes import changes
from tools.accord.connections import connections
from tools.accord.errors import CommandError, ExitStatus
from tools.accord.exporting import export
from tools.accord.failures import failures
from tools.accord.importing import import_file
from tools.accord.members import members
from tools.accord.planning import plan
from tools.accord.reconciling import reconcile
from tools.accord.reconfirming import reconfirm
from tools.accord.runs import runs
from tools.accord.status import status
from tools.accord.terminal import Terminal
from tools.accord.undoing import undo

EPILOG = """
\b
Examples:
  accord status
  accord members show zoo m-17
  accord members list zoo --status failed --json
  ACCORD_URL=https://... ACCORD_TOKEN=... accord failures list zoo

\b
Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 not reachable,
4 token not recognised, 130 interrupted.
"""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(package_name="accord", message="%(prog)s %(version)s")
@shared_options
def accord() -> None:
    """Keeps members and a Mailchimp audience in agreement: how it goes, and
    what a person decides.

    Works on the local stack that runs in this checkout, or wherever ACCORD_URL
    and ACCORD_TOKEN say.
    """


@accord.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> None:
    """Complete commands in a shell.

    \b
    eval "$(accord completion bash)"
    """
    make = get_completion_class(shell)
    if make is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(make(accord, {}, "accord", "_ACCORD_COMPLETE").source())


for command in (
    status,
    connections,
    approve,
    reconfirm,
    members,
    failures,
    changes,
    activity,
    campaigns,
    reconcile,
    plan,
    apply,
    adopt,
    undo,
    runs,
    import_file,
    export,
):
    accord.add_command(command)


def main(arguments: list[str] | None = None) -> int:
    """The exit status, as `ExitStatus` says."""
    try:
        return int(accord.main(arguments, prog_name="accord", standalone_mode=False) or 0)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except CommandError as error:
        _tell(error)
        return error.status
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return ExitStatus.INTERRUPTED


def _tell(error: CommandError) -> None:
    terminal = Terminal()
    terminal.note(f"✗ {error}", style="red")
    for line in error.lines:
        terminal.note(line, indent=2)
    if error.remedy:
        terminal.note(f"→ {error.remedy}")


__all__ = ["accord", "audiences", "main"]

if __name__ == "__main__":
    sys.exit(main())
