"""What claims know about entries of theirs, for the checker of the books."""

from collections.abc import Iterator

from sqlalchemy import select

from app.claims.domain.states import ClaimKind
from app.claims.models import Claim
from app.extensions import db
from app.kit.points import Tenths
from app.ledger.domain.accounts import branch_budget
from app.ledger.domain.drafts import EntryKind, TransferDraft, mirrored
from app.ledger.queries.witnesses import Witness, WitnessSource, names_newer
from app.rulebook.domain.awards import award_transfers

from .deductions import deduction_transfers


def _testify(village_id: int, since: int | None) -> Iterator[Witness]:
    """An approved claim says what its award's entry must, beside what the award itself says; a
    deduction speaks alone for its entry and the reversal.
    """
    rows = db.session.scalars(
        select(Claim).where(
            Claim.village_id == village_id,
            Claim.entry_id.is_not(None),
            names_newer(since, Claim.entry_id, Claim.reversal_entry_id),
        )
    )
    for row in rows:
        moved = _transfers(row)
        yield Witness(row.entry_id or 0, moved, f"claim {row.id}")
        if row.reversal_entry_id is not None:
            yield Witness(row.reversal_entry_id, mirrored(moved), f"appeal of claim {row.id}")


def _transfers(row: Claim) -> tuple[TransferDraft, ...]:
    granted = Tenths(row.granted or 0)
    if row.kind == ClaimKind.DEDUCTION:
        return deduction_transfers(row, granted)
    return award_transfers(
        village_id=row.village_id,
        household_id=row.household_id,
        member_id=row.member_id,
        from_account=branch_budget(row.village_id),
        granted=granted,
    )


CLAIM_WITNESS = WitnessSource("claims", frozenset({EntryKind.DEDUCTION}), _testify)
