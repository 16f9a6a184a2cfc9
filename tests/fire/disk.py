"""A disk that can lose its power: what SQLite writes and syncs is recorded, and the files are
made again as a power cut would leave them.

A killed process takes nothing back that it has handed to the kernel; a power cut takes back
whatever was not synced. SQLite reaches its files through a table of functions (its VFS). The
recorder stands in front of three of them, write, truncate and sync, in the SQLite library that
the application uses, and notes each call in a file of its own.
"""

import ctypes
import os
import random
import struct
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple

import pysqlite3._sqlite3

_SECTOR_BYTES = 512
# What happened, to which of the files, at which offset, and how many bytes follow.
_NOTE = struct.Struct("<BBqq")
_SUFFIXES = ("", "-wal")

_Pointer = ctypes.c_void_p
_Write = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, _Pointer, ctypes.c_int, ctypes.c_int64)
_Truncate = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, ctypes.c_int64)
_Sync = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, ctypes.c_int)
_Open = ctypes.CFUNCTYPE(ctypes.c_int, _Pointer, _Pointer, _Pointer, ctypes.c_int, _Pointer)


class _Vfs(ctypes.Structure):
    """The start of `struct sqlite3_vfs`; see https://sqlite.org/c3ref/vfs.html."""

    _fields_ = [
        ("version", ctypes.c_int),
        ("file_bytes", ctypes.c_int),
        ("path_bytes_max", ctypes.c_int),
        ("next", _Pointer),
        ("name", ctypes.c_char_p),
        ("data", _Pointer),
        ("open", _Open),
    ]


class _Methods(ctypes.Structure):
    """`struct sqlite3_io_methods`; see https://sqlite.org/c3ref/io_methods.html."""

    _fields_ = [
        ("version", ctypes.c_int),
        ("close", _Pointer),
        ("read", _Pointer),
        ("write", _Write),
        ("truncate", _Truncate),
        ("sync", _Sync),
        ("others", _Pointer * 13),
    ]


class _Event(IntEnum):
    WRITE = 1
    TRUNCATE = 2
    SYNC = 3


class _Note(NamedTuple):
    event: _Event
    file: int
    offset: int
    content: bytes


class Recorder:
    """Notes what happens to a database's files in this process, from now on and for good."""

    def __init__(self, database: Path, recording: Path) -> None:
        self._names = [os.fsencode(f"{database}{suffix}") for suffix in _SUFFIXES]
        self._notes = os.open(recording, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        # SQLite calls these for as long as the process lives.
        self._kept_alive: list[object] = []
        library = ctypes.CDLL(pysqlite3._sqlite3.__file__)
        library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        vfs = library.sqlite3_vfs_find(None).contents
        # Made from the address, because the field itself is about to change.
        self._open = _Open(ctypes.cast(vfs.open, _Pointer).value or 0)
        vfs.open = self._keep_alive(_Open(self._opened))

    def _opened(self, vfs: int, name: int | None, file: int, flags: int, out: int) -> int:
        code: int = self._open(vfs, name, file, flags, out)
        path = ctypes.string_at(name) if name else b""
        if code == 0 and path in self._names:
            # A file begins with the address of its methods.
            address = _Pointer.from_address(file)
            methods = self._recording(self._names.index(path), address.value or 0)
            address.value = ctypes.addressof(methods)
        return code

    def _recording(self, file: int, address: int) -> _Methods:
        """The methods at the address, with a recorder in front of three of them."""
        table = ctypes.string_at(address, ctypes.sizeof(_Methods))
        real = _Methods.from_buffer_copy(table)
        ours: _Methods = self._keep_alive(_Methods.from_buffer_copy(table))

        def write(handle: int, data: int, count: int, offset: int) -> int:
            self._note(_Event.WRITE, file, offset, ctypes.string_at(data, count))
            return int(real.write(handle, data, count, offset))

        def truncate(handle: int, size: int) -> int:
            self._note(_Event.TRUNCATE, file, size)
            return int(real.truncate(handle, size))

        def sync(handle: int, flags: int) -> int:
            code = int(real.sync(handle, flags))
            if code == 0:
                self._note(_Event.SYNC, file)
            return code

        for name, kind, work in (
            ("write", _Write, write),
            ("truncate", _Truncate, truncate),
            ("sync", _Sync, sync),
        ):
            setattr(ours, name, self._keep_alive(kind(work)))
        return ours

    def _note(self, event: _Event, file: int, offset: int = 0, content: bytes = b"") -> None:
        # One call, so that notes of several threads do not mix.
        os.write(self._notes, _NOTE.pack(event, file, offset, len(content)) + content)

    def _keep_alive(self, thing: Any) -> Any:
        self._kept_alive.append(thing)
        return thing


def after_power_cut(base: Path, recording: Path, database: Path, seed: int | None) -> None:
    """Make `database` as the disk would hold it, `base` being the database before the recording.

    What was synced is there. Of what was written since, nothing is there without a seed; with one
    each write came to the disk, or did not, or came in part, sector by sector.
    """
    contents = [bytearray(base.read_bytes()), bytearray()]
    unsynced: list[list[_Note]] = [[], []]
    for note in _read(recording):
        if note.event is not _Event.SYNC:
            unsynced[note.file].append(note)
            continue
        for earlier in unsynced[note.file]:
            _apply(contents[note.file], earlier)
        unsynced[note.file].clear()
    if seed is not None:
        rng = random.Random(seed)  # noqa: S311 - keeps no secret, must come out the same again
        for note in unsynced[0] + unsynced[1]:
            _apply_in_part(contents[note.file], note, rng)
    for content, suffix in zip(contents, _SUFFIXES, strict=True):
        Path(f"{database}{suffix}").write_bytes(content)


def _read(recording: Path) -> Iterator[_Note]:
    data = recording.read_bytes()
    start = 0
    while start + _NOTE.size <= len(data):
        event, file, offset, length = _NOTE.unpack_from(data, start)
        start += _NOTE.size
        yield _Note(_Event(event), file, offset, data[start : start + length])
        start += length


def _apply(content: bytearray, note: _Note) -> None:
    if note.event is _Event.TRUNCATE:
        del content[note.offset :]
    else:
        content.extend(bytes(max(0, note.offset - len(content))))
        content[note.offset : note.offset + len(note.content)] = note.content


def _apply_in_part(content: bytearray, note: _Note, rng: random.Random) -> None:
    if note.event is _Event.TRUNCATE:
        if rng.random() < 0.5:
            _apply(content, note)
        return
    for start in range(0, len(note.content), _SECTOR_BYTES):
        if rng.random() < 0.5:
            sector = note.content[start : start + _SECTOR_BYTES]
            _apply(content, note._replace(offset=note.offset + start, content=sector))
