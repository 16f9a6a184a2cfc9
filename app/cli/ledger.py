"""Checking the books."""

import sys

import click
from flask.cli import AppGroup

from app.extensions import db
from app.identity import queries as identity_queries
from app.kit.errors import NotFound
from app.kit.month import Month
from app.ledger import queries, service
from app.ledger.domain.canonical import printed_digest
from app.ledger.queries import checker

ledger = AppGroup("ledger", help="Check the books.")


@ledger.command("check")
@click.option("--village", "village_code", help="Only this village's book.")
def check_books(village_code: str | None) -> None:
    """Read every book from its first row on; exit code 1 when anything does not hold."""
    books = checker.books()
    if village_code is not None:
        books = [identity_queries.village_by_code(village_code).id]
    with click.progressbar(
        length=checker.passes_count(books), label="Checking", file=sys.stderr
    ) as bar:
        findings = checker.check(books, progress=lambda: bar.update(1))
    for finding in findings:
        click.echo(f"{finding.pass_name}: village {finding.village_id}: {finding.detail}")
    if findings:
        raise click.ClickException(f"{len(findings)} findings in {len(books)} books")
    click.echo(f"{len(books)} books hold: every pass is silent")


@ledger.command("verify-seal")
@click.option("--village", "village_code", required=True)
@click.option("--month", "month_code", required=True, help="For example 2026-10.")
def verify_a_seal(village_code: str, month_code: str) -> None:
    """Recompute the digest of a closed month and compare it with the seal."""
    try:
        village = identity_queries.village_by_code(village_code)
        period = queries.period(village.id, Month.parse(month_code))
        stored = queries.seal(period.id)
    except (NotFound, ValueError) as error:
        raise click.ClickException(str(error)) from error
    if stored is None:
        raise click.ClickException(f"{month_code} is still open and has no seal")
    computed = queries.compute_seal(village.id, period.id).header
    wrong = queries.differences(stored, computed)
    click.echo(f"{village.name} {month_code}: {printed_digest(stored.digest)}")
    click.echo(f"entries {stored.entry_count}, balances {stored.balance_count}")
    if wrong:
        raise click.ClickException(f"the rows do not give this seal: {', '.join(wrong)}")
    click.echo("The rows give this seal.")


@ledger.command("grant")
@click.argument("role")
def grant(role: str) -> None:
    """Give a PostgreSQL role what the application needs: everywhere else all rows, in the books
    only reading and inserting.
    """
    with db.engine.begin() as connection:
        for statement in service.grant_statements(connection, role):
            connection.execute(statement)
    click.echo(f"{role} may insert into the books, and change nothing there.")
