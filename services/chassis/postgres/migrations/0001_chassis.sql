-- The chassis's own tables, the same in every service's database.
-- Roles: owner runs this; app serves calls under row-level security; relay moves and publishes
-- the feed of all chains; clock sees which timers are due. None but owner owns anything.

CREATE SCHEMA chassis;

-- The chains of this call, set by the function that runs it. Empty when nobody set any.
CREATE FUNCTION chassis.chains() RETURNS uuid[] LANGUAGE sql STABLE AS
$$ SELECT NULLIF(current_setting('app.chains', true), '')::uuid[] $$;

CREATE FUNCTION chassis.enter(chains uuid[]) RETURNS void LANGUAGE sql AS
$$ SELECT set_config('app.chains', chains::text, true) $$;

-- A state's "2026-01-31T09:00:00Z" as a column. Immutable, since the text carries its zone.
CREATE FUNCTION chassis.instant(stated text) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT AS
$$ SELECT stated::timestamptz $$;

CREATE FUNCTION chassis.guard(place regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', place);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', place);
    EXECUTE format(
        'CREATE POLICY chains_of_the_call ON %s TO app'
        ' USING (chain_id = ANY ((SELECT chassis.chains())::uuid[]))', place);
    -- The owner migrates, rebuilds and verifies across chains.
    EXECUTE format('CREATE POLICY owner_sees_all ON %s TO owner USING (true)', place);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO app', place);
END $$;

-- Append-only, kept for ever.
CREATE TABLE chassis.journal (
    position       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id       uuid        NOT NULL UNIQUE,
    chain_id       uuid        NOT NULL,
    aggregate      text        NOT NULL,
    aggregate_id   uuid        NOT NULL,
    version        int         NOT NULL CHECK (version > 0),
    type           text        NOT NULL,
    payload        bytea       NOT NULL,
    actor          text        NOT NULL,
    request_id     uuid,
    cause_id       uuid,
    correlation_id uuid        NOT NULL,
    traceparent    text,
    occurred_at    timestamptz NOT NULL,
    recorded_at    timestamptz NOT NULL,
    hash           bytea       NOT NULL,
    UNIQUE (chain_id, aggregate_id, version)
);
SELECT chassis.guard('chassis.journal');
REVOKE UPDATE, DELETE ON chassis.journal FROM app;
CREATE POLICY relay_reads_all ON chassis.journal FOR SELECT TO relay USING (true);
GRANT SELECT ON chassis.journal TO relay;

-- Positions of committed entries that the sequencer has not numbered yet.
CREATE TABLE chassis.outbox (position bigint PRIMARY KEY)
    WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
GRANT INSERT, SELECT ON chassis.outbox TO app;
GRANT SELECT, DELETE ON chassis.outbox TO relay;

-- Dense, gap-free, ordered per aggregate: what watches, replays and cursors count in.
CREATE TABLE chassis.feed (
    feed_no  bigint PRIMARY KEY,
    -- No foreign key: it would be checked row by row, for what the sequencer just read.
    position bigint NOT NULL UNIQUE,
    chain_id uuid   NOT NULL
);
CREATE INDEX feed_by_chain ON chassis.feed (chain_id, feed_no);
SELECT chassis.guard('chassis.feed');
REVOKE INSERT, UPDATE, DELETE ON chassis.feed FROM app;
CREATE POLICY relay_writes_all ON chassis.feed TO relay USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON chassis.feed TO relay;

-- One row; whoever locks it is the sequencer.
CREATE TABLE chassis.sequencer (one boolean PRIMARY KEY DEFAULT true CHECK (one), feed_no bigint NOT NULL);
INSERT INTO chassis.sequencer (feed_no) VALUES (0);
GRANT SELECT, UPDATE ON chassis.sequencer TO relay;
GRANT SELECT ON chassis.sequencer TO app;

-- LATERAL with a LIMIT, here and below: looked up by key, one by one, whatever the planner
-- believes of tables that grow; joined, it read a whole journal to number five entries.

