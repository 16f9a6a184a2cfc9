-- What a careful hand writes for one transfer between two limited accounts, in one round trip:
-- the period kept open, both balance rows locked in order, the key looked up, the floor kept,
-- entry and transfer written with ids above what the accounts have seen, the balances updated.
CREATE SEQUENCE by_hand_numbers CACHE 100;

-- Milliseconds since 2024, a counter, and nine bits of the process: as the application's ids.
CREATE FUNCTION by_hand_id(above bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT greatest(
        ((above >> 9) + 1) << 9,
        ((extract(epoch FROM clock_timestamp()) * 1000 - 1704067200000)::bigint << 21)
            + (nextval('by_hand_numbers') % 4096 << 9)
    ) + pg_backend_pid() % 512
$$;

CREATE FUNCTION by_hand_post(
    of_village bigint, debit_id bigint, credit_id bigint, moved bigint, under_key text
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    digest bytea := sha256(convert_to(debit_id || ' ' || credit_id || ' ' || moved, 'UTF8'));
    open_period bigint;
    above bigint;
    locked record;
    known record;
    new_entry bigint;
    new_transfer bigint;
BEGIN
    SELECT id, head_entry_id INTO open_period, above FROM ledger_period
        WHERE village_id = of_village AND closed_at IS NULL FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no open period';
    END IF;
    FOR locked IN
        SELECT account_id, balance, version, floor FROM ledger_balance
        WHERE account_id IN (debit_id, credit_id) ORDER BY account_id FOR NO KEY UPDATE
    LOOP
        above := greatest(above, locked.version);
        IF locked.account_id = debit_id AND locked.balance - moved < locked.floor THEN
            RAISE EXCEPTION 'insufficient balance';
        END IF;
    END LOOP;
    SELECT id, request_digest INTO known FROM ledger_entry
        WHERE village_id = of_village AND idempotency_key = under_key;
    IF FOUND THEN
        IF known.request_digest <> digest THEN
            RAISE EXCEPTION 'idempotency mismatch';
        END IF;
        RETURN known.id;
    END IF;
    new_entry := by_hand_id(above);
    new_transfer := by_hand_id(new_entry);
    INSERT INTO ledger_entry (id, village_id, period_id, kind, occurred_on, posted_at, actor_id,
                              idempotency_key, request_digest, memo)
        VALUES (new_entry, of_village, open_period, 'award', date '2026-10-09', clock_timestamp(),
                7, under_key, digest, '');
    INSERT INTO ledger_transfer (id, entry_id, village_id, period_id, debit_account_id,
                                 credit_account_id, unit_id, amount)
        VALUES (new_transfer, new_entry, of_village, open_period, debit_id, credit_id, 1, moved);
    UPDATE ledger_balance
        SET balance = balance + CASE account_id WHEN credit_id THEN moved ELSE -moved END,
            version = new_transfer
        WHERE account_id IN (debit_id, credit_id);
    RETURN new_entry;
END $$;

-- The same for a batch: the transfers come as arrays, each with the number of its entry in `keys`.
-- All or nothing; at most one lock, one insert and one update statement for each table.
CREATE FUNCTION by_hand_batch(
    of_village bigint, keys text[], entry_numbers int[], debit_ids bigint[], credit_ids bigint[],
    unit_ids bigint[], amounts bigint[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    open_period bigint;
    above bigint;
    highest bigint;
    refused bigint;
    entry_ids bigint[];
    transfer_ids bigint[];
    digests bytea[];
BEGIN
    SELECT id, head_entry_id INTO open_period, above FROM ledger_period
        WHERE village_id = of_village AND closed_at IS NULL FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no open period';
    END IF;
    SELECT max(version) INTO highest FROM (
        SELECT version FROM ledger_balance
        WHERE account_id = ANY (debit_ids || credit_ids) ORDER BY account_id FOR NO KEY UPDATE
    ) AS locked;
    SELECT array_agg(digest ORDER BY entry_number) INTO digests FROM (
        SELECT entry_number, sha256(convert_to(string_agg(
            debit_id || ' ' || credit_id || ' ' || amount, ';' ORDER BY nth), 'UTF8')) AS digest
        FROM unnest(entry_numbers, debit_ids, credit_ids, amounts)
            WITH ORDINALITY AS moved (entry_number, debit_id, credit_id, amount, nth)
        GROUP BY entry_number
    ) AS digested;
    PERFORM FROM ledger_entry
        WHERE village_id = of_village AND idempotency_key = ANY (keys);
    IF FOUND THEN
        RAISE EXCEPTION 'a key is known';
    END IF;
    SELECT count(*) INTO refused FROM ledger_balance AS row JOIN (
        SELECT debit_id, sum(amount) AS taken
        FROM unnest(debit_ids, amounts) AS moved (debit_id, amount) GROUP BY debit_id
    ) AS debits ON debits.debit_id = row.account_id WHERE row.balance - taken < row.floor;
    IF refused > 0 THEN
        RAISE EXCEPTION 'insufficient balance';
    END IF;
    above := by_hand_id(greatest(above, highest));
    SELECT array_agg(above + 512 * n) INTO entry_ids FROM generate_subscripts(keys, 1) AS n;
    above := above + 512 * cardinality(keys);
    SELECT array_agg(above + 512 * n) INTO transfer_ids
        FROM generate_subscripts(amounts, 1) AS n;
    INSERT INTO ledger_entry (id, village_id, period_id, kind, occurred_on, posted_at, actor_id,
                              idempotency_key, request_digest, memo)
        SELECT entry_id, of_village, open_period, 'award', date '2026-10-09', clock_timestamp(),
               7, key, digest, ''
        FROM unnest(entry_ids, keys, digests) AS new (entry_id, key, digest);
    INSERT INTO ledger_transfer (id, entry_id, village_id, period_id, debit_account_id,
                                 credit_account_id, unit_id, amount)
        SELECT transfer_id, entry_ids[entry_number], of_village, open_period, debit_id, credit_id,
               unit_id, amount
        FROM unnest(transfer_ids, entry_numbers, debit_ids, credit_ids, unit_ids, amounts)
            AS new (transfer_id, entry_number, debit_id, credit_id, unit_id, amount);
    UPDATE ledger_balance AS row
        SET balance = row.balance + gained.amount, version = gained.last_id
        FROM (
            SELECT account_id, sum(amount)::bigint AS amount, max(transfer_id) AS last_id FROM (
                SELECT * FROM unnest(credit_ids, amounts, transfer_ids)
                    AS credits (account_id, amount, transfer_id)
                UNION ALL
                SELECT account_id, -amount, transfer_id
                FROM unnest(debit_ids, amounts, transfer_ids)
                    AS debits (account_id, amount, transfer_id)
            ) AS sides GROUP BY account_id
        ) AS gained
        WHERE row.account_id = gained.account_id;
    RETURN cardinality(keys);
END $$;
