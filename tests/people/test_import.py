"""Importing registers into the books, on both databases."""

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import event, func, select, update

from app.extensions import db
from app.identity import queries as identity
from app.kit import clock
from app.kit.errors import DomainError
from app.people import queries, service
from app.people.domain.households import HouseholdStatus, MemberStatus
from app.people.domain.plan import ImportPlan
from app.people.domain.report import fingerprint, report_file, report_lines
from app.people.models import HouseholdMembership, Member, RegisterImport
from app.web.transaction import run_in_transaction
from tests.factories.places import Places, make_places
from tests.factories.registers import (
    CLEAN_REGISTER,
    FAMILY,
    MESSY_REGISTER,
    Row,
    changed,
    csv_file,
    family_register,
    synthetic_village,
    xlsx,
)

WANG, LI, ZHAO, SUN, XIAOJUN = FAMILY


@pytest.fixture
def each_places(each_app: Flask) -> Places:
    return make_places()


@pytest.fixture
def village_id(each_places: Places) -> int:
    return each_places.village_id


def draft(village_id: int, content: bytes) -> RegisterImport:
    return run_in_transaction(
        lambda: service.draft_import(
            village_id=village_id, file_name="花名册.xlsx", content=content, actor_id=7
        )
    )


def apply(village_id: int, import_id: int, shown: str, *, remove_gone: bool = False) -> ImportPlan:
    return run_in_transaction(
        lambda: service.apply_import(
            village_id=village_id,
            import_id=import_id,
            shown_fingerprint=shown,
            remove_gone=remove_gone,
            actor_id=7,
        )
    )


def bring_in(village_id: int, content: bytes, *, remove_gone: bool = False) -> ImportPlan:
    """Upload, look, confirm."""
    found = draft(village_id, content)
    shown = fingerprint(report_lines(queries.import_plan(found)))
    return apply(village_id, found.id, shown, remove_gone=remove_gone)


def bring_in_rows(village_id: int, *rows: Row, remove_gone: bool = False) -> ImportPlan:
    return bring_in(village_id, family_register(*rows), remove_gone=remove_gone)


def books(village_id: int) -> dict[str, list[str]]:
    """Active members by household, the head marked."""
    numbers = {found.id: found.passbook_no for found in queries.households(village_id)}
    found: dict[str, list[str]] = {}
    for member in queries.members(village_id):
        if member.status is MemberStatus.ACTIVE:
            mark = "*" if member.is_head else ""
            found.setdefault(numbers[member.household_id], []).append(mark + member.name)
    return found


def refused(code: str, work: Callable[[], object]) -> None:
    with pytest.raises(DomainError) as caught:
        work()
    assert caught.value.code == code


def test_clean_then_messy_then_clean_again(village_id: int) -> None:
    first = bring_in(village_id, CLEAN_REGISTER.read_bytes())
    assert (len(first.new_households), len(first.added)) == (300, 927)
    assert len(queries.households(village_id)) == 300
    assert [grid.name for grid in identity.grids(village_id)] == [
        f"第{number}网格" for number in range(1, 7)
    ]
    again = bring_in(village_id, CLEAN_REGISTER.read_bytes())
    assert again.changes_nothing
    assert again.gone == ()
    messy = bring_in(village_id, MESSY_REGISTER.read_bytes())
    # The one new household that can be taken; everything else is as it was.
    assert messy.counts | {"unchanged": 0, "warnings": 0} == dict.fromkeys(messy.counts, 0) | {
        "new_households": 1,
        "added": 1,
        "refused": 9,
    }
    assert queries.household_by_passbook(village_id, "9004").head_name == "周测试丙"
    last = bring_in(village_id, CLEAN_REGISTER.read_bytes())
    assert [member.person.name for member in last.gone] == ["周测试丙"]
    assert last.changes_nothing


def test_the_messy_register_into_an_empty_village(village_id: int) -> None:
    bring_in(village_id, MESSY_REGISTER.read_bytes())
    assert len(queries.households(village_id)) == 301
    assert queries.households(village_id, search="𠮷")[0].passbook_no == "0296"
    assert bring_in(village_id, MESSY_REGISTER.read_bytes()).changes_nothing
    assert bring_in(village_id, CLEAN_REGISTER.read_bytes()).changes_nothing


