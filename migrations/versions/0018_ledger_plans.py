"""Plans of the posting functions made once, and balances told what changes"""

from alembic import context, op

revision = "0018_ledger_plans"
down_revision = "0017_ledger_returns"
branch_labels = None
depends_on = None

# Left to itself, PostgreSQL plans every statement anew at every call, because it takes the lists
# for longer than they are; that took longer than everything else. What is looked up row by row is
# in a LATERAL with LIMIT, so that the plan made once is one look into an index whatever the sizes
# of the tables were when it was made.
# Each statement of a volatile function takes a snapshot of its own: what is read after a lock was
# waited for is what the lock's last holder left.
_HOLD = """
CREATE OR REPLACE FUNCTION ledger_hold(
    book bigint, owner_kinds int[], owner_ids bigint[], purposes int[], units bigint[],
    keys varchar[],
    OUT account_ids bigint[], OUT period_id bigint, OUT head_entry_id bigint,
    OUT limited_ids bigint[], OUT balances bigint[], OUT versions bigint[],
    OUT floors bigint[], OUT ceilings bigint[],
    OUT known_keys varchar[], OUT entry_ids bigint[], OUT entry_period_ids bigint[],
    OUT digests bytea[]
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    -- Name the accounts; whoever misses one opens it first and comes again.
    SELECT array_agg(found.id ORDER BY wanted.place)
    INTO account_ids
    FROM unnest(owner_kinds, owner_ids, purposes, units)
        WITH ORDINALITY AS wanted (owner_kind, owner_id, purpose, unit_id, place)
    LEFT JOIN LATERAL (
        SELECT account.id
        FROM ledger_account account
        WHERE account.village_id = book
            AND account.owner_kind = wanted.owner_kind
            AND account.owner_id = wanted.owner_id
            AND account.purpose = wanted.purpose
            AND account.unit_id = wanted.unit_id
        LIMIT 1
    ) found ON true;
    IF array_position(account_ids, NULL) IS NOT NULL THEN
        RETURN;
    END IF;

    -- Lock the open period against closing. Who had to wait for a close finds its row closed,
    -- that is, no row, and by looking again the next one.
    FOR look IN 1..5 LOOP
        SELECT period.id, period.head_entry_id
        INTO period_id, head_entry_id
        FROM ledger_period period
        WHERE period.village_id = book AND period.closed_at IS NULL
        FOR KEY SHARE;
        EXIT WHEN FOUND;
    END LOOP;

    -- Lock the limited balances in the order of their ids, which no two postings reverse.
    SELECT array_agg(locked.account_id), array_agg(locked.balance), array_agg(locked.version),
        array_agg(locked.floor), array_agg(locked.ceiling)
    INTO limited_ids, balances, versions, floors, ceilings
    FROM (
        SELECT row.account_id, row.balance, row.version, row.floor, row.ceiling
        FROM ledger_balance row
        WHERE row.account_id = ANY (account_ids)
        ORDER BY row.account_id
        FOR NO KEY UPDATE
    ) locked;

    -- Look the keys up under the locks: the twin of a request that is being posted has waited
    -- there, and must find its entry.
    SELECT array_agg(found.idempotency_key), array_agg(found.id), array_agg(found.period_id),
        array_agg(found.request_digest)
    INTO known_keys, entry_ids, entry_period_ids, digests
    FROM unnest(keys) AS wanted (idempotency_key)
    CROSS JOIN LATERAL (
        SELECT entry.idempotency_key, entry.id, entry.period_id, entry.request_digest
        FROM ledger_entry entry
        WHERE entry.village_id = book AND entry.idempotency_key = wanted.idempotency_key
        LIMIT 1
    ) found;
END
$$
"""

_WRITE = """
CREATE FUNCTION ledger_write(
    book bigint, period bigint, moment timestamptz,
    entry_ids bigint[], kinds varchar[], days date[], actor_ids bigint[], keys varchar[],
    digests bytea[], reversed_ids bigint[], rule_version_ids bigint[], memos varchar[],
    transfer_ids bigint[], entry_ids_of_transfers bigint[], debit_ids bigint[],
    credit_ids bigint[], units bigint[], amounts bigint[],
    moved_ids bigint[], changes bigint[], last_ids bigint[]
) RETURNS void LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    INSERT INTO ledger_entry (
        village_id, period_id, posted_at, id, kind, occurred_on, actor_id, idempotency_key,
        request_digest, reverses_id, rule_version_id, memo
    )
    SELECT book, period, moment, entry.*
    FROM unnest(
        entry_ids, kinds, days, actor_ids, keys, digests, reversed_ids, rule_version_ids, memos
    ) AS entry;

    INSERT INTO ledger_transfer (
        village_id, period_id, id, entry_id, debit_account_id, credit_account_id, unit_id, amount
    )
    SELECT book, period, transfer.*
    FROM unnest(
        transfer_ids, entry_ids_of_transfers, debit_ids, credit_ids, units, amounts
    ) AS transfer;

    -- Accounts without a balance row join nothing.
    UPDATE ledger_balance row
    SET balance = row.balance + moved.change, version = moved.last_id
    FROM unnest(moved_ids, changes, last_ids) AS moved (account_id, change, last_id)
    WHERE row.account_id = moved.account_id;
END
$$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_write")
        op.execute(_HOLD)
        op.execute(_WRITE)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_write")
        op.execute("DROP FUNCTION ledger_hold")
        context.script.get_revision("0013_ledger_functions").module.upgrade()
