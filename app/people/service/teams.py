"""Service teams of a village."""

from collections.abc import Collection

from sqlalchemy import select

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.kit.ids import new_id
from app.kit.text import clean_line
from app.people import queries
from app.people.domain.households import MemberStatus
from app.people.models import Team, TeamMember


def add_team(*, village_id: int, name: str) -> Team:
    """A team; Conflict `team_name_taken`."""
    line = clean_line(name, length_max=40, field="服务队名称")
    if any(team.name == line for team in queries.teams(village_id)):
        raise Conflict("team_name_taken", name=line)
    team = Team(id=new_id(), village_id=village_id, name=line)
    db.session.add(team)
    db.session.flush()
    return team


def assign_team(*, village_id: int, team_id: int, member_ids: Collection[int]) -> None:
    """Make exactly these members the team: the missing join today, the others leave today.

    Raises NotFound `team_not_found`, or `member_not_found` for an id that is not of an active
    member of the village.
    """
    queries.team(village_id, team_id)
    wanted = set(member_ids)
    active = {
        found.id
        for found in queries.members(village_id, member_ids=wanted)
        if found.status is MemberStatus.ACTIVE
    }
    if active != wanted:
        raise NotFound("member_not_found")
    today = clock.today()
    present = db.session.scalars(
        select(TeamMember).where(TeamMember.team_id == team_id, TeamMember.left_on.is_(None))
    ).all()
    for row in present:
        if row.member_id not in wanted:
            row.left_on = today
    for member_id in sorted(wanted - {row.member_id for row in present}):
        db.session.add(
            TeamMember(id=new_id(), team_id=team_id, member_id=member_id, joined_on=today)
        )
    db.session.flush()
