"""One village of the county before its first month: places, people, rule book and store."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from app.identity.domain import SYSTEM_ACTOR_ID, Role
from app.identity.models import Account, Grid, RoleGrant, Terminal, Village
from app.kit import clock
from app.kit.codes import CodeKind, code_digest, complete_code, encode_number
from app.kit.db import Base
from app.kit.ids import new_id
from app.people.domain.households import (
    HEAD_RELATION,
    Gender,
    HouseholdStatus,
    MemberStatus,
    NoticeNameMode,
)
from app.people.models import Card, Household, HouseholdMembership, Member
from app.rulebook.domain.reading import read_rules
from app.rulebook.domain.rules import Rule
from app.rulebook.models import RuleRow, RuleVersion
from app.rulebook.service.versions import rule_row
from app.sample.timetable import DATA
from app.store.domain.goods import FEN_PER_POINT, is_counted
from app.store.domain.goods_file import GoodRow, read_good_rows
from app.store.domain.redemption import HOUSEHOLD_DAY_POINTS_MAX, REDEMPTION_POINTS_MAX
from app.store.models import Good, Store

from .shape import FIRST_MONTH, CountyShape, village_code

Row = dict[str, Any]
Rows = dict[type[Base], list[Row]]

_HOUSEHOLDS_PER_GRID = 25
_STAFF = (
    (Role.BRANCH_PRESIDENT, "行长"),
    (Role.ORGANISER, "组织者"),
    (Role.CLERK, "店员"),
)
_NAMED_AFTER = "石山林泉田谷岳江河溪云雷松柏竹梅"
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡林"
_GIVEN_NAMES = "春兰秋菊冬梅夏荷建国志强玉珍海霞明远"
_PERSONS = ((HEAD_RELATION, Gender.MALE), ("配偶", Gender.FEMALE))


@dataclass(frozen=True, slots=True)
class Person:
    """A member who takes part."""

    id: int
    household_id: int


@dataclass
class Settled:
    """A village as its first month finds it; `rows` are those of its tables, by model."""

    id: int
    rng: random.Random
    rows: Rows = field(default_factory=lambda: defaultdict(list))
    staff: dict[Role, int] = field(default_factory=dict)
    persons: list[Person] = field(default_factory=list)
    cards: dict[int, int] = field(default_factory=dict)
    rule_version_id: int = 0
    rules: dict[str, tuple[int, Rule]] = field(default_factory=dict)
    store_id: int = 0
    terminal_id: int = 0
    goods: dict[int, GoodRow] = field(default_factory=dict)

    def add(self, model: type[Base], **values: Any) -> int:
        """A row with a fresh id, which is given back."""
        row_id = new_id()
        self.rows[model].append({"id": row_id, **values})
        return row_id

    def is_counted(self, good_id: int) -> bool:
        """Whether a good has a stock; a service has none."""
        return is_counted(self.goods[good_id].unit_word)

    def fresh_code(self, kind: CodeKind) -> str:
        """A code from this village's own random source."""
        characters = kind.inner_characters
        return complete_code(
            kind.letter + encode_number(self.rng.getrandbits(4 * characters), characters)
        )


def settle_village(shape: CountyShape, index: int, town_id: int, rng: random.Random) -> Settled:
    """The village with that index, founded at the present instant."""
    village = Settled(id=new_id(), rng=rng)
    name = f"{_NAMED_AFTER[index % 16]}{_NAMED_AFTER[index // 16 % 16]}村"
    village.rows[Village].append(
        {
            "id": village.id,
            "town_id": town_id,
            "code": village_code(index),
            "name": name,
            "contact_name": "村文书",
            "contact_phone": f"0571-55{index:06d}",
            "contact_place": "村委会一楼",
        }
    )
    _appoint_staff(village, town_id, village_code(index))
    _enter_register(village, shape.households)
    _adopt_rule_book(village)
    _open_store(village, name)
    return village


