"""What nothing can be against is held and written in one call"""

from alembic import context, op

revision = "0024_ledger_post"
down_revision = "0023_ledger_keys"
branch_labels = None
depends_on = None

# The steps of posting, each in one place for the functions that take them. As in 0018 and 0023, but
# accounts are named without sorting them again, transfers name theirs by places in that list, and
# what is taken from an account is apart from what is given to it.

_ADDRESSES = "book bigint, owner_kinds int[], owner_ids bigint[], purposes int[], units bigint[]"
_ROWS = """
    taken bigint[], given bigint[], last_ids bigint[],
    new_ids bigint[], kinds varchar[], days date[], actor_ids bigint[], keys varchar[],
    request_digests bytea[], reversed_ids bigint[], rule_version_ids bigint[], memos varchar[],
    transfer_ids bigint[], entry_ids_of_transfers bigint[], debit_places int[],
    credit_places int[], units_moved bigint[], amounts bigint[]
"""
_PLANNED_ONCE = "LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off"

# Whoever misses one opens it first and comes again.
_NAME_ACCOUNTS = """
    account_ids := ARRAY(
        SELECT (
            SELECT account.id
            FROM ledger_account account
            WHERE account.village_id = book
                AND account.owner_kind = wanted.owner_kind
                AND account.owner_id = wanted.owner_id
                AND account.purpose = wanted.purpose
                AND account.unit_id = wanted.unit_id
            LIMIT 1
        )
        FROM unnest(owner_kinds, owner_ids, purposes, units)
            AS wanted (owner_kind, owner_id, purpose, unit_id)
    );
"""

# Against closing. Who had to wait for a close finds its row closed, that is, no row, and by looking
# again the next one.
_LOCK_PERIOD = """
    FOR look IN 1..5 LOOP
        SELECT period.id, period.head_entry_id
        INTO period_id, head_entry_id
        FROM ledger_period period
        WHERE period.village_id = book AND period.closed_at IS NULL
        FOR KEY SHARE;
        EXIT WHEN FOUND;
    END LOOP;
"""

# In the order of their ids, which no two postings reverse.
_LOCKED_BALANCES = """(
        SELECT row.account_id, row.balance, row.version, row.floor, row.ceiling
        FROM ledger_balance row
        WHERE row.account_id = ANY (account_ids)
        ORDER BY row.account_id
        FOR NO KEY UPDATE
    ) locked"""

# Under the locks: the twin of a request that is being posted has waited there, and must find its
# entry. In the order of the one index that knows keys, each is the first that is not below it.
# Asked for outright, a plan made for a table of few entries may take another index of the village,
# and go through all its entries for as long as that plan lasts.
_KNOWN_KEYS = """unnest(keys) AS wanted (idempotency_key)
    CROSS JOIN LATERAL (
        SELECT entry.village_id, entry.idempotency_key, entry.id, entry.period_id,
            entry.request_digest
        FROM ledger_entry entry
        WHERE (entry.village_id, entry.idempotency_key) >= (book, wanted.idempotency_key)
        ORDER BY entry.village_id, entry.idempotency_key
        LIMIT 1
    ) found
    WHERE found.village_id = book AND found.idempotency_key = wanted.idempotency_key"""

# Accounts without a balance row join nothing at the end.
_WRITE_ROWS = """
    INSERT INTO ledger_entry (
        village_id, period_id, posted_at, id, kind, occurred_on, actor_id, idempotency_key,
        request_digest, reverses_id, rule_version_id, memo
    )
    SELECT book, period_id, moment, unnest(new_ids), unnest(kinds), unnest(days),
        unnest(actor_ids), unnest(keys), unnest(request_digests), unnest(reversed_ids),
        unnest(rule_version_ids), unnest(memos);

    INSERT INTO ledger_transfer (
        village_id, period_id, id, entry_id, debit_account_id, credit_account_id, unit_id, amount
    )
    SELECT book, period_id, transfer_ids[place], entry_ids_of_transfers[place],
        account_ids[debit_places[place] + 1], account_ids[credit_places[place] + 1],
        units_moved[place], amounts[place]
    FROM generate_subscripts(transfer_ids, 1) AS place;

    UPDATE ledger_balance row
    SET balance = row.balance + moved.given - moved.taken, version = moved.last_id
    FROM unnest(account_ids, taken, given, last_ids) AS moved (account_id, taken, given, last_id)
    WHERE row.account_id = moved.account_id AND moved.last_id > 0;
"""