def test_no_id_number_is_in_any_table(village_id: int, each_app: Flask) -> None:
    bring_in(village_id, MESSY_REGISTER.read_bytes())
    draft(village_id, MESSY_REGISTER.read_bytes())
    for table in reversed(Member.metadata.sorted_tables):
        for row in db.session.execute(select(table)):
            assert "370304" not in str(tuple(row)), table.name
    stored = db.session.scalars(select(RegisterImport)).all()
    for found in stored:
        content = queries.import_sealer().open(found.content_sealed or b"", context=str(found.id))
        assert b"370304" not in content


def test_another_village_of_417_households_and_its_text_twin(village_id: int) -> None:
    titles = ("家庭编号", "网格号", "姓名", "称谓", "性别", "生日", "联系电话", "政治面貌")
    rows = [titles, *synthetic_village(417)]
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    first = bring_in(village_id, xlsx(rows))
    assert len(first.new_households) == 417
    assert len(queries.households(village_id)) == 417
    # A village of any size takes the same few statements, never one for each person.
    assert len(statements) < 60
    assert bring_in(village_id, csv_file(rows)).changes_nothing
    assert bring_in(village_id, csv_file(rows, "gb18030")).changes_nothing


def test_changed_moved_added_and_gone_people_keep_their_history(village_id: int) -> None:
    bring_in_rows(village_id, *FAMILY)
    ids = {member.name: member.id for member in queries.members(village_id)}
    moved = changed(XIAOJUN, no="0001", grid="1", relation="外孙")
    baby = changed(XIAOJUN, no="0001", grid="1", name="王小宝", birth="2026-10")
    plan = bring_in_rows(village_id, WANG, changed(LI, phone="13900139000"), ZHAO, moved, baby)
    assert plan.counts["moved"] == plan.counts["changed"] == plan.counts["added"] == 1
    assert [member.person.name for member in plan.gone] == ["孙梅"]
    assert books(village_id) == {
        "0001": ["*王大山", "李秀英", "赵小军", "王小宝"],
        "0002": ["*赵建国", "孙梅"],
    }
    assert queries.phone_of(village_id, ids["李秀英"]) == "13900139000"
    assert queries.households_of(village_id, [ids["赵小军"]])[ids["赵小军"]].passbook_no == "0001"
    old = queries.household_by_passbook(village_id, "0002")
    assert [name for name, _ in queries.former_members_of(old.id)] == ["赵小军"]


def test_people_who_are_gone_leave_only_when_confirmed(village_id: int) -> None:
    bring_in_rows(village_id, *FAMILY)
    sun = next(member for member in queries.members(village_id) if member.name == "孙梅")
    code = run_in_transaction(
        lambda: service.issue_card(village_id=village_id, actor_id=7, member_id=sun.id)
    )
    run_in_transaction(lambda: service.set_fresh_pin(village_id=village_id, member_id=sun.id))
    bring_in_rows(village_id, WANG, LI)
    assert len(books(village_id)["0002"]) == 3
    assert queries.owner_of_card(village_id, code).member_id == sun.id
    plan = bring_in_rows(village_id, WANG, LI, remove_gone=True)
    assert plan.gone_passbook_nos == ("0002",)
    assert books(village_id) == {"0001": ["*王大山", "李秀英"]}
    ended = queries.household_by_passbook(village_id, "0002")
    assert (ended.status, ended.head_name) == (HouseholdStatus.ENDED, "赵建国")
    refused("card_not_found", lambda: queries.owner_of_card(village_id, code))
    assert identity.pin_credentials(member_id=sun.id) is None
    assert bring_in_rows(village_id, WANG, LI).gone == ()
    back = bring_in_rows(village_id, *FAMILY)
    assert back.counts["returned"] == 3
    assert books(village_id)["0002"] == ["*赵建国", "孙梅", "赵小军"]
    household = queries.household_by_passbook(village_id, "0002")
    assert household.status is HouseholdStatus.ACTIVE
    # The same people, not new ones.
    assert db.session.scalar(select(func.count()).select_from(Member)) == 5


def test_a_member_who_died_stays_dead_whatever_the_register_says(village_id: int) -> None:
    bring_in_rows(village_id, *FAMILY)
    wang = next(member for member in queries.members(village_id) if member.name == "王大山")
    li = next(member for member in queries.members(village_id) if member.name == "李秀英")
    run_in_transaction(
        lambda: service.record_departure(
            village_id=village_id,
            member_id=wang.id,
            status=MemberStatus.DIED,
            departed_on=clock.today(),
            new_head_id=li.id,
        )
    )
    plan = bring_in_rows(village_id, *FAMILY)
    assert plan.counts["ambiguous"] == 1
    assert queries.member(village_id, wang.id).status is MemberStatus.DIED
    assert plan.counts["added"] == plan.counts["returned"] == 0
    fixed = bring_in_rows(village_id, changed(LI, relation="户主"), *FAMILY[2:])
    assert fixed.changes_nothing
    assert queries.household_by_passbook(village_id, "0001").head_name == "李秀英"


