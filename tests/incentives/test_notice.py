"""Linked scores and bonuses on the public notice, and the way of a bonus into the passbook."""

import json
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from app.home import queries as home
from app.ledger import queries as books
from app.ledger.domain.accounts import household_pending, household_spendable
from app.ledger.queries import checker
from app.notices import service
from app.notices.domain import NoticePeriod
from app.notices.models import Notice
from app.notices.queries.figures import village_month
from app.rulebook.domain.incentives import USUAL_INCENTIVES, LinkedScoreTerms
from app.web.transaction import run_in_transaction
from tests.incentives.village import OCTOBER, Village, make_village, on
from tests.printing.paper import read_pages
from tests.support.clients import PageClient

PERIOD = NoticePeriod.starting(date(2026, 10, 26), 7)


def publish(village: Village, notice: Notice) -> Notice:
    with on(26):
        return run_in_transaction(
            lambda: service.publish_notice(
                village_id=village.id, notice_id=notice.id, period=PERIOD, actor_id=1
            )
        )


def test_the_tables_and_the_passbook_say_the_same(app: Flask) -> None:
    """The pool has 5 of 9 points: 0.5 for each of six households and three members."""
    village = make_village(pool=50)
    with on(25):
        notice = publish(village, village.close())
    assert notice.pdf is not None
    paper = "\n".join(page.text for page in read_pages(notice.pdf))
    flat = paper.replace(" ", "").replace("\n", "")
    for words in (
        "第1网格4375%—1.5第2网格5360%2.81.5第3网格3133%—0",
        "奖励池有5分，按细则要发9分，各项按同样的比例少发，实发4.5分。",
        "周*生5210.32.3",
        "吴*红46——6",
        "联系户本月评价分的合计÷联系户数×0.3，四舍五入到0.1分，加减都不超过20分",
        "网格奖励63服务队奖励31.5",
        "本月参与7户",
    ):
        assert words in flat, words
    assert "周党生" not in paper
    figures = village_month(village.id, OCTOBER)
    added = {line.household.passbook_no: line.figures.added for line in figures.households}
    assert (added["0001"], added["0006"], added["0010"]) == (60 + 5 + 5, 20 + 5, 20)
    assert sum(row.points for row in figures.categories) == figures.village.added
    household_id = village.households["0001"]
    (release,) = home.releases(village.id, household_id)
    assert (release.points, release.usable_from) == (70, date(2026, 11, 2))
    waiting = home.passbook(village.id, household_id, limit=2)
    assert [(line.kind, line.change, line.waits_for_notice) for line in waiting] == [
        ("team_bonus", 5, True),
        ("grid_bonus", 5, True),
    ]
    with on(3, month=11):
        run_in_transaction(
            lambda: service.settle_notice(village_id=village.id, notice_id=notice.id, actor_id=1)
        )
    assert books.balance(household_pending(village.id, household_id)) == 0
    assert books.balance(household_spendable(village.id, household_id)) == 70
    assert checker.check() == []
    public = PageClient(app).get(f"/n/{notice.public_code}").get_data(as_text=True)
    assert "4户，3户参加，参与率75%，户均评价分—，奖励共1.5分" in public
    assert "自己2，联系户平均1，计入0.3，合计<strong>2.3</strong>" in public


@pytest.mark.parametrize("linked", [None, LinkedScoreTerms(printed=False)])
def test_party_members_are_printed_only_where_it_was_adopted(
    app: Flask, linked: LinkedScoreTerms | None
) -> None:
    village = make_village(replace(USUAL_INCENTIVES, linked=linked))
    with on(25):
        notice = publish(village, village.close())
    content = json.loads(notice.content or "")
    assert content["linked_score_rows"] == []
    assert len(content["grid_rows"]) == 3
