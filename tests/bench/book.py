"""One village's book that the posting benches write into, made the same on both databases.

Account ids are numbered through, so that SQL written by hand and pgbench can draw them too.
"""

import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import insert, text

from app import create_app
from app.extensions import db
from app.identity.models import Town, Village
from app.kit.month import Month
from app.ledger import service
from app.ledger.domain.accounts import (
    LIMITED_PURPOSES,
    Address,
    activity_pool,
    household_pending,
    issuance,
    member_standing,
    score_source,
)
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.ledger.models import LedgerAccount, LedgerBalance
from app.web.transaction import run_in_transaction
from tests.conftest import settings_for

VILLAGE = 1001
DAY = date(2026, 10, 9)
POOLS, HOUSEHOLDS, MEMBERS = 800, 5000, 10_000
POOL_IDS, PENDING_IDS, STANDING_IDS = 10_000_000, 20_000_000, 30_000_000
"""Account number n of a kind has this id plus n; numbers start at 1."""
SCORE_SOURCE_ID, ISSUANCE_ID = 40_000_001, 40_000_002

_TOWN = 1000
_FUNDS = 10**12


def accounts() -> dict[int, Address]:
    """Every account of the book by its id."""
    return {
        SCORE_SOURCE_ID: score_source(VILLAGE),
        ISSUANCE_ID: issuance(VILLAGE),
        **{POOL_IDS + n: activity_pool(VILLAGE, n) for n in range(1, POOLS + 1)},
        **{PENDING_IDS + n: household_pending(VILLAGE, n) for n in range(1, HOUSEHOLDS + 1)},
        **{STANDING_IDS + n: member_standing(VILLAGE, n) for n in range(1, MEMBERS + 1)},
    }


@contextmanager
def application(url: str) -> Iterator[None]:
    """Inside the application on that database."""
    with create_app(settings_for(url)).app_context():
        yield
        db.session.remove()
        db.engine.dispose()


def make_book(url: str) -> None:
    """Open the book and its accounts, and give every pool more points than a bench can spend."""
    with application(url):
        run_in_transaction(_open_book)
        # An entry each: statistics of a book with a single entry would mislead every later plan.
        funds = [
            _entry(
                EntryKind.GRANT, TransferDraft(issuance(VILLAGE), activity_pool(VILLAGE, n), _FUNDS)
            )
            for n in range(1, POOLS + 1)
        ]
        run_in_transaction(lambda: service.post(funds))
        # What a server does by itself within a minute: planning with the tables' true sizes.
        run_in_transaction(lambda: db.session.execute(text("ANALYZE")))


def transfer_draft(pool: int | None = None) -> EntryDraft:
    """One transfer from a pool, any if none is named, to any household's pending points."""
    source = activity_pool(VILLAGE, pool or random.randint(1, POOLS))
    household = household_pending(VILLAGE, random.randint(1, HOUSEHOLDS))
    return _entry(EntryKind.AWARD, TransferDraft(source, household, 10))


def award_drafts(awards: int, pool: int | None = None) -> list[EntryDraft]:
    """Awards to as many members, two to a household: points from a pool, and the score."""
    numbers = random.sample(range(1, HOUSEHOLDS + 1), awards // 2)
    source = activity_pool(VILLAGE, pool or random.randint(1, POOLS))
    return [
        _entry(
            EntryKind.AWARD,
            TransferDraft(source, household_pending(VILLAGE, number), 10),
            TransferDraft(score_source(VILLAGE), member_standing(VILLAGE, 2 * number - member), 10),
        )
        for number in numbers
        for member in (0, 1)
    ]


def audit(url: str) -> str:
    """Compare every balance row with the fold of the transfers; a sentence for the page."""
    with application(url):
        drifted = db.session.scalar(
            text(
                "SELECT count(*) FROM ledger_balance AS row LEFT JOIN ("
                " SELECT account_id, sum(amount) AS total FROM ("
                "  SELECT credit_account_id AS account_id, amount FROM ledger_transfer"
                "  UNION ALL SELECT debit_account_id, -amount FROM ledger_transfer) AS sides"
                " GROUP BY account_id) AS folded ON folded.account_id = row.account_id"
                " WHERE row.balance <> coalesce(folded.total, 0)"
            )
        )
        entries = db.session.scalar(text("SELECT count(*) FROM ledger_entry"))
    if drifted:
        raise AssertionError(f"{drifted} balance rows differ from their transfers")
    return (
        f"After the last round every balance row was the sum of its transfers ({entries} entries)."
    )


def _entry(kind: EntryKind, *transfers: TransferDraft) -> EntryDraft:
    return EntryDraft(
        village_id=VILLAGE,
        kind=kind,
        occurred_on=DAY,
        actor_id=7,
        idempotency_key=uuid.uuid4().hex,
        transfers=transfers,
    )


def _open_book() -> None:
    db.session.add(Town(id=_TOWN, code="town", name="青石镇"))
    db.session.flush()
    contact = {"contact_name": "村文书", "contact_phone": "1", "contact_place": "村委会"}
    db.session.add(Village(id=VILLAGE, town_id=_TOWN, code="village", name="露溪村", **contact))
    db.session.flush()
    service.open_book(VILLAGE, first_month=Month(2026, 10), actor_id=7)
    opened = accounts()
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
            for account_id, address in opened.items()
        ],
    )
    db.session.execute(
        insert(LedgerBalance),
        [
            {"account_id": account_id, "balance": 0, "version": 0, "floor": 0, "ceiling": None}
            for account_id, address in opened.items()
            if address.purpose in LIMITED_PURPOSES
        ],
    )
