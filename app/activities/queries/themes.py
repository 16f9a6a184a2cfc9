"""Reads of theme lists and quota grants."""

from collections.abc import Sequence

from sqlalchemy import select

from app.activities.models import QuotaGrant, Theme, ThemeList
from app.extensions import db
from app.kit.errors import NotFound
from app.kit.month import Month


def theme_lists(town_id: int) -> Sequence[ThemeList]:
    """All lists of the town, latest month first, supplements behind their list."""
    return db.session.scalars(
        select(ThemeList)
        .where(ThemeList.town_id == town_id)
        .order_by(ThemeList.month.desc(), ThemeList.number)
    ).all()


def theme_list(town_id: int, theme_list_id: int) -> ThemeList:
    """A list of the town; NotFound `theme_list_not_found`."""
    found = db.session.get(ThemeList, theme_list_id)
    if found is None or found.town_id != town_id:
        raise NotFound("theme_list_not_found")
    return found


def lists_of_month(town_id: int, month: Month) -> Sequence[ThemeList]:
    """The list of a month and its supplements, drafts too."""
    return db.session.scalars(
        select(ThemeList)
        .where(ThemeList.town_id == town_id, ThemeList.month == str(month))
        .order_by(ThemeList.number)
    ).all()


def themes_of(theme_list_ids: Sequence[int]) -> Sequence[Theme]:
    """The themes of some lists, in the order of their codes."""
    return db.session.scalars(
        select(Theme).where(Theme.theme_list_id.in_(theme_list_ids)).order_by(Theme.code)
    ).all()


def published_themes(town_id: int, month: Month) -> Sequence[Theme]:
    """What the branches may schedule in a month, in the order of codes; for notices too."""
    return db.session.scalars(
        select(Theme)
        .join(ThemeList, ThemeList.id == Theme.theme_list_id)
        .where(
            ThemeList.town_id == town_id,
            ThemeList.month == str(month),
            ThemeList.published_at.is_not(None),
        )
        .order_by(Theme.code)
    ).all()


def published_theme(town_id: int, theme_id: int) -> Theme:
    """A theme that branches may schedule; NotFound `theme_not_found`."""
    found = db.session.scalar(
        select(Theme)
        .join(ThemeList, ThemeList.id == Theme.theme_list_id)
        .where(
            Theme.id == theme_id,
            ThemeList.town_id == town_id,
            ThemeList.published_at.is_not(None),
        )
    )
    if found is None:
        raise NotFound("theme_not_found")
    return found


def grants(village_ids: Sequence[int], *, limit: int = 100) -> Sequence[QuotaGrant]:
    """Quota grants to some branches, newest first."""
    return db.session.scalars(
        select(QuotaGrant)
        .where(QuotaGrant.village_id.in_(village_ids))
        .order_by(QuotaGrant.id.desc())
        .limit(limit)
    ).all()
