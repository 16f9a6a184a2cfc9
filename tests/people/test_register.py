"""Reading registers: every trap that villages set without meaning to."""

from collections.abc import Sequence
from datetime import date

import pytest

from app.kit.errors import Invalid
from app.kit.workbook import read_workbook
from app.people.domain.cells import is_id_number
from app.people.domain.households import Gender
from app.people.domain.register import Register, RegisterRow, read_register
from app.people.domain.remarks import Code, Severity
from app.people.domain.storage import pack_register, unpack_register
from app.people.domain.words import SENTENCES, remark_words
from tests.factories.registers import (
    CLEAN_REGISTER,
    FAMILY,
    MESSY_REGISTER,
    TITLES,
    Row,
    changed,
    csv_file,
    family_register,
    synthetic_village,
    xlsx,
)

TODAY = date(2026, 11, 21)
HEAD = FAMILY[0]


def read(content: bytes) -> Register:
    return read_register(read_workbook(content), TODAY)


def codes(register: Register, *severities: Severity) -> list[tuple[int, Code]]:
    wanted = severities or tuple(Severity)
    return [(r.line, r.code) for r in register.remarks if r.severity in wanted]


def only(register: Register) -> RegisterRow:
    assert len(register.rows) == 1
    return register.rows[0]


def one(titles: Row = TITLES, row: Row = HEAD, **cells: object) -> Register:
    return read(xlsx([titles, changed(row, **cells)]))


@pytest.fixture(scope="module")
def clean() -> Register:
    return read(CLEAN_REGISTER.read_bytes())


@pytest.fixture(scope="module")
def messy() -> Register:
    return read(MESSY_REGISTER.read_bytes())


def test_the_clean_register_is_taken_whole(clean: Register) -> None:
    assert len(clean.rows) == 927
    assert len({row.passbook_no for row in clean.rows}) == 300
    assert sum(row.is_head for row in clean.rows) == 300
    assert sum(row.person.is_party_member for row in clean.rows) == 49
    assert clean.remarks == ()


def test_the_messy_register_says_the_same_as_the_clean_one(
    clean: Register, messy: Register
) -> None:
    def facts(register: Register) -> set[object]:
        return {
            (row.passbook_no, row.grid_name, row.person, row.is_head)
            for row in register.rows
            if row.passbook_no < "9000"
        }

    assert facts(messy) == facts(clean)


def test_every_planted_trap_of_the_messy_register_is_named(messy: Register) -> None:
    assert codes(messy, Severity.REFUSED) == [
        (105, Code.DUPLICATE),
        (318, Code.DUPLICATE),
        (531, Code.DUPLICATE),
        (743, Code.DUPLICATE),
        (938, Code.HEAD_MISSING),
        (939, Code.HEAD_MISSING),
        (940, Code.NAME_MISSING),
        (942, Code.BIRTH_BAD),
        (943, Code.NAME_FORMULA),
    ]
    assert codes(messy, Severity.WARNING) == [(941, Code.PHONE_BAD)]
    assert {code for _, code in codes(messy, Severity.NOTICE)} == {
        Code.ID_COLUMNS_DROPPED,
        Code.COLUMNS_IGNORED,
        Code.LINES_SKIPPED,
        Code.SHEET_SKIPPED,
    }
    assert messy.rows[-1].person.phone is None


def test_rare_characters_and_middle_dots_are_kept(messy: Register) -> None:
    names = {row.person.name for row in messy.rows}
    assert {"王𠮷", "李㛃", "刘䶮", "陈𬭊", "赵𫖮", "阿依古丽·买买提", "郭一"} <= names


def test_no_id_number_is_left_anywhere(messy: Register) -> None:
    assert b"3703" not in str(messy).encode()


def test_what_was_read_survives_packing(messy: Register) -> None:
    assert unpack_register(pack_register(messy)) == messy


