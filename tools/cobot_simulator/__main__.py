"""The simulator from the command line: `python -m tools.cobot_simulator --port 0`."""

import argparse
import asyncio
import signal

from tools.cobot_simulator import CobotSimulator


def main() -> None:
    parser = argparse.ArgumentParser(prog="cobot_simulator", description="A Cobot on this machine.")
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument("--retry-time-scale", type=float, default=1.0, help="factor on the pauses between attempts")
    chosen = parser.parse_args()
    asyncio.run(_serve(CobotSimulator(**vars(chosen))))


async def _serve(simulator: CobotSimulator) -> None:
    ended = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, ended.set)
    await simulator.serve(ended, lambda: print(simulator.url, flush=True))


if __name__ == "__main__":
    main()
