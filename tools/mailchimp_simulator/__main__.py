"""The simulator from the command line: `python -m tools.mailchimp_simulator --port 0`."""

import argparse
import asyncio
import signal

from tools.mailchimp_simulator import Simulator


def main() -> None:
    parser = argparse.ArgumentParser(prog="mailchimp_simulator", description="A Mailchimp on this machine.")
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--api-key", default="", help="made up unless given")
    parser.add_argument("--list-id", default="", help="id of the audience that is there from the start")
    parser.add_argument("--audience-name", default="", help="its name")
    parser.add_argument("--max-audiences", type=int, default=5, help="as many as the plan allows")
    parser.add_argument("--latency", type=float, default=0.002, help="seconds that every call takes at least")
    parser.add_argument("--webhook-time-scale", type=float, default=1.0, help="factor on the pauses between attempts")
    chosen = parser.parse_args()
    asyncio.run(_serve(Simulator(**vars(chosen))))


async def _serve(simulator: Simulator) -> None:
    ended = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, ended.set)

    def tell() -> None:
        print(f"{simulator.url} api_key={simulator.api_key} list_id={simulator.list_id}", flush=True)

    await simulator.serve(ended, tell)


if __name__ == "__main__":
    main()
