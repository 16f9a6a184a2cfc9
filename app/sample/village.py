"""One village of the sample: its people, rule book, teams, cards and store."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from app.identity import service as identity
from app.identity.domain import SYSTEM_ACTOR_ID, Role
from app.incentives import service as incentives
from app.kit.points import Tenths
from app.ledger import service as ledger
from app.people import queries as people
from app.people import service as people_service
from app.people.domain.households import MemberRef, MemberStatus
from app.people.domain.links import LinkSide
from app.people.domain.report import fingerprint, report_lines
from app.rulebook import service as rulebook
from app.rulebook.domain.incentives import NO_INCENTIVES, USUAL_INCENTIVES, GridTerms
from app.rulebook.domain.reading import read_rules
from app.rulebook.domain.rules import Adoption
from app.store import service as store
from app.store.service import Till

from .timetable import DATA, Timetable

PASSWORD = "sample-town"  # noqa: S105 - printed on every start, good for nothing else
CLERK_PIN = "246813"
TEAMS = ("政策宣讲队", "治安巡逻队", "环境保护队", "敬老服务队", "文化文艺队", "医疗卫生队")
_STAFF = (
    (Role.BRANCH_PRESIDENT, "president", "行长"),
    (Role.ORGANISER, "organiser", "组织者"),
    (Role.GRID_WORKER, "grid", "网格员"),
    (Role.SUPERVISION, "supervision", "监督委员会"),
    (Role.CLERK, "clerk", "店员"),
)


_ACTIVE_ADULTS_MAX = 120
_LINKS_EACH = 10
_SURNAMES = "石山林泉田谷岳江河溪云雷"
_GIVEN_NAMES = "春兰秋菊冬梅夏荷建国志强玉珍海霞明远"
_RELATIONS = (("户主", "男", 1958), ("配偶", "女", 1960), ("子", "男", 1985))
QUOTA = {"luxi": Tenths(60_000), "shishan": Tenths(6_000)}
# At most 120 adults of the sample ever take part, so this meeting set the threshold at 30 %.
_INCENTIVES = replace(USUAL_INCENTIVES, grid=GridTerms(threshold_percent=30))
BONUS_POOL = {"luxi": Tenths(3_000)}
"""Of the villages whose meeting adopted linked scores and bonuses."""


@dataclass
class SampleVillage:
    """What the history needs to know of a village; `cards` are its household cards by id."""

    id: int
    code: str
    name: str
    staff: dict[Role, int] = field(default_factory=dict)
    reviewers: Sequence[int] = ()
    adults: Sequence[MemberRef] = ()
    cards: dict[int, str] = field(default_factory=dict)
    till: Till | None = None

    @property
    def president_id(self) -> int:
        return self.staff[Role.BRANCH_PRESIDENT]


def found_village(timetable: Timetable, town_id: int, code: str, name: str) -> SampleVillage:
    """The village with its staff, and a book opened for the first month."""
    village = identity.add_village(
        town_id=town_id,
        code=code,
        name=name,
        contact_name="村文书",
        contact_phone="0571-5555 0100",
        contact_place="村委会一楼",
    )
    sample = SampleVillage(village.id, code, name)
    for role, user, words in _STAFF:
        account = identity.add_staff(
            town_id=town_id,
            village_id=village.id,
            user_name=f"{code}-{user}",
            display_name=f"{name}{words}",
            password=PASSWORD,
            roles=frozenset({role}),
            actor_id=SYSTEM_ACTOR_ID,
            pin=CLERK_PIN if role is Role.CLERK else None,
        )
        sample.staff[role] = account.id
    ledger.open_book(village.id, first_month=timetable.closed_month)
    for team in TEAMS:
        people_service.add_team(village_id=village.id, name=team)
    return sample


def adopt_rule_book(timetable: Timetable, village: SampleVillage) -> None:
    """The rule book as the village's meeting adopted it two months before."""
    rules, refused = read_rules((DATA / "rulebook.csv").read_bytes())
    if refused:
        raise AssertionError(refused)
    rulebook.save_version(
        village_id=village.id,
        rules=rules,
        adoption=Adoption(
            meeting_on=timetable.closed_month.first_day - timedelta(days=20),
            meeting_kind="村民代表会议",
            present=46,
            votes_for=44,
            votes_against=1,
            record_number=f"{village.name[:1]}村会〔{timetable.closed_month.year}〕5号",
        ),
        starts_on=timetable.closed_month.first_day,
        actor_id=village.president_id,
        incentives=_INCENTIVES if village.code in BONUS_POOL else NO_INCENTIVES,
    )


