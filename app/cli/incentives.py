"""Explaining linked scores, bonuses and the line of a notice, term by term."""

from collections.abc import Iterable, Iterator
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from app.home import queries as home
from app.home.queries import HouseholdMonth
from app.identity import queries as places
from app.incentives import queries
from app.incentives.domain.computing import GridResult, LinkedScore
from app.incentives.queries import ComputedMonth, GridStory, HouseholdStory, LedgerRow, MemberStory
from app.kit.errors import DomainError
from app.kit.month import Month
from app.kit.points import format_hundredths, format_tenths
from app.people import queries as people
from app.rulebook.domain.incentives import LinkedScoreTerms
from app.web.messages import sentence

incentives = AppGroup("incentives", help="Linked scores and group bonuses.")

_FIGURES = {
    "added": "本月增加",
    "redeemed": "本月兑换",
    "expired": "到期失效",
    "corrected": "更正",
}
_BONUS_WORDS = {"grid_bonus": "网格奖励", "team_bonus": "服务队奖励"}


@incentives.command("explain")
@click.option("--village", "village_code", required=True, help="Code of the village.")
@click.option("--month", "month_code", required=True, help="For example 2026-10.")
@click.option("--household", "passbook_no", help="Number of a passbook.")
@click.option("--member", help="Name of a member, or the id where several have it.")
@click.option("--grid", "grid_name", help="Name of a grid.")
def explain(
    village_code: str,
    month_code: str,
    passbook_no: str | None,
    member: str | None,
    grid_name: str | None,
) -> None:
    """Print every term of a figure with the ledger rows behind it.

    Of a closed month as its close computed it, of the open one as a close would now.
    """
    if [passbook_no, member, grid_name].count(None) != 2:
        raise click.UsageError("say one of --household, --member and --grid")
    try:
        month = Month.parse(month_code)
        village_id = places.village_by_code(village_code).id
        lines = _told(village_id, month, passbook_no, member, grid_name)
    except DomainError as refusal:
        raise click.ClickException(sentence(refusal.code, refusal.facts)) from refusal
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    click.echo("\n".join(lines))


def _told(
    village_id: int, month: Month, passbook_no: str | None, member: str | None, grid: str | None
) -> list[str]:
    if passbook_no is not None:
        household = people.household_by_passbook(village_id, passbook_no)
        return [
            *_of_household(queries.household_story(village_id, month, household.id)),
            *_of_points(home.household_month(village_id, household.id, month)),
        ]
    if member is not None:
        member_id = _member_id(village_id, member)
        return list(_of_member(queries.member_story(village_id, month, member_id)))
    ids = {found.name: found.id for found in places.grids(village_id)}
    return list(_of_grid(queries.grid_story(village_id, month, ids.get(grid or "", 0))))


def _member_id(village_id: int, member: str) -> int:
    if member.isascii() and member.isdecimal():
        return int(member)
    found = [each for each in people.members(village_id, search=member) if each.name == member]
    if len(found) != 1:
        ids = "、".join(f"{each.name} {each.id}" for each in found) or "没有这个人"
        raise click.BadParameter(f"请用编号指明一个人：{ids}")
    return found[0].id


def _head(found: ComputedMonth, who: str) -> Iterator[str]:
    yield f"{who} {found.month.chinese}（{'已结账' if found.kept else '未结账，按现在的账'}）"
    if found.version is not None:
        yield f"按第{found.version.number}版积分细则"


def _of_household(story: HouseholdStory) -> Iterator[str]:
    yield from _head(story.found, f"{story.household.passbook_no}户")
    yield f"评价分 {format_tenths(story.standing.net)}"
    yield from _rows(story.rows)
    yield f"参加：{'是' if story.standing.took_part else '否'}"
    yield from _rows(story.deeds)
    if story.grid is not None:
        yield f"网格 {story.household.grid_name}：{_grid_line(story.grid)}"
    for bonus in story.bonuses:
        entry = f" 凭证{bonus.entry_id}" if bonus.entry_id else ""
        yield f"{_BONUS_WORDS[bonus.kind]} {bonus.group} +{format_tenths(bonus.amount)}{entry}"


def _of_points(told: HouseholdMonth) -> Iterator[str]:
    """The household's line on the notice, each figure with the movements behind it."""
    # As the passbook says it.
    words: Any = current_app.jinja_env.get_template("home/words.html").module
    sums = told.figures
    yield f"上月结余 {format_tenths(sums.opening)}"
    for figure, name in _FIGURES.items():
        yield f"{name} {format_tenths(getattr(sums, figure))}"
        for line in told.behind.get(figure, ()):
            change = format_tenths(line.change)
            yield f"  凭证{line.entry_id} {line.occurred_on} {words.line(line)} {change}"
    yield f"本月结余 {format_tenths(sums.closing)}"


def _of_member(story: MemberStory) -> Iterator[str]:
    yield from _head(story.found, story.member.name)
    yield f"自己的评价分 {format_tenths(story.own)}"
    yield from _rows(story.rows)
    terms = story.found.result.terms.linked
    if story.score is None or terms is None:
        return
    for household, standing, rows in story.linked:
        yield f"联系户 {household.passbook_no}户 {format_tenths(standing.net)}"
        yield from _rows(rows)
    yield _formula(story.score, terms)
    if story.entry_id is not None:
        yield f"凭证{story.entry_id}"


def _formula(score: LinkedScore, terms: LinkedScoreTerms) -> str:
    own, total = format_tenths(score.own), format_tenths(score.total)
    if not score.enough_links:
        return f"联系{len(score.linked)}户，不到{terms.households_min}户，不加：{own} = {total}"
    weight, unclamped = format_hundredths(terms.weight_hundredths), format_tenths(score.unclamped)
    mean = f"{format_tenths(score.linked_sum)} ÷ {len(score.linked)}户"
    limit = f"，最多算{format_tenths(terms.clamp)}" if score.term != score.unclamped else ""
    return f"{own} + ({mean} × {weight} = {unclamped}{limit}) = {total}"


def _of_grid(story: GridStory) -> Iterator[str]:
    found, result = story.found, story.found.result
    yield from _head(found, story.name)
    yield _grid_line(story.grid)
    if result.terms.grid is not None:
        reached = "达到" if story.grid.reached else "没有达到"
        bonus = format_tenths(story.grid.bonus)
        yield f"{reached}{result.terms.grid.threshold_percent}%，每户+{bonus}"
        yield (
            f"奖励池{format_tenths(result.pool)}，按细则要发{format_tenths(result.needed)}，"
            f"实际发{format_tenths(result.paid)}"
        )
    yield from (f"凭证{entry_id}" for entry_id in story.entry_ids)
    for household, standing, rows, deeds in story.households:
        took_part = "参加" if standing.took_part else "没有参加"
        yield f"{household.passbook_no}户 评价分 {format_tenths(standing.net)}，{took_part}"
        yield from _rows(rows)
        yield from (f"{row}（参加）" for row in _rows(deeds))


def _grid_line(grid: GridResult) -> str:
    return (
        f"{len(grid.households)}户，{len(grid.took_part)}户参加，参与率{grid.rate_percent}%，"
        f"户均评价分 {format_tenths(grid.standing_sum)} ÷ {len(grid.households)} = "
        f"{format_tenths(grid.mean_standing)}"
    )


def _rows(rows: Iterable[LedgerRow]) -> Iterator[str]:
    for row in rows:
        what = sentence(row.code, {"title": row.title})
        yield f"  凭证{row.entry_id} {row.occurred_on} {row.who} {what} {format_tenths(row.amount)}"
