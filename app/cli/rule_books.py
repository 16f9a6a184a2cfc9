"""Taking over a rule book that a meeting adopted."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.identity import queries as identity
from app.identity.domain import SYSTEM_ACTOR_ID
from app.kit.errors import DomainError
from app.rulebook import queries, service
from app.rulebook.domain.incentives import (
    NO_INCENTIVES,
    USUAL_INCENTIVES,
    IncentiveTerms,
)
from app.rulebook.domain.rules import Adoption
from app.rulebook.domain.terms_sheet import TERM_LABELS
from app.rulebook.models import RuleVersion
from app.rulebook.queries import Preview
from app.web.messages import sentence
from app.web.transaction import run_in_transaction

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command("rulebook")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--village", "village_code", required=True, help="Code of the village.")
@click.option("--starts-on", type=_DAY, required=True, help="From this day on it counts.")
@click.option("--meeting-on", type=_DAY, required=True, help="Day of the adopting meeting.")
@click.option("--meeting-kind", required=True, help="For example 村民代表会议.")
@click.option("--present", type=int, required=True, help="How many were present.")
@click.option("--votes-for", type=int, required=True)
@click.option("--votes-against", type=int, required=True)
@click.option("--record-number", required=True, help="Number of the meeting's record.")
@click.option(
    "--incentives",
    type=click.Choice(["keep", "usual", "none"]),
    default="keep",
    help="Linked scores and bonuses: as in the file, and without a sheet of them as in the "
    "version before; the usual ones; or none.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be refused or changed.")
@with_appcontext
def import_rule_book(
    *,
    file: Path,
    village_code: str,
    starts_on: datetime,
    incentives: str,
    dry_run: bool,
    meeting_on: datetime,
    **adoption: str | int,
) -> None:
    """Save a rule book (.xlsx or .csv) as a version; the same again changes nothing.

    Every line that cannot be read, and every rule that may not be saved, is listed with its
    reason and what to do.
    """
    record = Adoption(meeting_on=meeting_on.date(), **adoption)  # type: ignore[arg-type]
    try:
        village_id = identity.village_by_code(village_code).id
        preview = queries.preview(village_id, file.read_bytes())
        for line in _told(preview):
            click.echo(line)
        if not preview.may_be_saved:
            raise click.ClickException("没有保存。请在表格里改好，再导入一次。")
        if dry_run:
            click.echo("这是试看，什么都没有存。")
            return
        terms = {
            "keep": preview.proposed_terms or NO_INCENTIVES,
            "usual": USUAL_INCENTIVES,
            "none": NO_INCENTIVES,
        }[incentives]
        version = _save(village_id, preview, record, starts_on.date(), terms)
    except DomainError as refusal:
        raise click.ClickException(sentence(refusal.code, refusal.facts)) from refusal
    if preview.before is not None and version.id == preview.before.id:
        click.echo(f"和第{version.number}版一样，什么都没有改。")
    else:
        click.echo(f"已存为第{version.number}版，从{version.starts_on}起算。")


def _save(
    village_id: int, preview: Preview, adoption: Adoption, starts_on: date, terms: IncentiveTerms
) -> RuleVersion:
    return run_in_transaction(
        lambda: service.save_version(
            village_id=village_id,
            rules=preview.rules,
            adoption=adoption,
            starts_on=starts_on,
            incentives=terms,
            actor_id=SYSTEM_ACTOR_ID,
        )
    )


def _told(preview: Preview) -> Iterator[str]:
    for refused in preview.refused:
        sheet = f"“{refused.sheet}”表" if refused.sheet else ""
        yield f"{sheet}第{refused.line}行 {sentence(refused.code, refused.facts)}"
    for finding in preview.findings:
        where = f"第{finding.line}行 {finding.rule_code} {finding.title}：" if finding.line else ""
        yield f"{where}{sentence(finding.code, {})}" + (f"（“{finding.words}”）" if where else "")
    changes = preview.changes
    if preview.before is None:
        yield f"读到{len(preview.rules)}条细则。"
        return
    for change in changes.changed:
        yield f"改动 {change.after.code} {change.after.title}"
    for rule in changes.added:
        yield f"新增 {rule.code} {rule.title}"
    for rule in changes.removed:
        yield f"取消 {rule.code} {rule.title}"
    for term in preview.term_changes:
        yield f"改动 {TERM_LABELS[term.name]}"
    yield f"{changes.unchanged_count}条不变。"
