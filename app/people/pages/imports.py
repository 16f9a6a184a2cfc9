"""Importing a register: upload, look at what would change, confirm, take the report away."""

import json
from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.identity.access import actor_id, requires, village_id
from app.identity.domain import Role
from app.people import queries, service
from app.people.domain.report import fingerprint, report_file
from app.people.domain.words import COUNT_WORDS
from app.people.schemas import ApplyForm
from app.web.forms import load_form, uploaded_file
from app.web.messages import sentence
from app.web.transaction import writes

pages = Blueprint("imports", __name__, url_prefix="/register/imports")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LINES_A_GROUP_MAX = 50


@pages.get("")
@requires(Role.BRANCH_PRESIDENT)
def upload_form() -> str:
    records = queries.register_imports(village_id())
    return render_template(
        "people/imports.html",
        records=[(record, json.loads(record.counts)) for record in records],
    )


@pages.post("")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=upload_form)
def upload() -> Response:
    file_name, content = uploaded_file()
    draft = service.draft_import(
        village_id=village_id(),
        file_name=file_name,
        content=content,
        actor_id=actor_id(),
    )
    return redirect(url_for(".show_import", import_id=draft.id), 303)


@pages.get("/<int:import_id>")
@requires(Role.BRANCH_PRESIDENT)
def show_import(import_id: int) -> str:
    """What the file would change; once applied, what it did change."""
    found = queries.register_import(village_id(), import_id)
    lines = queries.import_report(found)
    plan = queries.import_plan(found) if found.status == "draft" else None
    return render_template(
        "people/import.html",
        found=found,
        plan=plan,
        counts=plan.counts if plan else json.loads(found.counts),
        count_words=COUNT_WORDS,
        groups=[(group, list(members)) for group, members in groupby(lines, lambda it: it.group)],
        lines_max=_LINES_A_GROUP_MAX,
        fingerprint=fingerprint(lines),
    )


@pages.post("/<int:import_id>/apply")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_import)
def apply(import_id: int) -> Response:
    form = load_form(ApplyForm())
    service.apply_import(
        village_id=village_id(),
        import_id=import_id,
        shown_fingerprint=form["fingerprint"],
        remove_gone=form["remove_gone"],
        actor_id=actor_id(),
    )
    flash(sentence("register_applied", {}))
    return redirect(url_for(".show_import", import_id=import_id), 303)


@pages.get("/<int:import_id>/report.xlsx")
@requires(Role.BRANCH_PRESIDENT)
def report(import_id: int) -> Response:
    found = queries.register_import(village_id(), import_id)
    content = report_file(queries.import_report(found))
    disposition = f'attachment; filename="register-import-{import_id}.xlsx"'
    return Response(content, mimetype=_XLSX, headers={"Content-Disposition": disposition})
