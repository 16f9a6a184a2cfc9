"""Bringing files into the books."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app.identity import queries as identity
from app.identity.domain import SYSTEM_ACTOR_ID
from app.kit.errors import DomainError
from app.people import queries, service
from app.people.domain.plan import ImportPlan
from app.people.domain.planning import plan_import
from app.people.domain.report import ReportLine, fingerprint, report_file, report_lines
from app.people.domain.words import COUNT_WORDS
from app.web.messages import sentence
from app.web.transaction import run_in_transaction

# Hundreds of lines that only repeat the file; the report file has them too.
_LEFT_OUT = {COUNT_WORDS["new_households"], COUNT_WORDS["added"]}

imports = AppGroup("import", help="Bring files into the books.")


@imports.command("register")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--village", "village_code", required=True, help="Code of the village.")
@click.option("--dry-run", is_flag=True, help="Show what would change, write nothing.")
@click.option("--remove-gone", is_flag=True, help="Whom the file no longer lists has moved away.")
@click.option(
    "--report",
    "report_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the whole report to this .xlsx file.",
)
def import_register(
    *,
    file: Path,
    village_code: str,
    dry_run: bool,
    remove_gone: bool,
    report_path: Path | None,
) -> None:
    """Bring a village's household register (.xlsx or .csv) into the books.

    Every refused line is listed with its reason and what to do. The same file again changes
    nothing.
    """
    try:
        village = identity.village_by_code(village_code)
        content = file.read_bytes()
        if dry_run:
            snapshot = queries.register_snapshot(village.id)
            plan = plan_import(snapshot, queries.read_file(content))
        else:
            plan = run_in_transaction(
                lambda: _import(village.id, file.name, content, remove_gone=remove_gone)
            )
    except DomainError as refusal:
        raise click.ClickException(sentence(refusal.code, refusal.facts)) from refusal
    lines = report_lines(plan)
    for line in lines:
        if line.group not in _LEFT_OUT:
            click.echo(_text(line))
    for name, count in plan.counts.items():
        if count:
            click.echo(f"{COUNT_WORDS[name]}：{count}")
    click.echo(_outcome(plan, dry_run=dry_run, remove_gone=remove_gone))
    if report_path is not None:
        report_path.write_bytes(report_file(lines))
        click.echo(f"报告：{report_path}")


def _import(village_id: int, file_name: str, content: bytes, *, remove_gone: bool) -> ImportPlan:
    draft = service.draft_import(
        village_id=village_id, file_name=file_name, content=content, actor_id=SYSTEM_ACTOR_ID
    )
    return service.apply_import(
        village_id=village_id,
        import_id=draft.id,
        shown_fingerprint=fingerprint(queries.import_report(draft)),
        remove_gone=remove_gone,
        actor_id=SYSTEM_ACTOR_ID,
    )


def _text(line: ReportLine) -> str:
    where = f"第{line.line}行" if line.line else ""
    parts = (line.sheet, where, line.passbook_no, line.name, line.content)
    shown = " ".join(part for part in parts if part)
    return f"[{line.group}] {shown} {line.reason}{line.advice}".rstrip()


def _outcome(plan: ImportPlan, *, dry_run: bool, remove_gone: bool) -> str:
    if plan.changes_nothing and not (plan.gone and remove_gone):
        words = "花名册和册上一致，什么都没有改。"
    elif dry_run:
        words = "这是试看，什么都没有改。"
    else:
        words = "已导入。"
    if plan.gone and not remove_gone:
        words += f"新表里没有的{len(plan.gone)}人仍在册；确实迁出的，加 --remove-gone 再导入一次。"
    return words
