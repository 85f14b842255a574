"""An extractor from PyPI, in its own virtual environment, led to the simulator: prints seconds, calls, events, memory.

Usage: PYTHON extractor_worker.py tap|airbyte URL API_KEY FOLDER. It knows nothing of this project: both extractors call
`https://us1.api.mailchimp.com`, and that host alone is exchanged, in the library `requests` that both use.
"""

import contextlib
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

START = "2020-01-01T00:00:00Z"
REAL = "https://us1.api.mailchimp.com/3.0"


class Counted:
    """Calls, by where they went to."""

    def __init__(self, url: str) -> None:
        import requests

        self.calls = 0
        send = requests.Session.send

        def led(session: requests.Session, request: requests.PreparedRequest, **given: Any) -> requests.Response:
            request.url = (request.url or "").replace(REAL, url)
            self.calls += 1
            return send(session, request, **given)

        patch.object(requests.Session, "send", led).start()  # until the process ends


class Records:
    """What is written to standard output, by whatever way: counted line by line, and not kept."""

    def __init__(self, mark: bytes) -> None:
        self.number, self._mark = 0, mark
        reads, writes = os.pipe()
        os.dup2(writes, 1)
        os.close(writes)
        self._reader = threading.Thread(target=self._count, args=(reads,))
        self._reader.start()

    def _count(self, reads: int) -> None:
        with os.fdopen(reads, "rb") as lines:
            self.number = sum(self._mark in line[:100] for line in lines)

    def end(self) -> None:
        """All is counted."""
        sys.stdout.flush()
        os.close(1)
        self._reader.join()


def tap(folder: Path, api_key: str) -> None:
    """tap-mailchimp: the streams of campaigns and of their email activity."""
    config = {"api_key": api_key, "dc": "us1", "start_date": START, "user_agent": "benchmark"}
    (folder / "tap.json").write_text(json.dumps(config))
    from tap_mailchimp.discover import discover

    catalog = discover().to_dict()
    for stream in catalog["streams"]:
        wanted = stream["tap_stream_id"] in {"campaigns", "reports_email_activity"}
        for entry in stream["metadata"]:
            entry["metadata"]["selected"] = wanted
        stream["metadata"].append({"breadcrumb": [], "metadata": {"selected": wanted}})
    (folder / "catalog.json").write_text(json.dumps(catalog))
    sys.argv = ["tap-mailchimp", "--config", str(folder / "tap.json"), "--catalog", str(folder / "catalog.json")]
    from tap_mailchimp import main

    main()


def airbyte(folder: Path, api_key: str) -> None:
    """airbyte-source-mailchimp: the stream of email activity, whose parents are the campaigns."""
    config = {"credentials": {"auth_type": "apikey", "apikey": api_key}, "start_date": "2020-01-01T00:00:00.000Z"}
    config["data_center"] = "us1"
    (folder / "airbyte.json").write_text(json.dumps(config))
    stream = {"name": "email_activity", "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]}
    chosen = {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "append"}
    (folder / "configured.json").write_text(json.dumps({"streams": [chosen]}))
    sys.argv = ["source-mailchimp", "read", "--config", str(folder / "airbyte.json")]
    sys.argv += ["--catalog", str(folder / "configured.json")]
    from airbyte_cdk.entrypoint import launch
    from source_mailchimp import SourceMailchimp

    launch(SourceMailchimp(), sys.argv[1:])


def peak_memory() -> int:
    """MiB of resident memory at its highest."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))) // 1024


MARKS = {"tap": b'"RECORD", "stream": "reports_email_activity"', "airbyte": b'"type":"RECORD"'}


def main(name: str, url: str, api_key: str, folder: str) -> None:
    counted, out = Counted(url), os.fdopen(os.dup(1), "w")
    os.environ["DO_NOT_TRACK"] = "1"
    records = Records(MARKS[name])
    begun = time.perf_counter()
    with contextlib.suppress(SystemExit):
        {"tap": tap, "airbyte": airbyte}[name](Path(folder), api_key)
    records.end()
    seconds = time.perf_counter() - begun
    figures = {"seconds": seconds, "calls": counted.calls, "events": records.number, "peak_mb": peak_memory()}
    out.write(json.dumps(figures) + "\n")
    out.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
