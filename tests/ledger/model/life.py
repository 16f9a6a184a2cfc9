"""Two villages' books lived through three times at once: model, SQLite and PostgreSQL."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from app.extensions import db
from app.identity.models import Town, Village
from app.kit.errors import DomainError
from app.kit.month import Month
from app.ledger import queries, service
from app.ledger.domain.canonical import EntryRow, SealHeader
from app.ledger.domain.drafts import EntryDraft, Posted, TransferDraft
from app.ledger.models import LedgerBalance
from app.ledger.queries.accounts import find_accounts

from .places import Account
from .reference import Book, Move, Refused, Seal, Verdict, Wish, Written, turned
from .twins import Twins, refusal, to_address, to_draft

FIRST_MONTH = "2026-10"
DAY = date(2026, 10, 9)

Given = Posted | Refused


class Life:
    """What is done to one book is done to all three, and has the same outcome."""

    def __init__(self, twins: Twins) -> None:
        self.twins = twins
        number = twins.begin_life()
        self.villages = (1000 * number + 1, 1000 * number + 2)
        self.books = {village: Book(village) for village in self.villages}
        self.keys = 0
        self.wishes: list[Wish] = []
        self.ahead = timedelta(0)
        self.outcomes: Counter[str] = Counter()
        """How often each kind of entry was written, replayed or refused with a code."""
        twins.write(lambda: _add_villages(number, self.villages))

    @property
    def at(self) -> datetime:
        """The instant on the server that is asked now."""
        return self.twins.now + self.ahead

    @property
    def moved_since_close(self) -> bool:
        """Whether the first village's open month has any entry."""
        book = self.books[self.villages[0]]
        return bool(book.in_period(len(book.periods)))

    def new_key(self, word: str) -> str:
        self.keys += 1
        return f"{word}:{self.keys}"

    def wish(self, village: int, kind: str, *moves: Move, key: str = "", memo: str = "") -> Wish:
        """A wish with a key of its own, unless one is given."""
        return Wish(village, kind, DAY, 7, key or self.new_key(kind), moves, memo=memo)

    def open_book(self, village: int) -> None:
        """Open a book, or find it open."""
        self.books[village].open(FIRST_MONTH, self.at)
        self.twins.write(
            lambda: service.open_book(village, first_month=Month.parse(FIRST_MONTH), actor_id=7),
            ahead=self.ahead,
        )

    def open_accounts(self, accounts: Sequence[Account]) -> None:
        """Open accounts, or find them; they hold what they held."""
        names = [to_address(account) for account in accounts]
        opened = self.twins.write(lambda: service.open_accounts(names), ahead=self.ahead)
        assert not isinstance(opened, Refused)
        assert opened.keys() == set(names)
        self.compare_balances(accounts)

    def post(self, *wishes: Wish) -> bool:
        """All or none; whether they stand."""
        return self.post_in_turn(wishes)

    def post_in_turn(self, *batches: Sequence[Wish]) -> bool:
        """Several batches in one transaction; one village after the other."""
        before = {village: book.copy() for village, book in self.books.items()}
        standing: list[Verdict] = []
        expected: list[Verdict] | Refused = standing
        for wishes in batches:
            verdicts = self.books[wishes[0].village].post(wishes, self.at)
            if isinstance(verdicts, Refused):
                self.books, expected = before, verdicts
                break
            standing += verdicts
        given = self._write(
            lambda: [posted for batch in batches for posted in service.post(_drafts(batch))]
        )
        self.wishes += [wish for batch in batches for wish in batch]
        stands = not isinstance(expected, Refused)
        self._agree(expected, given, *batches)
        return stands

    def post_each(self, *wishes: Wish) -> None:
        """A verdict for each."""
        expected = self.books[wishes[0].village].post_each(wishes, self.at)
        given = self._write(lambda: service.post_each(_drafts(wishes)))
        self.wishes += wishes
        self._agree(expected, given, wishes)

    def reverse(self, village: int, entry_id: int, key: str) -> None:
        """Take an entry back by its id."""
        expected = self.books[village].reverse(entry_id, key, DAY, self.at)
        given = self._write(
            lambda: [
                service.reverse(
                    entry_id, village_id=village, actor_id=8, idempotency_key=key, occurred_on=DAY
                )
            ]
        )
        self._agree(expected, given)

    def return_part(self, sold: Written, parts: Sequence[Move], key: str) -> None:
        """Take back parts of an entry."""
        moves = turned(parts)
        wish = Wish(sold.wish.village, "return", DAY, 8, key, moves, memo=str(sold.id))
        expected = self.books[wish.village].post([wish], self.at)
        transfers = [
            TransferDraft(to_address(debit), to_address(credit), amount)
            for debit, credit, amount in parts
        ]
        given = self._write(
            lambda: [
                service.return_part(
                    sold.id, village_id=wish.village, parts=transfers, actor_id=8,
                    idempotency_key=key, occurred_on=DAY,
                )
            ]
        )  # fmt: skip
        self.wishes.append(wish)
        self._agree(expected, given, [wish])

    def close(self, village: int, month: str) -> None:
        """Close a month; every figure of its seal is the model's."""
        expected = self.books[village].close(month, self.at)
        given = self.twins.write(
            lambda: service.close_period(village, month=Month.parse(month), actor_id=9),
            ahead=self.ahead,
        )
        if isinstance(expected, Seal):
            assert isinstance(given, SealHeader), given
            assert header_values(given) == expected.values
            assert given.digest == expected.digest
        else:
            assert given == expected

    def record_head(self, village: int) -> None:
        """Put the open month under a head."""

        def record() -> tuple[int, int, bytes] | None:
            head = service.record_head(village)
            if head is None:
                return None
            return head.entry_count, head.last_entry_id, head.entries_root

        assert self.twins.write(record, ahead=self.ahead) == self.books[village].record_head()

    def set_ceiling(self, account: Account, ceiling: int | None) -> None:
        """Limit a balance row that is there by hand, for no service does."""

        def change() -> bool:
            found = find_accounts([to_address(account)]).get(to_address(account))
            row = db.session.get(LedgerBalance, found or 0)
            if row is not None:
                row.ceiling = ceiling
            return row is not None

        if self.twins.write(change) is True:
            self.books[account[0]].ceilings[account] = ceiling

    def compare_balances(self, accounts: Sequence[Account]) -> None:
        """The accounts hold what the model says."""
        names = [to_address(account) for account in accounts]
        held = self.twins.read(lambda: queries.balances(names))
        assert [held[name] for name in names] == [
            self.books[account[0]].balances[account] for account in accounts
        ]

    def _write(self, work: Callable[[], Sequence[Posted | DomainError]]) -> list[Given] | Refused:
        return self.twins.write(
            lambda: [refusal(one) if isinstance(one, DomainError) else one for one in work()],
            ahead=self.ahead,
        )

    def _agree(
        self,
        expected: list[Verdict] | Refused,
        given: list[Given] | Refused,
        *batches: Sequence[Wish],
    ) -> None:
        self.outcomes.update(
            _told(verdict)
            for verdict in ([expected] if isinstance(expected, Refused) else expected)
        )
        fresh: list[Written] = []
        if isinstance(expected, Refused) or isinstance(given, Refused):
            assert given == expected
            expected, given = [], []
        for verdict, one in zip(expected, given, strict=True):
            if isinstance(verdict, Refused) or isinstance(one, Refused):
                assert one == verdict
                continue
            written, replayed = verdict
            assert one.replayed == replayed
            if written.id == 0:
                written.id = one.entry_id
                fresh.append(written)
            assert one.entry_id == written.id
        self._read_back(fresh)
        wishes = [wish for batch in batches for wish in batch] + [one.wish for one in fresh]
        touched = {side for wish in wishes for move in wish.moves for side in move[:2]}
        self.compare_balances(sorted(touched))

    def _read_back(self, fresh: Sequence[Written]) -> None:
        """What was just written says what was wished, and takes its place in the order of ids."""
        for village, book in self.books.items():
            new = {one.id: one for one in fresh if one.wish.village == village}
            if not new:
                continue
            rows = self.twins.read(lambda: queries.entries(village, entry_ids=list(new)))  # noqa: B023
            assert [row.id for row in rows] == sorted(new)
            for row in rows:
                new[row.id].move_ids = tuple(transfer.id for transfer in row.transfers)
            for one in new.values():
                book.check_order(one)
            for row in rows:
                self.compare_entry(row, new[row.id])

    def compare_entry(self, row: EntryRow, one: Written) -> None:
        """A row says what the model says, word for word."""
        wish = one.wish
        draft = to_draft(wish)
        assert row.drafts == draft.transfers
        assert [transfer.id for transfer in row.transfers] == list(one.move_ids)
        assert (
            row.id, row.village_id, row.kind, row.occurred_on, row.posted_at, row.actor_id,
            row.idempotency_key, row.reverses_id, row.rule_version_id, row.memo,
        ) == (
            one.id, wish.village, wish.kind, wish.on, one.at, wish.actor, wish.key, wish.reverses,
            wish.rule, wish.memo,
        )  # fmt: skip


def header_values(header: SealHeader) -> tuple[int | str | bytes, ...]:
    """A header in the order of its record."""
    return (
        header.village_id, header.period_number, header.month, header.previous_digest,
        header.entry_count, header.entries_root, header.balance_count, header.balances_root,
        header.first_entry_id, header.last_entry_id,
    )  # fmt: skip


def _told(verdict: Verdict) -> str:
    if isinstance(verdict, Refused):
        return verdict.code
    written, replayed = verdict
    return f"{written.wish.kind} again" if replayed else written.wish.kind


def _drafts(wishes: Sequence[Wish]) -> list[EntryDraft]:
    return [to_draft(wish) for wish in wishes]


def _add_villages(number: int, villages: Sequence[int]) -> None:
    db.session.add(Town(id=1000 * number, code=f"town-{number}", name="青石镇"))
    db.session.flush()
    for village in villages:
        contact = {"contact_name": "村文书", "contact_phone": "1", "contact_place": "村委会"}
        db.session.add(
            Village(
                id=village, town_id=1000 * number, code=f"village-{village}", name="露溪村",
                **contact,
            )
        )  # fmt: skip
    db.session.flush()
