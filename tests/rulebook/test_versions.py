"""Versions: saved once, never changed, never into a closed month."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.extensions import db
from app.kit.errors import DomainError
from app.kit.month import Month
from app.ledger import service as ledger
from app.rulebook import queries, service
from app.rulebook.domain.changes import compare_versions
from app.rulebook.domain.reading import read_rules
from app.rulebook.domain.rules import Adoption, Rule, RuleKind
from app.rulebook.models import RuleVersion
from app.web.transaction import run_in_transaction
from tests.factories.places import make_places
from tests.factories.rulebooks import ADOPTION, open_book

_SHEET = (
    "编号,类别,名称,类型,分值,封顶,封顶周期,封顶对象,封顶组,依据,审核\n"
    "A1,环境,清扫,加分,2,8,每月,户,,签到,组织者\n"
    "A2,环境,分类,加分,1,4,每月,户,,检查表,网格\n"
    "A3,志愿,送餐,加分,0.5,,,,,值班表,组织者\n"
)
SEPTEMBER = date(2026, 9, 1)


def _rules(sheet: str = _SHEET) -> list[Rule]:
    return read_rules(sheet.encode())[0]


@pytest.fixture
def village_id(each_app: Flask) -> int:
    return make_places().village_id


def _save(
    village_id: int,
    *,
    rules: list[Rule] | None = None,
    adoption: Adoption = ADOPTION,
    starts_on: date = SEPTEMBER,
) -> RuleVersion:
    return run_in_transaction(
        lambda: service.save_version(
            village_id=village_id,
            rules=_rules() if rules is None else rules,
            adoption=adoption,
            starts_on=starts_on,
            actor_id=7,
        )
    )


def _refused(code: str, work: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        work()
    assert refusal.value.code == code
    return refusal.value


def test_a_version_is_kept_as_it_was_read(village_id: int) -> None:
    version = _save(village_id)
    assert (version.number, queries.adoption_of(version)) == (1, ADOPTION)
    kept = queries.rules(version.id)
    assert compare_versions(_rules(), kept).unchanged_count == 3
    assert [rule.code for rule in kept] == ["A1", "A2", "A3"]
    assert queries.rule_by_code(version.id, "A2").points == 10


def test_the_version_of_a_day_is_the_last_that_had_started(village_id: int) -> None:
    assert queries.current_version(village_id, SEPTEMBER) is None
    first = _save(village_id).id
    second = _save(village_id, starts_on=date(2026, 12, 1)).id
    for day, expected in (
        (date(2026, 8, 31), None),
        (SEPTEMBER, first),
        (date(2026, 11, 30), first),
        (date(2026, 12, 1), second),
    ):
        found = queries.current_version(village_id, day)
        assert (found and found.id) == expected


def test_the_version_adopted_last_takes_the_place_of_those_that_start_later(
    village_id: int,
) -> None:
    _save(village_id)
    _save(village_id, starts_on=date(2027, 12, 1))
    corrected = _save(village_id, rules=_rules()[:1], starts_on=date(2026, 12, 1)).id
    for day in (date(2026, 12, 1), date(2027, 12, 1)):
        found = queries.current_version(village_id, day)
        assert found is not None
        assert found.id == corrected


def test_saving_the_same_again_gives_the_same(village_id: int) -> None:
    first = _save(village_id).id
    assert _save(village_id).id == first
    assert _save(village_id, rules=_rules()[:2]).number == 2


def test_no_version_starts_in_a_closed_month(village_id: int) -> None:
    open_book(village_id, month=Month(2026, 9), budget_tenths=100)
    # The first month of a book takes a version that counted before the book began.
    _save(village_id, starts_on=date(2026, 8, 1))
    run_in_transaction(lambda: ledger.close_period(village_id, month=Month(2026, 9)))
    late = _refused(
        "starts_in_closed_month", lambda: _save(village_id, starts_on=date(2026, 9, 30))
    )
    assert late.facts == {"first_day": "2026-10-01"}
    assert _save(village_id, starts_on=date(2026, 10, 1)).number == 2


def test_what_may_not_be_said_is_not_saved(village_id: int) -> None:
    sheet = _SHEET + "A4,治安,越级上访,扣分,2,,,,,,\nA4,治安,超生,扣分,2,,,,,,\n"
    refusal = _refused("rule_version_refused", lambda: _save(village_id, rules=_rules(sheet)))
    assert refusal.facts == {
        "count": 3,
        "findings": [
            "A4 lint_complaints 越级",
            "A4 lint_code_repeated A4",
            "A4 lint_births 超生",
        ],
    }
    unadopted = Adoption(date(2026, 8, 20), "", 46, 44, 1, "")
    _refused("lint_no_adoption", lambda: _save(village_id, adoption=unadopted))
    tomorrow = Adoption(date(2999, 1, 1), "村民会议", 46, 44, 1, "5号")
    _refused("adoption_in_future", lambda: _save(village_id, adoption=tomorrow))
    assert queries.versions(village_id) == []


def test_versions_of_another_village_are_not_found(village_id: int) -> None:
    version = _save(village_id)
    rule_id = queries.rules(version.id)[0].id
    _refused("rule_version_not_found", lambda: queries.version(village_id + 1, version.id))
    _refused("rule_not_found", lambda: queries.rule(village_id + 1, rule_id))
    assert queries.rule(village_id, rule_id).code == "A1"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rule_version SET votes_for = 46",
        "DELETE FROM rule_version",
        "UPDATE rule SET points = 999",
        "DELETE FROM rule",
    ],
)
def test_the_database_refuses_to_change_a_version(village_id: int, statement: str) -> None:
    _save(village_id)
    with pytest.raises(DBAPIError, match=r"unchangeable|append-only"):
        run_in_transaction(lambda: db.session.execute(text(statement)))


def test_what_a_new_version_changes() -> None:
    sheet = (
        _SHEET.replace("A2,环境,分类,加分,1,4", "A2,环境,垃圾分类,加分,1,6").replace(
            "A3,志愿,送餐,加分,0.5,,,,,值班表,组织者\n", ""
        )
        + "A9,志愿,理发,加分,5,,,,,确认,网格\n"
    )
    changes = compare_versions(_rules(), _rules(sheet))
    assert [rule.code for rule in changes.added] == ["A9"]
    assert [(change.after.code, change.fields) for change in changes.changed] == [
        ("A2", ("title", "cap"))
    ]
    assert [rule.code for rule in changes.removed] == ["A3"]
    assert changes.unchanged_count == 1


def test_a_draft_becomes_a_version_once(village_id: int) -> None:
    def adopt(draft_id: int) -> int:
        return run_in_transaction(
            lambda: (
                service.adopt_draft(
                    village_id=village_id,
                    draft_id=draft_id,
                    adoption=ADOPTION,
                    starts_on=SEPTEMBER,
                    actor_id=7,
                ).id
            )
        )

    def upload(sheet: str) -> int:
        return run_in_transaction(
            lambda: (
                service.upload_draft(
                    village_id=village_id, file_name="细则.csv", content=sheet.encode(), actor_id=7
                ).id
            )
        )

    draft_id = upload(_SHEET)
    assert queries.versions(village_id) == []
    assert adopt(draft_id) == adopt(draft_id)
    assert len(queries.versions(village_id)) == 1
    torn = upload(_SHEET + "A4,环境,绿化,加分,许多,,,,,,\n")
    _refused("rule_version_refused", lambda: adopt(torn))
    _refused("rule_draft_not_found", lambda: queries.draft(village_id + 1, draft_id))
    _refused("sheet_columns_missing", lambda: upload("甲,乙\n1,2\n"))


def test_a_rule_of_every_kind_comes_back_as_that_kind(village_id: int) -> None:
    rules = [
        Rule(f"K{number}", "其他", f"规则{number}活动", kind, points, None, "", "")
        for number, (kind, points) in enumerate((kind, _rules()[0].points) for kind in RuleKind)
    ]
    version = _save(village_id, rules=rules)
    assert [rule.kind for rule in queries.rules(version.id)] == list(RuleKind)
    assert [rule.code for rule in queries.rules(version.id, [RuleKind.SPEND])] == ["K1"]
