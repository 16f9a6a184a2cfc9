"""The books as the design tells them, in lists and dicts: what the ledger is compared with.

It shares no line with the ledger: no verdict, no bytes, no tree, no fold. Ids are the one thing it
takes over, and it checks that they are in the order they must be in.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from .layout import ENTRY, SEAL, Value, blinded, instant, record, root
from .places import LIMITED, PENDING, PURPOSES, Account

Move = tuple[Account, Account, int]
"""From, to, how much."""

EARNED = ("award", "bonus", "grid_bonus", "team_bonus")
"""The kinds of entries by which a household earns."""


@dataclass(frozen=True)
class Wish:
    """What somebody asks to be written down under a key."""

    village: int
    kind: str
    on: date
    actor: int
    key: str
    moves: tuple[Move, ...]
    reverses: int | None = None
    rule: int | None = None
    memo: str = ""

    @property
    def asked(self) -> tuple[object, ...]:
        """What must be the same when the key comes again; who asks need not be."""
        return (self.kind, self.on, self.moves, self.reverses, self.rule, self.memo)


@dataclass(eq=False)
class Written:
    """A wish that came true."""

    wish: Wish
    period: int
    at: datetime
    id: int = 0
    move_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Refused:
    """Why a wish did not come true."""

    code: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Seal:
    """A month's header and what is under it."""

    values: tuple[Value, ...]
    entries: tuple[Written, ...]
    closing: dict[Account, int]

    @cached_property
    def digest(self) -> bytes:
        return hashlib.sha256(record(SEAL, self.values)).digest()


@dataclass
class Period:
    """A month of the book; the last one is open."""

    month: str
    opened_at: datetime
    seal: Seal | None = None


Verdict = tuple[Written, bool] | Refused
"""What stands under the key, and whether it had been there before."""