def test_other_names_numbers_as_numbers_and_blank_numbers_below() -> None:
    titles = (
        "家庭编号",
        "所在网格",
        "家庭成员姓名",
        "家庭关系",
        "男女",
        "出生时间",
        "联系方式",
        "是否党员",
    )
    content = xlsx([["某村花名册"], [], titles, *synthetic_village(417)])
    register = read(content)
    assert codes(register) == []
    assert len({row.passbook_no for row in register.rows}) == 417
    assert register.rows[-1].passbook_no == "0417"
    assert {row.grid_name for row in register.rows} == {f"第{n}网格" for n in range(1, 8)}
    assert sum(row.is_head for row in register.rows) == 417
    assert {row.person.relation for row in register.rows} == {"户主", "配偶", "长子"}
    assert register.rows[0].person.phone == "13800000003"


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ","), ("gb18030", ","), ("utf-16", "\t"), ("utf-8", ";")],
)
def test_text_files_of_every_usual_encoding(encoding: str, delimiter: str) -> None:
    rows = [TITLES, *FAMILY, changed(HEAD, name="王𠮷", relation="子")]
    register = read(csv_file(rows, encoding, delimiter))
    assert [row.person.name for row in register.rows] == [
        "王大山",
        "李秀英",
        "王𠮷",
        "赵建国",
        "孙梅",
        "赵小军",
    ]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (23, "0023"),
        ("00023", "0023"),
        ("２３", "0023"),
        ("23号", "0023"),
        ('="0023"', "0023"),
        ("第23户", "0023"),
        (12345, "12345"),
        ("3-12", "3-12"),
        ("a 7", "A-7"),
    ],
)
def test_household_numbers(cell: object, number: str) -> None:
    assert only(one(no=cell)).passbook_no == number


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("张 三", "张三"),
        ("张　三\n", "张三"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽 • 买买提", "阿依古丽·买买提"),
        ("欧阳" + "秀" * 18, "欧阳" + "秀" * 18),
        ("王强（大）", "王强(大)"),
        ("王强２", "王强2"),
        ("John Smith", "John Smith"),
        ("㛃𫖮", "㛃𫖮"),
    ],
)
def test_names(cell: str, name: str) -> None:
    assert only(one(name=cell)).person.name == name


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", Code.NAME_MISSING),
        ("=1+1", Code.NAME_FORMULA),
        ("@SUM(A1)", Code.NAME_FORMULA),
        ("张\u202e三", Code.NAME_HIDDEN),
        ("张\u200b三", Code.NAME_HIDDEN),
        ("张\x07三", Code.NAME_HIDDEN),
        ("张三,李四", Code.NAME_BAD),
        ("1380013", Code.NAME_BAD),
        ("/", Code.NAME_BAD),
        ("张" * 41, Code.NAME_TOO_LONG),
        ("370304196502140017", Code.ID_NUMBER),
        ("张三370304196502140017", Code.ID_NUMBER),
    ],
)
def test_names_that_cannot_be_taken(cell: str, code: Code) -> None:
    register = read(csv_file([TITLES, changed(HEAD, name=cell), *FAMILY[2:]]))
    assert codes(register, Severity.REFUSED) == [(2, code)]
    assert "370304" not in str(register)


