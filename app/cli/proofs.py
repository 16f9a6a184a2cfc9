"""Taking proofs and whole books out, for anybody to check with app/static/verify_proof.py."""

import json
from typing import TextIO

import click

from app.kit.errors import DomainError
from app.ledger import queries
from app.ledger.domain.sealing import (
    Growth,
    Proof,
    chain_document,
    prove_entries,
    prove_growth,
    prove_owner,
)
from app.ledger.queries import checker
from app.ledger.queries.exports import book_records
from app.people import queries as people

from .ledger import period_of, sealed_month, village_id_of

_BOOK_TITLE = "village points book 1"

_village = click.option("--village", "village_code", required=True)


@click.command("prove")
@_village
@click.option("--month", "month_code", required=True, help="For example 2026-10.")
@click.option("--entry", "entry_id", type=int, help="That this entry is under its digest.")
@click.option("--household", "passbook_no", help="What the household of this passbook holds.")
@click.option("--owner", "owner_id", type=int, help="What the owner of this id holds.")
@click.option("--since", "since_code", help="That its seal follows from that of this month.")
@click.option("--head", "count", type=int, help="That it begins with so many entries of a head.")
def prove(
    village_code: str,
    month_code: str,
    entry_id: int | None,
    passbook_no: str | None,
    owner_id: int | None,
    since_code: str | None,
    count: int | None,
) -> None:
    """Write a proof about a month, as JSON, to be checked against the digest on its notice.

    app/static/verify_proof.py checks it on any machine. With --head the month may be open still.
    """
    if [entry_id, passbook_no, owner_id, since_code, count].count(None) != 4:
        raise click.UsageError("say one of --entry, --household, --owner, --since and --head")
    checker.view_one_instant()
    village_id = village_id_of(village_code)
    if since_code is not None:
        documents = [_chain(village_id, since_code, month_code)]
    elif count is not None:
        documents = [_growth(village_id, month_code, count).document()]
    else:
        if passbook_no is not None:
            owner_id = _household_id(village_id, passbook_no)
        documents = [
            proof.document() for proof in _inclusions(village_code, month_code, entry_id, owner_id)
        ]
    click.echo(json.dumps(documents, indent=2))


@click.command("export")
@_village
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-", help="Else printed.")
def export_book(output: TextIO, village_code: str) -> None:
    """Write a village's whole book: a line for each record that its digests are taken over.

    It names nobody: owners are numbers. app/static/verify_proof.py adds it up on any machine.
    """
    checker.view_one_instant()
    village_id = village_id_of(village_code)
    output.write(_BOOK_TITLE + "\n")
    for record in book_records(village_id):
        output.write(record.hex() + "\n")


def _inclusions(
    village_code: str, month_code: str, entry_id: int | None, owner_id: int | None
) -> list[Proof]:
    computed, _ = sealed_month(village_code, month_code)
    if entry_id is not None:
        proofs = prove_entries(computed, {entry_id})
    else:
        proofs = prove_owner(computed, owner_id or 0)
    if not proofs:
        raise click.ClickException(f"there is nothing of it under the seal of {month_code}")
    return proofs


def _chain(village_id: int, since_code: str, month_code: str) -> dict[str, object]:
    numbers = [period_of(village_id, code).number for code in (since_code, month_code)]
    seals = [
        queries.header_of(seal)
        for seal in queries.seals(village_id)
        if numbers[0] <= seal.period_number <= numbers[1]
    ]
    if not seals or seals[-1].period_number != numbers[1]:
        raise click.ClickException(f"{month_code} has no seal that follows from {since_code}")
    return chain_document(seals)


def _growth(village_id: int, month_code: str, count: int) -> Growth:
    period = period_of(village_id, month_code)
    computed = queries.compute_seal(village_id, period.id)
    try:
        return prove_growth(computed, count, sealed=queries.seal(period.id) is not None)
    except IndexError as error:
        has = computed.header.entry_count
        raise click.ClickException(f"{month_code} has {has} entries, not {count}") from error


def _household_id(village_id: int, passbook_no: str) -> int:
    try:
        return people.household_by_passbook(village_id, passbook_no).id
    except DomainError as error:
        raise click.BadParameter(f"there is no passbook {passbook_no}") from error
