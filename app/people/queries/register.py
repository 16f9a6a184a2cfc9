"""Reads for the import of registers."""

import json
from collections.abc import Sequence

from sqlalchemy import Row, select

from app.extensions import db, settings
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.kit.sealing import Sealer
from app.kit.workbook import read_workbook
from app.people.domain.households import Gender, MemberStatus
from app.people.domain.persons import Person
from app.people.domain.plan import ImportPlan, KnownHousehold, KnownMember, Snapshot
from app.people.domain.planning import plan_import
from app.people.domain.register import Register, read_register
from app.people.domain.report import ReportLine, report_lines
from app.people.domain.storage import unpack_register
from app.people.models import (
    HouseholdMembership,
    Member,
    RegisterImport,
)

from .households import households, member_rows, phone_sealer


def register_snapshot(village_id: int) -> Snapshot:
    """The village as an import compares it with a register."""
    sealer = phone_sealer()
    refs = households(village_id)
    numbers = {found.id: found.passbook_no for found in refs}
    return Snapshot(
        households=tuple(
            KnownHousehold(
                household_id=found.id,
                passbook_no=found.passbook_no,
                grid_name=found.grid_name,
            )
            for found in refs
        ),
        members=tuple(
            KnownMember(
                member_id=row.Member.id,
                household_id=row.HouseholdMembership.household_id,
                passbook_no=numbers[row.HouseholdMembership.household_id],
                person=_person(row, sealer),
                is_head=row.HouseholdMembership.is_head,
                status=MemberStatus(row.Member.status),
            )
            for row in db.session.execute(member_rows(village_id))
        ),
    )


def read_file(content: bytes) -> Register:
    """The register in an .xlsx or .csv file; Invalid as `read_workbook` and `read_register`."""
    return read_register(read_workbook(content), clock.today())


def register_import(village_id: int, import_id: int, *, for_update: bool = False) -> RegisterImport:
    """An import of the village; NotFound `register_import_not_found`."""
    found = db.session.get(RegisterImport, import_id, with_for_update=for_update or None)
    if found is None or found.village_id != village_id:
        raise NotFound("register_import_not_found")
    return found


def register_imports(village_id: int) -> Sequence[RegisterImport]:
    """The imports that were applied in the village, newest first."""
    return db.session.scalars(
        select(RegisterImport)
        .where(RegisterImport.village_id == village_id, RegisterImport.status == "applied")
        .order_by(RegisterImport.id.desc())
    ).all()


def import_plan(draft: RegisterImport) -> ImportPlan:
    """What applying a draft would change at this moment; Conflict `register_draft_outdated`
    when a newer upload has taken its place.
    """
    if draft.content_sealed is None:
        raise Conflict("register_draft_outdated")
    packed = import_sealer().open(draft.content_sealed, context=str(draft.id))
    return plan_import(register_snapshot(draft.village_id), unpack_register(packed))


def import_report(found: RegisterImport) -> list[ReportLine]:
    """The report of an import: what a draft would do, or what an applied one did."""
    if found.status == "draft":
        return report_lines(import_plan(found))
    if found.content_sealed is None:
        raise AssertionError("an applied import keeps its report")
    stored = import_sealer().open(found.content_sealed, context=str(found.id))
    return [ReportLine(*line) for line in json.loads(stored)]


def import_sealer() -> Sealer:
    """Seals what an import keeps; the context of each is its id."""
    return Sealer(settings().master_key, "register import")


def _person(row: Row[Member, HouseholdMembership], sealer: Sealer) -> Person:
    found = row.Member
    phone = found.phone_sealed and sealer.open(found.phone_sealed, context=str(found.id)).decode()
    return Person(
        name=found.name,
        gender=None if found.gender is None else Gender(found.gender),
        birth_month=found.birth_month,
        phone=phone,
        is_party_member=found.is_party_member,
        relation=row.HouseholdMembership.relation,
    )