_HOLD = f"""
CREATE OR REPLACE FUNCTION ledger_hold(
    {_ADDRESSES}, keys varchar[],
    OUT account_ids bigint[], OUT period_id bigint, OUT head_entry_id bigint,
    OUT limited_ids bigint[], OUT balances bigint[], OUT versions bigint[],
    OUT floors bigint[], OUT ceilings bigint[],
    OUT known_keys varchar[], OUT entry_ids bigint[], OUT entry_period_ids bigint[],
    OUT digests bytea[]
) {_PLANNED_ONCE} AS $$
BEGIN
    {_NAME_ACCOUNTS}
    IF array_position(account_ids, NULL) IS NOT NULL THEN
        RETURN;
    END IF;
    {_LOCK_PERIOD}
    SELECT array_agg(locked.account_id), array_agg(locked.balance), array_agg(locked.version),
        array_agg(locked.floor), array_agg(locked.ceiling)
    INTO limited_ids, balances, versions, floors, ceilings
    FROM {_LOCKED_BALANCES};
    SELECT array_agg(found.idempotency_key), array_agg(found.id), array_agg(found.period_id),
        array_agg(found.request_digest)
    INTO known_keys, entry_ids, entry_period_ids, digests
    FROM {_KNOWN_KEYS};
END
$$
"""  # noqa: S608 - texts of this file

_WRITE = f"""
CREATE FUNCTION ledger_write(
    book bigint, period_id bigint, moment timestamptz, account_ids bigint[], {_ROWS}
) RETURNS void {_PLANNED_ONCE} AS $$
BEGIN
    {_WRITE_ROWS}
END
$$
"""

# Writes and gives the period, or gives NULL and writes nothing if there is anything to be judged.
# There is nothing if every limited account keeps to its limits in whatever order it is taken from
# and given to and has seen no id as high as the lowest of the new ones, and if no key is known.
_POST = f"""
CREATE FUNCTION ledger_post(
    {_ADDRESSES}, limited_accounts int, moment timestamptz, {_ROWS}
) RETURNS bigint {_PLANNED_ONCE} AS $$
DECLARE
    account_ids bigint[];
    period_id bigint;
    head_entry_id bigint;
    unharmed int;
BEGIN
    {_NAME_ACCOUNTS}
    IF array_position(account_ids, NULL) IS NOT NULL THEN
        RETURN NULL;
    END IF;
    {_LOCK_PERIOD}
    -- As a filter of the count: a condition of the query would be looked at before locking, and
    -- leave rows unlocked that the next step then locks out of order.
    SELECT count(*) FILTER (
        WHERE locked.version < new_ids[1]
            AND (locked.balance - moved.taken < locked.floor) IS NOT TRUE
            AND (locked.balance + moved.given > locked.ceiling) IS NOT TRUE
    )
    INTO unharmed
    FROM {_LOCKED_BALANCES}
    JOIN unnest(account_ids, taken, given) AS moved (account_id, taken, given)
        ON moved.account_id = locked.account_id;
    IF period_id IS NULL OR head_entry_id >= new_ids[1] OR unharmed < limited_accounts
        OR EXISTS (SELECT FROM {_KNOWN_KEYS})
    THEN
        RETURN NULL;
    END IF;
    {_WRITE_ROWS}
    RETURN period_id;
END
$$
"""  # noqa: S608 - texts of this file


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_write")
        op.execute(_HOLD)
        op.execute(_WRITE)
        op.execute(_POST)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_post")
        op.execute("DROP FUNCTION ledger_write")
        op.execute(context.script.get_revision("0018_ledger_plans").module._WRITE)
        op.execute("ALTER FUNCTION ledger_write SET enable_seqscan = off")
        op.execute(context.script.get_revision("0023_ledger_keys").module._HOLD)
