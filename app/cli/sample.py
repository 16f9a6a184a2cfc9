"""The sample town."""

from collections.abc import Callable
from datetime import date, datetime

import click
from flask.cli import AppGroup

from app import sample as town
from app.extensions import settings
from app.kit import clock
from app.kit.month import Month

from .database import upgrade_schema

sample = AppGroup("sample", help="A town with two villages and two months of history.")


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


def _show_month() -> Callable[[date], None]:
    """Say each month of the history once."""
    shown: set[Month] = set()

    def show(day: date) -> None:
        month = Month.of(day)
        if month not in shown:
            shown.add(month)
            click.echo(f"  {month}")

    return show
