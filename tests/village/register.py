"""The village of the months told here: who lives where, is linked with whom, is in which team.

grid      passbooks              in it
第1网格   0001 0002 0003 0004    周党生, a party member, lives at 0001
第2网格   0005 … 0009            吴党红, a party member, lives at 0007
第3网格   0010 0011 0012

party member   linked with
周党生         0002 0003 0004 0005 0012
吴党红         0006 0008 0009 0010 0011

team           members
环境保护队     0001甲 0002甲 0005甲
治安巡逻队     0003甲 0010甲

rule   kind     points   cap                           decided by
GY01   earn     2        4 a month and member          the organiser
LL01   earn     3        8 a quarter and household     two of the panel
KF91   deduct   2        3 a month and household       two of the panel

party members: own score + 0.3 × mean of the linked households, with at least five of them
grid: 1 point for each household that took part, once 60 % of the grid did
team: 1 point for each member of a team that completed the month's theme
"""

from dataclasses import dataclass, field

from app.claims import service as claims
from app.claims.domain.policy import Policy
from app.identity import service as identity
from app.identity.domain import SYSTEM_ACTOR_ID, Role
from app.kit.points import Tenths
from app.people import service as people
from app.people.domain.links import LinkSide
from app.people.domain.persons import Person
from app.rulebook import service as rulebook
from app.rulebook.domain.incentives import USUAL_INCENTIVES
from app.rulebook.domain.rules import Cap, CapPeriod, CapScope, Rule, RuleKind
from app.store import service as store
from app.store.domain.goods import MovementKind
from app.store.service import Till
from tests.factories.places import PASSWORD, Places
from tests.factories.rulebooks import ADOPTION

GRIDS = {
    "第1网格": ("0001", "0002", "0003", "0004"),
    "第2网格": ("0005", "0006", "0007", "0008", "0009"),
    "第3网格": ("0010", "0011", "0012"),
}
LINKS = {
    "周党生": ("0002", "0003", "0004", "0005", "0012"),
    "吴党红": ("0006", "0008", "0009", "0010", "0011"),
}
PARTY_MEMBERS = {"周党生": "0001", "吴党红": "0007"}
TEAMS = {"环境保护队": ("0001甲", "0002甲", "0005甲"), "治安巡逻队": ("0003甲", "0010甲")}
LABOUR, HELP, LITTER = "GY01", "LL01", "KF91"
RULES = [
    Rule(
        LABOUR, "公益", "公益劳动", RuleKind.EARN, Tenths(20),
        Cap(Tenths(40), CapPeriod.MONTH, CapScope.MEMBER), "签到", "organiser",
    ),
    Rule(
        HELP, "互助", "邻里互助", RuleKind.EARN, Tenths(30),
        Cap(Tenths(80), CapPeriod.QUARTER, CapScope.HOUSEHOLD), "说明", "panel",
    ),
    Rule(
        LITTER, "环境", "乱堆乱放不整改", RuleKind.DEDUCT, Tenths(20),
        Cap(Tenths(30), CapPeriod.MONTH, CapScope.HOUSEHOLD), "整改通知", "panel",
    ),
]  # fmt: skip
GOODS = {"肥皂": 5, "牙刷": 10}
"""Prices in tenths of a point."""


def household_of(name: str) -> str:
    """The passbook number of a member's household at the beginning."""
    return PARTY_MEMBERS.get(name, name[:4])


@dataclass
class Register:
    """Ids by passbook number, name, grid, team and good; `cards` by passbook number."""

    places: Places
    households: dict[str, int] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    grids: dict[str, int] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)
    reviewers: list[int] = field(default_factory=list)
    goods: dict[str, int] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    till: Till = field(init=False)

    @property
    def village_id(self) -> int:
        return self.places.village_id

    def enter(self) -> None:
        """Everything of the tables above, in a transaction."""
        self._enter_households()
        self._enter_links_and_teams()
        self._enter_reviewers()
        rulebook.save_version(
            village_id=self.village_id,
            rules=RULES,
            adoption=ADOPTION,
            starts_on=ADOPTION.meeting_on.replace(month=9, day=1),
            actor_id=SYSTEM_ACTOR_ID,
            incentives=USUAL_INCENTIVES,
        )
        self._open_store()

    def _enter_households(self) -> None:
        self.grids = identity.add_grids(village_id=self.village_id, names=list(GRIDS))
        for grid_name, passbooks in GRIDS.items():
            for number in passbooks:
                self.households[number] = people.add_household(
                    village_id=self.village_id, passbook_no=number, grid_id=self.grids[grid_name]
                ).id
                party = [name for name, home in PARTY_MEMBERS.items() if home == number]
                for name in (f"{number}甲", *party):
                    self.members[name] = people.add_member(
                        village_id=self.village_id,
                        household_id=self.households[number],
                        person=Person(name, is_party_member=name in LINKS, relation="家人"),
                    ).id
                self.cards[number] = people.issue_card(
                    village_id=self.village_id,
                    actor_id=SYSTEM_ACTOR_ID,
                    member_id=self.members[f"{number}甲"],
                )

    def _enter_links_and_teams(self) -> None:
        for name, passbooks in LINKS.items():
            for number in passbooks:
                people.propose_link(
                    village_id=self.village_id,
                    member_id=self.members[name],
                    household_id=self.households[number],
                    side=LinkSide.OFFICE,
                    actor_id=SYSTEM_ACTOR_ID,
                )
        for name, members in TEAMS.items():
            self.teams[name] = people.add_team(village_id=self.village_id, name=name).id
            people.assign_team(
                village_id=self.village_id,
                team_id=self.teams[name],
                member_ids=[self.members[member] for member in members],
            )

    def _enter_reviewers(self) -> None:
        """Four, as an appeal is decided by others than the deduction; they live elsewhere."""
        claims.set_policy(
            village_id=self.village_id, policy=Policy(quorum=2), actor_id=SYSTEM_ACTOR_ID
        )
        for number in range(1, 5):
            account = identity.add_staff(
                town_id=self.places.town_id,
                village_id=self.village_id,
                user_name=f"panel-{number}",
                display_name=f"评议员{number}",
                password=PASSWORD,
                roles=frozenset({Role.REVIEWER}),
                actor_id=SYSTEM_ACTOR_ID,
            )
            self.reviewers.append(account.id)
            self._declare(account.id)
        self._declare(self.places.staff["luxi", Role.SUPERVISION])

    def _declare(self, account_id: int) -> None:
        people.declare_staff_tie(
            village_id=self.village_id,
            account_id=account_id,
            household_id=None,
            grid_id=None,
            actor_id=SYSTEM_ACTOR_ID,
        )

    def _open_store(self) -> None:
        shop = store.add_store(village_id=self.village_id, name="露溪爱心超市")
        for number, (title, price) in enumerate(GOODS.items()):
            good = store.add_good(
                village_id=self.village_id,
                store_id=shop.id,
                barcode=f"690200000{number:04d}",
                title=title,
                unit_word="个",
                price=Tenths(price),
                source="村集体采购",
            )
            self.goods[title] = good.id
            store.stock_in(
                village_id=self.village_id,
                good_id=good.id,
                kind=MovementKind.BOUGHT,
                quantity=30,
                source="村集体采购",
                actor_id=SYSTEM_ACTOR_ID,
            )
        terminal, code = identity.add_terminal(
            village_id=self.village_id, store_id=shop.id, name="一号机"
        )
        identity.enrol_terminal(typed_code=code)
        clerk_id = self.places.staff["luxi", Role.CLERK]
        self.till = Till(self.village_id, shop.id, terminal.id, clerk_id)
