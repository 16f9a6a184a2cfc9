"""g. Closing months, and checking a whole county."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import func, select, text, update

from app.cli.checking import check_all
from app.extensions import db
from app.identity import queries as places
from app.identity.domain import SYSTEM_ACTOR_ID
from app.incentives.service import move_pool
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger.domain.accounts import branch_budget
from app.ledger.models import LedgerEntry, LedgerPeriod, LedgerTransfer
from app.ledger.queries import balance, checker
from app.notices import service as notices
from app.notices.queries.figures import village_month
from app.people import queries as people
from app.people.domain.links import LinkSide
from app.people.models import Member, PartyLink
from app.people.service import propose_link
from app.rulebook import queries as rulebook
from app.rulebook.domain.incentives import USUAL_INCENTIVES
from app.rulebook.service import save_version
from app.sample.county import CountyShape, village_code
from app.sample.county.shape import TOWN_VILLAGES_MAX
from app.web.transaction import run_in_transaction
from tests.bench.county import FULL, once, open_county
from tests.bench.frame import Figures, Race, Run, Target, bench, figure, ratio
from tests.bench.site import Site

_PARTY_MEMBERS, _LINKS_EACH = 25, 10
BUSY_VILLAGE = CountyShape(villages=1, months=12, sessions=36, seats=62, redemptions=75)
TOWN = CountyShape(villages=TOWN_VILLAGES_MAX, months=2)


@bench("g", "Closing the month of a village of 300 households with 2,000 entries")
def village_close(site: Site) -> Iterator[Race]:
    """Checked, incentives posted, sealed, the next month opened, the notice drafted and its figures
    gathered. The village has all incentives on, and 25 party members with ten households each.

    The check reads the open month and what it goes on from, so a year behind it adds nothing.
    """
    yield Race(
        {
            "its first month": _close_in(site, replace(BUSY_VILLAGE, months=0)),
            "after a year of such months": _close_in(site, BUSY_VILLAGE),
        },
        targets=[
            Target(f"village month close, {name}", figure(name, "s"), at_most=1, unit="s")
            for name in ("its first month", "after a year of such months")
        ],
        notes=["the check before the close is part of it, and the seal and the notice's figures"],
        warm_up=False,
    )


def _close_in(site: Site, shape: CountyShape) -> Run:
    def run(_: float) -> Figures:
        with open_county(site, shape):
            village_id = places.village_by_code(village_code(0)).id
            run_in_transaction(lambda: switch_incentives_on(village_id, shape.open_month))
            entries = _open_entries()
            checked = once(lambda: checker.check_open_month(village_id))(0)
            closed = once(lambda: _close([village_id], shape.open_month))(0)
            return {"s": closed["s"], "of it the check, s": checked["s"], "entries": entries}

    return run


@bench("g", "Closing the month of a town of 54 villages")
def town_close(site: Site) -> Iterator[Race]:
    """The same for each of its villages, one after the other, as `month close` does."""
    with open_county(site, TOWN) as county:
        month, village_ids = county.shape.open_month, checker.books()
        yield Race(
            {"54 villages": once(lambda: _close(village_ids, month))},
            targets=[Target("54-village town", figure("54 villages", "s"), at_most=60, unit="s")],
            notes=[f"{_open_entries()} entries in the open months, after two closed ones"],
            warm_up=False,
        )


def switch_incentives_on(village_id: int, month: Month) -> None:
    """Adopt the usual incentives from the open month on, fill the pool, link households; once."""
    version = rulebook.current_version(village_id, month.last_day)
    if version is None or rulebook.incentives_of(version):
        return
    save_version(
        village_id=village_id,
        rules=rulebook.rules(version.id),
        adoption=rulebook.adoption_of(version),
        starts_on=month.first_day,
        actor_id=SYSTEM_ACTOR_ID,
        incentives=USUAL_INCENTIVES,
    )
    # A very small village has very little.
    amount = Tenths(min(2_000, balance(branch_budget(village_id))))
    move_pool(village_id=village_id, amount=amount, returns=False, actor_id=SYSTEM_ACTOR_ID)
    households = people.households(village_id)
    heads = [each for each in people.members(village_id) if each.is_head][:_PARTY_MEMBERS]
    db.session.execute(
        update(Member)
        .where(Member.id.in_([head.id for head in heads]))
        .values(is_party_member=True)
    )
    others = [each for each in households if each.id not in {head.household_id for head in heads}]
    for number, head in enumerate(heads):
        for household in others[number * _LINKS_EACH : (number + 1) * _LINKS_EACH]:
            propose_link(
                village_id=village_id,
                member_id=head.id,
                household_id=household.id,
                side=LinkSide.OFFICE,
                actor_id=SYSTEM_ACTOR_ID,
            )
    db.session.execute(update(PartyLink).values(began_on=month.first_day))


def _close(village_ids: Sequence[int], month: Month) -> None:
    for village_id in village_ids:
        notices.close_month(village_id=village_id, month=month, actor_id=SYSTEM_ACTOR_ID)
        village_month(village_id, month)


def _open_entries() -> int:
    period = LedgerPeriod
    return db.session.scalars(
        select(func.count())
        .select_from(LedgerEntry)
        .join(period, period.id == LedgerEntry.period_id)
        .where(period.closed_at.is_(None))
    ).one()


@bench("g", "Full check of a county")
def full_check(site: Site) -> Iterator[Race]:
    """Every pass over every book, against hand-written SQL that reads the same rows once.

    One process for each core, as the statements may use them all. The plain fold adds up balances
    alone. What the checker computes besides, a digest of every
    entry for its seal and one for its key, is in the second statement, as SQL computes it.
    """
    with open_county(site, FULL) as county:
        yield Race(
            {
                "ledger check": once(_check_all),
                "plain SQL: balances": once(lambda: _is_silent(_FOLD)),
                "plain SQL: balances, every step, closings, digests": once(
                    lambda: _is_silent(_FOLD, _STEPS, _CLOSINGS, _DIGESTS)
                ),
            },
            targets=[
                Target(
                    "full check / the same fold in plain SQL",
                    ratio(
                        "ledger check", "plain SQL: balances, every step, closings, digests", "s"
                    ),
                    at_most=3,
                ),
                Target(
                    "full check / balances alone in plain SQL",
                    ratio("ledger check", "plain SQL: balances", "s"),
                    at_most=3,
                ),
            ],
            notes=[f"{_transfers()} transfers in {county.shape.villages} books"],
            warm_up=False,
        )


def _check_all() -> None:
    findings = check_all(processes=os.cpu_count() or 1, progress=lambda: None)
    if findings:
        raise AssertionError(findings[0])


def _is_silent(*statements: str) -> None:
    for statement in statements:
        faults = db.session.scalar(text(statement))
        if faults:
            raise AssertionError(f"{faults} faults in {statement}")


def _transfers() -> int:
    return db.session.scalars(select(func.count()).select_from(LedgerTransfer)).one()


_SIDES = """
    SELECT credit_account_id AS account_id, id, period_id, amount FROM ledger_transfer
    UNION ALL SELECT debit_account_id, id, period_id, -amount FROM ledger_transfer
