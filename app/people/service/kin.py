"""What staff say about their own families, so that nobody decides about their own."""

from sqlalchemy import select

from app.extensions import db
from app.identity import queries as identity
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.ids import new_id
from app.people import queries
from app.people.domain.kin import pair_of
from app.people.models import Kinship, StaffTie


def declare_staff_tie(
    *,
    village_id: int,
    account_id: int,
    household_id: int | None,
    grid_id: int | None,
    actor_id: int,
) -> None:
    """Keep of which household a staff account is, None for none here, and its grid.

    Raises NotFound `staff_not_found`, `household_not_found` or `grid_not_found`.
    """
    if account_id not in {account.id for account, _ in identity.staff(village_id)}:
        raise NotFound("staff_not_found")
    if household_id is not None:
        queries.household(village_id, household_id)
    if grid_id is not None and grid_id not in {grid.id for grid in identity.grids(village_id)}:
        raise NotFound("grid_not_found")
    row = db.session.get(StaffTie, account_id)
    if row is None:
        row = StaffTie(account_id=account_id, village_id=village_id)
        db.session.add(row)
    row.household_id, row.grid_id = household_id, grid_id
    row.declared_at, row.declared_by = clock.now(), actor_id
    db.session.flush()


def declare_kin(
    *, village_id: int, household_id: int, other_household_id: int, actor_id: int
) -> None:
    """Two households are close kin; saying it again changes nothing.

    Raises Invalid `kin_of_itself`, NotFound `household_not_found`.
    """
    one, other = pair_of(household_id, other_household_id)
    queries.household(village_id, one)
    queries.household(village_id, other)
    if other in queries.kin_of(village_id, [one])[one]:
        return
    db.session.add(
        Kinship(
            id=new_id(),
            village_id=village_id,
            household_id=one,
            other_household_id=other,
            declared_at=clock.now(),
            declared_by=actor_id,
        )
    )
    db.session.flush()


def end_kin(*, village_id: int, kinship_id: int, actor_id: int) -> None:
    """What was entered by mistake counts no longer; NotFound `kinship_not_found`."""
    row = db.session.scalar(
        select(Kinship).where(
            Kinship.id == kinship_id, Kinship.village_id == village_id, Kinship.ended_at.is_(None)
        )
    )
    if row is None:
        raise NotFound("kinship_not_found")
    row.ended_at, row.ended_by = clock.now(), actor_id
    db.session.flush()


def carry_kin(*, village_id: int, household_id: int, to_household_id: int, actor_id: int) -> None:
    """Who goes over to another household stays kin of whom they were, and staff stay barred."""
    for kin_id in sorted(queries.kin_of(village_id, [household_id])[household_id]):
        if kin_id != to_household_id:
            declare_kin(
                village_id=village_id,
                household_id=to_household_id,
                other_household_id=kin_id,
                actor_id=actor_id,
            )
    for tie in db.session.scalars(select(StaffTie).where(StaffTie.household_id == household_id)):
        tie.household_id = to_household_id
        tie.declared_at, tie.declared_by = clock.now(), actor_id
    db.session.flush()
