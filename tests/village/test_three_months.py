"""Three months of a village, worked out by hand; `register` says who lives there.

Every figure is in points, and what is not in a table is nothing. 结余 is what a household holds,
waiting or not: 上月结余 + 增加 − 兑换 − 到期 + 更正. 评价 is the household's net standing of the
month, its members' included, without what the close itself posts.
"""

import csv
import io
import json
import re
from datetime import time

from flask import Flask

from app.identity.domain import Role
from app.incentives import queries as incentives
from app.kit import clock
from app.kit.masking import mask_name
from app.kit.month import Month
from app.kit.points import format_tenths, parse_tenths
from app.ledger import queries as books
from app.ledger.domain.accounts import bonus_pool, household_pending, household_spendable
from app.ledger.queries import checker
from app.notices.queries.figures import village_month
from app.people import queries as people
from app.web.transaction import run_in_transaction
from tests.factories.places import make_places
from tests.factories.rulebooks import open_book
from tests.printing.paper import read_pages
from tests.support.clients import ApiClient, PageClient

from .diary import YEAR, Diary
from .register import Register

# 0001甲 comes to work three times, which the cap of 4 a month makes 2 + 2 + 0; 0003 helps three
# times, which the cap of 8 a quarter makes 3 + 3 + 2. 0006甲 was not there: the 2 are taken back.
# Three of four took part in 第1网格, two of five in 第2网格, one of three in 第3网格: one point
# each for 0001, 0002 and 0003, out of a pool of 9.5.
SEPTEMBER = """
    09-01  注资  9.5
    09-05  劳动  0001甲 0002甲 0005甲 0007甲 0010甲
    09-08  申报  0003甲
    09-12  劳动  0001甲 0002甲 0007甲
    09-15  申报  0003甲
    09-18  定到期  5 11-15
    09-19  劳动  0001甲 0006甲
    09-22  申报  0003甲
    09-23  否认  0006甲 09-19
    09-30  结账  2026-09
    10-01  公示  7
"""
SEPTEMBER_HOUSEHOLDS = """
    存折   上月结余  增加  兑换  到期  更正  结余  评价
    0001          0     5     0     0     0     5     4
    0002          0     5     0     0     0     5     4
    0003          0     9     0     0     0     9     8
    0005          0     2     0     0     0     2     2
    0006          0     2     0     0    -2     0     0
    0007          0     4     0     0     0     4     4
    0010          0     2     0     0     0     2     2
    合计          0    29     0     0    -2    27    24
"""
SEPTEMBER_GRIDS = """
    网格      户数  参加  参与率  户均评价  奖励
    第1网格      4     3      75         4     3
    第2网格      5     2      40       1.2     0
    第3网格      3     1      33       0.7     0
"""
# 0.3 × (4 + 8 + 0 + 2 + 0) ÷ 5 = 0.84, and 0.3 × (0 + 0 + 0 + 2 + 0) ÷ 5 = 0.12.
SEPTEMBER_PARTY_MEMBERS = """
    党员    联系户  自己  联系户平均  计入  合计
    周党生       5     0         2.8   0.8   0.8
    吴党红       5     0         0.4   0.1   0.1
"""
SEPTEMBER_POOL = "6.5"

