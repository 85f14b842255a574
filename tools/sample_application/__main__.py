"""python -m tools.sample_application: serve the sample application, or sign a request."""

import argparse
import os
import signal
import sys
import threading

from tools.sample_application import SampleApplication, signed_headers

SECRET = "ACCORD_SIGNING_SECRET"


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0, or 2 with a message when something is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.sample_application",
        description="A membership application to connect to Accord.",
        epilog=f"The signing secret (whsec_...) comes from {SECRET}: the command line is seen by others.",
    )
    deeds = parser.add_subparsers(dest="deed", required=True)
    serve = deeds.add_parser("serve", help="serve it until Ctrl-C")
    serve.add_argument("--port", type=int, default=0, help="of 127.0.0.1; a free one otherwise")
    deeds.add_parser("sign", help="print the headers of a request whose body is on standard input, one a line")
    options = parser.parse_args(arguments)
    secret = os.environ.get(SECRET, "")
    if not secret:
        parser.error(f"set {SECRET}")
    if options.deed == "sign":
        for name, value in signed_headers(secret, sys.stdin.read()).items():
            print(f"{name}: {value}")
        return 0
    ended = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: ended.set())
    with SampleApplication(port=options.port, secrets=[secret]) as upstream:
        print(upstream.url, flush=True)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
