-- enter
SELECT chassis.enter($1::uuid[])

-- page
SELECT id, version, shape, state FROM chassis.page($1, $2, $3, $4, $5, $6)

-- entries_of
SELECT event_id, chain_id, aggregate, aggregate_id, version, type, payload, actor, request_id,
    cause_id, correlation_id, traceparent, occurred_at, recorded_at, hash
FROM chassis.journal WHERE chain_id = $1 AND aggregate_id = $2 ORDER BY version

-- put_facts
INSERT INTO public."{table}" SELECT (jsonb_populate_recordset(NULL::public."{table}", $1::jsonb)).*

-- remove_facts
DELETE FROM public."{table}" f USING jsonb_populate_recordset(NULL::public."{table}", $1::jsonb) k WHERE {matches}

-- put_timers
INSERT INTO chassis.timers (chain_id, key, due_at, command, aggregate, aggregate_id, traceparent)
SELECT chain_id, key, due_at, command, aggregate, aggregate_id, traceparent
FROM unnest($1::chassis.timers[])
ON CONFLICT (chain_id, key) DO UPDATE SET due_at = excluded.due_at

-- audit
INSERT INTO chassis.audit (chain_id, actor, method, subject_id, verdict, request_id, audited_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- owner_key
SELECT key_id, wrapped FROM chassis.sealed_keys WHERE chain_id = $1 AND owner_id = $2

-- keep_owner_key
INSERT INTO chassis.sealed_keys (chain_id, owner_id, key_id, wrapped)
VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING

-- sealed_text
SELECT ciphertext FROM chassis.sealed
WHERE chain_id = $1 AND owner_id = $2 AND item = $3 AND version = $4

-- sealed_owners
SELECT owner_id, version FROM chassis.sealed
WHERE chain_id = $1 AND item = $2 AND item LIKE 'lookup:%' -- or the partial index is not used

-- forget
WITH found AS (
    DELETE FROM chassis.sealed
    WHERE chain_id = $1 AND owner_id = ANY ($2::uuid[]) AND item LIKE 'lookup:%')
DELETE FROM chassis.sealed_keys WHERE chain_id = $1 AND owner_id = ANY ($2::uuid[])

-- sequence
SELECT moved, feed_no FROM chassis.sequence($1)

-- relay_cursor
SELECT feed_no, stream_created, stream_sequence FROM chassis.relay WHERE stream = $1

-- start_relay_cursor
INSERT INTO chassis.relay (stream, feed_no, stream_created, stream_sequence)
VALUES ($1, 0, $2, 0) ON CONFLICT DO NOTHING

-- move_relay_cursor
UPDATE chassis.relay SET feed_no = $2, stream_created = $3, stream_sequence = $4
WHERE stream = $1 AND feed_no = $5 AND stream_created = $6 RETURNING true

-- feed_after
SELECT f.feed_no, f.chain_id::text, j.event_id::text, j.aggregate, j.aggregate_id::text, j.version,
    j.type, j.payload, j.traceparent, j.occurred_at, j.recorded_at
FROM chassis.feed f CROSS JOIN LATERAL (
    SELECT * FROM chassis.journal e WHERE e.position = f.position LIMIT 1) j
WHERE f.feed_no > $1 ORDER BY f.feed_no LIMIT $2

-- feed_of_chain_after
SELECT f.feed_no, f.chain_id::text, j.event_id::text, j.aggregate, j.aggregate_id::text, j.version,
    j.type, j.payload,
    j.traceparent, j.occurred_at, j.recorded_at
FROM chassis.feed f CROSS JOIN LATERAL (
    SELECT * FROM chassis.journal e WHERE e.position = f.position LIMIT 1) j
WHERE f.chain_id = $1 AND f.feed_no > $2 AND f.feed_no <= $3
    AND ($4::text[] IS NULL OR j.type = ANY ($4)) AND ($5::uuid IS NULL OR j.aggregate_id = $5)
ORDER BY f.feed_no LIMIT $6

-- feed_end
SELECT feed_no FROM chassis.sequencer

-- take_alone
SELECT pg_try_advisory_lock(hashtextextended($1, 0))

-- hear
SELECT verdict FROM chassis.hear($1::uuid[], $2, $3::chassis.heard_event[], $4) ORDER BY n

-- begin_attempt
INSERT INTO chassis.attempts AS a (durable, event_id, begun) VALUES ($1, $2, 1)
ON CONFLICT (durable, event_id) DO UPDATE SET begun = a.begun + 1 RETURNING begun

-- end_attempts
DELETE FROM chassis.attempts WHERE durable = $1 AND event_id = ANY ($2::uuid[])

-- park
INSERT INTO chassis.parked (parked_id, durable, chain_id, aggregate_id, version, event_id, type,
    traceparent, body, attempts, reason, dead, parked_at, next_attempt_at, occurred_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT (durable, chain_id, aggregate_id, version) DO NOTHING

-- due_heads
SELECT chain_id, aggregate_id, version FROM (
    SELECT DISTINCT ON (chain_id, aggregate_id) chain_id, aggregate_id, version, dead,
        next_attempt_at
    FROM chassis.parked WHERE durable = $1 ORDER BY chain_id, aggregate_id, version) head
WHERE NOT dead AND next_attempt_at <= $2

-- claim_parked
SELECT event_id, type, traceparent, body, attempts, occurred_at FROM chassis.parked
WHERE durable = $1 AND chain_id = $2 AND aggregate_id = $3 AND version = $4
FOR UPDATE SKIP LOCKED

-- parked_again
UPDATE chassis.parked SET attempts = attempts + 1, reason = $5, dead = $6, next_attempt_at = $7
WHERE durable = $1 AND chain_id = $2 AND aggregate_id = $3 AND version = $4

-- unpark
DELETE FROM chassis.parked
WHERE durable = $1 AND chain_id = $2 AND aggregate_id = $3 AND version = $4

-- parked_list
SELECT parked_id, durable, chain_id, aggregate_id, version, event_id, type, attempts, reason, dead,
    parked_at, next_attempt_at
FROM chassis.parked
WHERE chain_id = $1 AND ($2 = '' OR durable = $2)
    AND ($3 = 'ANY' OR $3 = CASE WHEN dead THEN 'DEAD'
        WHEN reason = 'BEHIND_A_PARKED_EVENT' THEN 'WAITING' ELSE 'RETRYING' END)
    AND ($4::uuid IS NULL OR (parked_at, parked_id) >
        (SELECT p.parked_at, p.parked_id FROM chassis.parked p WHERE p.parked_id = $4))
ORDER BY parked_at, parked_id LIMIT $5

-- parked_replay
UPDATE chassis.parked SET dead = false, attempts = 0, next_attempt_at = $3
WHERE chain_id = $1 AND parked_id = $2 RETURNING true

-- due_timers
SELECT chain_id, key FROM chassis.timers WHERE due_at <= $1 ORDER BY failures, due_at LIMIT $2

-- timer_failed
UPDATE chassis.timers SET failures = failures + 1 WHERE chain_id = $1 AND key = $2

-- claim_timer
SELECT key, due_at, command, aggregate, aggregate_id, traceparent
FROM chassis.timers WHERE chain_id = $1 AND key = $2 FOR UPDATE SKIP LOCKED

-- end_timer
DELETE FROM chassis.timers WHERE chain_id = $1 AND key = $2

-- documents_of
SELECT id, version, shape, head_hash, state FROM public."{table}"
WHERE chain_id = $1 AND ($2::uuid IS NULL OR id = $2)
UNION ALL -- what has a journal and no document any more
SELECT aggregate_id, max(version), 0, ''::bytea, NULL FROM chassis.journal j
WHERE chain_id = $1 AND aggregate = '{table}' AND ($2::uuid IS NULL OR aggregate_id = $2)
    AND NOT EXISTS (SELECT FROM public."{table}" d WHERE d.chain_id = $1 AND d.id = j.aggregate_id)
GROUP BY aggregate_id ORDER BY 1

-- documents_by
SELECT id, version, shape, head_hash, state FROM public."{table}"
WHERE chain_id = $1 AND {column} = $2 ORDER BY id FOR SHARE

-- found
SELECT chain_id, value, id FROM chassis.found($1::uuid[], $2, $3, $4::text[])

-- status
SELECT (SELECT feed_no FROM chassis.sequencer) AS feed_no,
    (SELECT count(*) FROM chassis.outbox) AS outbox_pending,
    -- Of the caller's chain: nobody sees more of the journal.
    (SELECT (extract(epoch FROM $2 - min(j.recorded_at)) * 1000)::bigint FROM chassis.outbox o
        CROSS JOIN LATERAL (SELECT e.recorded_at FROM chassis.journal e
            WHERE e.position = o.position LIMIT 1) j) AS outbox_age_milliseconds,
    coalesce((SELECT feed_no FROM chassis.relay WHERE stream = $1), 0) AS relay_feed_no,
    (SELECT count(*) FROM chassis.parked WHERE NOT dead) AS parked,
    (SELECT count(*) FROM chassis.parked WHERE dead) AS dead

-- facts_given
SELECT to_jsonb(g) AS fact FROM jsonb_populate_recordset(NULL::public."{table}", $1::jsonb) g

-- facts_kept
SELECT to_jsonb(f) AS fact FROM public."{table}" f WHERE chain_id = $1

-- entries_of_chain
SELECT aggregate, aggregate_id, version, type, payload
FROM chassis.journal WHERE chain_id = $1 ORDER BY position

-- fact_tables
SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
    AND c.relkind IN ('r', 'p') AND has_table_privilege(c.oid, 'SELECT')
    AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'chain_id')
    AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'head_hash')
ORDER BY 1
