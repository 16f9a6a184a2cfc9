"""Whole books made outside the database and loaded at once: for sample data and first loads.

A book is posted and closed in memory by the same decisions as in the services (`judge`,
`seal_period`), so that the checker cannot tell it from one that grew entry by entry.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, cast, func, insert, literal, null, select, union_all

from app.identity.domain import SYSTEM_ACTOR_ID
from app.kit import clock
from app.kit.db import Base
from app.kit.errors import DomainError, Invalid
from app.kit.ids import new_id
from app.kit.month import Month
from app.ledger.domain.accounts import LIMITED_PURPOSES, Address
from app.ledger.domain.canonical import NO_DIGEST, EntryRow, TransferRow, request_digest
from app.ledger.domain.drafts import EntryDraft, form_fault
from app.ledger.domain.judging import Accepted, Books, LimitedBalance, judge
from app.ledger.domain.sealing import seal_period
from app.ledger.models import (
    LedgerAccount,
    LedgerBalance,
    LedgerClosing,
    LedgerEntry,
    LedgerPeriod,
    LedgerSeal,
    LedgerTransfer,
)

from .periods import new_secret, seal_row

Row = dict[str, Any]

BOOK_TABLES: tuple[type[Base], ...] = (
    LedgerAccount,
    LedgerPeriod,
    LedgerEntry,
    LedgerTransfer,
    LedgerSeal,
    LedgerClosing,
    LedgerBalance,
)


class WholeBook:
    """A village's book from its first entry on; `rows` is what its tables will hold.

    Times and ids are those of the clock and of the process's source, which the caller sets; ids
    must grow. Balance rows are not among the rows: `load_balances` adds them up afterwards.
    `make_secret` gives each seal its secret.
    """

    def __init__(
        self,
        village_id: int,
        *,
        first_month: Month,
        make_secret: Callable[[], bytes] = new_secret,
    ) -> None:
        self.village_id = village_id
        self._make_secret = make_secret
        self.rows: dict[type[Base], list[Row]] = {table: [] for table in BOOK_TABLES}
        self._accounts: dict[Address, int] = {}
        self._books = Books(balances={}, outcomes={}, originals={}, reversed_ids=set(), returned={})
        self._entries: list[EntryRow] = []
        self._openings: dict[Address, int] = {}
        self._previous_digest = NO_DIGEST
        self._period = self._open(number=1, month=first_month, head_entry_id=0)

    @property
    def period_id(self) -> int:
        """The id of the open period."""
        found: int = self._period["id"]
        return found

    def balance(self, address: Address) -> int:
        """What an account with a limit holds; 0 before it is first named."""
        held = self._books.balances.get(address)
        return 0 if held is None else held.balance

    def post(self, draft: EntryDraft) -> int:
        """Write one entry and give its id; raises what `ledger.post` would. No reversals."""
        fault = form_fault(draft, self.village_id)
        if fault is not None:
            raise Invalid("bad_entry", reason=fault)
        for moved in draft.transfers:
            for address in (moved.debit, moved.credit):
                if address not in self._accounts:
                    self._open_account(address)
        verdict = judge(draft, request_digest(draft), self._books)
        if isinstance(verdict, DomainError):
            raise verdict
        if not isinstance(verdict, Accepted):
            raise TypeError("a whole book is posted once")
        entry = self._entry_row(verdict)
        self._entries.append(entry)
        self._add_entry(entry)
        return entry.id

    def close(self) -> None:
        """Close and seal the open month; the next one is open from the same instant."""
        period, now = self._period, clock.now()
        computed = seal_period(
            village_id=self.village_id,
            period_number=period["number"],
            month=period["month"],
            previous_digest=self._previous_digest,
            openings=self._openings,
            entries=self._entries,
            secret=self._make_secret(),
        )
        header = computed.header
        self._previous_digest = header.digest
        period |= {"closed_at": now, "closed_by": SYSTEM_ACTOR_ID}
        self.rows[LedgerSeal].append(seal_row(period["id"], computed, self._accounts, now))
        self.rows[LedgerClosing].extend(
            {
                "period_id": period["id"],
                "account_id": self._accounts[row.account],
                "balance": row.balance,
            }
            for row in computed.balances
        )
        self._openings = {row.account: row.balance for row in computed.balances}
        self._entries = []
        self._period = self._open(
            number=period["number"] + 1,
            month=Month.parse(period["month"]).next,
            head_entry_id=max(period["head_entry_id"], header.last_entry_id),
        )

    def _open(self, *, number: int, month: Month, head_entry_id: int) -> dict[str, Any]:
        period = {
            "id": new_id(),
            "village_id": self.village_id,
            "number": number,
            "month": str(month),
            "opened_at": clock.now(),
            "opened_by": SYSTEM_ACTOR_ID,
            "closed_at": None,
            "closed_by": None,
            "head_entry_id": head_entry_id,
        }
        self.rows[LedgerPeriod].append(period)
        return period

    def _open_account(self, address: Address) -> None:
        account_id = new_id()
        self._accounts[address] = account_id
        self.rows[LedgerAccount].append(
            {
                "id": account_id,
                "village_id": address.village_id,
                "owner_kind": int(address.owner_kind),
                "owner_id": address.owner_id,
                "purpose": int(address.purpose),
                "unit_id": address.unit_id,
            }
        )
        if address.purpose in LIMITED_PURPOSES:
            self._books.balances[address] = LimitedBalance(balance=0, floor=0, ceiling=None)

    def _entry_row(self, accepted: Accepted) -> EntryRow:
        draft = accepted.draft
        if draft.reverses_id is not None:
            raise ValueError("a whole book takes no reversals")
        return EntryRow(
            id=new_id(),
            village_id=self.village_id,
            period_id=self.period_id,
            kind=draft.kind.value,
            occurred_on=draft.occurred_on,
            posted_at=clock.now(),
            actor_id=draft.actor_id,
            idempotency_key=draft.idempotency_key,
            request_digest=accepted.request_digest,
            reverses_id=None,
            rule_version_id=draft.rule_version_id,
            memo=draft.memo,
            transfers=tuple(
                TransferRow(new_id(), moved.debit, moved.credit, moved.amount)
                for moved in draft.transfers
            ),
        )

    def _add_entry(self, entry: EntryRow) -> None:
        self.rows[LedgerEntry].append({name: getattr(entry, name) for name in _ENTRY_COLUMNS})
        self.rows[LedgerTransfer].extend(
            {
                "id": moved.id,
                "entry_id": entry.id,
                "village_id": entry.village_id,
                "period_id": entry.period_id,
                "debit_account_id": self._accounts[moved.debit],
                "credit_account_id": self._accounts[moved.credit],
                "unit_id": moved.debit.unit_id,
                "amount": moved.amount,
            }
            for moved in entry.transfers
        )


_ENTRY_COLUMNS: Sequence[str] = tuple(column.name for column in LedgerEntry.__table__.columns)


def load_balances(connection: Connection) -> None:
    """Write the balance row of every limited account of loaded books, from one aggregate.

    For a database without any balance row.
    """
    account, moved = LedgerAccount, LedgerTransfer
    sides = union_all(
        *(
            select(column.label("account_id"), moved.id, (sign * moved.amount).label("amount"))
            for column, sign in ((moved.credit_account_id, 1), (moved.debit_account_id, -1))
        )
    ).subquery()
    folded = (
        select(
            account.id,
            cast(func.coalesce(func.sum(sides.c.amount), 0), BigInteger),
            func.coalesce(func.max(sides.c.id), 0),
            literal(0),
            null(),
        )
        .outerjoin(sides, sides.c.account_id == account.id)
        .where(account.purpose.in_(LIMITED_PURPOSES))
        .group_by(account.id)
    )
    columns = ["account_id", "balance", "version", "floor", "ceiling"]
    connection.execute(insert(LedgerBalance).from_select(columns, folded))
