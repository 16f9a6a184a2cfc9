"""Reads of service teams."""

from collections.abc import Sequence

from sqlalchemy import select

from app.extensions import db
from app.kit.errors import NotFound
from app.people.models import (
    Team,
    TeamMember,
)


def teams(village_id: int) -> Sequence[Team]:
    """The teams of the village, in the order they were made."""
    return db.session.scalars(
        select(Team).where(Team.village_id == village_id).order_by(Team.id)
    ).all()


def team(village_id: int, team_id: int) -> Team:
    """A team of the village; NotFound `team_not_found`."""
    found = db.session.get(Team, team_id)
    if found is None or found.village_id != village_id:
        raise NotFound("team_not_found")
    return found


def team_member_ids(team_id: int) -> list[int]:
    """The present members of a team, by date of joining."""
    return list(
        db.session.scalars(
            select(TeamMember.member_id)
            .where(TeamMember.team_id == team_id, TeamMember.left_on.is_(None))
            .order_by(TeamMember.joined_on, TeamMember.id)
        )
    )
