"""The last closed month under another version of the rule book, against sums made by hand.

October of `tests/incentives/village.py`; GY01 gives 2 points, the usual terms.

    household  deeds       before: deeds grid team    after (3 points, at most 4 a member and month;
                                                      grid bonus 2, no team bonus, weight 0.5)
    0001       2+2, 2      6 + 1 + 1 = 8              3+1, 3     = 7 + 2 = 9
    0002       2+2         4 + 1 + 1 = 6              3+1        = 4 + 2 = 6
    0003       2           2 + 1     = 3              3 + 2          = 5
    0005       2           2 + 1 + 1 = 4              3 + 2          = 5
    0006       2           2 + 1     = 3              3 + 2          = 5
    0007       4, 6        10 + 1    = 11             4, 4       = 8 + 2 = 10
    0010       2           2                          3

    周党生 is linked with 0002 4, 0003 2, 0004 0, 0005 2 and 0012 -3: 5 × 0.3 ÷ 5 = 0.3, and after
    4 + 3 + 0 + 3 - 3 = 7, × 0.5 ÷ 5 = 0.7.
"""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import func, select

from app.extensions import db
from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from app.incentives import queries
from app.incentives.queries import RetoldMonth
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger.models import LedgerEntry
from app.notices import service as notices
from app.rulebook import queries as rulebook_queries
from app.rulebook import service as rulebook
from app.rulebook.domain.files import write_rule_book
from app.rulebook.domain.incentives import (
    NO_INCENTIVES,
    USUAL_INCENTIVES,
    GridTerms,
    IncentiveTerms,
    LinkedScoreTerms,
)
from app.rulebook.domain.rules import Cap, CapPeriod, CapScope, Rule, RuleKind
from app.web.transaction import run_in_transaction
from tests.factories.activities import at
from tests.factories.claims import (
    KF91,
    adopt_deduction,
    decide,
    deduct,
    make_claim_village,
    notify,
    submit,
)
from tests.factories.rulebooks import ADOPTION
from tests.incentives.village import RULE, Village, make_village, on
from tests.support.clients import ApiClient, PageClient
from tests.support.live_server import serve
from tests.support.page_checks import page_faults

Clients = Callable[[str | None], PageClient]

OTHER_RULE = replace(RULE, points=Tenths(30), cap=Cap(Tenths(40), CapPeriod.MONTH, CapScope.MEMBER))
OTHER_TERMS = IncentiveTerms(LinkedScoreTerms(50), GridTerms(60, Tenths(20)), None)
NEW = Rule("N1", "公益", "新规则", RuleKind.EARN, Tenths(10), None, "", "panel")


@pytest.fixture
def village(app: Flask) -> Village:
    return make_village()


def _told(found: RetoldMonth | None) -> RetoldMonth:
    assert found is not None
    return found


def _points(told: RetoldMonth) -> dict[str, tuple[int, int]]:
    return {
        each.household.passbook_no: (each.points_before, each.points_after)
        for each in told.households
    }


def test_another_version_against_sums_made_by_hand(village: Village) -> None:
    with on(25):
        village.close()
    entries = db.session.scalar(select(func.count(LedgerEntry.id)))
    told = _told(queries.last_month_under(village.id, [OTHER_RULE, NEW], OTHER_TERMS))
    assert _points(told) == {
        "0001": (80, 90), "0003": (30, 50), "0005": (40, 50), "0006": (30, 50),
        "0007": (110, 100), "0010": (20, 30),
    }  # fmt: skip
    assert (told.points_before, told.points_after, told.unchanged_count) == (370, 430, 6)
    (effect,) = told.rules
    assert (effect.times, effect.before, effect.after, effect.gone) == (11, 280, 310, False)
    assert [(name, old, new) for name, old, new in told.grids] == [
        ("第1网格", 10, 20), ("第2网格", 10, 20), ("第3网格", 0, 0),
    ]  # fmt: skip
    ((member, old, new),) = told.linked
    assert (member.name, old, new, told.linked_unchanged_count) == ("周党生", 3, 7, 1)
    assert [rule.code for rule in told.new_rules] == ["N1"]
    assert (told.own_points_count, told.taken_back_count) == (0, 1)
    assert not db.session.new
    assert not db.session.dirty
    assert db.session.scalar(select(func.count(LedgerEntry.id))) == entries