@pytest.mark.parametrize(
    ("cell", "month"),
    [
        ("1965-02", "1965-02"),
        ("1965年02月", "1965-02"),
        ("1965年2月14日", "1965-02"),
        ("1965.12", "1965-12"),
        (1965.02, "1965-02"),
        (1965.2, "1965-02"),
        (196502, "1965-02"),
        ("19650214", "1965-02"),
        ("1965/2/4", "1965-02"),
        ("１９６５．０２", "1965-02"),
        (date(1965, 2, 14), "1965-02"),
        (23787, "1965-02"),
        ("1965-02-14 00:00:00", "1965-02"),
        ("一九六五年十二月", "1965-12"),
        ("1965 年 2 月", "1965-02"),
        ("", None),
    ],
)
def test_months_of_birth(cell: object, month: str | None) -> None:
    register = one(birth=cell)
    assert only(register).person.birth_month == month
    assert codes(register) == []


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1970.13", Code.BIRTH_BAD),
        ("不详", Code.BIRTH_BAD),
        ("65.2", Code.BIRTH_BAD),
        ("1850-01", Code.BIRTH_BAD),
        ("1965年0月", Code.BIRTH_BAD),
        (2011.1, Code.BIRTH_UNCLEAR),
        ("2026-12", Code.BIRTH_FUTURE),
        ("370304196502140017", Code.BIRTH_BAD),
    ],
)
def test_months_of_birth_that_cannot_be(cell: object, code: Code) -> None:
    register = read(xlsx([TITLES, changed(HEAD, birth=cell), *FAMILY[2:]]))
    assert codes(register, Severity.REFUSED) == [(2, code)]
    assert "370304" not in str(register)


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"phone": "1380013800"}, Code.PHONE_BAD),
        ({"phone": "370304196502140017"}, Code.PHONE_BAD),
        ({"phone": "13800138001、13900139000"}, Code.PHONE_FIRST),
        ({"birth": "1950"}, Code.BIRTH_YEAR_ONLY),
        ({"gender": "不详"}, Code.GENDER_UNKNOWN),
        ({"party": "积极分子"}, Code.PARTY_UNKNOWN),
        ({"grid": "370304196502140017"}, Code.GRID_BAD),
    ],
)
def test_doubtful_cells_are_taken_with_a_warning(cells: dict[str, object], code: Code) -> None:
    register = read(xlsx([TITLES, *FAMILY[2:], changed(HEAD, **cells)]))
    assert codes(register) == [(5, code)]
    assert len(register.rows) == 4
    assert "370304" not in str(register)


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        (13800138001, "13800138001"),
        ("138 0013 8001", "13800138001"),
        ("138-0013-8001", "13800138001"),
        ("+86 13800138001", "13800138001"),
        ("0571-8888 1234", "057188881234"),
        ("88881234", "88881234"),
        ("１３８００１３８００１", "13800138001"),
    ],
)
def test_phone_numbers(cell: object, phone: str) -> None:
    register = one(phone=cell)
    assert only(register).person.phone == phone
    assert codes(register) == []


@pytest.mark.parametrize(
    ("cell", "party"),
    [
        ("是", True),
        ("√", True),
        ("中共党员", True),
        ("中共预备党员", True),
        ("党员", True),
        (1, True),
        ("", False),
        ("否", False),
        ("群众", False),
        ("非党员", False),
        ("共青团员", False),
    ],
)
def test_party_members(cell: object, party: bool) -> None:
    register = one(party=cell)
    assert only(register).person.is_party_member is party
    assert codes(register) == []


@pytest.mark.parametrize(
    ("cell", "grid"),
    [
        (1, "第1网格"),
        ("一", "第1网格"),
        ("1网格", "第1网格"),
        ("网格1", "第1网格"),
        ("第一网格", "第1网格"),
        ("第十二网格", "第12网格"),
        ("１号网格", "第1网格"),
        ("露溪村第3网格", "第3网格"),
        ("二组", "第2组"),
        ("东片", "东片"),
        ("", ""),
    ],
)
def test_grids(cell: object, grid: str) -> None:
    assert only(one(grid=cell)).grid_name == grid


def test_a_repeated_person_counts_once_a_namesake_is_unclear() -> None:
    same = changed(FAMILY[1], name="李 秀英", birth="1962年7月")
    assert codes(read(family_register(*FAMILY, same))) == [(7, Code.DUPLICATE)]
    namesake = changed(FAMILY[1], birth="1990-01", relation="女")
    register = read(family_register(*FAMILY, namesake))
    assert codes(register) == [(3, Code.NAME_TWICE), (7, Code.NAME_TWICE)]


def test_a_household_stands_only_with_exactly_one_head() -> None:
    none = read(family_register(changed(HEAD, relation="子"), *FAMILY[1:]))
    assert codes(none) == [(2, Code.HEAD_MISSING), (3, Code.HEAD_MISSING)]
    two = read(family_register(HEAD, changed(FAMILY[1], relation="户主"), *FAMILY[2:]))
    assert codes(two) == [(2, Code.HEAD_TWICE), (3, Code.HEAD_TWICE)]
    refused = read(family_register(changed(HEAD, birth="1960-13"), *FAMILY[1:]))
    assert codes(refused) == [(2, Code.BIRTH_BAD), (3, Code.HEAD_REFUSED)]
    assert refused.remarks[1].facts == {"line_head": 2}


