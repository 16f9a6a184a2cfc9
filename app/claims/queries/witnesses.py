"""What claims know about entries of theirs, for the checker of the books."""

from collections.abc import Iterator

from sqlalchemy import select

from app.claims.domain.states import ClaimKind
from app.claims.models import Claim
from app.extensions import db
from app.kit.points import Tenths
from app.ledger.domain.accounts import branch_budget
from app.ledger.queries.witnesses import Witness, WitnessSource, names_newer
from app.rulebook.domain.awards import award_transfers


def _testify(village_id: int, since: int | None) -> Iterator[Witness]:
    """An approved claim says what its award's entry must, beside what the award itself says."""
    rows = db.session.scalars(
        select(Claim).where(
            Claim.village_id == village_id,
            Claim.kind == ClaimKind.AWARD.value,
            names_newer(since, Claim.entry_id),
            Claim.entry_id.is_not(None),
        )
    )
    for row in rows:
        moved = award_transfers(
            village_id=village_id,
            household_id=row.household_id,
            member_id=row.member_id,
            from_account=branch_budget(village_id),
            granted=Tenths(row.granted or 0),
        )
        yield Witness(row.entry_id or 0, moved, f"claim {row.id}")


CLAIM_WITNESS = WitnessSource("claims", frozenset(), _testify)
