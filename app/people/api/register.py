"""JSON twins of the register pages."""

import json
from dataclasses import asdict
from typing import Any

from app.identity.access import actor_id, open_to_all, requires, village_id
from app.identity.api import session_answer
from app.identity.domain import Role
from app.identity.schemas import SessionOut
from app.kit import clock
from app.kit.errors import Invalid
from app.kit.month import Month
from app.kit.text import without_hidden_characters
from app.people import queries, service
from app.people.access import sign_in_with_card
from app.people.domain.persons import Person, person_from_form
from app.people.domain.report import fingerprint
from app.people.models import RegisterImport
from app.people.schemas import (
    ApplyForm,
    CardIn,
    CardOut,
    CardSessionIn,
    DepartureForm,
    HouseholdChangeForm,
    HouseholdDetailOut,
    HouseholdForm,
    HouseholdOut,
    HouseholdSearch,
    MemberOut,
    MoveForm,
    PersonForm,
    PinOut,
    RegisterFileIn,
    RegisterImportOut,
    TeamDetailOut,
    TeamForm,
    TeamMembersForm,
    TeamOut,
)
from app.web.json_api import JsonBlueprint
from app.web.transaction import writes

api = JsonBlueprint("people", __name__, url_prefix="/api/v1", description="Households and members")


@api.post("/card-sessions")
@open_to_all
@api.arguments(CardSessionIn)
@api.response(201, SessionOut)
def start_card_session(form: dict[str, Any]) -> dict[str, Any]:
    """Sign a villager in with a card's code and PIN."""
    return session_answer(sign_in_with_card(form["code"], form["pin"]))


@api.get("/households")
@requires(Role.BRANCH_PRESIDENT)
@api.arguments(HouseholdSearch, location="query")
@api.response(200, HouseholdOut(many=True))
def list_households(query: dict[str, Any]) -> Any:
    """The households of the village, by part of a name, a passbook number or a phone number."""
    return queries.households(village_id(), search=query["search"])


@api.post("/households")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(HouseholdForm)
@api.response(201, HouseholdDetailOut)
def add_household(form: dict[str, Any]) -> Any:
    """A new household with its head."""
    number, grid_id = form.pop("passbook_no"), form.pop("grid_id")
    person = _person(form)
    household = service.add_household(village_id=village_id(), passbook_no=number, grid_id=grid_id)
    service.add_member(village_id=village_id(), household_id=household.id, person=person)
    return _household(household.id)


@api.get("/households/<int:household_id>")
@requires(Role.BRANCH_PRESIDENT)
@api.response(200, HouseholdDetailOut)
def show_household(household_id: int) -> Any:
    """One household with everybody whose present or last household it is."""
    return _household(household_id)


@api.patch("/households/<int:household_id>")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(HouseholdChangeForm)
@api.response(200, HouseholdDetailOut)
def change_household(form: dict[str, Any], household_id: int) -> Any:
    """Another number, grid, or way of naming it in public."""
    service.update_household(village_id=village_id(), household_id=household_id, **form)
    return _household(household_id)


@api.post("/households/<int:household_id>/members")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(PersonForm)
@api.response(201, MemberOut)
def add_member(form: dict[str, Any], household_id: int) -> Any:
    """One more in the household."""
    member = service.add_member(
        village_id=village_id(), household_id=household_id, person=_person(form)
    )
    return queries.member(village_id(), member.id)


@api.put("/members/<int:member_id>")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(PersonForm)
@api.response(200, MemberOut)
def change_member(form: dict[str, Any], member_id: int) -> Any:
    """Everything that is known of a member, anew; what is left out is forgotten."""
    service.update_member(village_id=village_id(), member_id=member_id, person=_person(form))
    return queries.member(village_id(), member_id)


@api.post("/members/<int:member_id>/head")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.response(200, MemberOut)
def make_head(member_id: int) -> Any:
    """Make a member the head of the present household."""
    found = queries.member(village_id(), member_id)
    service.set_head(village_id=village_id(), household_id=found.household_id, member_id=member_id)
    return queries.member(village_id(), member_id)


@api.post("/members/<int:member_id>/move")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(MoveForm)
@api.response(200, MemberOut)
def move_member(form: dict[str, Any], member_id: int) -> Any:
    """Over to another household of the village."""
    target = queries.household_by_passbook(village_id(), form["passbook_no"])
    service.move_member(
        village_id=village_id(),
        member_id=member_id,
        household_id=target.id,
        relation=form["new_relation"],
        new_head_id=form["new_head_id"],
    )
    return queries.member(village_id(), member_id)


