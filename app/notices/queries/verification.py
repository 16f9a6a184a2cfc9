"""Whether a published notice and the ledger say the same, for anybody who asks."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.kit.errors import Conflict, NotFound
from app.kit.month import Month
from app.ledger import queries as books
from app.ledger.domain.accounts import (
    Address,
    OwnerKind,
    household_held,
    household_pending,
    household_spendable,
)
from app.ledger.domain.canonical import BalanceRow
from app.ledger.domain.sealing import prove_balances
from app.notices.domain import MonthFigures
from app.notices.models import Notice
from app.people import queries as people
from app.people.domain.numbers import normalise_passbook_no

from .content import printed_sums
from .figures import month_sums

Words = Mapping[str, str]
"""A month of points as it is printed, by figure, see payloads.MonthSums."""

_NO_LINE = {"closing": ""}


@dataclass(frozen=True, slots=True)
class FigureGap:
    """A figure of the paper that the ledger gives otherwise; no passbook number for the village."""

    passbook_number: str
    figure: str
    on_paper: str
    in_ledger: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What the ledger says now about a notice: its digest, the entries that were altered since the
    month was sealed, the accounts whose closing balances were ("" where it is no household's, else
    the passbook number), and the figures that are not those of the paper.
    """

    digest: bytes
    recomputed: bytes
    previous_digest: bytes
    entry_count: int
    differences: tuple[str, ...]
    altered_entries: tuple[tuple[int, str], ...]
    altered_accounts: tuple[str, ...]
    gaps: tuple[FigureGap, ...]

    @property
    def holds(self) -> bool:
        return self.digest == self.recomputed and not (
            self.differences or self.altered_entries or self.altered_accounts or self.gaps
        )


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A household's line on the paper, and what the ledger gives for it."""

    passbook_number: str
    head_name: str
    on_paper: Words
    in_ledger: Words

    @property
    def holds(self) -> bool:
        return self.on_paper == self.in_ledger


def verify(found: Notice) -> Verification:
    """Recompute the digest and the figures of the notice's month from the ledger's rows.

    Raises Conflict `notice_not_published`.
    """
    stored = books.seal(found.period_id)
    if stored is None or found.content is None:
        raise Conflict("notice_not_published")
    computed = books.compute_seal(found.village_id, found.period_id)
    return Verification(
        digest=stored.digest,
        recomputed=computed.header.digest,
        previous_digest=stored.previous_digest,
        entry_count=stored.entry_count,
        differences=tuple(books.differences(stored, computed.header)),
        altered_entries=tuple(books.altered_entries(stored, computed)),
        altered_accounts=_passbook_of(books.altered_closings(stored, computed), found.village_id),
        gaps=tuple(_gaps(found)),
    )


def paper_line(found: Notice, passbook_number: str) -> PaperLine:
    """One household's line beside the ledger; NotFound `household_not_on_notice`."""
    row, household_id = _row_on_paper(found, passbook_number)
    by_household, _ = month_sums(books.period(found.village_id, Month.parse(found.month)))
    return PaperLine(
        passbook_number=row["passbook_number"],
        head_name=row["head_name"],
        on_paper=row["sums"],
        in_ledger=_words(by_household.get(household_id, MonthFigures())),
    )


@dataclass(frozen=True, slots=True)
class HouseholdProof:
    """A household's closing balances of points (tenths), which add up to the last figure of its
    line, and proofs of them as JSON that `app/static/verify_proof.py` checks.
    """

    passbook_number: str
    balances: tuple[BalanceRow, ...]
    documents: list[dict[str, object]]


def household_proof(found: Notice, passbook_number: str) -> HouseholdProof:
    """That what a household's line ends with is under the digest on the paper: a proof for each of
    its accounts of points.

    Raises NotFound `household_not_on_notice`, or `nothing_to_prove` when all it has is nothing;
    Conflict `proof_at_office` for a month that was sealed before closing balances were blinded:
    a path would give away what stands beside.
    """
    row, household_id = _row_on_paper(found, passbook_number)
    computed = books.compute_seal(found.village_id, found.period_id)
    if computed.secret is None:
        raise Conflict("proof_at_office")
    points = _point_accounts(found.village_id, household_id)
    proofs = prove_balances(computed, points)
    if not proofs:
        raise NotFound("nothing_to_prove")
    return HouseholdProof(
        passbook_number=row["passbook_number"],
        balances=tuple(each for each in computed.balances if each.account in points),
        documents=[proof.document() for proof in proofs],
    )


def _row_on_paper(found: Notice, passbook_number: str) -> tuple[dict[str, Any], int]:
    """The line that bears a number, and whose it is: the number may be somebody else's today."""
    number = normalise_passbook_no(passbook_number)
    for row in json.loads(found.content or "{}").get("household_rows", ()):
        if row["passbook_number"] == number:
            return row, _household_of(row, _by_number(found.village_id))
    raise NotFound("household_not_on_notice")


def _by_number(village_id: int) -> dict[str, int]:
    return {each.passbook_no: each.id for each in people.households(village_id)}


def _household_of(row: Mapping[str, str], ids: Mapping[str, int]) -> int:
    """Whose line it is; on a paper from before lines said so, whose number it is today."""
    return int(row.get("household_id") or ids.get(row["passbook_number"], 0))


def _gaps(found: Notice) -> Iterator[FigureGap]:
    content = json.loads(found.content or "{}")
    by_household, village = month_sums(books.period(found.village_id, Month.parse(found.month)))
    ids = _by_number(found.village_id)
    yield from _line_gaps("", content["village_sums"], village)
    for row in content["household_rows"]:
        number = row["passbook_number"]
        figures = by_household.pop(_household_of(row, ids), MonthFigures())
        yield from _line_gaps(number, row["sums"], figures)
    numbers = {household_id: number for number, household_id in ids.items()}
    for household_id, figures in by_household.items():
        yield from _line_gaps(numbers.get(household_id, "?"), _NO_LINE, figures)


def _line_gaps(number: str, on_paper: Words, figures: MonthFigures) -> Iterator[FigureGap]:
    in_ledger = _words(figures)
    for figure, printed in on_paper.items():
        if printed != in_ledger[figure]:
            yield FigureGap(number, figure, printed, in_ledger[figure])


def _words(figures: MonthFigures) -> Words:
    return asdict(printed_sums(figures))


def _passbook_of(accounts: Sequence[Address], village_id: int) -> tuple[str, ...]:
    """The passbook numbers of accounts' households, "" for accounts of nobody's household."""
    owners = {each.owner_id for each in accounts if each.owner_kind is OwnerKind.HOUSEHOLD}
    known = people.find_households(village_id, owners)
    return tuple(
        known[each.owner_id].passbook_no if each.owner_id in known else "" for each in accounts
    )


def _point_accounts(village_id: int, household_id: int) -> set[Address]:
    return {
        account(village_id, household_id)
        for account in (household_pending, household_spendable, household_held)
    }
