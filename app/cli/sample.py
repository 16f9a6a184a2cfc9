"""The sample town, and a whole county for measuring."""

import os
import sys
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import func, select

from app import sample as town
from app.extensions import db, settings
from app.kit import clock
from app.kit.month import Month
from app.ledger.models import LedgerTransfer
from app.sample import county

from .database import upgrade_schema

sample = AppGroup("sample", help="Invented places to try out and to measure.")


@sample.command("town")
@click.option(
    "--today", type=click.DateTime(["%Y-%m-%d"]), help="End the history the day before this day."
)
@click.option("--migrate", is_flag=True, help="Bring the database to the newest schema first.")
def load(today: datetime | None, *, migrate: bool) -> None:
    """Load the sample town once; afterwards only print the ways to sign in."""
    if settings().production:
        raise click.ClickException("The sample's passwords are known to everybody.")
    if migrate:
        upgrade_schema()
    if not town.is_loaded():
        click.echo("Loading the sample town; this happens once.")
        town.load_town(today.date() if today else clock.today(), progress=_show_month())
    address = settings().public_url
    click.echo(f"\nVillage points bank: {address}/")
    click.echo(f"API description:     {address}/api/v1/openapi.json\n")
    for way in town.sign_ins():
        click.echo(f"  {way.role:<17} {address}{way.path}  {way.name}  {way.secret}")
    click.echo("")


@sample.command("county")
@click.option("--villages", type=click.IntRange(1, 2000), default=400, show_default=True)
@click.option("--months", type=click.IntRange(0, 120), default=12, show_default=True)
@click.option("--households", type=click.IntRange(1, 2000), default=300, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--migrate", is_flag=True, help="Bring the database to the newest schema first.")
def load_whole_county(
    villages: int, months: int, households: int, seed: int, *, migrate: bool
) -> None:
    """Load a county into an empty database: so many villages with so many closed months."""
    if settings().production:
        raise click.ClickException("Invented people have no place in production.")
    if migrate:
        upgrade_schema()
    shape = county.CountyShape.of_size(
        villages=villages, months=months, households=households, seed=seed
    )
    try:
        county.load_county(shape, processes=os.cpu_count() or 1, progress=_show_phase())
    except county.DatabaseNotEmptyError as error:
        raise click.ClickException(
            f"A county goes into an empty database only, and {error}. Nothing was written."
        ) from error
    transfers = db.session.scalar(select(func.count()).select_from(LedgerTransfer))
    click.echo(f"{villages} villages, {villages * households} households, {transfers} transfers.")


def _show_phase() -> county.Progress:
    """A progress bar for each phase."""
    bars: dict[str, Any] = {}

    def show(phase: str, done: int, total: int) -> None:
        if phase not in bars:
            bars[phase] = click.progressbar(length=total, label=phase, file=sys.stderr)
        bars[phase].update(done - bars[phase].pos)
        if done == total:
            bars[phase].render_finish()

    return show


def _show_month() -> Callable[[date], None]:
    """Say each month of the history once."""
    shown: set[Month] = set()

    def show(day: date) -> None:
        month = Month.of(day)
        if month not in shown:
            shown.add(month)
            click.echo(f"  {month}")

    return show