-- Moves up to `most` committed entries into the feed and says how far it now reaches.
-- Positions of one aggregate rise with its versions, because its document row is locked before
-- they are drawn; so numbering what is visible, lowest first, keeps each aggregate's order.
CREATE FUNCTION chassis.sequence(most int) RETURNS TABLE (moved int, feed_no bigint)
LANGUAGE plpgsql AS $$
DECLARE last bigint; n int;
BEGIN
    SELECT s.feed_no INTO last FROM chassis.sequencer s FOR UPDATE;
    WITH taken AS (
        DELETE FROM chassis.outbox o WHERE o.position = ANY (ARRAY(
            SELECT w.position FROM chassis.outbox w ORDER BY w.position LIMIT most))
        RETURNING o.position)
    INSERT INTO chassis.feed (feed_no, position, chain_id)
    SELECT last + row_number() OVER (ORDER BY t.position), t.position, j.chain_id
    FROM taken t CROSS JOIN LATERAL (
        SELECT e.chain_id FROM chassis.journal e WHERE e.position = t.position LIMIT 1) j;
    GET DIAGNOSTICS n = ROW_COUNT;
    IF n > 0 THEN UPDATE chassis.sequencer s SET feed_no = last + n; END IF;
    RETURN QUERY SELECT n, last + n;
END $$;