# An objection takes 2 back from 0007. 0009 moves to 第3网格. 0005 and 0012 lose 2 of standing each,
# and 0005 appeals. Three of four took part in 第1网格, four of four in 第2网格, three of four in
# 第3网格, and 环境保护队 completed the theme: 10 + 3 bonuses of 1 from a pool of 6.5 are 0.5 each,
# and leave nothing.
OCTOBER = """
    10-03  异议  0007 09-12 成立
    10-04  异议  0010 09-05 不成立
    10-08  结清
    10-08  整改  0005 7
    10-08  整改  0012 7
    10-10  主题  环境保护队 0001甲 0002甲 0005甲
    10-12  申报  吴党红
    10-14  申报  0003甲
    10-15  兑换  0003 肥皂×8
    10-16  兑换  0001 牙刷×5
    10-16  迁网格  0009 第3网格
    10-17  劳动  0001甲 0006甲 0008甲 0009甲 0010甲 0011甲
    10-18  扣分  0005
    10-18  扣分  0012
    10-20  申诉  0005
    10-31  结账  2026-10 0005户的申诉还在评议
    11-01  公示  7
"""
OCTOBER_HOUSEHOLDS = """
    存折   上月结余  增加  兑换  到期  更正  结余  评价
    0001          5     5     5     0     0     5     4
    0002          5     3     0     0     0     8     2
    0003          9   3.5     4     0     0   8.5     3
    0005          2     3     0     0     0     5     0
    0006          0   2.5     0     0     0   2.5     2
    0007          4   3.5     0     0    -2   5.5     1
    0008          0   2.5     0     0     0   2.5     2
    0009          0   2.5     0     0     0   2.5     2
    0010          2   2.5     0     0     0   4.5     2
    0011          0   2.5     0     0     0   2.5     2
    0012          0     0     0     0     0     0    -2
    合计         27  30.5     9     0    -2  46.5    18
"""
OCTOBER_GRIDS = """
    网格      户数  参加  参与率  户均评价  奖励
    第1网格      4     3      75       2.3   1.5
    第2网格      4     4     100       1.3     2
    第3网格      4     3      75         1   1.5
"""
# 0.3 × (2 + 3 + 0 + 0 − 2) ÷ 5 = 0.18, and 3 + 0.3 × (2 + 2 + 2 + 2 + 2) ÷ 5 = 3.6.
OCTOBER_PARTY_MEMBERS = """
    党员    联系户  自己  联系户平均  计入  合计
    周党生       5     0         0.6   0.2   0.2
    吴党红       5     3           2   0.6   3.6
"""
OCTOBER_POOL = "0"

# What 0010甲, who lived alone, could spend goes to 0011, and what is settled later follows. 0009
# moves to 石山村 with its 2.5. On the 15th everything above 5 that can be spent expires: 3 of the 8
# of 0002, 3.5 of the 8.5 of 0003, 0.5 of the 5.5 of 0007, 2 of the 2 + 2.5 + 2.5 of 0011. The
# second help of 0003 is cut from 3 to 2, as 3 of the quarter's 8 are October's. 0005 gets its 2 of
# standing back. 第1网格 reaches its threshold again, but there is nothing left to give.
NOVEMBER = """
    11-03  申诉裁定  0005 成立
    11-06  去世  0010甲
    11-07  继承  0010 0011
    11-09  结清
    11-10  迁村  0009 0088
    11-14  劳动  0001甲 0004甲 0012甲
    11-15  到期
    11-20  申报  0003甲
    11-21  申报  0003甲
    11-30  结账  2026-11
    12-01  公示  7
"""
NOVEMBER_HOUSEHOLDS = """
    存折   上月结余  增加  兑换  到期  更正  结余  评价
    0001          5     2     0     0     0     7     2
    0002          8     0     0     3     0     5     0
    0003        8.5     5     0   3.5     0    10     5
    0004          0     2     0     0     0     2     2
    0005          5     0     0     0     0     5     2
    0006        2.5     0     0     0     0   2.5     0
    0007        5.5     0     0   0.5     0     5     0
    0008        2.5     0     0     0     0   2.5     0
    0009        2.5     0     0     0  -2.5     0     0
    0010        4.5     0     0     0  -4.5     0     0
    0011        2.5     0     0     2   4.5     5     0
    0012          0     2     0     0     0     2     2
    合计       46.5    11     0     9  -2.5    46    13
"""
NOVEMBER_GRIDS = """
    网格      户数  参加  参与率  户均评价  奖励
    第1网格      4     3      75       2.3     0
    第2网格      4     0       0       0.5     0
    第3网格      2     1      50         1     0
"""
# 0.3 × (0 + 5 + 2 + 2 + 2) ÷ 5 = 0.66. 吴党红 has three linked households left, which is too few.
NOVEMBER_PARTY_MEMBERS = """
    党员    联系户  自己  联系户平均  计入  合计
    周党生       5     0         2.2   0.7   0.7
    吴党红       3     0           0     0     0
"""
NOVEMBER_POOL = "0"


def rows_of(table: str) -> dict[str, dict[str, str]]:
    """The rows of a table by their first column."""
    head, *rows = (line.split() for line in table.strip().splitlines())
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


