"""A little language for books, so that a test reads like a page of a ledger."""

import uuid
from datetime import date

from app.extensions import db
from app.identity.models import Town, Village
from app.kit.month import Month
from app.ledger import queries, service
from app.ledger.domain.accounts import (
    Address,
    OwnerKind,
    Purpose,
    branch_budget,
    household_held,
    household_pending,
    household_spendable,
    issuance,
    member_standing,
    score_source,
    store_takings,
)
from app.ledger.domain.drafts import EntryDraft, EntryKind, Posted, TransferDraft
from app.web.transaction import run_in_transaction

TOWN, VILLAGE = 1000, 1001
OCTOBER = Month(2026, 10)
DAY = date(2026, 10, 9)

ACCOUNTS: dict[str, Address] = {
    "issuance": issuance(VILLAGE),
    "budget": branch_budget(VILLAGE),
    "takings": store_takings(VILLAGE, 50),
    "scores": score_source(VILLAGE),
    **{
        f"{name}{number}": address(VILLAGE, number)
        for number in range(1, 6)
        for name, address in (
            ("pending", household_pending),
            ("spendable", household_spendable),
            ("held", household_held),
            ("member", member_standing),
        )
    },
}


def draft(
    line: str, *, kind: EntryKind = EntryKind.AWARD, key: str | None = None, on: date = DAY
) -> EntryDraft:
    """Read "budget → pending1 20; scores → member1 20" as one entry."""
    transfers = []
    for part in line.split(";"):
        debit, _, credit, amount = part.split()
        transfers.append(TransferDraft(ACCOUNTS[debit], ACCOUNTS[credit], int(amount)))
    return EntryDraft(
        village_id=VILLAGE,
        kind=kind,
        occurred_on=on,
        actor_id=7,
        idempotency_key=key or uuid.uuid4().hex,
        transfers=tuple(transfers),
    )


def post(*lines: str, kind: EntryKind = EntryKind.AWARD, key: str | None = None) -> list[Posted]:
    """Post lines in one committed transaction."""
    drafts = [draft(line, kind=kind, key=key) for line in lines]
    return run_in_transaction(lambda: service.post(drafts))


def open_book(budget: int = 1000) -> None:
    """Make the village and open its book in October with a granted budget."""
    run_in_transaction(_open_book)
    if budget:
        post(f"issuance → budget {budget}", kind=EntryKind.GRANT)


def _open_book() -> None:
    db.session.add(Town(id=TOWN, code="qingshi", name="青石镇"))
    db.session.flush()
    contact = {"contact_name": "村文书", "contact_phone": "1", "contact_place": "村委会"}
    db.session.add(Village(id=VILLAGE, town_id=TOWN, code="luxi", name="露溪村", **contact))
    db.session.flush()
    service.open_book(VILLAGE, first_month=OCTOBER, actor_id=7)


def held(names: str) -> dict[str, int]:
    """What the named accounts hold."""
    wanted = {name: ACCOUNTS[name] for name in names.split()}
    found = queries.balances(list(wanted.values()))
    return {name: found[address] for name, address in wanted.items()}


def good(number: int, purpose: Purpose) -> Address:
    """A good's account in store 50."""
    return Address(VILLAGE, OwnerKind.STORE, 50, purpose, 900 + number)
