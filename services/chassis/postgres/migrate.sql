-- lock
SELECT pg_advisory_xact_lock($1)

-- create
CREATE TABLE IF NOT EXISTS public.schema_revisions (
    name       text PRIMARY KEY,
    text       text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)

-- applied
SELECT name, text FROM public.schema_revisions

-- record
INSERT INTO public.schema_revisions (name, text) VALUES ($1, $2)
