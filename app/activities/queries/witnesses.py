"""What activities know about entries of theirs, for the checker of the books."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from app.activities.domain.signups import HoldState
from app.activities.models import PoolMovement, QuotaGrant, Signup
from app.extensions import db
from app.ledger.domain.accounts import (
    activity_income,
    activity_pool,
    branch_budget,
    household_held,
    household_spendable,
    issuance,
)
from app.ledger.domain.drafts import EntryKind, TransferDraft
from app.ledger.queries import reversals_of
from app.ledger.queries.witnesses import Witness, WitnessSource, names_newer


def _testify(village_id: int, since: int | None) -> Iterator[Witness]:
    yield from _grants(village_id, since)
    yield from _pools(village_id, since)
    # All of them: a refund of today reverses a payment of some earlier month.
    signups = db.session.scalars(
        select(Signup).where(Signup.village_id == village_id, Signup.hold_entry_id.is_not(None))
    ).all()
    for signup in signups:
        yield from _holds(signup)
    yield from _refunds(village_id, signups)


def _grants(village_id: int, since: int | None) -> Iterator[Witness]:
    for grant in db.session.scalars(
        select(QuotaGrant).where(
            QuotaGrant.village_id == village_id, names_newer(since, QuotaGrant.entry_id)
        )
    ):
        moved = TransferDraft(issuance(village_id), branch_budget(village_id), grant.amount)
        yield Witness(grant.entry_id, (moved,), f"quota grant {grant.id}")


def _pools(village_id: int, since: int | None) -> Iterator[Witness]:
    for movement in db.session.scalars(
        select(PoolMovement).where(
            PoolMovement.village_id == village_id, names_newer(since, PoolMovement.entry_id)
        )
    ):
        budget, pool = branch_budget(village_id), activity_pool(village_id, movement.activity_id)
        debit, credit = (pool, budget) if movement.returns else (budget, pool)
        moved = TransferDraft(debit, credit, movement.amount)
        yield Witness(movement.entry_id, (moved,), f"pool movement {movement.id}")


def _holds(signup: Signup) -> Iterator[Witness]:
    spendable = household_spendable(signup.village_id, signup.household_id)
    held = household_held(signup.village_id, signup.household_id)
    taken = signup.hold_state in (HoldState.PAID, HoldState.REFUNDED)
    steps = (
        (signup.hold_entry_id, spendable, held),
        (
            signup.settling_entry_id,
            held,
            activity_income(signup.village_id) if taken else spendable,
        ),
        (signup.refund_entry_id, held, spendable),
    )
    for entry_id, debit, credit in steps:
        if entry_id is not None:
            moved = TransferDraft(debit, credit, signup.held)
            yield Witness(entry_id, (moved,), f"sign-up {signup.id}")


def _refunds(village_id: int, signups: Sequence[Signup]) -> Iterator[Witness]:
    """Refunds reverse the taking; the reversal is found by the entry that it names."""
    refunded = {
        signup.settling_entry_id: signup
        for signup in signups
        if signup.hold_state == HoldState.REFUNDED and signup.settling_entry_id is not None
    }
    for entry_id, reversal_id in reversals_of(village_id, list(refunded)).items():
        signup = refunded[entry_id]
        held = household_held(village_id, signup.household_id)
        moved = TransferDraft(activity_income(village_id), held, signup.held)
        yield Witness(reversal_id, (moved,), f"refund of sign-up {signup.id}")


ACTIVITY_WITNESS = WitnessSource(
    name="activities",
    kinds=frozenset(
        {
            EntryKind.GRANT,
            EntryKind.POOL_RESERVE,
            EntryKind.POOL_RETURN,
            EntryKind.HOLD,
            EntryKind.HOLD_RELEASE,
            EntryKind.ACTIVITY_PAYMENT,
        }
    ),
    testify=_testify,
)
