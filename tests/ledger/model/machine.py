"""The moves of the machine: one rule for each event of a village's book."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from .life import DAY, FIRST_MONTH, Life
from .places import HOUSEHOLDS, NAMED, PENDING, PURPOSES, Account, account
from .reads import (
    compare_check,
    compare_entries,
    compare_instant,
    compare_reads,
    compare_seals,
    compare_statement,
    compare_sums,
)
from .reference import Wish, Written, turned
from .twins import Twins

T = TypeVar("T")

VILLAGES = st.sampled_from([0, 0, 0, 1])
THREE = st.integers(1, 3)
TWO = st.integers(1, 2)
AMOUNTS = st.integers(1, 15)
PIECES = st.integers(1, 3)
SOLD = ("redemption", "goods_out")
ANY = st.integers(0, 9999)
"""Which one of what is there, however many these are."""
NAMES = st.sampled_from(NAMED)
POOLS = st.sampled_from(["pool 1", "pool 2", "bonus"])
SOURCES = st.sampled_from(["budget", "budget", "pool 1", "pool 2"])
BONUSES = ["bonus", "grid_bonus", "team_bonus"]
STANDINGS = st.sampled_from(["member", "home"])
WAYS = {
    "hold": ("spendable {n}", "held {n}"),
    "hold_release": ("held {n}", "spendable {n}"),
    "activity_payment": ("held {n}", "income"),
    "expiry": ("spendable {n}", "expired"),
    "deduction": ("member {n}", "scores"),
    "linked_score": ("scores", "member {n}"),
    "store_settlement": ("takings", "settled"),
    "move": ("spendable {n}", "spendable 1"),
    "succession": ("spendable {n}", "spendable 1"),
}
LAST = [
    ("expiry", "spendable 1", "expired"),
    ("hold", "spendable 2", "held 2"),
    ("pool_return", "pool 1", "budget"),
    ("spoilage", "shelf 2", "spoiled 2"),
]
STOCK_WAYS = [
    ("stock_in", "supplier", "shelf"),
    ("stock_count", "shelf", "difference"),
    ("stock_count", "difference", "shelf"),
    ("spoilage", "shelf", "spoiled"),
    ("hold", "shelf", "reserved"),
]
Change = Callable[[Wish], Wish]
CHANGES: list[Change] = [
    lambda wish: replace(wish, actor=99),
    lambda wish: replace(wish, memo="changed"),
    lambda wish: replace(wish, on=date(2026, 10, 10)),
    lambda wish: replace(wish, rule=5),
    lambda wish: replace(wish, kind="expiry"),
    lambda wish: replace(wish, moves=wish.moves + wish.moves[:1]),
    lambda wish: replace(wish, moves=turned(wish.moves)),
]
FAULTS: list[Change] = [
    lambda wish: replace(wish, key=""),
    lambda wish: replace(wish, key="k" * 101),
    lambda wish: replace(wish, memo="m" * 201),
    lambda wish: replace(wish, moves=()),
    lambda wish: replace(wish, kind="reversal"),
    lambda wish: replace(wish, reverses=1),
    lambda wish: replace(wish, kind="return", memo="1x"),
    lambda wish: replace(wish, kind="return", memo="1"),
]


class LedgerMachine(RuleBasedStateMachine):
    """Lives one life of two villages."""

    def __init__(self, twins: Twins) -> None:
        super().__init__()
        self.life = Life(twins)
        self.sales: list[tuple[int, list[str]]] = []
        """Villages and the keys of points and goods."""

    def _wish(self, village: int, kind: str, *parts: tuple[str, str, int]) -> Wish:
        """A wish by the names of its accounts."""
        number = self.life.villages[village]
        moves = (
            (account(number, debit), account(number, credit), amount)
            for debit, credit, amount in parts
        )
        return self.life.wish(number, kind, *moves)

    def _written(self, village: int, *kinds: str) -> list[Written]:
        book = self.life.books[self.life.villages[village]]
        return [one for one in book.written if not kinds or one.wish.kind in kinds]

    def _standing(self, village: int, *kinds: str) -> list[Written]:
        """Those that nothing has been taken back of, or all when there is none."""
        book = self.life.books[self.life.villages[village]]
        found = self._written(village, *kinds)
        return [one for one in found if book.reversal_of(one) is None] or found

    def _pick(self, some: Sequence[T], which: int) -> T:
        return some[which % len(some)]

    # Time, and the books themselves.

    @initialize(
        budget=st.integers(40, 600), points=st.integers(20, 90), both=st.sampled_from([True, False])
    )
    def begin(self, budget: int, points: int, both: bool) -> None:
        """One or both books open in October, with a budget, points and goods."""
        for village in (0, 1) if both else (0,):
            self.life.open_book(self.life.villages[village])
            self.life.post(
                self._wish(village, "grant", ("issuance", "budget", budget)),
                self._wish(
                    village, "grant", *(("issuance", f"spendable {n}", points) for n in (1, 2))
                ),
                self._wish(
                    village, "stock_in", *((f"supplier {n}", f"shelf {n}", 9) for n in (1, 2))
                ),
            )

    @rule(seconds=st.sampled_from([1, 60, 600]), ahead=st.sampled_from([0, 0, 3600, -3600]))
    def time_goes_by(self, seconds: int, ahead: int) -> None:
        """From now on a server is asked whose clock may be wrong."""
        self.life.twins.now += timedelta(seconds=seconds)
        self.life.ahead = timedelta(seconds=ahead)

    @rule(village=VILLAGES, names=st.lists(NAMES, max_size=5))
    def open(self, village: int, names: list[str]) -> None:
        """A book and accounts, or find them open."""
        number = self.life.villages[village]
        self.life.open_book(number)
        self.life.open_accounts([account(number, name) for name in names])

    @rule(village=VILLAGES, name=NAMES, room=st.integers(0, 30))
    def set_ceiling(self, village: int, name: str, room: int) -> None:
        """A little above what there is."""
        number = self.life.villages[village]
        place = account(number, name)
        self.life.set_ceiling(place, self.life.books[number].balances[place] + room)

    @precondition(lambda self: self.life.moved_since_close)
    @rule(village=VILLAGES)
    def close(self, village: int) -> None:
        """The open month."""
        periods = self.life.books[self.life.villages[village]].periods
        self.life.close(self.life.villages[village], periods[-1].month if periods else FIRST_MONTH)

    @rule(village=VILLAGES, month=st.sampled_from(["2026-09", "2026-10", "2026-11", "2027-01"]))
    def close_by_name(self, village: int, month: str) -> None:
        """A month that is closed, open or far away."""
        self.life.close(self.life.villages[village], month)

    @rule(village=VILLAGES)
    def record_head(self, village: int) -> None:
        self.life.record_head(self.life.villages[village])

    # What happens in a month.

    @rule(village=VILLAGES, amount=st.integers(1, 400))
    def grant(self, village: int, amount: int) -> None:
        self.life.post(self._wish(village, "grant", ("issuance", "budget", amount)))

    @rule(village=VILLAGES, pool=POOLS, amount=AMOUNTS, back=st.booleans())
    def reserve(self, village: int, pool: str, amount: int, back: bool) -> None:
        """Points for an activity or a bonus, or what is left of them."""
        there, kind = ("budget", pool, amount), "pool_reserve"
        if back:
            there, kind = (pool, "budget", amount), "pool_return"
        self.life.post(self._wish(village, kind, there))

    @rule(village=VILLAGES, household=THREE, amount=AMOUNTS, source=SOURCES, to=STANDINGS)
    def award(self, village: int, household: int, amount: int, source: str, to: str) -> None:
        points = (source, f"pending {household}", amount)
        score = ("scores", f"{to} {household}", amount)
        self.life.post(self._wish(village, "award", points, score))

    @rule(village=VILLAGES, awards=st.lists(st.tuples(THREE, AMOUNTS), min_size=1, max_size=6),
          each=st.booleans(), twin=st.sampled_from([None, None, "same", "other"]))  # fmt: skip
    def award_many(
        self, village: int, awards: list[tuple[int, int]], each: bool, twin: str | None
    ) -> None:
        """A session's awards at once; perhaps the first comes a second time."""
        wishes = [
            self._wish(village, "award", ("budget", f"pending {n}", amount),
                       ("scores", f"member {n}", amount))
            for n, amount in awards
        ]  # fmt: skip
        if twin == "same":
            wishes.append(replace(wishes[0], actor=9))
        if twin == "other":
            wishes.append(replace(wishes[0], memo="another"))
        (self.life.post_each if each else self.life.post)(*wishes)

    @rule(
        village=VILLAGES,
        kind=st.sampled_from(BONUSES),
        amounts=st.lists(AMOUNTS, min_size=1, max_size=3),
    )
    def bonus(self, village: int, kind: str, amounts: list[int]) -> None:
        parts = (("bonus", f"pending {n}", amount) for n, amount in enumerate(amounts, 1))
        self.life.post(self._wish(village, kind, *parts))

    @rule(village=VILLAGES, household=THREE, amount=AMOUNTS, way=st.sampled_from(list(WAYS)))
    def move_points(self, village: int, household: int, amount: int, way: str) -> None:
        """Hold, release, pay, expire, deduct, settle with the store, share."""
        debit, credit = (name.format(n=household) for name in WAYS[way])
        self.life.post(self._wish(village, way, (debit, credit, amount)))

    @rule(village=VILLAGES, way=st.sampled_from(LAST), beyond=st.booleans())
    def take_the_last(self, village: int, way: tuple[str, str, str], beyond: bool) -> None:
        """All that is there, or one more than that."""
        kind, debit, credit = way
        number = self.life.villages[village]
        amount = self.life.books[number].balances[account(number, debit)] + beyond
        if amount:
            self.life.post(self._wish(village, kind, (debit, credit, amount)))

    @rule(village=VILLAGES, good=TWO, pieces=PIECES, way=st.sampled_from(STOCK_WAYS))
    def move_goods(self, village: int, good: int, pieces: int, way: tuple[str, str, str]) -> None:
        """Goods in, counted, spoiled, reserved."""
        kind, debit, credit = way
        self.life.post(self._wish(village, kind, (f"{debit} {good}", f"{credit} {good}", pieces)))

    @rule(village=VILLAGES, household=THREE, points=AMOUNTS, reserved=st.booleans(),
          goods=st.lists(st.tuples(TWO, PIECES), max_size=3))  # fmt: skip
    def redeem(
        self, village: int, household: int, points: int, reserved: bool,
        goods: list[tuple[int, int]],
    ) -> None:  # fmt: skip
        """Points and goods in one transaction, or neither."""
        purse, shelf = ("held", "reserved") if reserved else ("spendable", "shelf")
        sale = [self._wish(village, "redemption", (f"{purse} {household}", "takings", points))]
        if goods:
            out = ((f"{shelf} {good}", f"gone {good}", pieces) for good, pieces in goods)
            sale.append(self._wish(village, "goods_out", *out))
        if self.life.post(*sale):
            self.sales.append((village, [wish.key for wish in sale]))

    @precondition(lambda self: self.sales)
    @rule(which=ANY, goods_back=st.booleans())
    def void(self, which: int, goods_back: bool) -> None:
        """Take a sale back: the points, and the goods if they are on the shelf again."""
        village, keys = self._pick(self.sales, which)
        book = self.life.books[self.life.villages[village]]
        sold = [one for key in keys if (one := book.under(key))]
        back = sold if goods_back else sold[:1]
        self.life.post(*(book.mirror(one, f"void:{one.id}", DAY) for one in back))

    @precondition(lambda self: self._written(0, *SOLD))
    @rule(which=ANY, pieces=st.lists(PIECES, min_size=1, max_size=3), any_kind=st.booleans())
    def return_part(self, which: int, pieces: list[int], any_kind: bool) -> None:
        """So much of a sale's points, or so many of its goods; perhaps of what was no sale."""
        kinds = () if any_kind and which % 5 == 0 else SOLD
        sold = self._pick(self._standing(0, *kinds), which)
        parts = [(*move[:2], amount) for move, amount in zip(sold.wish.moves, pieces, strict=False)]
        self.life.return_part(sold, parts, self.life.new_key("return"))

    @rule(household=THREE, amount=AMOUNTS, village=st.integers(0, 1))
    def move_away(self, household: int, amount: int, village: int) -> None:
        """To the other village: two entries with one reference in one transaction."""
        key = self.life.new_key("move")
        there = self._wish(village, "move", (f"spendable {household}", "out", amount))
        here = self._wish(1 - village, "move", ("in", f"spendable {household}", amount))
        self.life.post_in_turn([replace(there, key=key)], [replace(here, key=key)])

    @precondition(lambda self: self._written(0, "award", *BONUSES))
    @rule(which=ANY, at_once=st.booleans())
    def settle(self, which: int, at_once: bool) -> None:
        """Make a sealed month's points spendable, under a key that it has only once."""
        number = self.life.villages[0]
        if at_once and self.life.moved_since_close:
            self.close(0)
        book = self.life.books[number]
        sealed = [n for n in range(1, len(book.periods)) if book.earned(n)]
        if not sealed:
            return
        month = self._pick(sealed[::-1], which % 2)
        moves = tuple(
            (_of(number, household, "pending"), _of(number, household, "spendable"), amount)
            for household, amount in sorted(book.earned(month).items())
        )
        memo = book.periods[month - 1].month
        self.life.post(self.life.wish(number, "settle", *moves, key=f"settle:{memo}", memo=memo))

    # Corrections, and what comes a second time.

    @precondition(lambda self: self._written(0))
    @rule(village=VILLAGES, which=ANY)
    def reverse(self, village: int, which: int) -> None:
        """Any entry; perhaps one that is a reversal, or reversed, or the other village's."""
        found = self._standing(village) if which % 3 else self._written(village)
        found = found or self._written(0)
        entry_id = self._pick(found, which).id + (which % 11 == 10)
        self.life.reverse(self.life.villages[village], entry_id, self.life.new_key("reversal"))

    @precondition(lambda self: self._written(0, "award"))
    @rule(which=ANY)
    def take_back(self, which: int) -> None:
        """A settled award: back to pending and reversed, in one batch."""
        book = self.life.books[self.life.villages[0]]
        award = self._pick(self._standing(0, "award"), which)
        back = tuple(
            (_of(book.village, into[2], "spendable"), into, amount)
            for _, into, amount in award.wish.moves
            if into[3] == PENDING
        )
        key = self.life.new_key("back")
        self.life.post(
            self.life.wish(book.village, "settle_return", *back),
            book.mirror(award, key, DAY),
        )

    @precondition(lambda self: self.life.wishes)
    @rule(which=ANY, change=st.none() | st.sampled_from(CHANGES), elsewhere=st.booleans(),
          each=st.booleans())  # fmt: skip
    def repeat(self, which: int, change: Change | None, elsewhere: bool, each: bool) -> None:
        """Any earlier wish, word for word or changed, alone or beside a new one."""
        wish = self._pick(self.life.wishes, which)
        if change is not None:
            wish = change(wish)
        if elsewhere and wish.reverses is None:
            wish = _in_the_other(wish, self.life.villages)
        village = self.life.villages.index(wish.village)
        new = self._wish(village, "award", ("scores", "member 1", 1))
        if each:
            self.life.post_each(new, wish, replace(wish, memo="changed"), wish)
        else:
            self.life.post(wish)

    @precondition(lambda self: self._written(0, "reversal"))
    @rule(which=ANY)
    def repeat_reversal(self, which: int) -> None:
        """Through the service that reads the original anew."""
        one = self._pick(self._written(0, "reversal"), which)
        assert one.wish.reverses is not None
        self.life.reverse(one.wish.village, one.wish.reverses, one.wish.key)

    @rule(village=VILLAGES, fault=st.sampled_from(FAULTS), each=st.booleans())
    def ask_for_nonsense(self, village: int, fault: Change, each: bool) -> None:
        """What no state of the books could take, behind something that it could."""
        good = self._wish(village, "award", ("scores", "member 1", 1))
        bad = fault(self._wish(village, "award", ("scores", "member 2", 1)))
        (self.life.post_each if each else self.life.post)(good, bad)

    @precondition(lambda self: self._written(0, "award"))
    @rule(which=ANY, other=ANY)
    def reverse_inexactly(self, which: int, other: int) -> None:
        """Name one entry and mirror another."""
        book = self.life.books[self.life.villages[0]]
        awards = self._written(0, "award")
        named, told = self._pick(awards, which), self._pick(awards, other)
        wish = book.mirror(named, self.life.new_key("reversal"), DAY)
        self.life.post(replace(wish, moves=turned(told.wish.moves)))

    # What the books tell.

    @rule(village=VILLAGES, what=st.integers(0, 2), purpose=st.sampled_from(list(PURPOSES)))
    def read(self, village: int, what: int, purpose: int) -> None:
        """Entries, a purpose's months, or seals with all their proofs."""
        number = self.life.villages[village]
        if what == 0:
            compare_entries(self.life, number)
        elif what == 1:
            compare_sums(self.life, number, [purpose])
        else:
            compare_seals(self.life, number)

    @precondition(lambda self: self._written(0))
    @rule(name=NAMES, page=st.integers(1, 5), which=ANY, shift=st.sampled_from([0, 0, -1, 1]))
    def look_back(self, name: str, page: int, which: int, shift: int) -> None:
        """A statement, and the balances at the instant of an entry or a moment beside it."""
        number = self.life.villages[0]
        compare_statement(self.life, account(number, name), page=page)
        moment = self._pick(self._written(0), which).at + timedelta(microseconds=shift)
        compare_instant(self.life, number, moment)

    def teardown(self) -> None:
        """At the end everything is read once more, and the checker is silent."""
        if sys.exc_info()[0] is not None:
            return
        for village in self.life.villages:
            compare_reads(self.life, village)
            for place in self.life.books[village].ceilings:
                self.life.set_ceiling(place, None)
        compare_check(self.life)


def _of(village: int, household: int, word: str) -> Account:
    return account(village, f"{word} {HOUSEHOLDS.index(household) + 1}")


def _in_the_other(wish: Wish, villages: tuple[int, int]) -> Wish:
    """The same wish for the other village's book."""
    here = wish.village
    there = villages[1 - villages.index(here)]

    def turn(place: Account) -> Account:
        owner = there if place[2] == here else place[2]
        return (there if place[0] == here else here, place[1], owner, *place[3:])

    moves = tuple((turn(debit), turn(credit), amount) for debit, credit, amount in wish.moves)
    return replace(wish, village=there, moves=moves)
