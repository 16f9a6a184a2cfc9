"""Tenths, months, names, masks, ids and the clock."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit import clock
from app.kit.errors import Invalid
from app.kit.ids import IdSource
from app.kit.masking import mask_name, mask_phone
from app.kit.month import Month
from app.kit.points import format_tenths, parse_tenths
from app.kit.text import clean_line, fold_width, normalise_name


@given(st.integers(-(10**9), 10**9))
def test_tenths_come_back(amount: int) -> None:
    assert parse_tenths(format_tenths(amount)) == amount


@pytest.mark.parametrize(
    ("text", "tenths"), [("2", 20), ("0.5", 5), ("-1.5", -15), (" 10.0 ", 100), ("0", 0)]
)
def test_amounts_as_people_write_them(text: str, tenths: int) -> None:
    assert parse_tenths(text) == tenths


@pytest.mark.parametrize("text", ["", "0.55", "1e3", "二", ".5", "1.", "٣", "9999999999", "+1"])
def test_bad_amounts_are_refused(text: str) -> None:
    with pytest.raises(Invalid, match="bad_amount"):
        parse_tenths(text)


def test_months() -> None:
    december = Month.parse("2026-12")
    assert december.next == Month(2027, 1)
    assert december.next.previous == december
    assert december.last_day == date(2026, 12, 31)
    assert Month.of(date(2026, 10, 5)).chinese == "2026年10月"
    for text in ("2026-13", "2026-1", "26-01", "2026-00", "2026-01-01", "２026-01"):
        with pytest.raises(ValueError, match="not a month"):
            Month.parse(text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("张 三", "张三"),
        (" 欧阳　修 ", "欧阳修"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽 • 买买提", "阿依古丽·买买提"),
        ("𠮷㛃䶮𬭊", "𠮷㛃䶮𬭊"),
        ("Anna  Schmidt", "Anna Schmidt"),
        ("Ａｎｎａ", "Anna"),
    ],
)
def test_names_are_made_regular(typed: str, kept: str) -> None:
    assert normalise_name(typed) == kept


def test_width_folding_leaves_compatibility_ideographs_alone() -> None:
    assert fold_width("第１２网格\uf9dc") == "第12网格\uf9dc"


def test_lines_are_cleaned_or_refused() -> None:
    assert clean_line("  秋收后  集中清扫 ", length_max=20, field="标题") == "秋收后 集中清扫"
    for text, code in (
        ("a\u202eb", "hidden_characters"),
        (" ", "text_missing"),
        ("长" * 9, "text_too_long"),
    ):
        with pytest.raises(Invalid, match=code):
            clean_line(text, length_max=8, field="标题")


@pytest.mark.parametrize(
    ("name", "masked"),
    [("王小强", "王*强"), ("王强", "王*"), ("王", "*"), ("𠮷𬭊", "𠮷*"), ("买买提·艾力", "买*力")],
)
def test_names_are_masked(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_phones_are_masked() -> None:
    assert mask_phone("13812348000") == "138****8000"
    assert mask_phone("1234567") == "****"


def test_ids_grow_while_the_clock_stands_or_goes_back() -> None:
    source = IdSource(node=3)
    moment = datetime(2026, 10, 1, tzinfo=UTC)
    made: list[int] = []
    for at in (moment, moment, moment - timedelta(hours=1), moment + timedelta(seconds=1)):
        with clock.stopped_at(at):
            made.extend(source.next() for _ in range(5000))
    assert made == sorted(set(made))
    assert made[-1] < 2**63


def test_an_id_goes_behind_the_one_another_process_made() -> None:
    with clock.stopped_at(datetime(2026, 10, 1, tzinfo=UTC)):
        theirs = IdSource(node=511).next()
        ours = IdSource(node=0).next(after=theirs)
    assert ours > theirs
    with clock.stopped_at(datetime(2026, 9, 1, tzinfo=UTC)):
        assert IdSource(node=0).next(after=ours) > ours


def test_the_village_clock_is_china_time() -> None:
    moment = clock.instant(date(2026, 10, 31), datetime(2026, 1, 1, 7, 30).time())  # noqa: DTZ001
    assert moment == datetime(2026, 10, 30, 23, 30, tzinfo=UTC)
    with clock.stopped_at(moment):
        assert clock.today() == date(2026, 10, 31)