def test_three_months(each_app: Flask) -> None:
    diary = _begin()
    diary.write(SEPTEMBER)
    september = (SEPTEMBER_HOUSEHOLDS, SEPTEMBER_GRIDS, SEPTEMBER_PARTY_MEMBERS, SEPTEMBER_POOL)
    _check_month(each_app, diary, 9, *september)
    diary.write(OCTOBER)
    october = (OCTOBER_HOUSEHOLDS, OCTOBER_GRIDS, OCTOBER_PARTY_MEMBERS, OCTOBER_POOL)
    _check_month(each_app, diary, 10, *october)
    diary.write(NOVEMBER)
    november = (NOVEMBER_HOUSEHOLDS, NOVEMBER_GRIDS, NOVEMBER_PARTY_MEMBERS, NOVEMBER_POOL)
    _check_month(each_app, diary, 11, *november)
    # What left with 0009 has come to where they live now.
    other_village_id = diary.register.places.other_village_id
    (arrived,) = people.households(other_village_id)
    assert arrived.passbook_no == "0088"
    assert books.balance(household_spendable(other_village_id, arrived.id)) == 25


def _begin() -> Diary:
    september = Month(YEAR, 9)
    with clock.stopped_at(clock.instant(september.first_day, time(8))):
        register = Register(make_places())
        open_book(register.village_id, month=september, budget_tenths=10_000)
        open_book(register.places.other_village_id, month=september, budget_tenths=10)
        run_in_transaction(register.enter)
    return Diary(register)


def _check_month(
    app: Flask, diary: Diary, number: int, households: str, grids: str, party: str, pool: str
) -> None:
    """The ledger, the paper, the public page and the API all say what the tables say."""
    month = Month(YEAR, number)
    _check_ledger(diary, month, rows_of(households), pool)
    _check_computed(diary, month, rows_of(households), rows_of(grids), rows_of(party))
    _check_paper(app, diary, rows_of(households), rows_of(grids), rows_of(party))
    _check_explained(app, diary, month, rows_of(households))
    assert checker.check() == []


_FIGURES = {
    "上月结余": "opening",
    "增加": "added",
    "兑换": "redeemed",
    "到期": "expired",
    "更正": "corrected",
    "结余": "closing",
}


def _check_ledger(
    diary: Diary, month: Month, expected: dict[str, dict[str, str]], pool: str
) -> None:
    figures = village_month(diary.village_id, month)
    told = {
        line.household.passbook_no: {
            word: format_tenths(getattr(line.figures, name)) for word, name in _FIGURES.items()
        }
        for line in figures.households
    }
    told["合计"] = {
        word: format_tenths(getattr(figures.village, name)) for word, name in _FIGURES.items()
    }
    nothing = dict.fromkeys(_FIGURES, "0")
    for passbook, row in told.items():
        wanted = expected.get(passbook, nothing)
        assert row == {word: wanted[word] for word in _FIGURES}, (month, passbook)
    # Nothing was posted since the close.
    for passbook, household_id in diary.register.households.items():
        held = sum(
            books.balance(address(diary.village_id, household_id))
            for address in (household_pending, household_spendable)
        )
        assert format_tenths(held) == expected.get(passbook, nothing)["结余"], (month, passbook)
    assert format_tenths(books.balance(bonus_pool(diary.village_id))) == pool


def _check_computed(
    diary: Diary,
    month: Month,
    households: dict[str, dict[str, str]],
    grids: dict[str, dict[str, str]],
    party: dict[str, dict[str, str]],
) -> None:
    result = incentives.computed_month(diary.village_id, month).result
    for passbook, household_id in diary.register.households.items():
        standing = result.households[household_id].net if household_id in result.households else 0
        assert format_tenths(standing) == households.get(passbook, {}).get("评价", "0"), passbook
    names = {grid_id: name for name, grid_id in diary.register.grids.items()}
    assert {
        names[grid.id]: {
            "户数": str(len(grid.households)),
            "参加": str(len(grid.took_part)),
            "参与率": str(grid.rate_percent),
            "户均评价": format_tenths(grid.mean_standing),
            "奖励": format_tenths(grid.bonus * len(grid.took_part)),
        }
        for grid in result.grids
    } == grids
    members = {member_id: name for name, member_id in diary.register.members.items()}
    assert {
        members[score.member_id]: {
            "联系户": str(len(score.linked)),
            "自己": format_tenths(score.own),
            "联系户平均": format_tenths(score.linked_mean),
            "计入": format_tenths(score.term),
            "合计": format_tenths(score.total),
        }
        for score in result.linked
    } == party