-- How far the relay has published, and into which incarnation of the stream.
CREATE TABLE chassis.relay (
    stream          text   PRIMARY KEY,
    feed_no         bigint NOT NULL,
    stream_created  text   NOT NULL,
    stream_sequence bigint NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON chassis.relay TO relay;
GRANT SELECT ON chassis.relay TO app;

-- The answer that each request id leads to, for ever. Only successes.
CREATE TABLE chassis.requests (
    chain_id    uuid        NOT NULL,
    request_id  uuid        NOT NULL,
    method      text        NOT NULL,
    fingerprint bytea       NOT NULL,
    answer      bytea       NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (chain_id, request_id)
);
SELECT chassis.guard('chassis.requests');

-- Which delivered events were answered, for ever.
CREATE TABLE chassis.inbox (
    durable  text NOT NULL,
    event_id uuid NOT NULL,
    PRIMARY KEY (durable, event_id)
);
-- The highest version heard of each neighbour's aggregate: a lower unseen one is out of order.
CREATE TABLE chassis.heard (
    durable      text NOT NULL,
    chain_id     uuid NOT NULL,
    aggregate_id uuid NOT NULL,
    version      int  NOT NULL,
    PRIMARY KEY (durable, chain_id, aggregate_id)
) WITH (fillfactor = 80);
-- How often each delivery was begun: counted, and committed, before it is handled.
CREATE TABLE chassis.attempts (
    durable  text NOT NULL,
    event_id uuid NOT NULL,
    begun    int  NOT NULL,
    PRIMARY KEY (durable, event_id)
);
-- Deliveries that failed, and those of the same aggregate behind them, in order.
CREATE TABLE chassis.parked (
    parked_id       uuid        NOT NULL UNIQUE,
    durable         text        NOT NULL,
    chain_id        uuid        NOT NULL,
    aggregate_id    uuid        NOT NULL,
    version         int         NOT NULL,
    event_id        uuid        NOT NULL,
    type            text        NOT NULL,
    traceparent     text,
    body            bytea       NOT NULL,
    attempts        int         NOT NULL,
    reason          text        NOT NULL,
    dead            boolean     NOT NULL DEFAULT false,
    parked_at       timestamptz NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    occurred_at     timestamptz NOT NULL,
    PRIMARY KEY (durable, chain_id, aggregate_id, version)
);
CREATE INDEX parked_due ON chassis.parked (durable, next_attempt_at) WHERE NOT dead;
SELECT chassis.guard('chassis.heard'), chassis.guard('chassis.parked');
CREATE POLICY clock_sees_due ON chassis.parked FOR SELECT TO clock USING (true);
GRANT SELECT (durable, chain_id, aggregate_id, version, dead, next_attempt_at)
    ON chassis.parked TO clock;
GRANT SELECT, INSERT, UPDATE, DELETE ON chassis.inbox, chassis.attempts TO app;

CREATE TYPE chassis.heard_event AS (
    n int, event_id uuid, chain_id uuid, aggregate_id uuid, version int);

-- Takes deliveries in, and says of each: NEW to be answered, SEEN before, BEHIND a parked event of
-- its aggregate, or LATE: unseen, and older than one already heard. `released` ones come out of a
-- parked line: for them the line is over and nothing is late.
CREATE FUNCTION chassis.hear(
    chains uuid[], hearer text, events chassis.heard_event[], released boolean)
RETURNS TABLE (n int, verdict text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE entered text; behind int[] := '{}'; taken uuid[]; all_new boolean;
BEGIN
    entered := set_config('app.chains', chains::text, true);
    IF NOT released AND EXISTS (SELECT FROM chassis.parked p WHERE p.durable = hearer) THEN
        behind := ARRAY(SELECT e.n FROM unnest(events) e WHERE EXISTS (
            SELECT FROM chassis.parked p WHERE p.durable = hearer
                AND p.chain_id = e.chain_id AND p.aggregate_id = e.aggregate_id));
    END IF;
    WITH claimed AS (
        INSERT INTO chassis.inbox AS i (durable, event_id)
        SELECT hearer, e.event_id FROM unnest(events) e WHERE e.n <> ALL (behind)
        ORDER BY e.event_id
        ON CONFLICT DO NOTHING RETURNING i.event_id)
    SELECT coalesce(array_agg(c.event_id), '{}') INTO taken FROM claimed c;
    all_new := cardinality(taken) = cardinality(events);
    -- Read before it is written below: what had been heard when these came.
    RETURN QUERY
    SELECT g.n, CASE WHEN g.n = ANY (behind) THEN 'BEHIND' WHEN NOT g.fresh THEN 'SEEN'
        WHEN NOT released AND g.version <= greatest(h.version, max(g.version)
            FILTER (WHERE g.fresh) OVER (PARTITION BY g.chain_id, g.aggregate_id ORDER BY g.n
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) THEN 'LATE' ELSE 'NEW' END
    FROM (SELECT e.*, all_new OR (e.event_id = ANY (taken)
            AND row_number() OVER (PARTITION BY e.event_id ORDER BY e.n) = 1) AS fresh
        FROM unnest(events) e) g
    LEFT JOIN LATERAL (
        SELECT k.version FROM chassis.heard k WHERE k.durable = hearer
            AND k.chain_id = g.chain_id AND k.aggregate_id = g.aggregate_id LIMIT 1) h ON true;
    INSERT INTO chassis.heard AS k (durable, chain_id, aggregate_id, version)
    SELECT hearer, e.chain_id, e.aggregate_id, max(e.version) FROM unnest(events) e
    WHERE all_new OR e.event_id = ANY (taken)
    GROUP BY e.chain_id, e.aggregate_id ORDER BY e.chain_id, e.aggregate_id
    ON CONFLICT (durable, chain_id, aggregate_id) DO UPDATE SET version = excluded.version
    WHERE k.version < excluded.version;
END $$;

-- Takes deliveries in, and tells whether every one was new.
CREATE FUNCTION chassis.all_new(chains uuid[], hearer text, events chassis.heard_event[])
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RETURN NOT EXISTS (
        SELECT FROM chassis.hear(chains, hearer, events, false) h WHERE h.verdict <> 'NEW');
END $$;

-- Ends the statement, and takes back all that it did, where anything of it was not so.
CREATE FUNCTION chassis.whole(fresh boolean, broken int[], done int[], wanted int)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT fresh OR broken <> '{}' OR cardinality(done) <> wanted THEN
        RAISE EXCEPTION 'not what was believed' USING ERRCODE = 'serialization_failure';
    END IF;
END $$;

-- Identity and every text that a person typed: ciphertext here, its hash in the journal.
CREATE TABLE chassis.sealed (
    chain_id   uuid  NOT NULL,
    owner_id   uuid  NOT NULL,
    item       text  NOT NULL,
    version    uuid  NOT NULL,
    ciphertext bytea NOT NULL,
    key_id     uuid  NOT NULL,
    PRIMARY KEY (chain_id, owner_id, item, version)
);
-- The data key of each person, wrapped by the chain's key. Deleting the row erases the person.
CREATE TABLE chassis.sealed_keys (
    chain_id    uuid  NOT NULL,
    owner_id    uuid  NOT NULL,
    key_id      uuid  NOT NULL,
    wrapped     bytea NOT NULL,
    PRIMARY KEY (chain_id, owner_id)
);
SELECT chassis.guard('chassis.sealed'), chassis.guard('chassis.sealed_keys');

-- Commands owed at a time.
CREATE TABLE chassis.timers (
    chain_id     uuid        NOT NULL,
    key          uuid        NOT NULL,
    due_at       timestamptz NOT NULL,
    command      text        NOT NULL,
    aggregate    text        NOT NULL,
    aggregate_id uuid        NOT NULL,
    traceparent  text,
    failures     int         NOT NULL DEFAULT 0,
    PRIMARY KEY (chain_id, key)
);
CREATE INDEX timers_due ON chassis.timers (due_at);
SELECT chassis.guard('chassis.timers');
CREATE POLICY clock_sees_due ON chassis.timers FOR SELECT TO clock USING (true);
GRANT SELECT (chain_id, key, due_at, failures) ON chassis.timers TO clock;

-- Refusals and reads of identity: who asked what, and what was said. Codes and ids only.
CREATE TABLE chassis.audit (
    position   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain_id   uuid        NOT NULL,
    actor      text        NOT NULL,
    method     text        NOT NULL,
    subject_id text        NOT NULL,
    verdict    text        NOT NULL,
    request_id text,
    audited_at timestamptz NOT NULL
);
SELECT chassis.guard('chassis.audit');
REVOKE UPDATE, DELETE ON chassis.audit FROM app;

-- What one call stores: commands, their journal entries, the texts they sealed.
CREATE TYPE chassis.command AS (
    n int, document text, chain_id uuid, id uuid, expected int, version int, shape int,
    head_hash bytea, state jsonb, request_id uuid, method text, fingerprint bytea, answer bytea,
    answered_at timestamptz);
CREATE TYPE chassis.entry AS (
    n int, event_id uuid, chain_id uuid, aggregate text, aggregate_id uuid, version int, type text,
    payload bytea, actor text, request_id uuid, cause_id uuid, correlation_id uuid,
    traceparent text, occurred_at timestamptz, recorded_at timestamptz, hash bytea);
CREATE TYPE chassis.seal AS (
    n int, chain_id uuid, owner_id uuid, item text, version uuid, ciphertext bytea, key_id uuid);

-- Stores what goes with the documents that the put functions below have written: `done` says which.
CREATE FUNCTION chassis.store(
    chains uuid[], commands chassis.command[], entries chassis.entry[], seals chassis.seal[],
    done int[]
) RETURNS int[] LANGUAGE plpgsql AS $$
DECLARE entered text;
BEGIN
    entered := set_config('app.chains', chains::text, true);
    WITH added AS (
        INSERT INTO chassis.journal (event_id, chain_id, aggregate, aggregate_id, version, type,
            payload, actor, request_id, cause_id, correlation_id, traceparent, occurred_at,
            recorded_at, hash)
        SELECT e.event_id, e.chain_id, e.aggregate, e.aggregate_id, e.version, e.type, e.payload,
            e.actor, e.request_id, e.cause_id, e.correlation_id, e.traceparent, e.occurred_at,
            e.recorded_at, e.hash
        FROM unnest(entries) WITH ORDINALITY AS e (n, event_id, chain_id, aggregate, aggregate_id,
            version, type, payload, actor, request_id, cause_id, correlation_id, traceparent,
            occurred_at, recorded_at, hash, place)
        WHERE e.n = ANY (done) ORDER BY e.place
        RETURNING position)
    INSERT INTO chassis.outbox SELECT position FROM added;
    INSERT INTO chassis.requests
        SELECT c.chain_id, c.request_id, c.method, c.fingerprint, c.answer, c.answered_at
        FROM unnest(commands) c WHERE c.n = ANY (done) AND c.answer IS NOT NULL;
    IF cardinality(seals) > 0 THEN
        INSERT INTO chassis.sealed
            SELECT s.chain_id, s.owner_id, s.item, s.version, s.ciphertext, s.key_id
            FROM unnest(seals) s WHERE s.n = ANY (done);
    END IF;
    RETURN done;
END $$;

-- What command n has read elsewhere, and at which version; 0 says that it was not there.
CREATE TYPE chassis.guard AS (n int, document text, chain_id uuid, id uuid, version int);
CREATE TYPE chassis.key AS (n int, chain_id uuid, id uuid, request_id uuid);

-- Makes the table of one aggregate with its guarded write, its read, and the holding still of what
-- was read of it (which says whose reading is out of date), all planned once; `chains`
-- is set rather than entered, which would be one more query inside.
-- Held: 0 reads, 1 reads and holds still (FOR SHARE), 2 reads to change (FOR UPDATE).
CREATE PROCEDURE chassis.create_documents(document text) LANGUAGE plpgsql AS $create$
BEGIN
    EXECUTE format($f$
        CREATE TABLE public.%1$I (
            chain_id  uuid  NOT NULL,
            id        uuid  NOT NULL,
            version   int   NOT NULL CHECK (version > 0),
            born_at   timestamptz NOT NULL,
            shape     int   NOT NULL,
            head_hash bytea NOT NULL,
            state     jsonb NOT NULL,
            PRIMARY KEY (chain_id, id)
        ) WITH (fillfactor = 80)$f$, document);
    EXECUTE format('CREATE INDEX ON public.%I (chain_id, born_at)', document);
    -- Before its first ANALYZE a table would be believed to hold 200 chains; then a read by key
    -- may as well go over all of its chain by the index above, and did.
    PERFORM pg_restore_attribute_stats('schemaname', 'public', 'relname', document,
        'attname', 'chain_id', 'inherited', false, 'null_frac', 0::real, 'avg_width', 16,
        'n_distinct', 1::real);
    PERFORM chassis.guard(format('public.%I', document)::regclass);
    EXECUTE format('REVOKE DELETE ON public.%I FROM app', document);
    EXECUTE format($f$
        CREATE FUNCTION chassis.%2$I(
            chains uuid[], commands chassis.command[], broken int[])
        RETURNS int[] LANGUAGE plpgsql AS $$
        DECLARE entered text; done int[]; births int[]; born int[];
        BEGIN
            entered := set_config('app.chains', chains::text, true);
            WITH changed AS (
                UPDATE public.%1$I d SET version = w.version, shape = w.shape,
                    head_hash = w.head_hash, state = w.state
                FROM (SELECT c.* FROM unnest(commands) c
                    WHERE c.document = %1$L AND c.expected > 0 AND c.n <> ALL (broken)
                    ORDER BY c.chain_id, c.id) w
                WHERE d.chain_id = w.chain_id AND d.id = w.id AND d.version = w.expected
                RETURNING w.n)
            SELECT coalesce(array_agg(n), '{}') INTO done FROM changed;
            births := ARRAY(SELECT c.n FROM unnest(commands) c
                WHERE c.document = %1$L AND c.expected = 0 AND c.n <> ALL (broken));
            IF births = '{}' THEN
                RETURN done;
            END IF;
            WITH added AS (
                INSERT INTO public.%1$I AS d
                    (chain_id, id, version, born_at, shape, head_hash, state)
                SELECT w.chain_id, w.id, w.version, w.answered_at, w.shape, w.head_hash, w.state
                FROM unnest(commands) w WHERE w.n = ANY (births) ORDER BY w.chain_id, w.id
                ON CONFLICT DO NOTHING RETURNING d.chain_id, d.id)
            SELECT CASE WHEN count(*) = cardinality(births) THEN births ELSE ARRAY(
                    SELECT w.n FROM unnest(commands) w JOIN added a USING (chain_id, id)
                    WHERE w.n = ANY (births)) END
                INTO born FROM added;
            RETURN done || born;
        END $$ $f$, document, 'put_' || document);
    EXECUTE format($f$
        CREATE FUNCTION chassis.%2$I(chains uuid[], keys chassis.key[], held int)
        RETURNS TABLE (n int, version int, shape int, head_hash bytea, state jsonb,
                       method text, fingerprint bytea, answer bytea) LANGUAGE plpgsql AS $$
        DECLARE entered text;
        BEGIN
            entered := set_config('app.chains', chains::text, true);
            IF held = 1 THEN
                RETURN QUERY SELECT k.n, d.version, d.shape, d.head_hash, d.state,
                        NULL::text, NULL::bytea, NULL::bytea
                    FROM (SELECT * FROM unnest(keys) u ORDER BY u.chain_id, u.id) k
                    CROSS JOIN LATERAL (
                        SELECT * FROM public.%1$I o
                        WHERE o.chain_id = k.chain_id AND o.id = k.id LIMIT 1 FOR SHARE) d;
            ELSIF held = 2 THEN
                PERFORM 1 FROM (SELECT * FROM unnest(keys) u ORDER BY u.chain_id, u.id) k
                    CROSS JOIN LATERAL (
                        SELECT 1 FROM public.%1$I o
                        WHERE o.chain_id = k.chain_id AND o.id = k.id LIMIT 1 FOR UPDATE) d;
            END IF;
            IF held <> 1 THEN
                RETURN QUERY SELECT k.n, d.version, d.shape, d.head_hash, d.state,
                        r.method, r.fingerprint, r.answer
                    FROM unnest(keys) k
                    LEFT JOIN LATERAL (
                        SELECT * FROM public.%1$I o
                        WHERE o.chain_id = k.chain_id AND o.id = k.id LIMIT 1) d ON true
                    LEFT JOIN LATERAL (
                        SELECT * FROM chassis.requests q
                        WHERE q.chain_id = k.chain_id AND q.request_id = k.request_id LIMIT 1) r
                        ON true;
            END IF;
        END $$ $f$, document, 'get_' || document);
    EXECUTE format($f$
        CREATE FUNCTION chassis.%2$I(chains uuid[], guards chassis.guard[])
        RETURNS int[] LANGUAGE plpgsql AS $$
        DECLARE entered text;
        BEGIN
            entered := set_config('app.chains', chains::text, true);
            RETURN ARRAY(
                SELECT g.n FROM (SELECT * FROM unnest(guards) u
                    WHERE u.document = %1$L ORDER BY u.chain_id, u.id) g
                LEFT JOIN LATERAL (
                    SELECT o.version FROM public.%1$I o
                    WHERE o.chain_id = g.chain_id AND o.id = g.id LIMIT 1 FOR SHARE) d ON true
                WHERE coalesce(d.version, 0) <> g.version);
        END $$ $f$, document, 'broken_' || document);
    EXECUTE format('GRANT EXECUTE ON FUNCTION chassis.%I(uuid[], chassis.command[], int[]),'
        ' chassis.%I(uuid[], chassis.key[], int), chassis.%I(uuid[], chassis.guard[]) TO app',
        'put_' || document, 'get_' || document, 'broken_' || document);
END $create$;

-- Whether any of `clinics` reaches a thing that has a clinic: its own, or one further.
CREATE FUNCTION chassis.reached(clinics uuid[], state jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT (state ->> 'clinic_id')::uuid = ANY (clinics)
    OR coalesce(state -> 'further_clinic_ids' ?| clinics::text[], false) $$;

-- A page of one chain's documents, newest first, after the one named. Columns are named by the
-- service, never by a caller.
CREATE FUNCTION chassis.page(
    chain uuid, document text, filters jsonb, clinics uuid[], after uuid, most int)
RETURNS TABLE (id uuid, version int, shape int, state jsonb) LANGUAGE plpgsql AS $$
DECLARE narrowed text := ''; name text; wanted text;
BEGIN
    PERFORM chassis.enter(ARRAY[chain]);
    FOR name, wanted IN SELECT * FROM jsonb_each_text(filters) LOOP
        narrowed := narrowed || format(' AND d.%I = %L', name, wanted);
    END LOOP;
    RETURN QUERY EXECUTE format(
        'SELECT d.id, d.version, d.shape, d.state FROM public.%I d'
        ' WHERE d.chain_id = $1 %s'
        ' AND ($4 IS NULL OR chassis.reached($4, d.state)) AND ($2 IS NULL OR (d.born_at, d.id) <'
        ' (SELECT e.born_at, e.id FROM public.%I e WHERE e.chain_id = $1 AND e.id = $2))'
        ' ORDER BY d.born_at DESC, d.id DESC LIMIT $3',
        document, narrowed, document) USING chain, after, most, clinics;
END $$;

-- The documents whose generated column `name`, of whichever type, is one of `wanted`.
CREATE FUNCTION chassis.found(chains uuid[], document text, name text, wanted text[])
RETURNS TABLE (chain_id uuid, value text, id uuid) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM chassis.enter(chains);
    RETURN QUERY EXECUTE format(
        'SELECT d.chain_id, d.%I::text, d.id FROM public.%I d'
        ' WHERE d.chain_id = ANY ($1) AND d.%I = ANY (%L) ORDER BY d.chain_id, d.id',
        name, document, name, wanted) USING chains;
END $$;

GRANT USAGE ON SCHEMA chassis TO app, relay, clock;
