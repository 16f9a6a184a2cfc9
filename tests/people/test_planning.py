"""What importing a register would change; worked out without a database."""

from dataclasses import replace
from datetime import date

from app.kit.workbook import read_workbook
from app.people.domain.households import MemberStatus
from app.people.domain.plan import ImportPlan, KnownHousehold, KnownMember, Snapshot
from app.people.domain.planning import plan_import
from app.people.domain.register import Register, read_register
from app.people.domain.remarks import Code, Severity
from tests.factories.registers import FAMILY, TITLES, Row, changed, family_register, xlsx

TODAY = date(2026, 11, 21)
WANG, LI, ZHAO, SUN, XIAOJUN = FAMILY


def read(*rows: Row) -> Register:
    return read_register(read_workbook(family_register(*rows)), TODAY)


def known(*rows: Row) -> Snapshot:
    """The books as importing the rows leaves them; member ids are 1, 2, … in their order."""
    register = read(*rows)
    numbers = list(dict.fromkeys(row.passbook_no for row in register.rows))
    return Snapshot(
        households=tuple(
            KnownHousehold(
                number,
                passbook_no,
                next(row.grid_name for row in register.rows if row.passbook_no == passbook_no),
            )
            for number, passbook_no in enumerate(numbers, 1)
        ),
        members=tuple(
            KnownMember(
                member_id=number,
                household_id=numbers.index(row.passbook_no) + 1,
                passbook_no=row.passbook_no,
                person=row.person,
                is_head=row.is_head,
                status=MemberStatus.ACTIVE,
            )
            for number, row in enumerate(register.rows, 1)
        ),
    )


def departed(snapshot: Snapshot, member_id: int, status: MemberStatus) -> Snapshot:
    return replace(
        snapshot,
        members=tuple(
            replace(member, status=status) if member.member_id == member_id else member
            for member in snapshot.members
        ),
    )


def plan(snapshot: Snapshot, *rows: Row) -> ImportPlan:
    return plan_import(snapshot, read(*rows))


def unclear(found: ImportPlan) -> list[tuple[str, Code]]:
    return [(r.name, r.code) for r in found.remarks if r.severity is Severity.AMBIGUOUS]


def said(found: ImportPlan) -> list[tuple[str, str, str]]:
    return [
        (change.field, change.old, change.new)
        for changes in found.changed + found.moved + found.returned
        for change in changes.changes
    ]


def test_everybody_is_new_to_an_empty_village() -> None:
    found = plan(Snapshot(), *FAMILY)
    assert found.new_households == (("0001", "第1网格"), ("0002", "第2网格"))
    assert len(found.added) == 5
    assert found.head_changes == ()


def test_the_same_register_again_changes_nothing() -> None:
    found = plan(known(*FAMILY), *FAMILY)
    assert found.changes_nothing
    assert (found.gone, found.remarks, found.unchanged_count) == ((), (), 5)


def test_changed_fields_are_shown_with_old_and_new() -> None:
    found = plan(
        known(*FAMILY),
        changed(WANG, phone="13900139000", party=""),
        changed(LI, birth="1962-08", relation="妻子"),
        *FAMILY[2:],
    )
    assert said(found) == [
        ("phone", "13800138001", "13900139000"),
        ("is_party_member", "是", "否"),
        ("birth_month", "1962-07", "1962-08"),
    ]


def test_what_the_register_does_not_say_stays() -> None:
    silent = [changed(row, grid="", gender="", birth="", phone="") for row in FAMILY]
    assert plan(known(*FAMILY), *silent).changes_nothing
    few = xlsx([["户号", "姓名", "关系"], *([row[0], row[2], row[3]] for row in FAMILY)])
    register = read_register(read_workbook(few), TODAY)
    assert plan_import(known(*FAMILY), register).changes_nothing


def test_a_household_in_another_grid() -> None:
    found = plan(known(*FAMILY), *FAMILY[:2], *(changed(row, grid="3") for row in FAMILY[2:]))
    change = found.changed_households[0]
    assert (change.household.passbook_no, change.changes[0].new) == ("0002", "第3网格")
    assert not found.changes_nothing


def test_added_and_gone() -> None:
    baby = changed(XIAOJUN, no="0001", name="王小宝", birth="2026-10", relation="孙子", grid="1")
    found = plan(known(*FAMILY), *FAMILY[:4], baby)
    assert [row.person.name for row in found.added] == ["王小宝"]
    assert [member.person.name for member in found.gone] == ["赵小军"]
    assert found.gone_passbook_nos == ()
    assert found.remarks[0].code is Code.MANY_GONE


def test_a_whole_household_gone() -> None:
    found = plan(known(*FAMILY), *FAMILY[:2])
    assert [member.person.name for member in found.gone] == ["赵建国", "孙梅", "赵小军"]
    assert found.gone_passbook_nos == ("0002",)


def test_a_member_moves_to_another_household() -> None:
    moved = changed(XIAOJUN, no="0001", grid="1", relation="外孙")
    found = plan(known(*FAMILY), *FAMILY[:4], moved)
    assert (found.added, found.gone) == ((), ())
    assert said(found) == [("passbook_no", "0002", "0001"), ("relation", "孙子", "外孙")]


def test_a_member_moves_out_into_a_household_of_her_own() -> None:
    moved = changed(SUN, no="0003", relation="户主")
    found = plan(known(*FAMILY), *FAMILY[:3], moved, FAMILY[4])
    assert found.new_households == (("0003", "第2网格"),)
    assert [change.member.person.name for change in found.moved] == ["孙梅"]


