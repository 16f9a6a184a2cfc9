"""The checker of acknowledged answers: what the callers were told against what the books hold.

It trusts the journals only: they were on the disk before a caller went on.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from app.extensions import db
from app.ledger import queries
from app.ledger.domain.accounts import Purpose, branch_budget
from app.ledger.queries import checker
from tests.fire.crowd import Call
from tests.fire.village import Village

UNDECIDED = {"", "database_unavailable", "same_request_in_flight"}
"""Outcomes after which the same request is to be sent again."""

_GRANTED = """
    SELECT entry.idempotency_key, moved.amount, quota_grant.id
    FROM ledger_entry AS entry
    LEFT JOIN ledger_transfer AS moved ON moved.entry_id = entry.id
    LEFT JOIN quota_grant ON quota_grant.entry_id = entry.id
    WHERE entry.kind = 'grant'
"""
_REDEEMED = """
    SELECT redemption.redemption_key, moved.amount, redemption.id
    FROM redemption
    LEFT JOIN ledger_transfer AS moved ON moved.entry_id = redemption.entry_id
"""


@dataclass
class Losses:
    """Keys of posts that went wrong, by what is wrong with them."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    never_sent: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((self.lost, self.doubled, self.altered, self.never_sent))


def reckon(calls: Iterable[Call]) -> Losses:
    """Compare every post of the journals with the books; needs the application's context."""
    calls = [call for call in calls if is_post(call)]
    sent = {call.key for call in calls}
    asked = {
        call.key: _points(call.step["body"]) for call in calls if "points" in call.step["body"]
    }
    told = {
        call.key: (_points(call.answer), int(call.answer["id"]))
        for call in calls
        if call.status == 201
    }
    rows = recorded()
    held = {key: (amount, row_id) for key, amount, row_id in rows}
    counts = Counter(key for key, _, _ in rows)
    return Losses(
        lost=sorted(told.keys() - held.keys()),
        doubled=sorted(key for key, count in counts.items() if count > 1),
        altered=sorted(
            key
            for key, (amount, row_id) in held.items()
            if told.get(key, (amount, row_id)) != (amount, row_id)
            or asked.get(key, amount) != amount
        ),
        never_sent=sorted(held.keys() - sent),
    )


def is_post(call: Call) -> bool:
    """Whether it is one of the two kinds of request whose posts are compared."""
    path: str = call.step["path"]
    return path == "/grants" or path.endswith("/redemption")


def recorded() -> list[tuple[str, int, int]]:
    """Key, tenths and id of every grant and redemption in the books."""
    db.session.rollback()
    # A grant's entry carries its caller's number in front of the key.
    granted = [
        (key.rpartition(":")[2], amount, row_id)
        for key, amount, row_id in db.session.execute(text(_GRANTED))
    ]
    redeemed = [tuple(row) for row in db.session.execute(text(_REDEEMED))]
    db.session.rollback()
    return granted + redeemed


def ledger_findings() -> list[str]:
    """What `ledger check` says."""
    checker.view_one_instant()
    findings = [f"{found.pass_name}: {found.detail}" for found in checker.check()]
    db.session.rollback()
    return findings


def unanswered(calls: Sequence[Call]) -> list[Call]:
    """The posts whose fate their callers do not know."""
    return [call for call in calls if is_post(call) and call.outcome in UNDECIDED]


def assert_sums(village: Village, calls: Iterable[Call], *, spendable_before: int) -> None:
    """What was acknowledged adds up to what the balance rows say."""
    told = {call.key: call for call in calls if is_post(call) and call.status == 201}.values()
    granted = sum(_points(call.answer) for call in told if call.step["path"] == "/grants")
    sold = sum(_points(call.answer) for call in told if call.step["path"] != "/grants")
    assert queries.balance(branch_budget(village.id)) == granted
    spendable = queries.balances_of_purpose(village.id, Purpose.SPENDABLE)
    assert sum(spendable.values()) == spendable_before - sold
    db.session.rollback()


def _points(said: dict[str, Any]) -> int:
    """The tenths that a request or an answer names."""
    whole, _, tenth = str(said["total" if "total" in said else "points"]).partition(".")
    return int(whole) * 10 + int(tenth or 0)
