"""Disks that can be filled up and emptied: a small tmpfs where it can be mounted, otherwise a
limit on the size of the files that a process may write.
"""

import ctypes
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def mounted(size: str) -> Iterator[Path]:
    """An empty tmpfs of a size like "8m", open to every user; OSError where that is not allowed."""
    # Short, because a server's socket may lie in it.
    with tempfile.TemporaryDirectory(prefix="points-disk-") as name:
        if _libc.mount(b"tmpfs", name.encode(), b"tmpfs", 0, f"size={size},mode=777".encode()):
            raise OSError(ctypes.get_errno(), "no tmpfs can be mounted")
        try:
            yield Path(name)
        finally:
            # At once for the name, for the memory when nobody has a file open any more.
            _libc.umount2(name.encode(), 2)


def may_mount() -> bool:
    """Whether this process may mount a tmpfs."""
    try:
        with mounted("1m"):
            return True
    except OSError:
        return False


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Leave no byte free on the disk while the block runs."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def no_file_above(size: int, process_ids: list[int]) -> Iterator[None]:
    """Let these processes write no file beyond `size` bytes while the block runs.

    Python and PostgreSQL ignore the signal that comes with it and see a failed write.
    """
    limits = [resource.prlimit(process_id, resource.RLIMIT_FSIZE) for process_id in process_ids]
    for process_id, (_, hard) in zip(process_ids, limits, strict=True):
        resource.prlimit(process_id, resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        for process_id, limit in zip(process_ids, limits, strict=True):
            resource.prlimit(process_id, resource.RLIMIT_FSIZE, limit)


def largest_file(folder: Path) -> int:
    """The size of the largest file in a folder, in bytes."""
    return max(path.stat().st_size for path in folder.rglob("*") if path.is_file())
