"""How points follow people from household to household."""

from app.ledger.domain.accounts import Purpose, household_spendable, village_account
from app.ledger.domain.drafts import TransferDraft


def succession_transfer(
    village_id: int, from_household_id: int | None, to_household_id: int | None, amount: int
) -> TransferDraft:
    """What can be spent goes over; a side that is None is the other village's branch."""
    return TransferDraft(
        debit=(
            village_account(village_id, Purpose.MOVED_IN)
            if from_household_id is None
            else household_spendable(village_id, from_household_id)
        ),
        credit=(
            village_account(village_id, Purpose.MOVED_OUT)
            if to_household_id is None
            else household_spendable(village_id, to_household_id)
        ),
        amount=amount,
    )
