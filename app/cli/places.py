"""Setting up a town, its villages and their staff."""

from collections.abc import Callable

import click
from flask.cli import AppGroup

from app.identity import queries, service
from app.identity.domain import SYSTEM_ACTOR_ID, Role
from app.kit import clock
from app.kit.errors import DomainError
from app.kit.month import Month
from app.ledger import service as ledger
from app.web.messages import sentence
from app.web.transaction import run_in_transaction

place = AppGroup("place", help="Towns and villages.")
staff = AppGroup("staff", help="People who sign in by user name.")

_password = click.option(
    "--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for."
)


@place.command("add-town")
@click.argument("code")
@click.argument("name")
@click.option("--head-bank-user", required=True, help="User name of the head bank.")
@_password
def add_town(code: str, name: str, head_bank_user: str, password: str) -> None:
    """A town with its head bank's account, for example: add-town qingshi 青石镇."""

    def work() -> None:
        town = service.add_town(code=code, name=name)
        service.add_staff(
            town_id=town.id,
            village_id=None,
            user_name=head_bank_user,
            display_name=f"{name}总行",
            password=password,
            roles=frozenset({Role.HEAD_BANK}),
            actor_id=SYSTEM_ACTOR_ID,
        )

    _run(work)
    click.echo(f"{name}: sign in as {head_bank_user}")


@place.command("add-village")
@click.argument("code")
@click.argument("name")
@click.option("--town", "town_code", required=True)
@click.option("--contact-name", required=True, help="Who answers questions and complaints.")
@click.option("--contact-phone", required=True)
@click.option("--contact-place", required=True)
@click.option("--first-month", help="The first month of its book; this month by default.")
def add_village(
    code: str,
    name: str,
    town_code: str,
    contact_name: str,
    contact_phone: str,
    contact_place: str,
    first_month: str | None,
) -> None:
    """A village with an opened book, for example: add-village luxi 露溪村 --town qingshi …"""
    try:
        month = Month.parse(first_month) if first_month else Month.of(clock.today())
    except ValueError as error:
        raise click.BadParameter("write the month as 2026-10") from error

    def work() -> None:
        village = service.add_village(
            town_id=queries.town_by_code(town_code).id,
            code=code,
            name=name,
            contact_name=contact_name,
            contact_phone=contact_phone,
            contact_place=contact_place,
        )
        ledger.open_book(village.id, first_month=month)

    _run(work)
    click.echo(f"{name}: the book of {month} is open")


@staff.command("add")
@click.argument("user_name")
@click.argument("display_name")
@click.option("--village", "village_code", required=True)
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([r.value for r in Role if r not in (Role.HEAD_BANK, Role.MEMBER)]),
)
@click.option("--pin", help="Six digits, for a clerk at a terminal.")
@_password
def add_staff(
    user_name: str,
    display_name: str,
    village_code: str,
    roles: tuple[str, ...],
    pin: str | None,
    password: str,
) -> None:
    """An account of a village's staff; the branch president adds further ones on a page."""

    def work() -> None:
        village = queries.village_by_code(village_code)
        service.add_staff(
            town_id=village.town_id,
            village_id=village.id,
            user_name=user_name,
            display_name=display_name,
            password=password,
            roles=frozenset(Role(role) for role in roles),
            actor_id=SYSTEM_ACTOR_ID,
            pin=pin,
        )

    _run(work)
    click.echo(f"{display_name}: sign in as {user_name.lower()}")


def _run(work: Callable[[], None]) -> None:
    try:
        run_in_transaction(work)
    except DomainError as refusal:
        raise click.ClickException(sentence(refusal.code, refusal.facts)) from refusal
