"""Opening accounts: each exists once, made when it is first named."""

from collections.abc import Iterable

from sqlalchemy import insert

from app.extensions import db
from app.kit.ids import new_id
from app.ledger.domain.accounts import LIMITED_PURPOSES, Address
from app.ledger.models import LedgerAccount, LedgerBalance
from app.ledger.queries.accounts import find_accounts


def open_accounts(addresses: Iterable[Address]) -> dict[Address, int]:
    """The account ids of the addresses; accounts that are missing are opened.

    Two requests that open the same account at once: the unique address refuses one of them, and
    its transaction is run again and finds the account.
    """
    wanted = sorted(set(addresses))
    found = find_accounts(wanted)
    missing = [address for address in wanted if address not in found]
    if missing:
        opened = {address: new_id() for address in missing}
        db.session.execute(
            insert(LedgerAccount),
            [
                {
                    "id": account_id,
                    "village_id": address.village_id,
                    "owner_kind": address.owner_kind,
                    "owner_id": address.owner_id,
                    "purpose": address.purpose,
                    "unit_id": address.unit_id,
                }
                for address, account_id in opened.items()
            ],
        )
        limited = [
            {"account_id": account_id, "balance": 0, "version": 0, "floor": 0, "ceiling": None}
            for address, account_id in opened.items()
            if address.purpose in LIMITED_PURPOSES
        ]
        if limited:
            db.session.execute(insert(LedgerBalance), limited)
        found |= opened
    return found
