"""python -m tools.local_aws: install, build, start and deploy, and stay until Ctrl-C."""

import argparse
import signal
import sys
import time
from pathlib import Path

from . import BASE, TEMPLATE, BuildError, DeployError, Emulator, EmulatorError, InstallError, build, deploy, install


def main() -> int:
    """Exit status 0 when all that was asked for was done, 1 with a message when not."""
    options = _options()
    try:
        _run(options)
    except (InstallError, BuildError, EmulatorError, DeployError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.local_aws",
        description="An AWS on this machine, with a SAM template deployed into it. Stays until Ctrl-C.",
    )
    parser.add_argument("--template", type=Path, default=TEMPLATE, help="what to deploy (%(default)s)")
    parser.add_argument("--stack", default="accord-local", help="the stack's name (%(default)s)")
    parser.add_argument(
        "--parameter", type=_parameter, action="append", default=[], metavar="NAME=VALUE", help="may be repeated"
    )
    parser.add_argument("--port", type=int, help="of 127.0.0.1; a free one otherwise")
    parser.add_argument("--base", type=Path, default=BASE, help="where all is kept (%(default)s)")
    parser.add_argument("--install-only", action="store_true", help="make the environments, then end")
    parser.add_argument("--build-only", action="store_true", help="install and build, then end")
    return parser.parse_args()


def _parameter(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError("a parameter is NAME=VALUE")
    return name, value


def _run(options: argparse.Namespace) -> None:
    install(options.base, print)
    if options.install_only:
        return
    built = build(options.template, options.base, print)
    if options.build_only:
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with Emulator(options.base, options.port) as emulator:
        outputs = deploy(emulator, built, options.stack, dict(options.parameter))
        print("\n".join(f"export {name}={value}" for name, value in emulator.environment().items()))
        for name, value in outputs.items():
            print(f"{name}: {emulator.api_url(value) if '.execute-api.' in value else value}")
        print(f"logs: {emulator.home}\nCtrl-C stops it.", flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    sys.exit(main())
