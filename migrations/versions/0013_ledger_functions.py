"""The posting function's two steps on PostgreSQL, a round trip each"""

from alembic import op

revision = "0013_ledger_functions"
down_revision = "0012_ledger_heads"
branch_labels = None
depends_on = None

# Each statement of a volatile function takes a snapshot of its own: what is read after a lock was
# waited for is what the lock's last holder left.
_HOLD = """
CREATE FUNCTION ledger_hold(
    book bigint, owner_kinds int[], owner_ids bigint[], purposes int[], units bigint[],
    keys varchar[],
    OUT account_ids bigint[], OUT period_id bigint, OUT head_entry_id bigint,
    OUT limited_ids bigint[], OUT balances bigint[], OUT versions bigint[],
    OUT floors bigint[], OUT ceilings bigint[],
    OUT known_keys varchar[], OUT entry_ids bigint[], OUT entry_period_ids bigint[],
    OUT digests bytea[]
) LANGUAGE plpgsql AS $$
BEGIN
    -- Name the accounts; whoever misses one opens it first and comes again.
    SELECT array_agg(account.id ORDER BY wanted.place)
    INTO account_ids
    FROM unnest(owner_kinds, owner_ids, purposes, units)
        WITH ORDINALITY AS wanted (owner_kind, owner_id, purpose, unit_id, place)
    LEFT JOIN ledger_account account
        ON account.village_id = book
        AND account.owner_kind = wanted.owner_kind
        AND account.owner_id = wanted.owner_id
        AND account.purpose = wanted.purpose
        AND account.unit_id = wanted.unit_id;
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
    SELECT array_agg(entry.idempotency_key), array_agg(entry.id), array_agg(entry.period_id),
        array_agg(entry.request_digest)
    INTO known_keys, entry_ids, entry_period_ids, digests
    FROM unnest(keys) AS wanted (idempotency_key)
    JOIN ledger_entry entry
        ON entry.village_id = book AND entry.idempotency_key = wanted.idempotency_key;
END
$$
"""

_WRITE = """
CREATE FUNCTION ledger_write(
    book bigint, period bigint, moment timestamptz,
    entry_ids bigint[], kinds varchar[], days date[], actor_ids bigint[], keys varchar[],
    digests bytea[], reversed_ids bigint[], rule_version_ids bigint[], memos varchar[],
    transfer_ids bigint[], entry_ids_of_transfers bigint[], debit_ids bigint[],
    credit_ids bigint[], units bigint[], amounts bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
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
    SET balance = row.balance + moved.amount, version = moved.last_id
    FROM (
        SELECT side.account_id, sum(side.amount)::bigint AS amount, max(side.id) AS last_id
        FROM (
            SELECT credit.id, credit.account_id, credit.amount
            FROM unnest(transfer_ids, credit_ids, amounts) AS credit (id, account_id, amount)
            UNION ALL
            SELECT debit.id, debit.account_id, -debit.amount
            FROM unnest(transfer_ids, debit_ids, amounts) AS debit (id, account_id, amount)
        ) side
        GROUP BY side.account_id
    ) moved
    WHERE row.account_id = moved.account_id;
END
$$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_HOLD)
        op.execute(_WRITE)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_write")
        op.execute("DROP FUNCTION ledger_hold")