def _appoint_staff(village: Settled, town_id: int, code: str) -> None:
    now = clock.now()
    for role, words in _STAFF:
        account_id = village.add(
            Account,
            town_id=town_id,
            village_id=village.id,
            user_name=f"{code}-{role}",
            display_name=words,
            created_at=now,
        )
        village.add(
            RoleGrant,
            account_id=account_id,
            role=role,
            granted_by=SYSTEM_ACTOR_ID,
            granted_at=now,
        )
        village.staff[role] = account_id


def _enter_register(village: Settled, households: int) -> None:
    grids = [
        village.add(Grid, village_id=village.id, name=f"第{number + 1}网格")
        for number in range(-(-households // _HOUSEHOLDS_PER_GRID))
    ]
    for number in range(households):
        household_id = village.add(
            Household,
            village_id=village.id,
            grid_id=grids[number // _HOUSEHOLDS_PER_GRID],
            passbook_no=f"{number + 1:04d}",
            notice_name_mode=NoticeNameMode.MASKED,
            status=HouseholdStatus.ACTIVE,
            created_at=clock.now(),
        )
        for relation, gender in _PERSONS:
            _add_person(village, household_id, relation, gender)
        village.cards[household_id] = village.add(
            Card,
            village_id=village.id,
            household_id=household_id,
            code_digest=code_digest(village.fresh_code(CodeKind.CARD)),
            version=1,
            issued_by=village.staff[Role.BRANCH_PRESIDENT],
            issued_at=clock.now(),
        )


def _add_person(village: Settled, household_id: int, relation: str, gender: Gender) -> None:
    rng = village.rng
    start = rng.randrange(len(_GIVEN_NAMES) - 1)
    member_id = village.add(
        Member,
        village_id=village.id,
        name=f"{rng.choice(_SURNAMES)}{_GIVEN_NAMES[start : start + 2]}",
        gender=gender,
        birth_month=f"{rng.randrange(1950, 2000)}-{rng.randrange(1, 13):02d}",
        is_party_member=rng.random() < 0.08,
        status=MemberStatus.ACTIVE,
        created_at=clock.now(),
    )
    village.add(
        HouseholdMembership,
        member_id=member_id,
        household_id=household_id,
        is_head=relation == HEAD_RELATION,
        relation=relation,
        began_on=clock.today(),
    )
    village.persons.append(Person(member_id, household_id))


def _adopt_rule_book(village: Settled) -> None:
    rules, refused = read_rules((DATA / "rulebook.csv").read_bytes())
    if refused:
        raise AssertionError(refused)
    village.rule_version_id = village.add(
        RuleVersion,
        village_id=village.id,
        number=1,
        starts_on=FIRST_MONTH.first_day,
        meeting_on=FIRST_MONTH.first_day - timedelta(days=20),
        meeting_kind="村民代表会议",
        present=46,
        votes_for=44,
        votes_against=1,
        record_number=f"村会〔{FIRST_MONTH.year}〕1号",
        imported_by=village.staff[Role.BRANCH_PRESIDENT],
        imported_at=clock.now(),
    )
    for position, rule in enumerate(rules):
        row = rule_row(village.rule_version_id, position, rule)
        village.rows[RuleRow].append(row)
        village.rules[rule.code] = (row["id"], rule)


def _open_store(village: Settled, village_name: str) -> None:
    village.store_id = village.add(
        Store,
        village_id=village.id,
        name=f"{village_name}爱心超市",
        fen_per_point=FEN_PER_POINT,
        redemption_points_max=REDEMPTION_POINTS_MAX,
        household_day_points_max=HOUSEHOLD_DAY_POINTS_MAX,
        receipt_number_last=0,
    )
    village.terminal_id = village.add(
        Terminal, village_id=village.id, store_id=village.store_id, name="柜台一号机"
    )
    goods, refused = read_good_rows((DATA / "goods.csv").read_bytes())
    if refused:
        raise AssertionError(refused)
    for good in goods:
        good_id = village.add(
            Good,
            village_id=village.id,
            store_id=village.store_id,
            barcode=good.barcode,
            title=good.title,
            unit_word=good.unit_word,
            price=good.price,
            source=good.source,
            expires_on=good.expires_on,
            household_month_max=good.household_month_max,
            counted=is_counted(good.unit_word),
            active=True,
        )
        village.goods[good_id] = good
