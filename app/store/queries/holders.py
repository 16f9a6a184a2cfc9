"""Who stands at the till, as a clerk may see it."""

from dataclasses import dataclass

from app.kit.masking import mask_name
from app.kit.points import Tenths
from app.ledger import queries as ledger
from app.ledger.domain.accounts import household_pending, household_spendable
from app.people import queries as people
from app.store.models import CardScan, Redemption


@dataclass(frozen=True, slots=True)
class Holder:
    """The holder of a card: a masked name and the passbook."""

    short_name: str
    passbook_no: str


@dataclass(frozen=True, slots=True)
class Balances:
    """A household's redeemable points; pending ones wait for the notice."""

    balance: Tenths
    pending: Tenths


def holder(of: CardScan | Redemption) -> Holder:
    """The member whose card it was, or the head for the card of a whole household."""
    household = people.household(of.village_id, of.household_id)
    name = household.head_name
    if of.member_id is not None:
        name = people.member(of.village_id, of.member_id).name
    return Holder(mask_name(name), household.passbook_no)


def balances(village_id: int, household_id: int) -> Balances:
    """What a household holds now."""
    spendable = household_spendable(village_id, household_id)
    pending = household_pending(village_id, household_id)
    held = ledger.balances([spendable, pending])
    return Balances(balance=Tenths(held[spendable]), pending=Tenths(held[pending]))
