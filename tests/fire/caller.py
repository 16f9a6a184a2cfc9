"""A device that calls the JSON API, in a process of its own, and keeps a journal.

Reads jobs from standard input, one JSON object a line, and says so when it has done one. What it
is going to send and what was answered is in the journal, on the disk, before it goes on: no
crash of anything takes back what somebody was told.
"""

import json
import os
import sys
import time
from http.client import HTTPConnection, HTTPException
from typing import Any, TextIO

Step = dict[str, Any]
"""`path` (may name `{scan_id}` of the answer before), `token`, and optional `key` and `body`."""

_CONNECTING_SECONDS_MAX = 120
_ANSWER_SECONDS_MAX = 120
_REPEATS_MAX = 120


class Caller:
    """One device; what it notes down has a number that ties an answer to its request."""

    def __init__(self, port: int, journal: TextIO) -> None:
        self._port = port
        self._journal = journal
        self._connection: HTTPConnection | None = None
        self._number = 0

    def call(self, step: Step) -> tuple[int, dict[str, Any]]:
        """Send a request and return the answer's status and JSON; status 0 when there was none."""
        connection = self._connected()
        self._number += 1
        self._note({"request": self._number, **step})
        headers = {
            "Authorization": f"Bearer {step['token']}",
            "Content-Type": "application/json",
        }
        if "key" in step:
            headers["Idempotency-Key"] = step["key"]
        try:
            connection.request(
                "POST", f"/api/v1{step['path']}", json.dumps(step.get("body", {})), headers
            )
            response = connection.getresponse()
            text = response.read().decode()
        except (OSError, HTTPException) as failure:
            connection.close()
            self._connection = None
            self._note({"request": self._number, "lost": repr(failure)})
            return 0, {}
        self._note(
            {
                "request": self._number,
                "status": response.status,
                "headers": dict(response.getheaders()),
                "text": text,
            }
        )
        if response.will_close:
            connection.close()
            self._connection = None
        if response.status == 503:
            time.sleep(float(response.headers["Retry-After"]))
        answer: dict[str, Any] = json.loads(text) if text.startswith("{") else {}
        return response.status, answer

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()

    def _connected(self) -> HTTPConnection:
        """A connection; waits for a server that is down, because nothing is sent meanwhile."""
        end = time.monotonic() + _CONNECTING_SECONDS_MAX
        while self._connection is None:
            connection = HTTPConnection("127.0.0.1", self._port, timeout=_ANSWER_SECONDS_MAX)
            try:
                connection.connect()
                self._connection = connection
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
        return self._connection

    def _note(self, line: dict[str, Any]) -> None:
        self._journal.write(json.dumps(line) + "\n")
        self._journal.flush()
        os.fsync(self._journal.fileno())


def do_job(job: dict[str, Any]) -> None:
    """Take the steps one after the other; one that needs an answer it has not got is left out.

    Somebody patient who is told to try again later does so, under the same key.
    """
    with open(job["journal"], "a", encoding="utf-8") as journal:  # noqa: PTH123 - starts faster
        caller = Caller(job["port"], journal)
        # All callers of a job start at the same instant of the machine's clock.
        time.sleep(max(0.0, job["start_at"] - time.monotonic()))
        last: dict[str, Any] = {}
        for step in job["steps"]:
            try:
                path = step["path"].format(**last)
            except KeyError:
                continue
            for _ in range(_REPEATS_MAX if job["patient"] else 1):
                status, last = caller.call({**step, "path": path})
                if status != 503:
                    break
        caller.close()


def main() -> None:
    """Do jobs until standard input ends."""
    for line in sys.stdin:
        do_job(json.loads(line))
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
