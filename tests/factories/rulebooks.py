"""A rule book version, as adopted, in a village with an open book."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from app.activities.service import grant_quota
from app.identity import queries as places
from app.identity.domain import SYSTEM_ACTOR_ID
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import service as ledger
from app.rulebook import service
from app.rulebook.domain.reading import read_rules
from app.rulebook.domain.rules import Adoption, Rule
from app.web.transaction import run_in_transaction

ADOPTION = Adoption(date(2026, 8, 20), "村民代表会议", 46, 44, 1, "露村会〔2026〕5号")
SAMPLE = Path(__file__).resolve().parents[2] / "app" / "sample" / "data" / "rulebook.csv"


def open_book(village_id: int, *, month: Month, budget_tenths: int) -> None:
    """Open the village's book with a budget granted to the branch."""

    def work() -> None:
        ledger.open_book(village_id, first_month=month)
        grant_quota(
            town_id=places.village(village_id).town_id,
            village_id=village_id,
            month=month,
            amount=Tenths(budget_tenths),
            actor_id=SYSTEM_ACTOR_ID,
            idempotency_key="test",
        )

    run_in_transaction(work)


def adopt_rules(
    village_id: int, rules: Sequence[Rule] | None = None, *, starts_on: date = date(2026, 9, 1)
) -> int:
    """Save a version (the sample book by default); returns its id."""
    chosen = read_rules(SAMPLE.read_bytes())[0] if rules is None else list(rules)
    return run_in_transaction(
        lambda: (
            service.save_version(
                village_id=village_id,
                rules=chosen,
                adoption=ADOPTION,
                starts_on=starts_on,
                actor_id=SYSTEM_ACTOR_ID,
            ).id
        )
    )