class Book:
    """One village's book."""

    def __init__(self, village: int) -> None:
        self.village = village
        self.periods: list[Period] = []
        self.written: list[Written] = []
        self.balances: Counter[Account] = Counter()
        self.ceilings: dict[Account, int | None] = {}
        self.heads: list[tuple[int, int, bytes]] = []

    def copy(self) -> "Book":
        """The book as it is now; the entries in it are shared."""
        twin = Book(self.village)
        for name, value in vars(self).items():
            setattr(twin, name, value if isinstance(value, int) else value.copy())
        return twin

    def open(self, month: str, at: datetime) -> None:
        """Open the book, unless it is open."""
        if not self.periods:
            self.periods.append(Period(month, at))

    def post(self, wishes: Sequence[Wish], at: datetime) -> list[Verdict] | Refused:
        """All of them or none."""
        before = list(self.written), self.balances.copy()
        verdicts = self.post_each(wishes, at)
        refused = (
            verdicts
            if isinstance(verdicts, Refused)
            else next((one for one in verdicts if isinstance(one, Refused)), None)
        )
        if refused is None:
            return verdicts
        self.written, self.balances = before
        return refused

    def post_each(self, wishes: Sequence[Wish], at: datetime) -> list[Verdict] | Refused:
        """A verdict for each of them."""
        if not self.periods:
            return Refused("no_open_period")
        old = len(self.written)
        return [self._take(wish, at, old) for wish in wishes]

    def reverse(self, entry_id: int, key: str, on: date, at: datetime) -> list[Verdict] | Refused:
        """Mirror an entry under a key."""
        original = self.find(entry_id)
        if original is None:
            return Refused("entry_not_found")
        if original.wish.kind == "reversal":
            return Refused("reversal_of_reversal")
        return self.post([self.mirror(original, key, on)], at)

    def mirror(self, original: Written, key: str, on: date) -> Wish:
        """The wish that takes an entry back."""
        return Wish(
            self.village, "reversal", on, 8, key, turned(original.wish.moves), original.id,
            original.wish.rule,
        )  # fmt: skip

    def close(self, month: str, at: datetime) -> Seal | Refused:
        """Seal the open month and open the next."""
        for period in self.periods[:-1]:
            if period.month == month and period.seal is not None:
                return period.seal
        if not self.periods:
            return Refused("no_open_period")
        period = self.periods[-1]
        if period.month != month:
            return Refused("another_month_open", {"month": period.month})
        period.seal = self._seal(len(self.periods))
        self.periods.append(Period(next_month(month), at))
        self.heads = []
        return period.seal

    def record_head(self) -> tuple[int, int, bytes] | None:
        """How many entries the open month has, the last one, and the root over them."""
        entries = self.in_period(len(self.periods))
        if not entries:
            return None
        head = len(entries), entries[-1].id, root(self.entry_records(entries))
        if head not in self.heads:
            self.heads.append(head)
        return head

    def check_order(self, new: Written) -> None:
        """Ids grow within an entry, on every account with a limit, and beyond heads and seals."""
        ids = [new.id, *new.move_ids]
        assert ids == sorted(set(ids))
        sealed = [one.id for one in self.written if one.period < len(self.periods)]
        assert all(new.id > below for below in (*sealed, *(head[1] for head in self.heads)))
        for one in self.written[: self.written.index(new)]:
            for move_id, move in zip(one.move_ids, one.wish.moves, strict=True):
                for later_id, later in zip(new.move_ids, new.wish.moves, strict=True):
                    if any(side in move[:2] and side[3] in LIMITED for side in later[:2]):
                        assert move_id < later_id

    def find(self, entry_id: int) -> Written | None:
        return next((one for one in self.written if one.id == entry_id), None)

    def under(self, key: str) -> Written | None:
        return next((one for one in self.written if one.wish.key == key), None)

    def reversal_of(self, original: Written) -> Written | None:
        return next((one for one in self.written if one.wish.reverses == original.id), None)

    def returned(self, original: Written) -> Counter[tuple[Account, Account]]:
        """What has come back of an entry in parts that stand."""
        back: Counter[tuple[Account, Account]] = Counter()
        for one in self.written:
            of_it = one.wish.kind == "return" and one.wish.memo == str(original.id)
            if of_it and self.reversal_of(one) is None:
                for debit, credit, amount in one.wish.moves:
                    back[debit, credit] += amount
        return back

    def in_period(self, number: int) -> list[Written]:
        """A month's entries in the order of ids."""
        return sorted((one for one in self.written if one.period == number), key=lambda one: one.id)

    def earned(self, number: int) -> dict[int, int]:
        """By household: what was awarded in a month and not reversed since."""
        sums: Counter[int] = Counter()
        for one in self.in_period(number):
            if one.wish.kind in EARNED and self.reversal_of(one) is None:
                for _, into, amount in one.wish.moves:
                    if into[3] == PENDING:
                        sums[into[2]] += amount
        return dict(sums)

    def balance_at(self, account: Account, moment: datetime) -> int:
        """The closing balances before the month that was open then, and what moved since."""
        number = max(
            (n for n, period in enumerate(self.periods, 1) if period.opened_at <= moment), default=0
        )
        return sum(
            amount
            for one in self.written
            if one.period < number or (one.period == number and one.at <= moment)
            for amount in _changes(account, one)
        )

    def statement(self, account: Account) -> list[tuple[int, Written, int, int]]:
        """Transfer, entry, amount and the balance after it, newest first."""
        moved = sorted(
            (move_id, one, amount)
            for one in sorted(self.written, key=lambda one: one.id)
            for move_id, move in zip(one.move_ids, one.wish.moves, strict=True)
            for amount in _change(account, move)
        )
        lines, balance = [], 0
        for move_id, one, amount in moved:
            balance += amount
            lines.append((move_id, one, amount, balance))
        return lines[::-1]

    def sums(self, number: int, purpose: int) -> dict[tuple[int, int], tuple[int, object, object]]:
        """Of every account of a purpose that opened a month with something or moved in it."""
        before = self.periods[number - 2].seal if number > 1 else None
        openings: dict[Account, int] = {} if before is None else before.closing
        into: dict[Account, Counter[str]] = {}
        out_of: dict[Account, Counter[str]] = {}
        for one in self.in_period(number):
            for debit, credit, amount in one.wish.moves:
                into.setdefault(credit, Counter())[one.wish.kind] += amount
                out_of.setdefault(debit, Counter())[one.wish.kind] += amount
        return {
            (account[2], account[4]): (
                openings.get(account, 0),
                dict(into.get(account, {})),
                dict(out_of.get(account, {})),
            )
            for account in openings.keys() | into.keys() | out_of.keys()
            if account[3] == purpose
        }

    def entry_records(self, entries: Sequence[Written]) -> list[bytes]:
        """The sealed bytes of entries."""
        return [record(ENTRY, _entry_values(one)) for one in entries]

    def _fault(self, wish: Wish) -> str | None:
        faults = {
            "key": not 0 < len(wish.key) <= 100,
            "memo": len(wish.memo) > 200,
            "reversal": (wish.kind == "reversal") != (wish.reverses is not None),
            "return": wish.kind == "return" and not wish.memo.isdigit(),
            "transfers": not wish.moves,
            "transfer": not all(self._is_sound(*move) for move in wish.moves),
        }
        return next((reason for reason, there in faults.items() if there), None)

    def _is_sound(self, debit: Account, credit: Account, amount: int) -> bool:
        same_book = debit[0] == credit[0] == self.village
        return amount > 0 and debit != credit and debit[4] == credit[4] and same_book

    def _take(self, wish: Wish, at: datetime, old: int) -> Verdict:
        known = self.under(wish.key)
        if known is not None:
            if known.wish.asked != wish.asked:
                return Refused("idempotency_mismatch")
            return known, known in self.written[:old]
        if fault := self._fault(wish):
            return Refused("bad_entry", {"reason": fault})
        refused = self._correction_fault(wish) or self._carry(wish.moves)
        if refused is not None:
            return refused
        one = Written(wish, len(self.periods), at)
        self.written.append(one)
        return one, False

    def _correction_fault(self, wish: Wish) -> Refused | None:
        is_return = wish.kind == "return"
        if wish.reverses is None and not is_return:
            return None
        original = self.find(int(wish.memo) if is_return else wish.reverses or 0)
        if original is None:
            return Refused("entry_not_found")
        if is_return and original.wish.kind not in ("redemption", "goods_out"):
            return Refused("not_returnable")
        if original.wish.kind == "reversal":
            return Refused("reversal_of_reversal")
        if self.reversal_of(original) is not None:
            return Refused("already_reversed")
        return self._return_fault(wish, original) if is_return else self._whole(wish, original)

    def _whole(self, wish: Wish, original: Written) -> Refused | None:
        if self.returned(original):
            return Refused("partly_returned")
        if wish.moves != turned(original.wish.moves):
            return Refused("bad_entry", {"reason": "mirror"})
        return None

    def _return_fault(self, wish: Wish, original: Written) -> Refused | None:
        back = self.returned(original)
        wanted: Counter[tuple[Account, Account]] = Counter()
        for debit, credit, amount in wish.moves:
            wanted[debit, credit] += amount
        for (debit, credit), amount in wanted.items():
            gone = sum(one[2] for one in original.wish.moves if one[:2] == (credit, debit))
            if gone == 0:
                return Refused("bad_entry", {"reason": "mirror"})
            left = gone - back[debit, credit]
            if amount > left:
                facts = {"unit_id": str(debit[4]), "left": left, "wanted": amount}
                return Refused("more_than_original", facts)
        return None

    def _carry(self, moves: Sequence[Move]) -> Refused | None:
        """Move one after the other; no step may be beyond a limit."""
        after = self.balances.copy()
        for debit, credit, amount in moves:
            if debit[3] in LIMITED and after[debit] < amount:
                _, _, owner, purpose, unit = debit
                return Refused(
                    "insufficient_balance",
                    {
                        "owner_id": str(owner),
                        "purpose": PURPOSES[purpose],
                        "unit_id": str(unit),
                        "balance": after[debit],
                        "needed": amount,
                    },
                )
            after[debit] -= amount
            ceiling = self.ceilings.get(credit)
            if ceiling is not None and after[credit] + amount > ceiling:
                return Refused("balance_ceiling", {"ceiling": ceiling})
            after[credit] += amount
        self.balances = after
        return None

    def _seal(self, number: int) -> Seal:
        entries = self.in_period(number)
        before = self.periods[number - 2].seal if number > 1 else None
        moved = {account for one in entries for move in one.wish.moves for account in move[:2]}
        closing = {
            account: balance
            for account, balance in self.balances.items()
            if balance != 0 or account in moved
        }
        rows = [
            blinded((self.village, number, *account[1:], closing[account]))
            for account in sorted(closing)
        ]
        values: tuple[Value, ...] = (
            self.village,
            number,
            self.periods[number - 1].month,
            bytes(32) if before is None else before.digest,
            len(entries),
            root(self.entry_records(entries)),
            len(rows),
            root(rows),
            entries[0].id if entries else 0,
            entries[-1].id if entries else 0,
        )
        return Seal(values, tuple(entries), closing)


def turned(moves: Sequence[Move]) -> tuple[Move, ...]:
    """The same the other way round, last one first."""
    return tuple((credit, debit, amount) for debit, credit, amount in reversed(moves))


def next_month(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def _changes(account: Account, one: Written) -> list[int]:
    return [amount for move in one.wish.moves for amount in _change(account, move)]


def _change(account: Account, move: Move) -> list[int]:
    debit, credit, amount = move
    return [-amount] if account == debit else [amount] if account == credit else []


def _entry_values(one: Written) -> list[Value]:
    wish = one.wish
    values: list[Value] = [
        one.id, wish.village, one.period, wish.kind, f"{wish.on:%Y-%m-%d}", instant(one.at),
        wish.actor, wish.key, wish.reverses or 0, wish.rule or 0, wish.memo, len(wish.moves),
    ]  # fmt: skip
    for move_id, (debit, credit, amount) in zip(one.move_ids, wish.moves, strict=True):
        values += [move_id, *debit[1:4], *credit[1:4], debit[4], amount]
    return values