def test_the_same_version_changes_nothing(village: Village) -> None:
    with on(25):
        village.close()
    told = _told(queries.last_month_under(village.id, [RULE], USUAL_INCENTIVES))
    assert (told.households, told.linked, told.unchanged_count) == ((), (), 12)
    assert told.points_before == told.points_after == 370
    assert (told.gone, told.new_rules) == ((), ())


def test_a_rule_that_is_gone_gives_nothing_and_is_named(village: Village) -> None:
    with on(25):
        village.close()
    turned = replace(RULE, kind=RuleKind.SPEND)
    for rules in ([NEW], [NEW, turned]):
        told = _told(queries.last_month_under(village.id, rules, USUAL_INCENTIVES))
        (gone,) = told.gone
        assert (gone.code, gone.title, gone.times, gone.before) == ("GY01", "公益劳动", 11, 280)
        # Nobody took part, so no grid's bonus either; the team held its session all the same.
        assert (told.points_after, [new for _, _, new in told.grids]) == (30, [0, 0, 0])


def test_what_a_cap_cut_and_what_months_before_used(village: Village) -> None:
    """0003甲 earned 2 in October, which count in November for a cap of 3 a year, although December
    takes them back; 0004甲 asked for 2 twice under a cap of 1 a month. 周党生 got nothing because
    0001甲 had used the household's cap, and would get what is left of the own year: 1.
    """
    with on(25):
        village.close()
        (october,) = rulebook_queries.awards(village.id, household_id=village.households["0003"])
        capped = replace(RULE, cap=Cap(Tenths(10), CapPeriod.MONTH, CapScope.HOUSEHOLD))
        _adopt(village, capped)
        village.award("0004甲", 20, date(2026, 11, 2))
        village.award("0004甲", 20, date(2026, 11, 3))
        for name in ("0003甲", "0001甲", "周党生"):
            village.award(name, 20, date(2026, 11, 2))
    with on(26, month=11):
        village.close(Month(2026, 11), reason="有一场还没有核对")
        village.reverse(october.id)
    by_year = replace(RULE, cap=Cap(Tenths(30), CapPeriod.YEAR, CapScope.MEMBER))
    told = _told(queries.last_month_under(village.id, [by_year], NO_INCENTIVES))
    (effect,) = told.rules
    assert (effect.times, effect.before, effect.after) == (5, 30, 50)
    assert _points(told) == {"0004": (10, 30)}
    same = _told(queries.last_month_under(village.id, [capped], NO_INCENTIVES))
    assert same.households == ()


def test_deductions_and_claims_are_told_again(app: Flask) -> None:
    """Two deductions of 2 under a cap of 3, and a commendation of 10, reviewed as claims."""
    with at(0):
        village = make_claim_village()
        adopt_deduction(village)
        claim = submit(village, "BZ01", "王大山", whole=True)
        for by in list(village.reviewers.values())[:2]:
            decide(village, claim, by)
        first, second = notify(village, "王大山"), notify(village, "王大山")
    with at(8 * 24 * 60):
        deduct(village, first)
        deduct(village, second)
        run_in_transaction(
            lambda: notices.close_month(
                village_id=village.village_id, month=Month(2026, 10), actor_id=1
            )
        )
    lenient = replace(KF91, points=Tenths(10), cap=None)
    honour = replace(RULE, code="BZ01", points=Tenths(50))
    told = _told(queries.last_month_under(village.village_id, [lenient, honour], NO_INCENTIVES))
    found = [(each.code, each.deducts, each.times, each.before, each.after) for each in told.rules]
    assert found == [
        ("BZ01", False, 1, 100, 50),
        ("KF91", True, 2, 30, 20),
    ]
    (household,) = told.households
    assert (household.points_before, household.points_after) == (100, 50)
    assert (household.standing_before, household.standing_after) == (70, 30)
    without = _told(queries.last_month_under(village.village_id, [honour], NO_INCENTIVES))
    assert [each.code for each in without.gone] == ["KF91"]
    assert without.households[0].standing_after == 50


