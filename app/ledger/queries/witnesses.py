"""What other features say about entries of theirs, for the checker to compare.

A feature registers one function for the kinds of entry it causes. The ledger calls it and learns
nothing about people, shops or activities but the transfers it should find.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from app.ledger.domain.drafts import EntryKind, TransferDraft


@dataclass(frozen=True, slots=True)
class Witness:
    """One row of a feature that points to an entry, and what the entry should say."""

    entry_id: int
    transfers: tuple[TransferDraft, ...]
    label: str


@dataclass(frozen=True, slots=True)
class WitnessSource:
    """All witnesses of a feature in a village.

    Every entry of these kinds must have one, and so must every reversal of such an entry. It may
    speak of entries of other kinds too. `testify` is given the village, and an entry id: witnesses
    of entries up to that one may be left out; None leaves out none.
    """

    name: str
    kinds: frozenset[EntryKind]
    testify: Callable[[int, int | None], Iterable[Witness]]


def names_newer(
    since: int | None, *columns: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
) -> ColumnElement[bool]:
    """The condition under which one of the columns names an entry after `since`, see
    WitnessSource.
    """
    return true() if since is None else or_(*(column > since for column in columns))


_sources: dict[str, WitnessSource] = {}


def register_witness(source: WitnessSource) -> None:
    """Add a feature's witnesses to the checker; a second one of the same name replaces it."""
    _sources[source.name] = source


def witness_sources() -> list[WitnessSource]:
    """All registered sources."""
    return list(_sources.values())