"""

_FOLD = f"""
    SELECT count(*) FROM ledger_balance b FULL JOIN (
        SELECT account_id, sum(amount) AS balance, max(s.id) AS version
        FROM ({_SIDES}) s JOIN ledger_account a ON a.id = account_id
        WHERE purpose IN (2, 3, 4, 10, 11, 12, 41, 42) GROUP BY 1
    ) f USING (account_id)
    WHERE (b.balance, b.version) IS DISTINCT FROM (coalesce(f.balance, 0), coalesce(f.version, 0))
"""

_STEPS = f"""
    SELECT count(*) FROM (
        SELECT account_id, sum(amount) OVER (PARTITION BY account_id ORDER BY id) AS balance
        FROM ({_SIDES}) s
    ) r JOIN ledger_balance b USING (account_id) WHERE r.balance < b.floor
"""

_CLOSINGS = f"""
    SELECT count(*) FROM (
        SELECT account_id, number, sum(moved) OVER (PARTITION BY account_id ORDER BY number) AS due
        FROM (
            SELECT account_id, number, sum(amount) AS moved
            FROM ({_SIDES}) s JOIN ledger_period p ON p.id = period_id
            WHERE closed_at IS NOT NULL GROUP BY 1, 2
        ) m
    ) f JOIN ledger_account a ON a.id = account_id
    JOIN ledger_period p ON p.village_id = a.village_id AND p.number = f.number
    LEFT JOIN ledger_closing c ON c.period_id = p.id AND c.account_id = f.account_id
    WHERE c.balance IS DISTINCT FROM f.due
"""

# The canonical bytes of app.ledger.domain.canonical: the leaf of every entry, which is computed and
# not compared here, because trees are no business of SQL, and the digest of every request.
_DIGESTS = r"""
    WITH account AS MATERIALIZED (
        SELECT id, int8send(owner_kind) || int8send(owner_id) || int8send(purpose) AS address
        FROM ledger_account
    ), moved AS (
        SELECT entry_id, count(*) AS number,
            string_agg(int8send(t.id) || d.address || c.address || int8send(unit_id)
                || int8send(amount), ''::bytea ORDER BY t.id) AS written,
            string_agg(d.address || c.address || int8send(unit_id) || int8send(amount),
                ''::bytea ORDER BY t.id) AS asked
        FROM ledger_transfer t
        JOIN account d ON d.id = debit_account_id JOIN account c ON c.id = credit_account_id
        GROUP BY entry_id
    ), said AS (
        SELECT e.*, p.number AS period_number, m.number, written, asked,
            int8send(octet_length(kind)) || convert_to(kind, 'UTF8') AS kind_bytes,
            int8send(10) || convert_to(occurred_on::text, 'UTF8') AS day_bytes,
            int8send(coalesce(reverses_id, 0)) || int8send(coalesce(rule_version_id, 0)) AS names,
            int8send(octet_length(memo)) || convert_to(memo, 'UTF8') AS memo_bytes
        FROM ledger_entry e JOIN ledger_period p ON p.id = period_id
        LEFT JOIN moved m ON m.entry_id = e.id
    )
    SELECT count(*) FROM said WHERE sha256('\x0104' || kind_bytes || day_bytes || names
            || memo_bytes || int8send(number) || asked) IS DISTINCT FROM request_digest
        OR sha256('\x000101' || int8send(id) || int8send(village_id) || int8send(period_number)
            || kind_bytes || day_bytes
            || int8send((extract(epoch FROM posted_at) * 1000000)::bigint) || int8send(actor_id)
            || int8send(octet_length(idempotency_key)) || convert_to(idempotency_key, 'UTF8')
            || names || memo_bytes || int8send(number) || written) IS NULL
"""
