"""The paper twins of a party member's and a grid's page: every text ready to set."""

from collections.abc import Iterable

from app.identity import queries as places
from app.incentives.domain.computing import LinkedScore
from app.kit.errors import NotFound
from app.kit.masking import mask_name
from app.kit.month import Month
from app.kit.points import format_hundredths, format_tenths
from app.people.domain.households import HouseholdRef
from app.printing.household_payloads import HouseholdSheet, SheetFact, SheetRow
from app.rulebook.domain.incentives import LinkedScoreTerms

from .explaining import grid_story, member_story
from .months import ComputedMonth

_INTERNAL = "本表供村里核对，不张贴。"


def member_sheet(village_id: int, month: Month, member_id: int) -> HouseholdSheet:
    """A party member's linked households with their standing, and the sum in figures.

    Raises NotFound as `member_story`, and `incentive_subject_missing` for who has no score.
    """
    story = member_story(village_id, month, member_id)
    score, terms = story.score, story.found.result.terms.linked
    if score is None or terms is None:
        raise NotFound("incentive_subject_missing")
    return _sheet(
        village_id,
        story.found,
        title=f"{story.member.name}联系户{month.chinese}评价分",
        facts=(
            ("自己", f"{format_tenths(score.own)} 分"),
            ("联系户", f"{len(score.linked)} 户，合计 {format_tenths(score.linked_sum)} 分"),
            ("合计", f"{format_tenths(score.total)} 分"),
        ),
        columns=("评价分",),
        rows=(
            (household, (format_tenths(standing.net),)) for household, standing, _ in story.linked
        ),
        notes=(_formula(score, terms), "只算评价分，不算可兑换积分。"),
    )


def grid_sheet(village_id: int, month: Month, grid_id: int) -> HouseholdSheet:
    """A grid's households: who took part and with how many deeds, and the standing of each.

    Raises NotFound as `grid_story`.
    """
    story = grid_story(village_id, month, grid_id)
    grid, terms = story.grid, story.found.result.terms.grid
    notes = [
        f"户均评价分是各户合计 {format_tenths(grid.standing_sum)} ÷ {len(grid.households)} 户。"
    ]
    if terms is not None:
        reached = "达到了" if grid.reached else "没有达到"
        notes.append(
            f"参与率{reached} {terms.threshold_percent}%，"
            f"参加的户每户奖励 {format_tenths(grid.bonus)} 分。"
        )
    return _sheet(
        village_id,
        story.found,
        title=f"{story.name}{month.chinese}参与和评价分",
        facts=(
            ("户数", f"{len(grid.households)} 户，参加 {len(grid.took_part)} 户"),
            ("参与率", f"{grid.rate_percent}%"),
            ("户均", f"{format_tenths(grid.mean_standing)} 分"),
        ),
        columns=("参加", "笔数", "评价分"),
        rows=(
            (
                household,
                (
                    "是" if standing.took_part else "否",
                    str(len(deeds)),
                    format_tenths(standing.net),
                ),
            )
            for household, standing, _, deeds in story.households
        ),
        notes=tuple(notes),
    )


def _formula(score: LinkedScore, terms: LinkedScoreTerms) -> str:
    own = format_tenths(score.own)
    if not score.enough_links:
        return (
            f"联系户不到 {terms.households_min} 户，不计入：{own} = {format_tenths(score.total)}。"
        )
    weight = format_hundredths(terms.weight_hundredths)
    limit = ""
    if score.term != score.unclamped:
        limit = f"，是 {format_tenths(score.unclamped)}，最多算 {format_tenths(terms.clamp)}"
    sign = "−" if score.term < 0 else "+"
    return (
        f"怎么算的：{own} {sign} {format_tenths(abs(score.term))}（联系户合计 "
        f"{format_tenths(score.linked_sum)} ÷ {len(score.linked)} 户 × {weight}{limit}）"
        f" = {format_tenths(score.total)}。先把联系户的分加起来再算，最后四舍五入到 0.1 分。"
    )


def _sheet(
    village_id: int,
    found: ComputedMonth,
    *,
    title: str,
    facts: Iterable[tuple[str, str]],
    columns: tuple[str, ...],
    rows: Iterable[tuple[HouseholdRef, tuple[str, ...]]],
    notes: tuple[str, ...],
) -> HouseholdSheet:
    state = "已结账，数不再变。" if found.kept else "还没有结账，按现在的账和花名册列出。"
    return HouseholdSheet(
        created_at=found.period.closed_at or found.period.opened_at,
        branch_name=f"{places.village(village_id).name}文明银行",
        title=title,
        facts=tuple(SheetFact(word=word, value=value) for word, value in facts),
        columns=columns,
        rows=tuple(
            SheetRow(
                passbook_number=household.passbook_no,
                head_name=mask_name(household.head_name),
                cells=cells,
            )
            for household, cells in rows
        ),
        notes=(*notes, state, _INTERNAL),
    )
