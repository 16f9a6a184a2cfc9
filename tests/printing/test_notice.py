"""The monthly notice as it comes out of the printer."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdf
import pytest

from app.printing.compilation import compile_pdf
from app.printing.payloads import HouseholdRow, NoticePrint, ThemeRow
from tests.factories import printed
from tests.printing.paper import Page, codes_by_page, outside, overlapping, read_pages

MARGINS = {"left": 28.0, "right": 16.0, "top": 36.9, "bottom": 14.0}
HEADER = "序号 网格 存折号 户主"
# Where the column of names begins and ends on the page, in millimetres.
NAME_COLUMN = (72.0, 92.5)


@pytest.fixture(scope="module")
def large() -> NoticePrint:
    return printed.notice(500)


@pytest.fixture(scope="module")
def large_pdf(large: NoticePrint) -> bytes:
    return compile_pdf(large)


@pytest.fixture(scope="module")
def large_pages(large_pdf: bytes) -> list[Page]:
    return read_pages(large_pdf)


def row_line(number: int, row: HouseholdRow) -> str:
    sums = row.sums
    cells = (
        number, row.grid, row.passbook_number, row.head_name,
        sums.opening, sums.added, sums.redeemed, sums.corrected, sums.closing, row.remark,
    )  # fmt: skip
    return " ".join(map(str, cells)).strip().replace("-", "−")


def numbered(pages: list[Page]) -> list[Page]:
    """The pages of the notice itself, without the tear-off slips behind it."""
    return [page for page in pages if re.search(r"第 \d+ 页 / 共 \d+ 页", page.text)]


def test_every_household_stands_there_once_and_in_order(
    large: NoticePrint, large_pages: list[Page]
) -> None:
    lines = [line for page in large_pages for line in page.text.split("\n")]
    printed_rows = [line for line in lines if re.match(r"\d+ 第\d网格 \d{4} ", line)]
    assert printed_rows == [
        row_line(number, row) for number, row in enumerate(large.household_rows, start=1)
    ]


def test_another_reader_finds_the_rows_too(large: NoticePrint, large_pdf: bytes) -> None:
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(large_pdf)).pages)
    assert all(text.count(f" {row.passbook_number} ") == 1 for row in large.household_rows)


def test_each_page_of_the_table_has_its_header_and_about_22_rows(large_pages: list[Page]) -> None:
    row_counts = []
    for page in large_pages:
        rows = re.findall(r"^\d+ 第\d网格 \d{4} ", page.text, re.MULTILINE)
        assert page.text.count(HEADER) == (1 if rows else 0)
        row_counts += [len(rows)] if rows else []
    assert set(row_counts[1:-1]) == {22}
    assert len(row_counts) in (23, 24)


def test_pages_are_numbered_to_the_last(large_pages: list[Page]) -> None:
    notice_pages = numbered(large_pages)
    for number, page in enumerate(notice_pages, start=1):
        assert f"第 {number} 页 / 共 {len(notice_pages)} 页" in page.text
    assert len(large_pages) == len(notice_pages) + 1
    assert large_pages[-1].text.count("积分公示异议单") == 2


def test_nothing_prints_into_the_margins_or_over_something_else(large_pages: list[Page]) -> None:
    for page in numbered(large_pages):
        assert outside(page, **MARGINS) == ""
        assert overlapping(page) == []


def test_both_codes_are_read_from_the_rendered_page(large: NoticePrint, large_pdf: bytes) -> None:
    codes = codes_by_page(large_pdf, dots_per_inch=150)
    assert codes[0] == [large.objection_contact.link]
    assert codes[-2] == [large.verification.link]
    assert sum(map(len, codes)) == 2


def test_a_sheet_of_a3_is_the_same_page_by_page(large: NoticePrint) -> None:
    payload = replace(large, household_rows=large.household_rows[:60])
    small = read_pages(compile_pdf(payload))
    enlarged = compile_pdf(replace(payload, paper="a3"))
    pages = read_pages(enlarged)
    assert [page.text for page in pages] == [page.text for page in small]
    assert {(round(page.width), round(page.height)) for page in pages} == {(297, 420)}
    margins = {side: width * 1.41 for side, width in MARGINS.items()}
    assert all(outside(page, **margins) == "" for page in numbered(pages))
    codes = codes_by_page(enlarged, dots_per_inch=100)
    assert (codes[0], codes[-2]) == ([payload.objection_contact.link], [payload.verification.link])


def test_the_typed_twins_of_the_code_stand_beside_it(
    large: NoticePrint, large_pages: list[Page]
) -> None:
    last = numbered(large_pages)[-1].text
    digest = large.verification.digest
    assert " ".join(digest[start : start + 4] for start in (0, 4, 8, 12)) in last
    assert large.verification.digest[16:24] not in last
    assert large.verification.previous_digest[:4] in last
    assert "N234 5678 9AB2" in last
    assert large.verification.link in last
    assert "取下日期" in last


def test_the_file_is_tagged_titled_and_in_chinese(large_pdf: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(large_pdf))
    catalogue: Any = reader.root_object
    assert catalogue["/Lang"] == "zh-CN"
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "青溪镇露溪村（文明银行露溪分行）2026年10月积分公示"
    assert reader.metadata.creation_date == printed.CREATED_AT
    metadata = reader.xmp_metadata
    assert metadata is not None
    assert (metadata.pdfaid_part, metadata.pdfaid_conformance) == ("2", "A")


def test_the_same_payload_gives_the_same_bytes_in_every_thread(large: NoticePrint) -> None:
    payload = replace(large, household_rows=large.household_rows[:60])
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(compile_pdf, [payload] * 6))) == 1
    assert compile_pdf(payload) != compile_pdf(replace(payload, number="露积公〔2026〕11号"))


def test_what_was_printed_is_forgotten() -> None:
    def resident_megabytes() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 2**20

    def print_one(number: int) -> None:
        compile_pdf(printed.notice(150, number=f"第{number}号"))

    for number in range(3):
        print_one(number)
    before = resident_megabytes()
    for number in range(3, 12):
        print_one(number)
    # Remembered, nine such notices would hold some 250 MB.
    assert resident_megabytes() - before < 80


def text_of(payload: NoticePrint) -> str:
    return "\n".join(page.text for page in read_pages(compile_pdf(payload)))


def test_sections_are_numbered_without_gaps_when_some_are_empty() -> None:
    assert re.findall(r"^(.)、(.*)$", text_of(printed.bare_notice(8)), re.MULTILINE) == [
        ("一", "各户积分"),
        ("二", "全村合计"),
    ]
    whole = text_of(printed.notice(8))
    assert re.findall(r"^(.)、", whole, re.MULTILINE) == list("一二三四五六七八九")


def test_a_redemption_day_is_announced_without_a_theme_list_too() -> None:
    payload = printed.bare_notice(8, theme_month="2026年11月", redemption_day="2026年11月15日")
    text = text_of(payload)
    assert "三、2026 年 11 月主题清单" in text
    assert "下次集中兑换日：2026 年 11 月 15 日" in text


def test_an_empty_month_says_so() -> None:
    nothing = printed.month_sums(0, 0, 0, 0)
    payload = printed.bare_notice(
        1,
        household_rows=(),
        household_sums=nothing,
        village_sums=nothing,
        category_rows=(),
        verification=replace(printed.VERIFICATION, previous_digest=""),
    )
    text = text_of(payload)
    assert "本月各户积分无变动" in text
    assert "本月没有发放积分" in text
    assert "首期公示，无上月摘要" in text
    codes = codes_by_page(compile_pdf(payload), dots_per_inch=150)
    assert codes[-2] == [payload.verification.link]


def test_sums_that_disagree_say_that_the_notice_must_not_be_posted() -> None:
    wrong = printed.bare_notice(5, village_sums=printed.month_sums(10, 20, 0, 0))
    assert "两者不一致，不得张贴" in text_of(wrong)
    assert "两者一致" in text_of(printed.bare_notice(5))


def test_expired_points_get_their_column_only_when_there_are_any() -> None:
    payload = printed.bare_notice(5)
    assert "到期失效" not in text_of(payload)
    expiring = replace(payload, village_sums=replace(payload.village_sums, expired="1.5"))
    assert re.search(r"到期失效.*− 1\.5 \+", text_of(expiring), re.DOTALL)


LONG_NAMES = (
    "买买提阿卜杜热合曼艾山江吐尔逊伊力哈木麦",
    "阿依古丽·买买提·阿卜杜热合曼·艾山江",
    "王𠮷㛃䶮𬭊𫖮𬍛𬀩𠅤𪟝",
    "NGUYENTHIHUONGGIANGX",
    "迪丽热巴尔古丽·阿",
)


def test_long_and_rare_names_stay_in_their_column() -> None:
    payload = printed.notice(40)
    rows = tuple(
        replace(row, head_name=LONG_NAMES[index % len(LONG_NAMES)])
        for index, row in enumerate(payload.household_rows)
    )
    pages = read_pages(compile_pdf(replace(payload, household_rows=rows)))
    name_characters = set("".join(LONG_NAMES)) - set("0123456789")
    in_column = []
    for page in numbered(pages):
        assert overlapping(page) == []
        assert outside(page, **MARGINS) == ""
        if HEADER in page.text:
            in_column += [
                glyph.character
                for glyph in page.glyphs
                if NAME_COLUMN[0] < glyph.left and glyph.right < NAME_COLUMN[1]
            ]
    found = "".join(character for character in in_column if character in name_characters)
    for name in LONG_NAMES:
        assert found.count(name) == len(rows) // len(LONG_NAMES)


@pytest.mark.parametrize("theme_count", [1, 2, 7, 11, 15, 30])
def test_signatures_are_never_parted_from_the_last_rows(theme_count: int) -> None:
    themes = tuple(
        ThemeRow(title=f"主题活动第{number}项", team="政策宣讲队", points="+2")
        for number in range(1, theme_count + 1)
    )
    pages = read_pages(compile_pdf(printed.notice(30, theme_rows=themes)))
    signed = [page for page in pages if "村务监督委员会" in page.text and "制表" in page.text]
    assert len(signed) == 1
    for number in range(max(1, theme_count - 2), theme_count + 1):
        assert f"主题活动第{number}项" in signed[0].text
    assert "序号 活动 服务队 积分" in signed[0].text