def fill_bonus_pool(village: SampleVillage) -> None:
    """Budget for the bonuses of two months, where the village adopted any."""
    if village.code in BONUS_POOL:
        incentives.move_pool(
            village_id=village.id,
            amount=BONUS_POOL[village.code],
            returns=False,
            actor_id=village.president_id,
        )


def enter_register(village: SampleVillage, file_name: str, content: bytes) -> None:
    """Import a register as the page does, and give every household its card."""
    draft = people_service.draft_import(
        village_id=village.id,
        file_name=file_name,
        content=content,
        actor_id=village.president_id,
    )
    people_service.apply_import(
        village_id=village.id,
        import_id=draft.id,
        shown_fingerprint=fingerprint(report_lines(people.import_plan(draft))),
        remove_gone=False,
        actor_id=village.president_id,
    )
    for household in people.households(village.id):
        village.cards[household.id] = people_service.issue_card(
            village_id=village.id, household_id=household.id, actor_id=village.president_id
        )


def fill_teams(village: SampleVillage, rng: random.Random) -> None:
    """Eight members for each team, and the adults who take part again and again."""
    adults = [
        member
        for member in people.members(village.id)
        if member.status is MemberStatus.ACTIVE and (member.birth_month or "2000") < "2006"
    ]
    village.adults = rng.sample(adults, min(len(adults), _ACTIVE_ADULTS_MAX))
    for team in people.teams(village.id):
        people_service.assign_team(
            village_id=village.id,
            team_id=team.id,
            member_ids=[member.id for member in rng.sample(village.adults, 8)],
        )


def link_households(village: SampleVillage) -> None:
    """Ten households for each party member, in the order of the register."""
    unlinked = people.households(village.id)
    for party_member, _ in people.party_members(village.id):
        wanted = [each for each in unlinked if each.id != party_member.household_id][:_LINKS_EACH]
        for household in wanted:
            unlinked.remove(household)
            people_service.propose_link(
                village_id=village.id,
                member_id=party_member.id,
                household_id=household.id,
                side=LinkSide.OFFICE,
                actor_id=village.president_id,
            )


def open_store(village: SampleVillage) -> None:
    """The love store with its goods and one enrolled terminal."""
    shop = store.add_store(village_id=village.id, name=f"{village.name}爱心超市")
    store.import_goods(
        village_id=village.id,
        store_id=shop.id,
        content=(DATA / "goods.csv").read_bytes(),
        actor_id=village.president_id,
    )
    terminal, code = identity.add_terminal(
        village_id=village.id, store_id=shop.id, name="柜台一号机"
    )
    identity.enrol_terminal(typed_code=code)
    village.till = Till(
        village_id=village.id,
        store_id=shop.id,
        terminal_id=terminal.id,
        clerk_id=village.staff[Role.CLERK],
    )


def small_register(rng: random.Random) -> bytes:
    """Twenty-four households of two or three people, as a CSV file."""
    lines = ["户号,网格,姓名,与户主关系,性别,出生年月,手机号,党员"]
    for number in range(1, 25):
        for relation, gender, year in _RELATIONS[: 2 + number % 2]:
            surname = rng.choice(_SURNAMES)
            start = rng.randrange(len(_GIVEN_NAMES) - 1)
            party = "是" if number % 6 == 0 and relation == "户主" else ""
            lines.append(
                f"{number:04d},第{(number + 11) // 12}网格,"
                f"{surname}{_GIVEN_NAMES[start : start + 2]},{relation},{gender},"
                f"{year + number % 20}-{number % 12 + 1:02d},,{party}"
            )
    return "\n".join(lines).encode()