def _check_paper(
    app: Flask,
    diary: Diary,
    households: dict[str, dict[str, str]],
    grids: dict[str, dict[str, str]],
    party: dict[str, dict[str, str]],
) -> None:
    notice = diary.notices[-1]
    assert notice.pdf is not None
    paper = _flat("".join(page.text for page in read_pages(notice.pdf)))
    page = PageClient(app).get(f"/n/{notice.public_code}").get_data(as_text=True)
    on_page = _flat(re.sub(r"<[^>]+>", "", page))
    for passbook, row in households.items():
        line = passbook + ("0*甲" if passbook.isdecimal() else "")
        line += "".join(row[word] for word in ("上月结余", "增加", "兑换", "更正", "结余"))
        line += f"到期{row['到期']}" if row["到期"] != "0" else ""
        assert line in paper, line
        if passbook.isdecimal():
            assert line in on_page, line
            answer = (
                ApiClient(app)
                .get(f"/public/notices/{notice.public_code}/households/{passbook}")
                .get_json()
            )
            assert answer["holds"], answer
            assert answer["in_ledger"]["closing"] == row["结余"]
    for name, row in grids.items():
        # The mean of a few households would give away each.
        mean = row["户均评价"] if int(row["户数"]) >= 5 else "—"
        line = "".join((name, row["户数"], row["参加"], row["参与率"], "%", mean, row["奖励"]))
        assert line in paper, line
    for name, row in party.items():
        # With too few linked households there is nothing to count, and no mean to show.
        few = int(row["联系户"]) < 5
        shown = row | ({"联系户平均": "—", "计入": "—"} if few else {})
        line = mask_name(name) + "".join(shown.values())
        assert line in paper, line
    verified = ApiClient(app).get(f"/public/notices/{notice.public_code}").get_json()
    assert verified["holds"], verified
    assert json.loads(notice.content or "")["village_sums"]["closing"] == households["合计"]["结余"]


def _check_explained(
    app: Flask, diary: Diary, month: Month, expected: dict[str, dict[str, str]]
) -> None:
    """Behind each figure stand the movements that make it up, each with its own page."""
    office = diary.register.places.token(Role.SUPERVISION)
    api, pages = ApiClient(app, office), PageClient(app, office)
    entry_ids = set()
    for passbook, row in expected.items():
        if not passbook.isdecimal():
            continue
        told = api.get(f"/months/{month}/households/{passbook}").get_json()
        assert told["figures"] == {name: row[word] for word, name in _FIGURES.items()}
        for word, name in (
            ("增加", "added"),
            ("兑换", "redeemed"),
            ("到期", "expired"),
            ("更正", "corrected"),
        ):
            lines = told["behind"].get(name, [])
            moved = sum(
                parse_tenths(line[account])
                for line in lines
                for account in ("spendable", "pending", "held")
            )
            sign = -1 if name in ("redeemed", "expired") else 1
            assert format_tenths(sign * moved) == row[word], (passbook, name)
            entry_ids |= {(passbook, line["entry_id"]) for line in lines}
        page = pages.get(f"/desk/months/{month}/households/{passbook}").get_data(as_text=True)
        assert f"本月结余</dt><dd>{row['结余']} 分" in page
    taken = {row[1]: row for row in _taken(pages, f"/lists/notice.csv?month={month}")}
    booked = _taken(pages, f"/lists/ledger.csv?month={month}")
    assert len(booked) >= len(entry_ids)
    for passbook, row in expected.items():
        if passbook.isdecimal():
            found = taken[passbook][3:]
            assert found[:3] == [row["上月结余"], row["增加"], row["兑换"]], passbook
            assert (found[3] or "0", found[4:6]) == (row["到期"], [row["更正"], row["结余"]])
    for passbook, entry_id in entry_ids:
        answer = pages.get(f"/desk/households/{passbook}/entries/{entry_id}")
        assert answer.status_code == 200
        assert entry_id in answer.get_data(as_text=True)


def _taken(pages: PageClient, path: str) -> list[list[str]]:
    """A list as it is taken away, without its head."""
    answer = pages.get(path)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))[1:]


def _flat(text: str) -> str:
    """Without spaces, and with the minus of print as a hyphen."""
    return re.sub(r"\s+", "", text).replace("−", "-").replace("–", "-")
