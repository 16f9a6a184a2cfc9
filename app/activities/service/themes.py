"""Theme lists: drafted from a table or by hand, then published and fixed."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from app.activities import queries
from app.activities.domain.themes import ThemeFacts, ThemeFault, check_theme, read_theme_rows
from app.activities.models import Theme, ThemeList
from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, DomainError, NotFound
from app.kit.ids import new_id
from app.kit.month import Month
from app.kit.points import Tenths


class Taken(StrEnum):
    """What saving a theme did."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class ThemeImport:
    """What an import did: codes by outcome, and the lines that could not be taken."""

    codes: dict[Taken, list[str]]
    faults: list[ThemeFault]


def import_themes(*, town_id: int, table: bytes, actor_id: int) -> ThemeImport:
    """Take every readable line of a table into the drafts of its month; repeatable.

    Raises Invalid `sheet_unreadable`, `sheet_too_long` or `sheet_columns_missing`.
    """
    rows, faults = read_theme_rows(table)
    codes: dict[Taken, list[str]] = {taken: [] for taken in Taken}
    for row in rows:
        try:
            taken = save_theme(town_id=town_id, month=row.month, facts=row.facts, actor_id=actor_id)
        except DomainError as refusal:
            faults.append(ThemeFault(row.line, refusal.code, refusal.facts))
        else:
            codes[taken].append(row.facts.code)
    return ThemeImport(codes, sorted(faults, key=lambda fault: fault.line))


def save_theme(*, town_id: int, month: Month, facts: ThemeFacts, actor_id: int) -> Taken:
    """Add a theme to the month's draft, or change the draft that has its code.

    After the month's list was published the draft is its next supplement. Raises Invalid for a
    bad field and Conflict `theme_published` when the code was published with other facts.
    """
    facts = check_theme(facts)
    theme = db.session.scalar(
        select(Theme).where(Theme.town_id == town_id, Theme.code == facts.code)
    )
    if theme is None:
        draft = _draft(town_id, month, actor_id)
        theme = Theme(id=new_id(), town_id=town_id, theme_list_id=draft.id)
        _fill(theme, facts)
        db.session.add(theme)
        db.session.flush()
        return Taken.ADDED
    present = _lock_list(theme.theme_list_id)
    if _facts(theme) == facts and present.month == str(month):
        return Taken.UNCHANGED
    if present.published_at is not None:
        raise Conflict("theme_published", theme_code=facts.code)
    if present.month != str(month):
        theme.theme_list_id = _draft(town_id, month, actor_id).id
    _fill(theme, facts)
    db.session.flush()
    return Taken.CHANGED


def remove_theme(*, town_id: int, theme_id: int) -> None:
    """Take a theme out of a draft; Conflict `theme_published`, NotFound `theme_not_found`."""
    theme = db.session.get(Theme, theme_id)
    if theme is None or theme.town_id != town_id:
        raise NotFound("theme_not_found")
    if _lock_list(theme.theme_list_id).published_at is not None:
        raise Conflict("theme_published", theme_code=theme.code)
    db.session.delete(theme)
    db.session.flush()


def publish_theme_list(*, town_id: int, theme_list_id: int, actor_id: int) -> ThemeList:
    """Fix a draft and show it to all branches; once published it stays as it is.

    Raises Conflict `theme_list_empty`, NotFound `theme_list_not_found`.
    """
    queries.theme_list(town_id, theme_list_id)
    found = _lock_list(theme_list_id)
    if found.published_at is None:
        if not queries.themes_of([found.id]):
            raise Conflict("theme_list_empty")
        found.published_at = clock.now()
        found.published_by = actor_id
        db.session.flush()
    return found


def _lock_list(theme_list_id: int) -> ThemeList:
    """The list, kept from being published or changed by others meanwhile."""
    return db.session.scalars(
        select(ThemeList)
        .where(ThemeList.id == theme_list_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _draft(town_id: int, month: Month, actor_id: int) -> ThemeList:
    lists = [_lock_list(found.id) for found in queries.lists_of_month(town_id, month)]
    if lists and lists[-1].published_at is None:
        return lists[-1]
    draft = ThemeList(
        id=new_id(),
        town_id=town_id,
        month=str(month),
        number=len(lists),
        created_at=clock.now(),
        created_by=actor_id,
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def _fill(theme: Theme, facts: ThemeFacts) -> None:
    theme.code = facts.code
    theme.title = facts.title
    theme.rule_code = facts.rule_code
    theme.team_name = facts.team_name
    theme.points = facts.points
    theme.minutes = facts.minutes
    theme.seats = facts.seats


def _facts(theme: Theme) -> ThemeFacts:
    return ThemeFacts(
        code=theme.code,
        title=theme.title,
        rule_code=theme.rule_code,
        team_name=theme.team_name,
        points=Tenths(theme.points),
        minutes=theme.minutes,
        seats=theme.seats,
    )
