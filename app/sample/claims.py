"""Reviewers for the sample's villages, and claims that are at different points of their way."""

from datetime import timedelta
from functools import partial

from app.claims import service
from app.claims.domain.states import ClaimSource, Decision
from app.claims.service import Deed
from app.identity import queries as identity_queries
from app.identity import service as identity
from app.identity.domain import SYSTEM_ACTOR_ID, Role
from app.people import queries as people
from app.people import service as people_service
from app.people.domain.households import MemberRef

from .timetable import Timetable
from .village import PASSWORD, SampleVillage

_REVIEWERS = 3


def seat_reviewers(village: SampleVillage, town_id: int) -> None:
    """Three reviewers from three households, the worker of the first grid, everybody declared."""
    homes = people.households(village.id)[-_REVIEWERS:]
    reviewers = [
        identity.add_staff(
            town_id=town_id,
            village_id=village.id,
            user_name=f"{village.code}-reviewer{number if number > 1 else ''}",
            display_name=f"{village.name}评议员{number}",
            password=PASSWORD,
            roles=frozenset({Role.REVIEWER}),
            actor_id=SYSTEM_ACTOR_ID,
        ).id
        for number in range(1, _REVIEWERS + 1)
    ]
    households = dict(zip(reviewers, (home.id for home in homes), strict=True))
    for account_id in (*village.staff.values(), *reviewers):
        of_grid = account_id == village.staff[Role.GRID_WORKER]
        people_service.declare_staff_tie(
            village_id=village.id,
            account_id=account_id,
            household_id=households.get(account_id),
            grid_id=identity_queries.grids(village.id)[0].id if of_grid else None,
            actor_id=village.president_id,
        )
    village.reviewers = reviewers


def plan_claims(timetable: Timetable, village: SampleVillage) -> None:
    """One asked back, one with the grid worker, one half through the panel, one awarded."""
    day = timetable.today - timedelta(days=3)
    claimant, mediator = village.adults[0], village.adults[1]
    carer, reporter = _of_first_grid(village)
    account = identity_queries.member_account(claimant.id)
    worker, organiser = village.staff[Role.GRID_WORKER], village.staff[Role.ORGANISER]

    def bring_in() -> None:
        submit = partial(_submit, timetable, village)
        asked = submit("PA01", claimant, "帮两家把地界说清楚了", account.id if account else 0)
        submit("XL01", carer, "每天去看望隔壁的独居老人", organiser, ClaimSource.OFFICE)
        half = submit("PA01", mediator, "劝和了争水的两户", worker, ClaimSource.GRID)
        done = submit("PA02", reporter, "报告桥头护栏松动", organiser, ClaimSource.OFFICE)
        first, second, _ = village.reviewers
        later = timetable.today - timedelta(days=2)
        for hour, work in (
            (9, partial(_decide, village, asked, first, Decision.ASK_BACK, "请写上是哪两家")),
            (10, partial(_decide, village, half, second)),
            (11, partial(_decide, village, done, worker)),
        ):
            timetable.plan(later, hour, work)

    timetable.plan(day, 16, bring_in)


def _of_first_grid(village: SampleVillage) -> list[MemberRef]:
    """Two active adults whose households the grid worker looks after."""
    homes = people.households_of(village.id, [member.id for member in village.adults])
    grid_id = identity_queries.grids(village.id)[0].id
    found = [member for member in village.adults[2:] if homes[member.id].grid_id == grid_id]
    return found[:2]


def _submit(
    timetable: Timetable,
    village: SampleVillage,
    rule_code: str,
    member: MemberRef,
    statement: str,
    actor_id: int,
    source: ClaimSource = ClaimSource.SELF,
) -> int:
    return service.submit_claim(
        village_id=village.id,
        rule_code=rule_code,
        household_id=member.household_id,
        member_id=member.id,
        deed=Deed(timetable.today - timedelta(days=4), statement),
        source=source,
        actor_id=actor_id,
    ).id


def _decide(
    village: SampleVillage,
    claim_id: int,
    account_id: int,
    decision: Decision = Decision.APPROVE,
    reason: str = "",
) -> None:
    service.decide_claim(
        village_id=village.id,
        claim_id=claim_id,
        round_number=1,
        step=0,
        decision=decision,
        reason=reason,
        actor_id=account_id,
    )
