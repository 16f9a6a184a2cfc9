"""Worker processes seen from outside."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

_ROOT = Path(__file__).resolve().parents[2]
PEER_PYTHON = _ROOT / ".bench-venv" / "bin" / "python"


class WorkerFailed(Exception):
    """A worker process ended; the message is the end of what it said."""


@dataclass(frozen=True, slots=True)
class _Worker:
    process: subprocess.Popen[str]
    errors: IO[bytes]

    def tell(self, line: str) -> None:
        if self.process.stdin is None:
            raise AssertionError("opened with a pipe")
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        """The next line it says; raises WorkerFailed when it is gone."""
        if self.process.stdout is None:
            raise AssertionError("opened with a pipe")
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            raise WorkerFailed(self.errors.read().decode()[-2000:])
        return line


@dataclass(frozen=True, slots=True)
class Crew:
    """Several workers that do the same at the same time."""

    workers: Sequence[_Worker]

    def rate(self, seconds: float) -> float:
        """Let all run for so long; posts a second of all together."""
        for worker in self.workers:
            worker.tell(str(seconds))
        return sum(float(json.loads(worker.answer())["rate"]) for worker in self.workers)


@contextmanager
def open_crew(
    module: str, *arguments: str, processes: int = 1, python: Path = Path(sys.executable)
) -> Iterator[Crew]:
    """Start `processes` of `python -m tests.bench.workers.<module>` and wait until all are ready.

    Raises WorkerFailed when one cannot start.
    """
    command = [str(python), "-m", f"tests.bench.workers.{module}", *arguments]
    with ExitStack() as stack:
        workers = []
        for _ in range(processes):
            errors = stack.enter_context(TemporaryFile())
            process = stack.enter_context(
                subprocess.Popen(
                    command, cwd=_ROOT, text=True,
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                )
            )  # fmt: skip
            stack.callback(process.terminate)
            workers.append(_Worker(process, errors))
        for worker in workers:
            worker.answer()
        yield Crew(workers)