def test_the_head_is_also_known_by_a_column_of_heads_or_by_standing_first() -> None:
    named = read(xlsx([["户号", "户主姓名", "姓名"], [1, "李四", "张三"], [1, "李四", "李四"]]))
    assert [(row.person.name, row.is_head) for row in named.rows] == [
        ("张三", False),
        ("李四", True),
    ]
    flagged = read(xlsx([["户号", "姓名", "是否户主"], [1, "张三", "否"], [1, "李四", "是"]]))
    assert [row.is_head for row in flagged.rows] == [False, True]
    unsaid = read(xlsx([["户号", "姓名"], [1, "张三"], [1, "李四"], [2, "王五"]]))
    assert [row.is_head for row in unsaid.rows] == [True, False, True]
    assert codes(unsaid, Severity.WARNING) == [(2, Code.HEAD_ASSUMED), (4, Code.HEAD_ASSUMED)]
    heads_only = read(xlsx([["户号", "户主"], [1, "张三"], [2, "李四"]]))
    assert [row.is_head for row in heads_only.rows] == [True, True]


def test_one_blank_number_among_full_ones_is_not_guessed() -> None:
    register = read(family_register(*FAMILY[:3], changed(FAMILY[3], no=""), FAMILY[4]))
    assert codes(register) == [(5, Code.PASSBOOK_NO_MISSING)]


def test_blank_numbers_below_a_note_or_above_a_head_are_not_guessed() -> None:
    rows: list[Row] = [
        ["户号", "姓名", "关系"],
        [1, "张三", "户主"],
        ["", "张小三", "子"],
        ["", "张小四", "子"],
        ["注:以下为二组", "", ""],
        ["", "李小四", "子"],
        [3, "王五", "户主"],
        ["", "王小五", "子"],
        ["", "赵六", "户主"],
    ]
    register = read(xlsx(rows))
    assert codes(register, Severity.REFUSED) == [
        (6, Code.PASSBOOK_NO_MISSING),
        (9, Code.PASSBOOK_NO_MISSING),
    ]
    assert [row.passbook_no for row in register.rows] == ["0001", "0001", "0001", "0003", "0003"]


def test_totals_notes_and_repeated_titles_are_no_people() -> None:
    rows = [TITLES, *FAMILY[:2], ["小计", 2], TITLES, *FAMILY[2:], ["合计", 5], ["制表人:李某"]]
    register = read(xlsx(rows))
    assert len(register.rows) == 5
    assert codes(register) == [(0, Code.LINES_SKIPPED)]
    assert register.remarks[0].facts == {"lines": "4、9、10", "count": 3}


def test_a_header_of_two_rows_with_merged_cells() -> None:
    rows: list[Row] = [
        ["户号", "户主", "家庭成员", "", "", "住址"],
        ["", "", "姓名", "与户主关系", "性别", ""],
        [1, "张三", "张三", "户主", "男", "某处"],
        [1, "张三", "李四", "妻", "女", "某处"],
    ]
    register = read(xlsx(rows))
    assert [(row.person.name, row.person.gender) for row in register.rows] == [
        ("张三", Gender.MALE),
        ("李四", Gender.FEMALE),
    ]


def test_a_running_number_counts_households_only_where_it_pauses() -> None:
    rows: list[Row] = [["序号", "姓名", "关系"], [1, "张三", "户主"], ["", "李四", "妻"]]
    assert {row.passbook_no for row in read(xlsx(rows)).rows} == {"0001"}
    rows[2] = [2, "李四", "妻"]
    with pytest.raises(Invalid, match="register_columns_missing") as refused:
        read(xlsx(rows))
    assert refused.value.facts == {"missing": "户号"}


