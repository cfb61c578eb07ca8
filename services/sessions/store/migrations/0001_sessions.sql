CALL chassis.create_documents('lot');
CALL chassis.create_documents('course');
CALL chassis.create_documents('session');
CALL chassis.create_documents('outcome');
CALL chassis.create_documents('reaction');
CALL chassis.create_documents('gate');

-- What lists ask for.
ALTER TABLE public.lot
    ADD COLUMN clinic_id uuid GENERATED ALWAYS AS ((state ->> 'clinic_id')::uuid) STORED,
    ADD COLUMN for_patient_id uuid GENERATED ALWAYS AS ((state ->> 'for_patient_id')::uuid) STORED,
    ADD COLUMN product_code text GENERATED ALWAYS AS (state ->> 'product_code') STORED;
CREATE INDEX lot_by_clinic ON public.lot (chain_id, clinic_id, id);
CREATE INDEX lot_by_patient ON public.lot (chain_id, for_patient_id, id);
CREATE INDEX lot_by_product ON public.lot (chain_id, product_code, id);

ALTER TABLE public.course
    ADD COLUMN patient_id uuid GENERATED ALWAYS AS ((state ->> 'patient_id')::uuid) STORED,
    ADD COLUMN plan_id uuid GENERATED ALWAYS AS ((state ->> 'plan_id')::uuid) STORED,
    ADD COLUMN clinic_id uuid GENERATED ALWAYS AS ((state ->> 'clinic_id')::uuid) STORED,
    ADD COLUMN course_state text GENERATED ALWAYS AS (state ->> 'state') STORED;
CREATE INDEX course_by_patient ON public.course (chain_id, patient_id, id);
CREATE INDEX course_by_plan ON public.course (chain_id, plan_id, id);
CREATE INDEX course_by_clinic ON public.course (chain_id, clinic_id, id);

ALTER TABLE public.session
    ADD COLUMN course_id uuid GENERATED ALWAYS AS ((state ->> 'course_id')::uuid) STORED,
    ADD COLUMN patient_id uuid GENERATED ALWAYS AS ((state ->> 'patient_id')::uuid) STORED,
    ADD COLUMN clinic_id uuid GENERATED ALWAYS AS ((state ->> 'clinic_id')::uuid) STORED,
    ADD COLUMN practitioner_id uuid GENERATED ALWAYS AS ((state ->> 'practitioner_id')::uuid) STORED,
    ADD COLUMN session_state text GENERATED ALWAYS AS (state ->> 'state') STORED;
CREATE INDEX session_by_course ON public.session (chain_id, course_id, id);
CREATE INDEX session_by_patient ON public.session (chain_id, patient_id, id);
CREATE INDEX session_by_clinic ON public.session (chain_id, clinic_id, id);
CREATE INDEX session_by_practitioner ON public.session (chain_id, practitioner_id, id);
CREATE INDEX session_running ON public.session (chain_id, id) WHERE session_state = 'STARTED';

ALTER TABLE public.outcome
    ADD COLUMN patient_id uuid GENERATED ALWAYS AS ((state ->> 'patient_id')::uuid) STORED,
    ADD COLUMN plan_id uuid GENERATED ALWAYS AS ((state ->> 'plan_id')::uuid) STORED,
    ADD COLUMN measure text GENERATED ALWAYS AS (state -> 'outcome' ->> 'measure') STORED;
CREATE INDEX outcome_by_patient ON public.outcome (chain_id, patient_id, id);
CREATE INDEX outcome_by_plan ON public.outcome (chain_id, plan_id, id);

ALTER TABLE public.reaction
    ADD COLUMN patient_id uuid GENERATED ALWAYS AS ((state ->> 'patient_id')::uuid) STORED,
    ADD COLUMN session_id uuid GENERATED ALWAYS AS ((state ->> 'session_id')::uuid) STORED,
    ADD COLUMN clinic_id uuid GENERATED ALWAYS AS ((state ->> 'clinic_id')::uuid) STORED;
CREATE INDEX reaction_by_patient ON public.reaction (chain_id, patient_id, id);
CREATE INDEX reaction_by_session ON public.reaction (chain_id, session_id, id);
CREATE INDEX reaction_by_clinic ON public.reaction (chain_id, clinic_id, id);

-- A clinic receives a label once.
CREATE TABLE public.lot_labels (
    chain_id     uuid NOT NULL,
    clinic_id    uuid NOT NULL,
    product_code text NOT NULL,
    lot_number   text NOT NULL,
    lot_id       uuid NOT NULL,
    PRIMARY KEY (chain_id, clinic_id, product_code, lot_number)
);
SELECT chassis.guard('public.lot_labels');

-- Sessions that are booked, running or completed: each number of a course once.
CREATE TABLE public.bookings (
    chain_id   uuid NOT NULL,
    session_id uuid NOT NULL,
    course_id  uuid NOT NULL,
    number     int  NOT NULL CHECK (number > 0),
    PRIMARY KEY (chain_id, session_id),
    CONSTRAINT bookings_number UNIQUE (chain_id, course_id, number)
);
SELECT chassis.guard('public.bookings');

-- What each of them takes of the day, a row for every five minutes that it touches: so no two
-- overlap in a room or with a practitioner, by a plain key and at any isolation.
CREATE TABLE public.room_slots (
    chain_id   uuid        NOT NULL,
    room_id    uuid        NOT NULL,
    slot       timestamptz NOT NULL CHECK (date_bin('5 minutes', slot, 'epoch') = slot),
    session_id uuid        NOT NULL,
    PRIMARY KEY (chain_id, room_id, slot)
);
CREATE INDEX room_slots_of_session ON public.room_slots (chain_id, session_id);
SELECT chassis.guard('public.room_slots');

CREATE TABLE public.practitioner_slots (
    chain_id        uuid        NOT NULL,
    practitioner_id uuid        NOT NULL,
    slot            timestamptz NOT NULL CHECK (date_bin('5 minutes', slot, 'epoch') = slot),
    session_id      uuid        NOT NULL,
    PRIMARY KEY (chain_id, practitioner_id, slot)
);
CREATE INDEX practitioner_slots_of_session ON public.practitioner_slots (chain_id, session_id);
SELECT chassis.guard('public.practitioner_slots');

-- A hold that closes a gate reaches the sessions that run: each owes a look at its gates, at
-- once and until it has been done. Which of them the hold concerns is decided by the session,
-- not here. No start slips through: it holds its gates still (FOR SHARE) until it is committed,
-- and this runs when the gate's row is changed, so it sees every start that came before.
CREATE FUNCTION public.look_at_running() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chassis.timers (chain_id, key, due_at, command, aggregate, aggregate_id)
    SELECT s.chain_id, md5(NEW.id || ':' || NEW.version || ':' || s.id)::uuid,
        chassis.instant(NEW.state -> 'holds' -> -1 ->> 'applied_at'),
        'look_at_gates', 'session', s.id
    FROM public.session s
    WHERE s.chain_id = NEW.chain_id AND s.session_state = 'STARTED'
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER holds_reach_running AFTER INSERT OR UPDATE ON public.gate FOR EACH ROW
    WHEN (jsonb_array_length(NEW.state -> 'holds') > 0) EXECUTE FUNCTION public.look_at_running();
