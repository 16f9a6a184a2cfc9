"""Keys are looked up in their own index, whatever the table was when the plan was made"""

from alembic import context, op

revision = "0023_ledger_keys"
down_revision = "0022_ledger_indexes"
branch_labels = None
depends_on = None

# As in 0018, but for the last step.
_HOLD = """
CREATE OR REPLACE FUNCTION ledger_hold(
    book bigint, owner_kinds int[], owner_ids bigint[], purposes int[], units bigint[],
    keys varchar[],
    OUT account_ids bigint[], OUT period_id bigint, OUT head_entry_id bigint,
    OUT limited_ids bigint[], OUT balances bigint[], OUT versions bigint[],
    OUT floors bigint[], OUT ceilings bigint[],
    OUT known_keys varchar[], OUT entry_ids bigint[], OUT entry_period_ids bigint[],
    OUT digests bytea[]
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off AS $$
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
    -- In the order of the one index that knows keys, each is the first that is not below it. Asked
    -- for outright, a plan made for a table of few entries may take another index of the village,
    -- and go through all its entries for as long as that plan lasts.
    SELECT array_agg(found.idempotency_key), array_agg(found.id), array_agg(found.period_id),
        array_agg(found.request_digest)
    INTO known_keys, entry_ids, entry_period_ids, digests
    FROM unnest(keys) AS wanted (idempotency_key)
    CROSS JOIN LATERAL (
        SELECT entry.village_id, entry.idempotency_key, entry.id, entry.period_id,
            entry.request_digest
        FROM ledger_entry entry
        WHERE (entry.village_id, entry.idempotency_key) >= (book, wanted.idempotency_key)
        ORDER BY entry.village_id, entry.idempotency_key
        LIMIT 1
    ) found
    WHERE found.village_id = book AND found.idempotency_key = wanted.idempotency_key;
END
$$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_HOLD)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(context.script.get_revision("0018_ledger_plans").module._HOLD)
        context.script.get_revision("0022_ledger_indexes").module.upgrade()