def test_id_numbers_are_dropped_by_title_or_by_what_the_cells_hold() -> None:
    rows: list[Row] = [
        ["户号", "姓名", "公民身份号码", "证件", "银行卡", "住址"],
        [1, "张三", "370304196502140017", "370304********0017", "6217000010000000000", "某处"],
        [2, "李四", "", 370304650214001, "", ""],
    ]
    register = read(xlsx(rows))
    dropped = [remark for remark in register.remarks if remark.code is Code.ID_COLUMNS_DROPPED]
    assert dropped[0].facts == {"names": "公民身份号码、证件"}
    assert "370304" not in str(register)


def test_a_household_column_that_holds_id_numbers_is_none() -> None:
    with pytest.raises(Invalid, match="register_number_is_id"):
        read(xlsx([["户号", "姓名"], ["370304196502140017", "张三"]]))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("370304196502140017", True),
        ("37030419650214001X", True),
        ("370304650214001", True),
        ("370304********9298", True),
        ("3703**********9298", True),
        ("３７０３０４１９６５０２１４００１７", True),
        ("370304 19650214 0017", True),
        ("3.70304196502E+17", True),
        ("6217000010000000000", False),
        ("13800138001", False),
        ("330127001002003004", False),
        ("138****8000", False),
    ],
)
def test_id_numbers_are_recognised(text: str, found: bool) -> None:
    assert is_id_number(text) is found


def test_several_sheets_of_one_layout_are_one_register() -> None:
    titles = ("户号", "姓名", "关系")
    content = xlsx(
        [["封面"]],
        [titles, [1, "张三", "户主"]],
        [titles, [2, "李四", "户主"]],
        [titles, [3, "王五", "户主"]],
        [["姓名", "户号"], ["赵六", 9]],
        names=["封面", "第1网格", "第2网格", "已死亡", "党员名单"],
    )
    register = read(content)
    assert [(row.person.name, row.grid_name, row.sheet) for row in register.rows] == [
        ("张三", "第1网格", "第1网格"),
        ("李四", "第2网格", "第2网格"),
    ]
    skipped = [r.facts["sheet"] for r in register.remarks if r.code is Code.SHEET_SKIPPED]
    assert skipped == ["封面", "已死亡", "党员名单"]


def test_people_marked_as_gone_are_not_taken() -> None:
    titles = ("户号", "姓名", "关系", "备注")
    rows: list[Row] = [
        [1, "张三", "户主", ""],
        [1, "李四", "妻", "2020年去世"],
        [1, "张五", "子", "务工"],
    ]
    register = read(xlsx([titles, *rows]))
    assert codes(register, Severity.REFUSED) == [(3, Code.MARKED_GONE)]
    assert len(register.rows) == 2


def test_a_household_has_one_grid_and_a_person_one_household() -> None:
    register = read(
        family_register(
            HEAD,
            changed(FAMILY[1], grid="2"),
            *FAMILY[2:],
            changed(FAMILY[1], no=2, grid=2, relation="女"),
        )
    )
    assert codes(register) == [
        (3, Code.GRID_DIFFERS),
        (3, Code.LISTED_TWICE),
        (7, Code.LISTED_TWICE),
    ]
    assert {row.grid_name for row in register.rows if row.passbook_no == "0001"} == {"第1网格"}


@pytest.mark.parametrize(
    "rows", [[], [["某村"]], [["姓名", "性别"], ["张三", "男"]], [["户号"], [1]]]
)
def test_a_file_without_the_needed_columns_is_refused(rows: Sequence[Row]) -> None:
    with pytest.raises(Invalid, match="register_columns_missing"):
        read(xlsx(rows))


def test_a_header_without_people_is_refused() -> None:
    with pytest.raises(Invalid, match="register_empty"):
        read(xlsx([TITLES]))


def test_every_code_has_a_sentence_that_says_what_to_do() -> None:
    assert set(SENTENCES) == set(Code)
    register = read(MESSY_REGISTER.read_bytes())
    for remark in register.remarks:
        group, reason, advice = remark_words(remark)
        assert group
        assert reason.endswith("。")
        assert "{" not in reason + advice
        assert advice.endswith("。")
