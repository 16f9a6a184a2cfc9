"""Cards, posters, rosters, PIN slips and receipts as they come out of the printer."""

from dataclasses import replace

import pytest

from app.kit.codes import group_code
from app.kit.errors import Invalid
from app.printing.compilation import compile_pdf
from app.printing.payloads import Printable
from tests.factories import printed
from tests.printing.paper import POINTS_PER_MM, codes_by_page, outside, overlapping, read_pages

LONG_NAME = "买买提阿卜杜热合曼·艾山江吐尔逊伊力哈木"
LATIN_NAME = "NGUYENTHIHUONGGIANGX"


@pytest.mark.parametrize(
    "payload",
    [
        printed.card_sheet(23),
        printed.poster(),
        printed.roster(60),
        printed.rule_book(),
        printed.pin_slips(20),
        printed.receipt(),
        printed.receipt(voided="2026-10-18 10:12"),
    ],
    ids=lambda payload: type(payload).__name__,
)
def test_the_same_payload_gives_the_same_legible_page(payload: Printable) -> None:
    pdf = compile_pdf(payload)
    assert compile_pdf(payload) == pdf
    for page in read_pages(pdf):
        assert overlapping(page) == []
        assert outside(page, left=4.9, right=4.9, top=3.9, bottom=5) == ""


def test_all_ten_cards_of_a_sheet_are_read() -> None:
    sheet = printed.card_sheet(10)
    pdf = compile_pdf(sheet)
    assert codes_by_page(pdf, dots_per_inch=150) == [[card.link for card in sheet.cards]]
    (page,) = read_pages(pdf)
    for card in sheet.cards:
        assert page.text.count(group_code(card.code)) == 1
        assert page.text.count(f"存折号 {card.passbook_number}") == 1


def test_the_eleventh_card_begins_a_new_sheet() -> None:
    pages = codes_by_page(compile_pdf(printed.card_sheet(11)), dots_per_inch=150)
    assert [len(codes) for codes in pages] == [10, 1]


@pytest.mark.parametrize("name", [LONG_NAME, LATIN_NAME, "王𠮷㛃䶮𬭊"])
def test_long_names_fit_on_cards_and_slips(name: str) -> None:
    sheet = printed.card_sheet(10)
    cards = tuple(replace(card, short_name=name) for card in sheet.cards)
    pdf = compile_pdf(replace(sheet, cards=cards))
    assert len(codes_by_page(pdf, dots_per_inch=150)[0]) == 10
    slips = printed.pin_slips(14)
    rows = tuple(replace(slip, short_name=name) for slip in slips.slips)
    for printed_pdf, count in ((pdf, 10), (compile_pdf(replace(slips, slips=rows)), 14)):
        (page,) = read_pages(printed_pdf)
        assert overlapping(page) == []
        assert page.text.replace("\n", "").count(name) == count


def test_a_card_link_that_does_not_fit_its_code_is_refused() -> None:
    sheet = printed.card_sheet(1)
    card = replace(sheet.cards[0], link="https://a-very-long-host-name.example.cn/" + "x" * 60)
    with pytest.raises(Invalid, match="qr_too_long"):
        compile_pdf(replace(sheet, cards=(card,)))


def test_a_poster_is_read_from_afar() -> None:
    poster = printed.poster()
    pdf = compile_pdf(poster)
    assert codes_by_page(pdf, dots_per_inch=75) == [[poster.link]]
    (page,) = read_pages(pdf)
    for text in (poster.title, poster.place, poster.ask_name, group_code(poster.code)):
        assert text in page.text.replace("\n", "")


def test_a_wordy_poster_still_is_one_page() -> None:
    wordy = replace(
        printed.poster(),
        title="“我们的节日·重阳”敬老爱老志愿服务暨秋收后村庄环境集中清扫活动",
        place="村文化广场集合，清扫一组至四组主路、河道沟渠和村民活动中心周边，雨天改在村委会会议室",
        link="https://points.village-town.gov.cn/a/P23456789ABCDEFGHJKM",
    )
    pdf = compile_pdf(wordy)
    assert codes_by_page(pdf, dots_per_inch=75) == [[wordy.link]]
    (page,) = read_pages(pdf)
    assert overlapping(page) == []


def test_a_roster_lists_everybody_and_leaves_blank_lines() -> None:
    roster = printed.roster(60)
    pages = read_pages(compile_pdf(roster))
    lines = [line for page in pages for line in page.text.split("\n")]
    for number, row in enumerate(roster.rows, start=1):
        assert lines.count(f"{number} {row.name} {row.head_name} {row.passbook_number}") == 1
    assert lines.count("66") == 1
    assert all("序号 姓名 户主 存折号 本人签名 签到 签退" in page.text for page in pages)
    assert "组织者签名" in pages[-1].text


def test_pin_slips_carry_each_pin_once() -> None:
    slips = printed.pin_slips(14)
    (page,) = read_pages(compile_pdf(slips))
    for slip in slips.slips:
        assert page.text.count(slip.pin) == 1
        assert page.text.count(f"存折号 {slip.passbook_number}") == 1


def test_a_receipt_is_as_wide_as_the_paper_and_as_long_as_its_lines() -> None:
    short = printed.receipt()
    long = replace(short, rows=short.rows * 6)
    (page,) = read_pages(compile_pdf(short))
    (long_page,) = read_pages(compile_pdf(long))
    assert page.width == pytest.approx(58, abs=0.1)
    assert long_page.height > page.height + 15 * 10 / POINTS_PER_MM
    for text in ("LX-202610-0042", "67.5", "118.5", "王𠮷"):
        assert text in page.text
    assert "作废" not in page.text


def test_a_voided_receipt_says_so() -> None:
    (page,) = read_pages(compile_pdf(printed.receipt(voided="2026-10-18 10:12")))
    assert "已作废\n2026-10-18 10:12" in page.text