@api.post("/members/<int:member_id>/departure")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(DepartureForm)
@api.response(200, MemberOut)
def record_departure(form: dict[str, Any], member_id: int) -> Any:
    """A member died or moved away."""
    service.record_departure(village_id=village_id(), member_id=member_id, **form)
    return queries.member(village_id(), member_id)


@api.post("/members/<int:member_id>/return")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.response(200, MemberOut)
def record_return(member_id: int) -> Any:
    """Somebody is back, or the departure was recorded by mistake."""
    service.record_return(village_id=village_id(), member_id=member_id)
    return queries.member(village_id(), member_id)


@api.post("/members/<int:member_id>/pin")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True, secret_answer=True)
@api.response(201, PinOut)
def set_pin(member_id: int) -> dict[str, str]:
    """A fresh PIN; the member is signed out everywhere."""
    return {"pin": service.set_fresh_pin(village_id=village_id(), member_id=member_id)}


@api.post("/cards")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True, secret_answer=True)
@api.arguments(CardIn)
@api.response(201, CardOut)
def issue_card(form: dict[str, Any]) -> dict[str, str]:
    """A new card; the owner's old one stops at once."""
    if (form["member_id"] is None) == (form["household_id"] is None):
        raise Invalid("nobody_chosen")
    return {"code": service.issue_card(village_id=village_id(), actor_id=actor_id(), **form)}


@api.get("/teams")
@requires(Role.BRANCH_PRESIDENT)
@api.response(200, TeamOut(many=True))
def list_teams() -> Any:
    """The service teams of the village."""
    return queries.teams(village_id())


@api.post("/teams")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(TeamForm)
@api.response(201, TeamOut)
def add_team(form: dict[str, Any]) -> Any:
    """A new service team."""
    return service.add_team(village_id=village_id(), **form)


@api.get("/teams/<int:team_id>")
@requires(Role.BRANCH_PRESIDENT)
@api.response(200, TeamDetailOut)
def show_team(team_id: int) -> Any:
    """A team with its present members."""
    return _team(team_id)


@api.put("/teams/<int:team_id>/members")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(TeamMembersForm)
@api.response(200, TeamDetailOut)
def assign_team(form: dict[str, Any], team_id: int) -> Any:
    """Make exactly these members the team."""
    service.assign_team(village_id=village_id(), team_id=team_id, member_ids=form["member_ids"])
    return _team(team_id)


@api.post("/register-imports")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(RegisterFileIn, location="files")
@api.response(201, RegisterImportOut)
def draft_import(form: dict[str, Any]) -> Any:
    """Read a register and say what it would change; nothing changes yet."""
    file = form["file"]
    draft = service.draft_import(
        village_id=village_id(),
        file_name=without_hidden_characters(file.filename or ""),
        content=file.stream.read(),
        actor_id=actor_id(),
    )
    return _import(draft)


@api.get("/register-imports/<int:import_id>")
@requires(Role.BRANCH_PRESIDENT)
@api.response(200, RegisterImportOut)
def show_import(import_id: int) -> Any:
    """What a draft would change, or what an import did."""
    return _import(queries.register_import(village_id(), import_id))


@api.post("/register-imports/<int:import_id>/apply")
@requires(Role.BRANCH_PRESIDENT)
@writes(key_required=True)
@api.arguments(ApplyForm)
@api.response(200, RegisterImportOut)
def apply_import(form: dict[str, Any], import_id: int) -> Any:
    """Do what was shown under this fingerprint."""
    service.apply_import(
        village_id=village_id(),
        import_id=import_id,
        shown_fingerprint=form["fingerprint"],
        remove_gone=form["remove_gone"],
        actor_id=actor_id(),
    )
    return _import(queries.register_import(village_id(), import_id))


def _person(form: dict[str, Any]) -> Person:
    return person_from_form(**form, this_month=Month.of(clock.today()))


def _household(household_id: int) -> dict[str, Any]:
    found = queries.household(village_id(), household_id)
    return asdict(found) | {"members": queries.members_of(household_id)}


def _team(team_id: int) -> dict[str, Any]:
    team = queries.team(village_id(), team_id)
    members = queries.members(village_id(), member_ids=queries.team_member_ids(team_id))
    return {"id": team.id, "name": team.name, "members": members}


def _import(found: RegisterImport) -> dict[str, Any]:
    lines = queries.import_report(found)
    draft = found.status == "draft"
    return {
        "id": found.id,
        "file_name": found.file_name,
        "status": found.status,
        "counts": queries.import_plan(found).counts if draft else json.loads(found.counts),
        "fingerprint": fingerprint(lines),
        "lines": lines,
    }