@pytest.fixture
def draft(village: Village, page_client: Clients) -> str:
    """The address of an uploaded rule book."""
    content = write_rule_book(
        [OTHER_RULE, NEW], OTHER_TERMS, ADOPTION, number=2, starts_on=date(2026, 11, 1)
    )
    president = page_client(village.places.token(Role.BRANCH_PRESIDENT))
    with on(24):
        return _upload(president, content)


def _upload(president: PageClient, content: bytes) -> str:
    answer = president.post(
        "/branch/rule-book/import", {"file": (io.BytesIO(content), "细则.xlsx")}
    )
    return answer.headers["Location"]


def test_the_page_of_a_draft(
    app: Flask, village: Village, draft: str, page_client: Clients, phone: Page
) -> None:
    token = village.places.token(Role.BRANCH_PRESIDENT)
    president = page_client(token)
    path = f"{draft}/last-month"
    with on(25):
        assert "2026年9月如果按传上来的细则" in president.get(path).get_data(as_text=True)
        village.close()
        shown = president.get(path).get_data(as_text=True)
        for words in (
            "2026年10月如果按传上来的细则", "只看不改", "37 分", "43 分", "+6 分", "8 → 9", "N1",
            "6 户不一样，其余 6 户不变", "1 名党员不一样，其余 1 名不变", "当月又冲正的 1 笔",
        ):  # fmt: skip
            assert words in shown, words
        faulty = _upload(president, "编号,名称,类型,分值\nA,b,加,1\n".encode())
        assert president.get(f"{faulty}/last-month").status_code == 422
        with serve(lambda _address: app.wsgi_app) as address:
            phone.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
            phone.goto(address + path)
            assert page_faults(phone) == []


def test_who_may_have_the_month_told_again(
    app: Flask, village: Village, draft: str, page_client: Clients
) -> None:
    with on(25):
        village.close()
        api = ApiClient(app, village.places.token(Role.BRANCH_PRESIDENT))
        under_draft = f"/rule-book/drafts/{draft.rsplit('/', maxsplit=1)[-1]}/last-month"
        told = api.get(under_draft).get_json()
        figures = [told[name] for name in ("month", "points_before", "points_after")]
        assert figures == ["2026-10", "37", "43"]
        assert told["households"][0] == {
            "passbook_no": "0001", "points_before": "8", "points_after": "9",
            "standing_before": "6", "standing_after": "7",
        }  # fmt: skip
        version_id = api.get("/rule-book/versions").get_json()[0]["id"]
        under_version = f"/rule-book/versions/{version_id}/last-month"
        assert api.get(under_version).get_json()["households"] == []
        page = "/desk/rule-book/versions/1/last-month"
        for role, place, of_draft, of_version in (
            (Role.SUPERVISION, "luxi", 403, 200), (Role.CLERK, "luxi", 403, 403),
            (Role.BRANCH_PRESIDENT, "shishan", 404, 404), (Role.HEAD_BANK, "luxi", 403, 403),
        ):  # fmt: skip
            token = village.places.token(role, place)
            assert page_client(token).get(f"{draft}/last-month").status_code == of_draft
            assert page_client(token).get(page).status_code == of_version
            assert ApiClient(app, token).get(under_draft).status_code == of_draft
            assert ApiClient(app, token).get(under_version).status_code == of_version
        assert page_client(None).get(f"{draft}/last-month").status_code == 401
        assert ApiClient(app).get(under_version).status_code == 401


def _adopt(village: Village, rule: Rule) -> None:
    run_in_transaction(
        lambda: rulebook.save_version(
            village_id=village.id,
            rules=[rule],
            adoption=ADOPTION,
            starts_on=date(2026, 11, 1),
            actor_id=1,
        )
    )
