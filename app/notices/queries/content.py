"""What the notice prints, from the figures of its month: every text ready to set."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select

from app.activities import queries as activities
from app.extensions import db, settings
from app.identity import queries as places
from app.kit import clock
from app.kit.codes import code_link
from app.kit.month import Month
from app.kit.points import format_tenths
from app.ledger import queries as books
from app.notices.domain import NOTICE_DAYS_DEFAULT, Decision, MonthFigures, NoticePeriod, total
from app.notices.models import Notice, Objection
from app.printing import payloads
from app.printing.reading import read_payload
from app.rulebook import queries as rulebook
from app.rulebook.domain.rules import RuleKind
from app.store import queries as store

from .expiry_words import expiry_note
from .figures import HouseholdMonth, VillageMonth, village_month
from .incentive_tables import grid_note, grid_rows, linked_score_note, linked_score_rows
from .names import public_name
from .notices import honours

_DECISION_WORDS = {Decision.UPHELD: "属实", Decision.REJECTED: "不属实"}
_FIRST_DIGEST = bytes(32)


def notice_print(
    found: Notice, period: NoticePeriod, *, created_at: datetime
) -> payloads.NoticePrint:
    """The notice as it would hang from `period.posted_from` on.

    Raises Conflict `notice_does_not_add_up`; `compile_pdf` then checks every glyph.
    """
    village = places.village(found.village_id)
    town = places.town(village.town_id)
    month = Month.parse(found.month)
    figures = village_month(found.village_id, month)
    return payloads.NoticePrint(
        created_at=created_at,
        town_name=town.name,
        village_name=village.name,
        branch_name=f"{village.name}分行",
        number=printed_number(village.name, found),
        month=month.chinese,
        posted_from=printed_day(period.posted_from),
        posted_to=printed_day(period.posted_to),
        rule_version=_rule_version(found.village_id, month),
        objection_contact=payloads.ObjectionContact(
            name=village.contact_name,
            phone=village.contact_phone,
            box=village.contact_place,
            last_day=printed_day(period.posted_to),
            link=f"{code_link(settings().public_url, found.public_code)}/OBJECTION",
        ),
        household_rows=tuple(_household_row(line) for line in figures.households),
        household_sums=printed_sums(total(line.figures for line in figures.households)),
        village_sums=printed_sums(figures.village),
        household_count=str(len(figures.households)),
        took_part_count=str(figures.took_part),
        category_rows=_category_rows(figures),
        verification=_verification(found),
        honour_rows=tuple(
            payloads.HonourRow(name=honour.name, deed=honour.deed) for honour in honours(found.id)
        ),
        grid_rows=grid_rows(found.village_id, figures.computed),
        grid_note=grid_note(figures.computed),
        linked_score_rows=linked_score_rows(found.village_id, figures.computed),
        linked_score_note=linked_score_note(figures.computed),
        stores=tuple(_store_month(found.village_id, month)),
        objection_rows=tuple(_objection_rows(found)),
        rule_changes=tuple(_rule_changes(found.village_id, month)),
        theme_month=month.next.chinese,
        theme_rows=_theme_rows(found.village_id, town.id, month.next),
        redemption_day=printed_day(found.redemption_on) if found.redemption_on else "",
        expiry_note=expiry_note(found.village_id),
    )


def notice_on_a3(found: Notice) -> payloads.NoticePrint:
    """The notice for a sheet of A3: what was frozen with it, or its draft of today."""
    if found.content is not None:
        frozen = read_payload(payloads.NoticePrint, found.content)
    else:
        period = NoticePeriod.starting(clock.today(), NOTICE_DAYS_DEFAULT)
        frozen = notice_print(found, period, created_at=found.closed_at)
    return replace(frozen, paper="a3")


def printed_number(village_name: str, found: Notice) -> str:
    """The number of a notice as it stands on the paper."""
    return f"{village_name}积分公示〔{Month.parse(found.month).year}〕第{found.number}号"


def printed_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def printed_local_day(moment: datetime) -> str:
    day = clock.local(moment)
    return f"{day.month}月{day.day}日"


def _short_day(day: date) -> str:
    """As people write it on shelves: 2027.9.1."""
    return f"{day.year}.{day.month}.{day.day}"


def printed_sums(figures: MonthFigures) -> payloads.MonthSums:
    """A month of points as the notice prints it."""
    return payloads.MonthSums(
        opening=format_tenths(figures.opening),
        added=format_tenths(figures.added),
        redeemed=format_tenths(figures.redeemed),
        expired=format_tenths(figures.expired) if figures.expired else "",
        corrected=format_tenths(figures.corrected),
        closing=format_tenths(figures.closing),
    )


def _household_row(line: HouseholdMonth) -> payloads.HouseholdRow:
    remarks = [] if line.household.head_name else ["已无人在册"]
    if line.staff_entered:
        remarks.append(f"补录{line.staff_entered}笔")
    if line.late:
        remarks.append(f"迟报{line.late}笔")
    if line.figures.expired:
        remarks.append(f"到期{format_tenths(line.figures.expired)}")
    if line.followed:
        word = "转入" if line.followed > 0 else "转出"
        remarks.append(f"家庭变动{word}{format_tenths(abs(line.followed))}")
    return payloads.HouseholdRow(
        grid=line.household.grid_name,
        passbook_number=line.household.passbook_no,
        head_name=public_name(line.household, line.household.head_name),
        sums=printed_sums(line.figures),
        remark="、".join(remarks),
        household_id=str(line.household.id),
    )


def _category_rows(figures: VillageMonth) -> tuple[payloads.CategoryRow, ...]:
    return tuple(
        payloads.CategoryRow(
            category=row.category, times=str(row.times), points=format_tenths(row.points)
        )
        for row in figures.categories
    )


def _store_month(village_id: int, month: Month) -> Iterator[payloads.StoreMonth]:
    for found in store.stores(village_id):
        figures = store.store_figures(village_id, found.id, month)
        if not (figures.goods or figures.services or figures.points_taken):
            continue
        yield payloads.StoreMonth(
            name=figures.name,
            points_taken=format_tenths(figures.points_taken),
            amount_to_settle=_yuan(figures.amount_to_settle_fen),
            goods=tuple(map(_good_row, figures.goods)) + tuple(map(_service_row, figures.services)),
        )


def _good_row(good: store.GoodFigures) -> payloads.GoodRow:
    return payloads.GoodRow(
        title=good.title,
        unit=good.unit_word,
        source="、".join(supply.source for supply in good.supplies),
        came_in=str(sum(supply.quantity for supply in good.supplies)),
        handed_out=str(good.handed_out),
        left=str(good.left),
        expires_on=_short_day(good.expires_on) if good.expires_on else "",
    )


def _service_row(service: store.ServiceFigures) -> payloads.GoodRow:
    """Services come from no shelf and leave none, but the points taken for them must be found."""
    return payloads.GoodRow(
        title=service.title,
        unit=service.unit_word,
        source="服务",
        came_in="—",
        handed_out=str(service.rendered),
        left="—",
    )


def _objection_rows(found: Notice) -> Iterator[payloads.ObjectionRow]:
    """Objections to the notice before, told by number; nobody is named."""
    earlier = db.session.execute(
        select(Objection, Notice.month)
        .join(Notice, Notice.id == Objection.notice_id)
        .where(
            Notice.village_id == found.village_id,
            Notice.number == found.number - 1,
        )
        .order_by(Objection.number)
    )
    for objection, month in earlier:
        if objection.decided_at is not None:
            yield objection_row(objection, month)


def objection_row(objection: Objection, month: str) -> payloads.ObjectionRow:
    """A decided objection to the notice of a month ("2026-10")."""
    if objection.decision is None or objection.decided_at is None:
        raise AssertionError("only what was decided is printed")
    words = _DECISION_WORDS[Decision(objection.decision)]
    return payloads.ObjectionRow(
        number=f"异{month}-{objection.number}",
        received_on=printed_local_day(objection.received_at),
        result=f"{words}。{objection.answer}",
        decided_on=printed_local_day(objection.decided_at),
    )


def _rule_version(village_id: int, month: Month) -> str:
    version = rulebook.current_version(village_id, month.last_day)
    if version is None:
        return "本村还没有积分细则"
    return (
        f"第{version.number}版，{printed_day(version.starts_on)}起执行；"
        f"{printed_day(version.meeting_on)}{version.meeting_kind}通过"
        f"（到会{version.present}人，赞成{version.votes_for}人，反对{version.votes_against}人，"
        f"记录{version.record_number}）"
    )


def _rule_changes(village_id: int, month: Month) -> Iterator[str]:
    for version in rulebook.versions(village_id):
        if version.number > 1 and month.first_day <= version.starts_on <= month.next.last_day:
            yield f"{printed_day(version.starts_on)}起执行积分细则第{version.number}版。"


def _theme_rows(village_id: int, town_id: int, month: Month) -> tuple[payloads.ThemeRow, ...]:
    version = rulebook.current_version(village_id, month.first_day)
    rules = rulebook.rules(version.id, {RuleKind.SPEND}) if version else []
    costing = {rule.code for rule in rules}
    return tuple(
        payloads.ThemeRow(
            title=theme.title,
            team=theme.team_name,
            points=f"{'-' if theme.rule_code in costing else '+'}{format_tenths(theme.points)}",
        )
        for theme in activities.published_themes(town_id, month)
    )


def _verification(found: Notice) -> payloads.Verification:
    seal = books.seal(found.period_id)
    if seal is None:
        raise AssertionError("a notice belongs to a closed month, and every closed month is sealed")
    return payloads.Verification(
        first_entry=str(seal.first_entry_id) if seal.entry_count else "",
        last_entry=str(seal.last_entry_id) if seal.entry_count else "",
        entry_count=str(seal.entry_count),
        digest=seal.digest.hex(),
        previous_digest="" if seal.previous_digest == _FIRST_DIGEST else seal.previous_digest.hex(),
        code=found.public_code,
        link=code_link(settings().public_url, found.public_code),
    )


def _yuan(fen: int) -> str:
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan}.{rest:02d} 元"
