"""Many callers at once, and what their journals say."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fire.caller import Step
from tests.fire.web import ROOT

# Every caller must have read its job by then.
_START_IN_SECONDS = 0.3
_SECONDS_MAX = 300


@dataclass(frozen=True, slots=True)
class Call:
    """A request and its answer; status 0 when there was none."""

    step: Step
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""
    lost: str = ""

    @property
    def key(self) -> str:
        return str(self.step.get("key", ""))

    @property
    def answer(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found

    @property
    def outcome(self) -> str:
        """The status of a success, the code of a refusal, "" when there was no answer."""
        if self.status < 400:
            return str(self.status or "")
        return str(self.answer["error"]["code"])


class Crowd:
    """Callers in processes of their own, who all begin at the same instant."""

    def __init__(self, processes: Sequence[subprocess.Popen[str]], folder: Path) -> None:
        self._processes = processes
        self._folder = folder
        self._jobs = 0
        self._busy = 0

    def send_off(
        self, port: int, parts: Sequence[Sequence[Step]], *, patient: bool = False
    ) -> "Deed":
        """Give every caller its steps; `parts` holds at most as many as there are callers.

        The patient send a request again for as long as they are told to try again later.
        """
        assert len(parts) <= len(self._processes)
        self._jobs += 1
        journals = [self._folder / f"job-{self._jobs}-{number}" for number in range(len(parts))]
        start_at = time.monotonic() + _START_IN_SECONDS
        for process, steps, journal in zip(self._processes, parts, journals, strict=False):
            job = {
                "port": port, "journal": str(journal), "start_at": start_at, "steps": steps,
                "patient": patient,
            }  # fmt: skip
            assert process.stdin
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
        return Deed(self._processes[: len(parts)], journals)

    def do(self, port: int, parts: Sequence[Sequence[Step]]) -> list[Call]:
        """The same, and wait for the end: all calls, caller by caller."""
        return self.send_off(port, parts).finish()


class Deed:
    """What a crowd is doing."""

    def __init__(
        self, processes: Sequence[subprocess.Popen[str]], journals: Sequence[Path]
    ) -> None:
        self._processes = processes
        self._journals = journals

    def wait_for_successes(self, count: int) -> None:
        """Come back when so many requests have succeeded; AssertionError after a few minutes."""
        end = time.monotonic() + _SECONDS_MAX
        while sum(200 <= call.status < 300 for call in self.calls()) < count:
            assert time.monotonic() < end, f"not even {count} requests succeeded"
            for process in self._processes:
                assert process.poll() is None
            time.sleep(0.05)

    def finish(self) -> list[Call]:
        """Wait until every caller has done its job."""
        for process in self._processes:
            assert process.stdout
            assert process.stdout.readline() == "done\n"
        return self.calls()

    def abandon(self) -> list[Call]:
        """End the callers, whose server will not come back: all calls so far."""
        for process in self._processes:
            process.kill()
            process.wait()
        return self.calls()

    def calls(self) -> list[Call]:
        """What the journals say so far."""
        return [
            call for journal in self._journals if journal.exists() for call in read_journal(journal)
        ]


def read_journal(path: Path) -> list[Call]:
    """The calls in a journal, in the order of the requests."""
    notes: dict[int, dict[str, Any]] = {}
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.endswith("\n"):
            note = json.loads(line)
            notes.setdefault(note.pop("request"), {}).update(note)
    replies = ("status", "headers", "text", "lost")
    return [
        Call(
            step={name: value for name, value in note.items() if name not in replies},
            **{name: value for name, value in note.items() if name in replies},
        )
        for note in notes.values()
    ]


@contextmanager
def gathered(count: int, folder: Path) -> Iterator[Crowd]:
    """So many callers, whose journals lie in `folder`."""
    processes: list[subprocess.Popen[str]] = []
    try:
        for _ in range(count):
            processes.append(  # noqa: PERF401 - those started before a failure must be ended too
                subprocess.Popen(
                    [sys.executable, "-m", "tests.fire.caller"], cwd=ROOT, text=True,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                )
            )  # fmt: skip
        yield Crowd(processes, folder)
    finally:
        for process in processes:
            process.kill()
            process.communicate()
