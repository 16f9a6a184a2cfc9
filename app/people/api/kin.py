"""Kin and the ties of staff."""

from typing import Any

from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.people import queries, service
from app.people.domain.kin import KinshipRef, StaffTieRef
from app.people.schemas import KinIn, KinshipOut, StaffTieIn, StaffTieOut
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

api = JsonBlueprint(
    "kin_api",
    __name__,
    url_prefix="/api/v1",
    description="Who is of whose family, so that nobody decides about their own",
)


@api.get("/staff-ties")
@requires(Role.BRANCH_PRESIDENT)
@api.response(200, StaffTieOut(many=True))
def list_staff_ties() -> list[StaffTieRef]:
    """What the staff declared about their household and grid."""
    return list(queries.staff_ties(village_id()).values())


@api.post("/staff-ties")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(StaffTieIn)
@api.response(200, StaffTieOut)
def declare_staff_tie(form: dict[str, Any]) -> StaffTieRef:
    """Keep the household (null for none in this village) and the grid of a staff account."""
    service.declare_staff_tie(village_id=village_id(), actor_id=actor_id(), **form)
    return queries.staff_ties(village_id())[form["account_id"]]


@api.get("/kinships")
@requires(Role.BRANCH_PRESIDENT)
@api.response(200, KinshipOut(many=True))
def list_kinships() -> list[KinshipRef]:
    """Households that are close kin."""
    return queries.kinships(village_id())


@api.post("/kinships")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(KinIn)
@api.response(201, KinshipOut(many=True))
def declare_kin(form: dict[str, Any]) -> list[KinshipRef]:
    """Two households are close kin."""
    service.declare_kin(village_id=village_id(), actor_id=actor_id(), **form)
    return queries.kinships(village_id())


@api.post("/kinships/<int:kinship_id>/end")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.response(200, KinshipOut(many=True))
def end_kin(kinship_id: int) -> list[KinshipRef]:
    """What was entered by mistake counts no longer."""
    service.end_kin(village_id=village_id(), kinship_id=kinship_id, actor_id=actor_id())
    return queries.kinships(village_id())
