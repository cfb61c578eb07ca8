CALL chassis.create_documents('exposure');
CALL chassis.create_documents('case');
CALL chassis.create_documents('hold');

-- From a patient to every session.
ALTER TABLE public.exposure
    ADD COLUMN patient_id uuid GENERATED ALWAYS AS ((state ->> 'patient_id')::uuid) STORED;
CREATE INDEX exposure_by_patient ON public.exposure (chain_id, patient_id, id);

-- From a lot to every patient, and from a patient to every lot: who was given what, one row for
-- each lot of each session.
CREATE TABLE public.exposures (
    chain_id        uuid        NOT NULL,
    lot_id          uuid        NOT NULL,
    session_id      uuid        NOT NULL,
    patient_id      uuid        NOT NULL,
    clinic_id       uuid        NOT NULL,
    room_id         uuid        NOT NULL,
    practitioner_id uuid        NOT NULL,
    device_head_id  text,
    administered_at timestamptz NOT NULL,
    PRIMARY KEY (chain_id, lot_id, session_id),
    FOREIGN KEY (chain_id, session_id) REFERENCES public.exposure (chain_id, id)
        DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX exposures_latest ON public.exposures (chain_id, administered_at, session_id);
CREATE INDEX exposures_of_lot ON public.exposures (chain_id, lot_id, administered_at, session_id);
CREATE INDEX exposures_of_patient
    ON public.exposures (chain_id, patient_id, administered_at, session_id);
CREATE INDEX exposures_of_session ON public.exposures (chain_id, session_id);
SELECT chassis.guard('public.exposures');

ALTER TABLE public.case
    ADD COLUMN reaction_id uuid GENERATED ALWAYS AS ((state ->> 'reaction_id')::uuid) STORED,
    ADD COLUMN patient_id uuid GENERATED ALWAYS AS ((state ->> 'patient_id')::uuid) STORED,
    ADD COLUMN clinic_id uuid GENERATED ALWAYS AS ((state ->> 'clinic_id')::uuid) STORED,
    ADD COLUMN serious boolean GENERATED ALWAYS AS ((state ->> 'serious')::boolean) STORED,
    ADD COLUMN case_state text GENERATED ALWAYS AS (state ->> 'state') STORED,
    ADD COLUMN opened_at timestamptz
        GENERATED ALWAYS AS (chassis.instant(state ->> 'opened_at')) STORED;
CREATE INDEX case_newest ON public.case (chain_id, opened_at, id);
CREATE INDEX case_by_patient ON public.case (chain_id, patient_id, opened_at, id);
-- A reaction is one case.
CREATE UNIQUE INDEX case_of_reaction ON public.case (chain_id, reaction_id);

-- Exposure joined to harm: the lots of the sessions that a case is laid to. References are
-- checked at commit: one batch may record an exposure and open its case.
CREATE TABLE public.case_exposures (
    chain_id          uuid NOT NULL,
    lot_id            uuid NOT NULL,
    session_id        uuid NOT NULL,
    case_id           uuid NOT NULL,
    days_before_onset int  NOT NULL CHECK (days_before_onset >= 0),
    PRIMARY KEY (chain_id, lot_id, session_id, case_id),
    FOREIGN KEY (chain_id, lot_id, session_id)
        REFERENCES public.exposures (chain_id, lot_id, session_id)
        DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (chain_id, case_id) REFERENCES public.case (chain_id, id)
        DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX case_exposures_of_case ON public.case_exposures (chain_id, case_id);
SELECT chassis.guard('public.case_exposures');

ALTER TABLE public.hold
    ADD COLUMN hold_state text GENERATED ALWAYS AS (state ->> 'state') STORED,
    ADD COLUMN kind text GENERATED ALWAYS AS (state -> 'subject' ->> 'kind') STORED,
    ADD COLUMN subject_id text GENERATED ALWAYS AS (state -> 'subject' ->> 'subject_id') STORED,
    ADD COLUMN case_id uuid GENERATED ALWAYS AS ((state ->> 'case_id')::uuid) STORED,
    ADD COLUMN placed_at timestamptz
        GENERATED ALWAYS AS (chassis.instant(state ->> 'placed_at')) STORED;
CREATE INDEX hold_newest ON public.hold (chain_id, placed_at, id);
CREATE INDEX hold_active ON public.hold (chain_id, kind, subject_id) WHERE hold_state = 'ACTIVE';

-- The question at the needle, in one round trip. Holds and feed are read by one statement, so
-- they are of one moment. There is a row without a hold when nothing is held.
CREATE FUNCTION public.clearance(chain uuid, kinds text[], subjects text[])
RETURNS TABLE (feed_no bigint, hold_id uuid, kind text, subject_id text, provisional boolean,
               reason text, placed_at timestamptz) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM chassis.enter(ARRAY[chain]);
    RETURN QUERY
        SELECT s.feed_no, h.id, h.kind, h.subject_id, (h.state ->> 'provisional')::boolean,
            h.state ->> 'reason', h.placed_at
        FROM chassis.sequencer s
        LEFT JOIN (public.hold h
            JOIN unnest(kinds, subjects) AS asked (kind, subject_id)
                ON h.kind = asked.kind AND h.subject_id = asked.subject_id)
            ON h.chain_id = chain AND h.hold_state = 'ACTIVE'
        ORDER BY h.placed_at, h.id;
END $$;
