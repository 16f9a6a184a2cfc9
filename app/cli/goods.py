"""Taking over the table of a love store's goods."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.identity import queries as identity
from app.identity.domain import SYSTEM_ACTOR_ID
from app.kit.errors import DomainError
from app.store import queries, service
from app.store.service import GoodsImport
from app.web.messages import sentence
from app.web.transaction import run_in_transaction


@click.command("goods")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--village", "village_code", required=True, help="Code of the village.")
@click.option("--store", "store_name", help="Needed only when the village has several.")
@with_appcontext
def import_goods(file: Path, village_code: str, store_name: str | None) -> None:
    """Take over a love store's goods (.xlsx or .csv); the same file again changes nothing."""

    def work() -> GoodsImport:
        village_id = identity.village_by_code(village_code).id
        return service.import_goods(
            village_id=village_id,
            store_id=_store_id(village_id, store_name),
            content=file.read_bytes(),
            actor_id=SYSTEM_ACTOR_ID,
        )

    try:
        report = run_in_transaction(work)
    except DomainError as refusal:
        raise click.ClickException(sentence(refusal.code, refusal.facts)) from refusal
    for change in report.changed:
        for column, before, after in change.changes:
            click.echo(f"{change.title} {column}：{before} → {after}")
    for fault in report.faults:
        click.echo(f"第{fault.line}行 {sentence(fault.code, fault.facts)}")
    click.echo(
        f"新增{len(report.added)}样，改了{len(report.changed)}样，"
        f"没有变化{report.unchanged}样，没收{len(report.faults)}行。"
    )


def _store_id(village_id: int, name: str | None) -> int:
    """The named store of the village, or its only one."""
    found = queries.stores(village_id)
    wanted = [store for store in found if name in (None, store.name)]
    if len(wanted) != 1:
        names = "、".join(store.name for store in found) or "（这个村还没有爱心超市）"
        raise click.UsageError(f"请用 --store 指明一个爱心超市：{names}")
    return wanted[0].id
