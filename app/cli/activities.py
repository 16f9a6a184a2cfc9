"""The head bank's part of activities: theme lists and quotas."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.activities import service
from app.activities.models import QuotaGrant
from app.activities.service import Taken, ThemeImport
from app.identity import queries as places
from app.identity.domain import SYSTEM_ACTOR_ID
from app.kit.errors import DomainError
from app.kit.month import Month
from app.kit.points import format_tenths, parse_tenths
from app.web.messages import sentence
from app.web.transaction import run_in_transaction


@click.command("themes")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--village", "village_code", required=True, help="Code of any village of the town.")
@with_appcontext
def import_themes(file: Path, village_code: str) -> None:
    """Take a table of themes (.xlsx or .csv) into the drafts of its months."""

    def work() -> ThemeImport:
        return service.import_themes(
            town_id=places.village_by_code(village_code).town_id,
            table=file.read_bytes(),
            actor_id=SYSTEM_ACTOR_ID,
        )

    try:
        done = run_in_transaction(work)
    except DomainError as refusal:
        raise click.ClickException(sentence(refusal.code, refusal.facts)) from refusal
    for fault in done.faults:
        click.echo(f"第{fault.line}行 {sentence(fault.code, fault.facts)}")
    click.echo(
        f"新增{len(done.codes[Taken.ADDED])}个，改了{len(done.codes[Taken.CHANGED])}个，"
        f"没有变化{len(done.codes[Taken.UNCHANGED])}个，没收{len(done.faults)}行。"
    )


@click.command("grant-quota")
@click.option("--village", "village_code", required=True, help="Code of the village.")
@click.option("--month", "month_code", required=True, help="For example 2026-10.")
@click.option("--points", required=True, help="For example 3000.")
@click.option("--key", default="monthly", help="Another word for a second grant in a month.")
@with_appcontext
def grant_quota(village_code: str, month_code: str, points: str, key: str) -> None:
    """Grant a branch points to award from; the same month and key again is the same grant."""

    def work() -> QuotaGrant:
        village = places.village_by_code(village_code)
        return service.grant_quota(
            town_id=village.town_id,
            village_id=village.id,
            month=Month.parse(month_code),
            amount=parse_tenths(points),
            actor_id=SYSTEM_ACTOR_ID,
            idempotency_key=f"{month_code}:{key}",
        )

    try:
        granted = run_in_transaction(work)
    except DomainError as refusal:
        raise click.ClickException(sentence(refusal.code, refusal.facts)) from refusal
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{month_code} {format_tenths(granted.amount)}分")