def test_a_whole_household_under_a_new_number_keeps_its_passbook() -> None:
    renumbered = [changed(row, no="0102") for row in FAMILY[2:]]
    found = plan(known(*FAMILY), *FAMILY[:2], *renumbered)
    assert (found.new_households, found.moved, found.gone, found.added) == ((), (), (), ())
    assert found.changed_households[0].changes[0].new == "0102"
    assert (found.head_changes, found.unchanged_count) == ((), 5)


def test_half_a_household_under_a_new_number_is_a_move() -> None:
    split = [changed(SUN, no="0102", relation="户主"), changed(XIAOJUN, no="0102", relation="子")]
    found = plan(known(*FAMILY), *FAMILY[:3], *split)
    assert found.new_households == (("0102", "第2网格"),)
    assert [change.member.person.name for change in found.moved] == ["孙梅", "赵小军"]


def test_a_move_that_fits_two_people_is_left_to_a_human() -> None:
    twins = (
        changed(XIAOJUN, no="0001", grid="1", relation="外孙"),
        changed(XIAOJUN, no="0003", grid="3", relation="户主"),
    )
    found = plan(known(*FAMILY), *FAMILY[:4], *twins)
    assert unclear(found) == [("赵小军", Code.MOVE_UNCLEAR), ("赵小军", Code.MOVE_UNCLEAR)]
    assert (found.moved, found.added, found.gone) == ((), (), ())


def test_a_namesake_of_unknown_age_is_left_to_a_human() -> None:
    vague = changed(XIAOJUN, no="0001", grid="1", relation="外孙", birth="")
    found = plan(known(*FAMILY), *FAMILY[:4], vague)
    assert unclear(found) == [("赵小军", Code.MOVE_UNCLEAR)]
    assert (found.moved, found.added, found.gone) == ((), (), ())
    other = changed(vague, birth="1980-01")
    found = plan(known(*FAMILY), *FAMILY[:4], other)
    assert [row.person.name for row in found.added] == ["赵小军"]
    assert [member.person.name for member in found.gone] == ["赵小军"]


def test_a_corrected_name_is_a_change_not_a_new_person() -> None:
    found = plan(known(*FAMILY), *FAMILY[:3], changed(SUN, name="孙玫"), FAMILY[4])
    assert said(found) == [("name", "孙梅", "孙玫")]
    assert (found.added, found.gone) == ((), ())


def test_a_new_head_takes_over() -> None:
    found = plan(known(*FAMILY), changed(LI, relation="户主"), *FAMILY[2:])
    assert [(head.old, head.new) for head in found.head_changes] == [("王大山", "李秀英")]
    assert [member.person.name for member in found.gone] == ["王大山"]


def test_somebody_who_moved_away_is_back() -> None:
    books = departed(known(*FAMILY), 5, MemberStatus.MOVED_AWAY)
    found = plan(books, *FAMILY)
    assert [change.member.person.name for change in found.returned] == ["赵小军"]
    elsewhere = plan(books, *FAMILY[:4], changed(XIAOJUN, no="0001", grid="1"))
    assert said(elsewhere) == [("passbook_no", "0002", "0001")]


def test_the_dead_stay_dead() -> None:
    books = departed(known(*FAMILY), 5, MemberStatus.DIED)
    found = plan(books, *FAMILY)
    assert unclear(found) == [("赵小军", Code.DIED)]
    assert found.changes_nothing
    namesake = plan(books, *FAMILY[:4], changed(XIAOJUN, birth="2026-01"))
    assert [row.person.birth_month for row in namesake.added] == ["2026-01"]


def test_a_new_household_waits_for_its_head() -> None:
    vague = changed(XIAOJUN, no="0003", grid="1", relation="户主", birth="")
    wife = changed(SUN, no="0003", name="钱芳", relation="配偶", birth="2013-01")
    found = plan(known(*FAMILY), *FAMILY[:4], vague, wife)
    assert unclear(found) == [("赵小军", Code.MOVE_UNCLEAR), ("钱芳", Code.HEAD_UNCLEAR)]
    assert found.changes_nothing


def test_the_sitting_head_stays_until_somebody_takes_over() -> None:
    widow = (changed(LI, relation="户主"), changed(WANG, relation="配偶"), *FAMILY[2:])
    found = plan(departed(known(*widow), 2, MemberStatus.DIED), *FAMILY)
    assert unclear(found) == [("王大山", Code.DIED)]
    assert found.changes_nothing


def test_whoever_a_refused_line_speaks_of_is_not_gone() -> None:
    for broken in (
        changed(XIAOJUN, birth="2012-13"),
        changed(XIAOJUN, name=""),
        changed(XIAOJUN, no=""),
        changed(XIAOJUN, name="赵小军", no="?"),
    ):
        assert plan(known(*FAMILY), *FAMILY[:4], broken).gone == (), broken
    headless = plan(known(*FAMILY), *FAMILY[:2], *FAMILY[3:])
    assert [member.person.name for member in headless.gone] == ["赵建国"]


def test_the_order_of_columns_says_nothing() -> None:
    order = [2, 0, 3, 1, 4, 5, 6, 7]
    rows = [[row[place] for place in order] for row in (TITLES, *FAMILY)]
    register = read_register(read_workbook(xlsx(rows)), TODAY)
    assert plan_import(known(*FAMILY), register).changes_nothing
