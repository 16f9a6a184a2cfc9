"""Importing a register: drafted and shown first, applied in one transaction when confirmed."""

import hashlib
import json
from dataclasses import astuple

from sqlalchemy import update

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict
from app.kit.ids import new_id
from app.people import queries
from app.people.domain.plan import ImportPlan
from app.people.domain.report import fingerprint, report_lines
from app.people.domain.storage import pack_register
from app.people.models import RegisterImport

from .applying import apply_plan

_FILE_NAME_LENGTH_MAX = 200


def draft_import(
    *, village_id: int, file_name: str, content: bytes, actor_id: int
) -> RegisterImport:
    """Read a register file and keep what was read for showing; older drafts are emptied.

    Raises Invalid as `read_file` does.
    """
    register = queries.read_file(content)
    db.session.execute(
        update(RegisterImport)
        .where(RegisterImport.village_id == village_id, RegisterImport.status == "draft")
        .values(content_sealed=None)
    )
    draft = RegisterImport(
        id=new_id(),
        village_id=village_id,
        file_name=file_name[-_FILE_NAME_LENGTH_MAX:],
        file_digest=hashlib.sha256(content).digest(),
        status="draft",
        counts="{}",
        actor_id=actor_id,
        created_at=clock.now(),
    )
    draft.content_sealed = queries.import_sealer().seal(
        pack_register(register), context=str(draft.id)
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def apply_import(
    *,
    village_id: int,
    import_id: int,
    shown_fingerprint: str,
    remove_gone: bool,
    actor_id: int,
) -> ImportPlan:
    """Do what the draft showed, all or nothing; people who are gone only with `remove_gone`.

    Raises NotFound `register_import_not_found`, Conflict `register_already_applied`,
    `register_draft_outdated` (a newer file was uploaded) or `register_changed_meanwhile` (the
    books have changed since the plan was shown).
    """
    draft = queries.register_import(village_id, import_id, for_update=True)
    if draft.status == "applied":
        raise Conflict("register_already_applied")
    plan = queries.import_plan(draft)
    lines = report_lines(plan)
    if fingerprint(lines) != shown_fingerprint:
        raise Conflict("register_changed_meanwhile")
    apply_plan(village_id, plan, remove_gone=remove_gone)
    counts = plan.counts | {"removed": len(plan.gone) if remove_gone else 0}
    draft.status = "applied"
    draft.counts = json.dumps(counts)
    draft.content_sealed = queries.import_sealer().seal(
        json.dumps([astuple(line) for line in lines], ensure_ascii=False).encode(),
        context=str(draft.id),
    )
    draft.actor_id = actor_id
    draft.applied_at = clock.now()
    db.session.flush()
    return plan
