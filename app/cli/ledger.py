"""Checking the books."""

import json
import sys
from collections.abc import Sequence
from typing import TextIO

import click
from flask.cli import AppGroup
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db
from app.identity import queries as identity_queries
from app.kit.errors import NotFound
from app.kit.month import Month
from app.ledger import queries, service
from app.ledger.domain.canonical import printed_digest
from app.ledger.domain.sealing import ComputedSeal
from app.ledger.models import LedgerPeriod
from app.ledger.queries import checker
from app.web.transaction import run_in_transaction

from .checking import BookUnreadableError, check_all

ledger = AppGroup("ledger", help="Check the books.")


class CannotCheck(click.ClickException):
    """Nothing is known about the books, good or bad."""

    exit_code = 2


@ledger.command("check")
@click.option("--village", "village_code", help="Only this village's book.")
@click.option(
    "--json",
    "report_file",
    type=click.File("w", encoding="utf-8", lazy=True),
    help="Write the report here as JSON; - is standard output, which then carries nothing else.",
)
@click.option(
    "--processes", type=click.IntRange(1, 64), default=1, help="Check so many books at once."
)
def check_books(village_code: str | None, report_file: TextIO | None, processes: int) -> None:
    """Read every book from its first row on; changes nothing.

    Exit code 0 when every pass is silent, 1 when anything does not hold, 2 when the books could
    not be checked.
    """
    try:
        codes, findings = _checked(village_code, processes)
    except (SQLAlchemyError, BookUnreadableError) as error:
        raise CannotCheck(f"the books cannot be read: {error}") from error
    if report_file is not None:
        names = list(checker.PASSES)
        if village_code is None:
            names.append(checker.ROWS_IN_BOOKS)
        report = _report(names, codes, findings)
        report_file.write(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    if report_file is None or report_file.name != "-":
        for found in findings:
            village = codes.get(found.village_id, "no book")
            click.echo(f"{village}: {found.pass_name.replace('_', ' ')}: {found.detail}")
        if not findings:
            click.echo(f"{_counted(len(codes), 'book')}: every pass is silent.")
    if findings:
        raise click.ClickException(
            f"{_counted(len(findings), 'finding')} in {_counted(len(codes), 'book')}"
        )


def _checked(
    village_code: str | None, processes: int
) -> tuple[dict[int, str], list[checker.Finding]]:
    """The codes of the villages whose books were read, by id, and what was found."""
    checker.view_one_instant()
    only = None if village_code is None else [village_id_of(village_code)]
    with click.progressbar(
        length=checker.passes_count(only),
        label="Checking",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    ) as bar:
        if only is None:
            findings = check_all(processes=processes, progress=lambda: bar.update(1))
        else:
            findings = checker.check(only, progress=lambda: bar.update(1))
    village_ids = checker.books() if only is None else only
    return {village_id: _code_of(village_id) for village_id in village_ids}, findings


def _code_of(village_id: int) -> str:
    try:
        return identity_queries.village(village_id).code
    except NotFound:
        # A period was given to a village that there is not: one of the findings.
        return str(village_id)


def _report(
    passes: Sequence[str], codes: dict[int, str], findings: Sequence[checker.Finding]
) -> dict[str, object]:
    """The outcome of a check. Keys are only ever added: other programs read them."""
    return {
        "holds": not findings,
        "villages": list(codes.values()),
        "passes": passes,
        "findings": [
            {
                "pass": found.pass_name,
                "village": codes.get(found.village_id),
                "table": found.fault.table,
                "row": found.fault.row,
                "detail": found.detail,
            }
            for found in findings
        ],
    }


@ledger.command("verify-seal")
@click.option("--village", "village_code", required=True)
@click.option("--month", "month_code", required=True, help="For example 2026-10.")
def verify_a_seal(village_code: str, month_code: str) -> None:
    """Recompute the digest of a closed month and compare it with the seal."""
    checker.view_one_instant()
    computed, wrong = sealed_month(village_code, month_code)
    header = computed.header
    click.echo(f"{village_code} {month_code}: {printed_digest(header.digest)}")
    click.echo(f"entries {header.entry_count}, balances {header.balance_count}")
    if wrong:
        raise click.ClickException(f"the rows do not give this seal: {', '.join(wrong)}")
    click.echo("The rows give this seal.")


@ledger.command("record-heads")
def record_heads() -> None:
    """Write down what every open month holds, so that no change in it goes unseen until its seal.

    Made to run every night after `check`; keep what it prints outside the database.
    """
    for village_id in checker.books():
        head = run_in_transaction(lambda village_id=village_id: service.record_head(village_id))  # type: ignore[misc]
        if head is not None:
            code = identity_queries.village(village_id).code
            root, digest = head.entries_root.hex(), head.digest.hex()
            click.echo(f"{code}: entries {head.entry_count}, root {root}, digest {digest}")


@ledger.command("grant")
@click.argument("role")
def grant(role: str) -> None:
    """Give a PostgreSQL role what the application needs: everywhere else all rows, in the books
    only reading and inserting.
    """
    if db.engine.dialect.name != "postgresql":
        raise click.BadParameter("SQLite has no roles; its triggers keep the books")
    with db.engine.begin() as connection:
        if (
            connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :r"), {"r": role})
            is None
        ):
            raise click.BadParameter(f"there is no role {role}")
        for statement in service.grant_statements(connection, role):
            connection.execute(statement)
    click.echo(f"{role} may insert into the books, and change nothing there.")


def sealed_month(village_code: str, month_code: str) -> tuple[ComputedSeal, list[str]]:
    """The seal as the rows give it, and in what the stored one differs."""
    village_id = village_id_of(village_code)
    period = period_of(village_id, month_code)
    stored = queries.seal(period.id)
    if stored is None:
        raise click.ClickException(f"{month_code} is still open and has no seal")
    computed = queries.compute_seal(village_id, period.id)
    return computed, queries.differences(stored, computed.header)


def period_of(village_id: int, month_code: str) -> LedgerPeriod:
    """The period of a month that was typed."""
    try:
        return queries.period(village_id, Month.parse(month_code))
    except (NotFound, ValueError) as error:
        raise click.BadParameter(f"there is no month {month_code}") from error


def village_id_of(code: str) -> int:
    """The village of a code that was typed."""
    try:
        return identity_queries.village_by_code(code).id
    except NotFound as error:
        raise click.BadParameter(f"there is no village {code}") from error


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
