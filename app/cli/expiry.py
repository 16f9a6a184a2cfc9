"""Points that expire: what would go, and posting it."""

from collections.abc import Iterator
from datetime import date, datetime

import click
from flask.cli import AppGroup

from app.expiry import queries, service
from app.expiry.domain import in_force
from app.identity import queries as places
from app.identity.domain import Role
from app.kit.errors import Conflict, DomainError, NotFound
from app.kit.points import format_tenths
from app.web.messages import sentence
from app.web.transaction import run_in_transaction

expiry = AppGroup("expiry", help="Points that expire as a branch has announced.")

_VILLAGE = click.option("--village", "village_code", required=True, help="Code of the village.")
_DAY = click.option("--on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="2027-01-01")
_ROLE_WORDS = {Role.BRANCH_PRESIDENT: "行长", Role.SUPERVISION: "监督委员会成员"}


@expiry.command("preview")
@_VILLAGE
@_DAY
def preview(village_code: str, on: datetime) -> None:
    """Print what would go on a day as the books stand now, household by household."""
    try:
        lines = list(_preview(places.village_by_code(village_code).id, on.date()))
    except DomainError as refusal:
        raise click.ClickException(sentence(refusal.code, refusal.facts)) from refusal
    click.echo("\n".join(lines))


def _preview(village_id: int, on: date) -> Iterator[str]:
    policy = in_force(queries.policies(village_id), on)
    if policy is None:
        raise Conflict("expiry_no_policy", day=on.isoformat())
    found = queries.preview(village_id, policy.terms, on)
    for each in found:
        yield f"{each.household.passbook_no}户 {format_tenths(each.points)}分"
        for lot in each.lots:
            yield f"  凭证{lot.entry_id} {lot.earned_on} {format_tenths(lot.amount)}分"
    yield f"{len(found)}户，共{format_tenths(sum(each.points for each in found))}分"


@expiry.command("post")
@_VILLAGE
@_DAY
@click.option("--president", required=True, help="User name of the president who asks.")
@click.option("--supervision", required=True, help="User name of who confirms.")
def post(village_code: str, on: datetime, president: str, supervision: str) -> None:
    """Post a due day; a second time changes nothing."""

    def work() -> list[str]:
        village_id = places.village_by_code(village_code).id
        run = service.ask_expiry(
            village_id=village_id,
            on=on.date(),
            actor_id=_account(village_id, president, Role.BRANCH_PRESIDENT),
        )
        run = service.confirm_expiry(
            village_id=village_id,
            run_id=run.id,
            actor_id=_account(village_id, supervision, Role.SUPERVISION),
        )
        return list(_posted(village_id, run.id))

    try:
        lines = run_in_transaction(work)
    except DomainError as refusal:
        raise click.ClickException(sentence(refusal.code, refusal.facts)) from refusal
    click.echo("\n".join(lines))


def _posted(village_id: int, run_id: int) -> Iterator[str]:
    found = queries.posted_lines(village_id, run_id)
    for each in found:
        amount = format_tenths(each.line.amount)
        yield f"{each.household.passbook_no}户 {amount}分 凭证{each.line.entry_id}"
    yield f"{len(found)}户，共{format_tenths(sum(each.line.amount for each in found))}分"


def _account(village_id: int, user_name: str, role: Role) -> int:
    for account, roles in places.staff(village_id):
        if account.user_name == user_name and role in roles:
            return account.id
    raise NotFound("expiry_staff_not_found", user_name=user_name, role=_ROLE_WORDS[role])
