"""Closing months from the command line."""

import sys

import click
from flask.cli import AppGroup

from app.identity import queries as places
from app.identity.domain import SYSTEM_ACTOR_ID
from app.kit.errors import DomainError, NotFound
from app.kit.month import Month
from app.ledger import queries as books
from app.ledger.domain.canonical import printed_digest
from app.notices import service
from app.web.messages import sentence
from app.web.transaction import run_in_transaction

month = AppGroup("month", help="Months of the books.")


@month.command("close")
@click.option("--town", "town_code", required=True, help="All villages of this town.")
@click.option("--month", "month_code", required=True, help="For example 2026-10.")
@click.option("--reason", default="", help="Why it ends though something still stands open.")
def close(town_code: str, month_code: str, reason: str) -> None:
    """Check, close and seal a month in every village of a town, and draft its notices.

    Each village by itself: one that is refused does not hold up the others, and running it again
    closes what is left. Exit code 1 when any was refused.
    """
    try:
        closing = Month.parse(month_code)
        villages = list(places.villages(places.town_by_code(town_code).id))
    except (NotFound, ValueError) as error:
        raise click.BadParameter("there is no such town or month") from error
    lines, refused = [], 0
    with click.progressbar(villages, label="Closing", file=sys.stderr) as bar:
        for village in bar:
            code, village_id = village.code, village.id
            try:
                digest = run_in_transaction(lambda found=village_id: _close(found, closing, reason))  # type: ignore[misc]
                lines.append(f"{code}: {printed_digest(digest)}")
            except DomainError as refusal:
                refused += 1
                lines.append(f"{code}: {sentence(refusal.code, refusal.facts)}")
    click.echo("\n".join(lines))
    if refused:
        raise click.ClickException(f"{refused} of {len(lines)} refused")


def _close(village_id: int, closing: Month, reason: str) -> bytes:
    """Close one village's month; the digest of its seal."""
    notice = service.close_month(
        village_id=village_id, month=closing, actor_id=SYSTEM_ACTOR_ID, reason=reason
    )
    seal = books.seal(notice.period_id)
    if seal is None:
        raise RuntimeError("a closed month has a seal")
    return seal.digest
