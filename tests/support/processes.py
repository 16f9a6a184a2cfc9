"""Processes by their ids, as /proc shows them."""

import time
from collections.abc import Iterable
from pathlib import Path

_SECONDS_MAX = 60


def children_of(process_id: int) -> list[int]:
    """The living children of a process."""
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdecimal() and _state_and_parent(int(entry.name))[1] == process_id
    ]


def is_alive(process_id: int) -> bool:
    """Whether it still runs; one that only waits for its parent to notice its end does not."""
    return _state_and_parent(process_id)[0] not in ("", "Z", "X")


def wait_until_dead(process_ids: Iterable[int]) -> None:
    """Come back when none of them runs; TimeoutError after a minute."""
    left = list(process_ids)
    end = time.monotonic() + _SECONDS_MAX
    while left := [process_id for process_id in left if is_alive(process_id)]:
        if time.monotonic() > end:
            raise TimeoutError(f"processes {left} do not die")
        time.sleep(0.01)


def _state_and_parent(process_id: int) -> tuple[str, int]:
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return "", 0
    # The name of the program stands in brackets before these and may hold anything.
    state, parent, *_ = stat.rpartition(") ")[2].split()
    return state, int(parent)
