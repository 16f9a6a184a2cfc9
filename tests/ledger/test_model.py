"""Long random lives of a book against a model that fits on a page."""

import random

import pytest

from app.kit.month import Month
from app.ledger import queries, service
from app.ledger.domain.accounts import LIMITED_PURPOSES, Address
from app.ledger.domain.drafts import EntryDraft, Posted, TransferDraft, mirrored
from app.ledger.queries import checker
from app.web.transaction import run_in_transaction
from tests.ledger.books import ACCOUNTS, DAY, OCTOBER, VILLAGE, draft, open_book

pytestmark = pytest.mark.usefixtures("each_app")

_NAMES = ("issuance", "budget", "takings", "pending1", "spendable1", "held1", "spendable2")


class Life:
    """A book and what it should hold."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - must repeat
        self.balances: dict[Address, int] = {}
        self.posted: dict[int, EntryDraft] = {}
        self.reversed_ids: set[int] = set()
        self.month: Month = OCTOBER

    def post(self) -> None:
        """Post a batch with a verdict for each draft."""
        drafts = [self._draft() for _ in range(self.chance.randint(1, 6))]
        expected = [self._moves(wish.transfers) for wish in drafts]
        verdicts = run_in_transaction(lambda: service.post_each(drafts))
        assert [isinstance(verdict, Posted) for verdict in verdicts] == expected
        for wish, verdict in zip(drafts, verdicts, strict=True):
            if isinstance(verdict, Posted):
                self.posted[verdict.entry_id] = wish

    def repeat(self) -> None:
        """Send something again; it is answered and changes nothing."""
        if self.posted:
            entry_id = self.chance.choice(sorted(self.posted))
            again = run_in_transaction(lambda: service.post([self.posted[entry_id]]))[0]
            assert (again.entry_id, again.replayed) == (entry_id, True)

    def reverse(self) -> None:
        """Take something back, where it was not yet and is still there."""
        if not self.posted:
            return
        entry_id = self.chance.choice(sorted(self.posted))
        possible = entry_id not in self.reversed_ids and self._moves(
            mirrored(self.posted[entry_id].transfers)
        )
        key = f"reversal {self.chance.random()}"
        wish = service.reversal_draft(
            entry_id, village_id=VILLAGE, actor_id=8, idempotency_key=key, occurred_on=DAY
        )
        (verdict,) = run_in_transaction(lambda: service.post_each([wish]))
        assert isinstance(verdict, Posted) == possible
        if possible:
            self.reversed_ids.add(entry_id)

    def close(self) -> None:
        """Close the month."""
        run_in_transaction(lambda: service.close_period(VILLAGE, month=self.month))
        self.month = self.month.next

    def compare(self) -> None:
        """The books hold what they should, and every statement leads there."""
        held = queries.balances([ACCOUNTS[name] for name in _NAMES])
        assert held == {address: self.balances.get(address, 0) for address in held}
        for address, balance in held.items():
            lines = queries.statement(address, limit=1000)
            assert sum(line.amount for line in lines) == balance
            assert not lines or lines[0].balance_after == balance
            assert not lines or lines[-1].balance_after == lines[-1].amount
        assert checker.check() == []

    def _draft(self) -> EntryDraft:
        parts = []
        for _ in range(self.chance.randint(1, 3)):
            debit, credit = self.chance.sample(_NAMES, 2)
            parts.append(f"{debit} → {credit} {self.chance.randint(1, 40)}")
        return draft("; ".join(parts))

    def _moves(self, transfers: tuple[TransferDraft, ...]) -> bool:
        after = dict(self.balances)
        for moved in transfers:
            for address, change in ((moved.debit, -moved.amount), (moved.credit, moved.amount)):
                after[address] = after.get(address, 0) + change
                if address.purpose in LIMITED_PURPOSES and after[address] < 0:
                    return False
        self.balances = after
        return True


@pytest.mark.parametrize("seed", [1, 2])
def test_a_long_life(seed: int) -> None:
    open_book(budget=0)
    life = Life(seed)
    steps = [life.post] * 6 + [life.repeat] * 2 + [life.reverse] * 4 + [life.close]
    for step in range(120):
        life.chance.choice(steps)()
        if step % 40 == 39:
            life.compare()
    assert len(life.posted) > 50
    assert len(life.reversed_ids) > 5
    assert life.month > OCTOBER
