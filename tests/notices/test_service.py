"""Close, publish, object, decide, settle: on both databases, with the ledger watching."""

from datetime import date

import pytest
from flask import Flask

from app.kit import clock
from app.kit.errors import Conflict, Invalid, NotFound
from app.ledger import queries as books
from app.ledger.domain.accounts import household_pending, household_spendable
from app.ledger.queries import checker
from app.notices import queries, service
from app.notices.domain import Decision, NoticePeriod, NoticeState
from app.notices.queries.figures import village_month
from app.people import service as people
from app.web.transaction import run_in_transaction
from tests.notices.months import CLOSING_DAY, OCTOBER, MonthOfVillage, at, make_month


@pytest.fixture
def month(each_app: Flask) -> MonthOfVillage:
    with clock.stopped_at(at(CLOSING_DAY)):
        return make_month()


def test_the_figures_of_a_month(month: MonthOfVillage) -> None:
    with clock.stopped_at(at(CLOSING_DAY)):
        month.close()
    figures = village_month(month.id, OCTOBER)
    assert [
        (line.household.passbook_no, line.figures.added, line.figures.closing, line.late)
        for line in figures.households
    ] == [("0001", 40, 40, 0), ("0002", 20, 20, 1), ("0003", 0, 0, 0)]
    assert (figures.village.added, figures.village.closing, figures.took_part) == (60, 60, 2)
    assert [(row.category, row.times, row.points) for row in figures.categories] == [
        ("志愿服务", 2, 40),
        ("环境卫生", 1, 20),
    ]


def test_closing_again_is_the_same_closing(month: MonthOfVillage) -> None:
    with clock.stopped_at(at(CLOSING_DAY)):
        notice = month.close()
        assert month.close().id == notice.id
    assert (notice.number, notice.state) == (1, NoticeState.DRAFT)
    assert checker.check() == []
    with pytest.raises(Conflict, match="another_month_open"):
        run_in_transaction(
            lambda: service.close_month(village_id=month.id, month=OCTOBER.next.next, actor_id=1)
        )


def test_a_published_notice_is_frozen(month: MonthOfVillage) -> None:
    with clock.stopped_at(at(CLOSING_DAY)):
        notice = month.publish(month.close())
        assert notice.pdf is not None
        assert notice.pdf.startswith(b"%PDF")
        with pytest.raises(Conflict, match="notice_not_draft"):
            month.publish(notice)
    verification = queries.verify(notice)
    assert verification.holds
    assert verification.digest.hex() in (notice.content or "")


def test_objection_correction_and_settling(month: MonthOfVillage) -> None:
    """
    0001 earned 2 + 2, 0002 earned 2. One award of 0001 is taken back on an objection.
    Settled: 0001 2, 0002 2. A November award of 0001 stays pending.
    """
    with clock.stopped_at(at(CLOSING_DAY)):
        notice = month.publish(month.close())
    wrong = queries.award_choices(notice, "1")[0]
    with clock.stopped_at(at(date(2026, 10, 28))):
        upheld, rejected = month.object(notice), month.object(notice, "我家少了。")
        with pytest.raises(Conflict, match="notice_still_posted"):
            month.settle(notice)
        with pytest.raises(Invalid, match="correction_not_upheld"):
            _decide(month, rejected.id, Decision.REJECTED, (wrong.award_id,))
        _decide(month, upheld.id, Decision.UPHELD, (wrong.award_id,))
        with pytest.raises(Conflict, match="objection_decided"):
            _decide(month, upheld.id, Decision.REJECTED, ())
        month.award("0001", "CW04", date(2026, 10, 28))
    with clock.stopped_at(at(date(2026, 11, 2))):
        with pytest.raises(Conflict, match="objections_open"):
            month.settle(notice)
        with pytest.raises(Conflict, match="objection_closed"):
            month.object(notice)
        _decide(month, rejected.id, Decision.REJECTED, ())
        assert month.settle(notice).state == NoticeState.SETTLED
        month.settle(notice)
    held = {
        number: (
            books.balance(household_pending(month.id, household_id)),
            books.balance(household_spendable(month.id, household_id)),
        )
        for number, (household_id, _) in month.heads.items()
    }
    assert held == {"0001": (20, 20), "0002": (0, 20), "0003": (0, 0)}
    assert checker.check() == []


def test_the_next_notice_tells_correction_and_objections(month: MonthOfVillage) -> None:
    with clock.stopped_at(at(CLOSING_DAY)):
        notice = month.publish(month.close())
    with clock.stopped_at(at(date(2026, 10, 28))):
        objection = month.object(notice)
        choice = queries.award_choices(notice, "0001")[0]
        _decide(month, objection.id, Decision.UPHELD, (choice.award_id,))
    november = OCTOBER.next
    with clock.stopped_at(at(date(2026, 11, 25))):
        second = run_in_transaction(
            lambda: service.close_month(village_id=month.id, month=november, actor_id=1)
        )
        payload = queries.notice_print(
            second, queries.notice_period(notice), created_at=second.closed_at
        )
    first_row = payload.household_rows[0]
    assert (first_row.head_name, first_row.sums.opening, first_row.sums.corrected) == (
        "王*强",
        "4",
        "-2",
    )
    assert payload.village_sums.closing == payload.household_sums.closing == "4"
    assert [row.result for row in payload.objection_rows] == ["属实。已核实。"]
    assert payload.verification.previous_digest == queries.verify(notice).digest.hex()


def test_an_empty_month_has_a_notice_too(each_app: Flask) -> None:
    with clock.stopped_at(at(CLOSING_DAY)):
        month = make_month()
        month.publish(month.close())
        second = run_in_transaction(
            lambda: service.close_month(village_id=month.id, month=OCTOBER.next, actor_id=1)
        )
        published = month.publish(second)
    assert queries.verify(published).holds
    assert queries.verify(published).entry_count == 0


def test_a_household_that_everybody_left_keeps_its_line_and_names_nobody(
    month: MonthOfVillage,
) -> None:
    with clock.stopped_at(at(CLOSING_DAY)):
        run_in_transaction(
            lambda: people.move_member(
                village_id=month.id,
                member_id=month.heads["0002"][1],
                household_id=month.heads["0001"][0],
                relation="亲戚",
            )
        )
        notice = month.close()
        period = NoticePeriod.starting(CLOSING_DAY, 7)
        printed = queries.notice_print(notice, period, created_at=notice.closed_at)
    left = next(row for row in printed.household_rows if row.passbook_number == "0002")
    assert (left.head_name, left.sums.closing) == ("—", "2")
    assert left.remark.startswith("已无人在册")


def test_things_of_another_village_are_not_there(month: MonthOfVillage) -> None:
    with clock.stopped_at(at(CLOSING_DAY)):
        notice = month.publish(month.close())
    with clock.stopped_at(at(date(2026, 10, 26))):
        objection = month.object(notice)
    other = month.places.other_village_id
    for look in (
        lambda: queries.notice(other, notice.id),
        lambda: queries.objection(other, objection.id),
        lambda: service.settle_notice(village_id=other, notice_id=notice.id, actor_id=1),
    ):
        with pytest.raises(NotFound):
            run_in_transaction(look)


def _decide(
    month: MonthOfVillage, objection_id: int, decision: Decision, award_ids: tuple[int, ...]
) -> None:
    run_in_transaction(
        lambda: service.decide_objection(
            village_id=month.id,
            objection_id=objection_id,
            decision=decision,
            answer="已核实。",
            award_ids=award_ids,
            actor_id=1,
        )
    )