def test_heads_change_within_and_between_households(village_id: int) -> None:
    bring_in_rows(village_id, *FAMILY)
    swapped = (
        changed(ZHAO, no="0001", grid="1"),
        changed(WANG, no="0002", grid="2"),
        changed(LI, relation="妻"),
        changed(SUN, relation="媳"),
        XIAOJUN,
    )
    plan = bring_in_rows(village_id, *swapped)
    assert plan.counts["head_changes"] == 2
    assert {number: names[0] for number, names in books(village_id).items()} == {
        "0001": "*赵建国",
        "0002": "*王大山",
    }
    assert bring_in_rows(village_id, *swapped).changes_nothing


def test_a_renumbered_household_keeps_its_id_and_with_it_its_points(village_id: int) -> None:
    bring_in_rows(village_id, *FAMILY)
    before = queries.household_by_passbook(village_id, "0002").id
    bring_in_rows(village_id, WANG, LI, *(changed(row, no="0102") for row in FAMILY[2:]))
    assert queries.household_by_passbook(village_id, "0102").id == before
    refused("household_not_found", lambda: queries.household_by_passbook(village_id, "0002"))


def test_a_draft_is_applied_once_and_only_as_shown(village_id: int, each_places: Places) -> None:
    first = draft(village_id, family_register(*FAMILY))
    shown = fingerprint(report_lines(queries.import_plan(first)))
    other = each_places.other_village_id
    refused("register_import_not_found", lambda: apply(other, first.id, shown))
    refused("register_changed_meanwhile", lambda: apply(village_id, first.id, "x"))
    assert queries.households(village_id) == []
    apply(village_id, first.id, shown)
    refused("register_already_applied", lambda: apply(village_id, first.id, shown))
    older = draft(village_id, family_register(*FAMILY))
    draft(village_id, family_register(*FAMILY))
    refused("register_draft_outdated", lambda: apply(village_id, older.id, shown))


def test_books_that_changed_meanwhile_are_not_overwritten(village_id: int) -> None:
    bring_in_rows(village_id, *FAMILY)
    found = draft(village_id, family_register(changed(WANG, phone="13900139000"), *FAMILY[1:]))
    shown = fingerprint(report_lines(queries.import_plan(found)))
    bring_in_other = {"phone_sealed": None, "phone_index": None}
    run_in_transaction(
        lambda: db.session.execute(
            update(Member).where(Member.name == "王大山").values(bring_in_other)
        )
    )
    refused("register_changed_meanwhile", lambda: apply(village_id, found.id, shown))


def test_nothing_is_written_when_applying_fails_half_way(
    village_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = draft(village_id, family_register(*FAMILY))
    shown = fingerprint(report_lines(queries.import_plan(found)))

    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr("app.people.service.applying._Applying.settle_households", fail)
        with pytest.raises(RuntimeError):
            apply(village_id, found.id, shown)
    assert db.session.scalar(select(func.count()).select_from(HouseholdMembership)) == 0
    assert queries.register_import(village_id, found.id).status == "draft"
    apply(village_id, found.id, shown)
    assert len(queries.households(village_id)) == 2


def test_the_record_counts_and_the_report_stays(village_id: int) -> None:
    found = draft(village_id, MESSY_REGISTER.read_bytes())
    before = queries.import_report(found)
    apply(village_id, found.id, fingerprint(before))
    record = queries.register_imports(village_id)[0]
    assert (record.file_name, record.actor_id, len(record.file_digest)) == ("花名册.xlsx", 7, 32)
    assert json.loads(record.counts)["added"] == 928
    assert record.content_sealed is not None
    assert "周测试丙".encode() not in record.content_sealed
    assert queries.import_report(record) == before


def test_the_report_file_calculates_nothing(village_id: int) -> None:
    found = draft(village_id, MESSY_REGISTER.read_bytes())
    content = report_file(queries.import_report(found))
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[0][:5] == ["类别", "工作表", "行号", "户号", "姓名"]
    formula = next(row for row in rows if row[2] == "943")
    assert formula[4] == '=HYPERLINK("http://x","点我")'
    assert formula[6] == "姓名里是公式或链接，不是名字。"
    assert formula[7] == "请改成名字再导入。"
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
