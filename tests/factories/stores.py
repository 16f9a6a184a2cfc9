"""A love store with goods on the shelf, a till with its clerk, and points to spend."""

from dataclasses import dataclass, field

from app.identity import service as identity
from app.identity.domain import Role
from app.kit import clock
from app.kit.ids import new_id
from app.kit.month import Month
from app.kit.points import Tenths, parse_tenths
from app.ledger import queries as ledger_queries
from app.ledger import service as ledger
from app.ledger.domain.accounts import Purpose, good_account, household_spendable, issuance
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.store import service
from app.store.domain.goods import MovementKind
from app.store.domain.redemption import Line
from app.store.models import Redemption
from app.store.service import Till
from app.web.transaction import run_in_transaction
from tests.factories.people import People, issue_member_card, make_people
from tests.factories.places import Places

# Title: unit, points, pieces on the shelf, at most a month and household.
_GOODS: dict[str, tuple[str, str, int, int | None]] = {
    "肥皂": ("块", "5", 20, 4),
    "大米10斤": ("袋", "50", 6, 2),
    "牙刷": ("支", "10", 1, None),
    "理发一次": ("次", "10", 0, 1),
}


@dataclass
class Shop:
    """What was made; `goods` by title, `cards` by the name of the member."""

    places: Places
    people: People
    village_id: int
    store_id: int
    till: Till
    token: str
    goods: dict[str, int] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)

    def household_id(self, passbook_no: str) -> int:
        return self.people.households[passbook_no]

    def give_points(self, passbook_no: str, points: str) -> None:
        """Put spendable points on a passbook."""
        run_in_transaction(
            lambda: give_points(
                self.village_id, self.household_id(passbook_no), parse_tenths(points)
            )
        )

    def scan(self, name: str = "王大山") -> int:
        """Lay a member's card on the till; returns the scan's id."""
        return run_in_transaction(
            lambda: service.scan_card(till=self.till, card_code=self.cards[name]).id
        )

    def redeem(
        self, scan_id: int, quantities: dict[str, int], *, key: str | None = None
    ) -> Redemption:
        """Redeem goods named by their titles."""
        lines = [Line(self.goods[title], count) for title, count in quantities.items()]
        return run_in_transaction(
            lambda: (
                service.redeem_goods(
                    till=self.till,
                    scan_id=scan_id,
                    redemption_key=key or f"scan-{scan_id}",
                    lines=lines,
                ).redemption
            )
        )

    def second_till(self) -> str:
        """Open another store in the village; returns a session of the same clerk at its till."""

        def make() -> str:
            store = service.add_store(village_id=self.village_id, name="二店")
            terminal, code = identity.add_terminal(
                village_id=self.village_id, store_id=store.id, name="二店一号机"
            )
            identity.enrol_terminal(typed_code=code)
            return identity.start_session(
                subject="test", account_id=self.till.clerk_id, terminal_id=terminal.id
            )

        return run_in_transaction(make)

    def balance(self, passbook_no: str = "0001") -> int:
        """Tenths of points that the household may spend."""
        return ledger_queries.balance(
            household_spendable(self.village_id, self.household_id(passbook_no))
        )

    def left(self, title: str) -> int:
        """Pieces on the shelf."""
        return ledger_queries.balance(
            good_account(self.village_id, self.store_id, Purpose.SHELF, self.goods[title])
        )


def make_shop(places: Places, village: str = "luxi", *, points: str = "100") -> Shop:
    """Make it in committed transactions: every household's first member has a card, and the
    first household has points.
    """
    village_id = places.villages[village]
    people = make_people(village_id)

    def make() -> tuple[int, Till, dict[str, int]]:
        ledger.open_book(village_id, first_month=Month.of(clock.today()))
        store = service.add_store(village_id=village_id, name="露溪爱心超市")
        goods = {title: _add_good(village_id, store.id, title) for title in _GOODS}
        terminal, code = identity.add_terminal(
            village_id=village_id, store_id=store.id, name="一号机"
        )
        identity.enrol_terminal(typed_code=code)
        clerk_id = places.staff[village, Role.CLERK]
        return store.id, Till(village_id, store.id, terminal.id, clerk_id), goods

    store_id, till, goods = run_in_transaction(make)
    token = run_in_transaction(
        lambda: identity.start_session(
            subject="test", account_id=till.clerk_id, terminal_id=till.terminal_id
        )
    )
    shop = Shop(places, people, village_id, store_id, till, token, goods)
    for name in ("王大山", "陈桂兰", "赵建国"):
        shop.cards[name] = issue_member_card(people, name)
    shop.give_points("0001", points)
    return shop


def give_points(village_id: int, household_id: int, points: Tenths) -> None:
    """Book points straight from issuance; needs an open book and a transaction."""
    ledger.post(
        [
            EntryDraft(
                village_id=village_id,
                # A kind that no feature has a witness for.
                kind=EntryKind.MOVE,
                occurred_on=clock.today(),
                actor_id=0,
                idempotency_key=f"test:{new_id()}",
                transfers=(
                    TransferDraft(
                        issuance(village_id), household_spendable(village_id, household_id), points
                    ),
                ),
            )
        ]
    )


def _add_good(village_id: int, store_id: int, title: str) -> int:
    unit_word, price, pieces, month_max = _GOODS[title]
    number = list(_GOODS).index(title)
    good = service.add_good(
        village_id=village_id,
        store_id=store_id,
        barcode=f"690100000{number:04d}",
        title=title,
        unit_word=unit_word,
        price=parse_tenths(price),
        source="村集体采购",
        household_month_max=month_max,
    )
    if pieces:
        service.stock_in(
            village_id=village_id,
            good_id=good.id,
            kind=MovementKind.BOUGHT,
            quantity=pieces,
            source="村集体采购",
            actor_id=0,
        )
    return good.id
