-- What a chain signed on top of the reference data: one document per chain.
CALL chassis.create_documents('formulary');

-- How each plan works: one document per plan.
CALL chassis.create_documents('response');
ALTER TABLE public.response
    ADD COLUMN patient_id uuid GENERATED ALWAYS AS ((state ->> 'patient_id')::uuid) STORED,
    ADD COLUMN plan_id uuid GENERATED ALWAYS AS ((state ->> 'plan_id')::uuid) STORED,
    ADD COLUMN clinic_id uuid GENERATED ALWAYS AS ((state ->> 'clinic_id')::uuid) STORED,
    ADD COLUMN protocol_code text GENERATED ALWAYS AS (state ->> 'protocol_code') STORED,
    ADD COLUMN verdict text GENERATED ALWAYS AS (state ->> 'verdict') STORED;
CREATE INDEX response_by_patient ON public.response (chain_id, patient_id, id);
CREATE INDEX response_by_clinic ON public.response (chain_id, clinic_id, id);
CREATE INDEX response_by_protocol ON public.response (chain_id, protocol_code, id);

ALTER TABLE public.patient
    ADD COLUMN state_name text GENERATED ALWAYS AS (state ->> 'state') STORED,
    ADD COLUMN into_patient_id uuid
        GENERATED ALWAYS AS ((state ->> 'into_patient_id')::uuid) STORED;
CREATE INDEX patient_merged ON public.patient (chain_id, into_patient_id, id)
    WHERE into_patient_id IS NOT NULL;

ALTER TABLE public.clinic
    ADD COLUMN jurisdiction_code text GENERATED ALWAYS AS (state ->> 'jurisdiction_code') STORED;

ALTER TABLE public.practitioner
    ADD COLUMN profession text GENERATED ALWAYS AS (state ->> 'profession') STORED;

-- New terms are held against every plan that is not over.
ALTER TABLE public.plan
    ADD COLUMN open_plans text
        GENERATED ALWAYS AS (CASE WHEN state ->> 'state' <> 'WITHDRAWN' THEN 'OPEN' END) STORED,
    ADD COLUMN flagged boolean
        GENERATED ALWAYS AS (coalesce(jsonb_array_length(state -> 'flag_codes'), 0) > 0) STORED;
-- Whoever has an accepted plan is not erased before the first treatment.
ALTER TABLE public.plan
    ADD COLUMN accepted_for uuid GENERATED ALWAYS AS (
        CASE WHEN state ->> 'state' = 'ACCEPTED' THEN (state ->> 'patient_id')::uuid END) STORED;
CREATE INDEX plan_accepted ON public.plan (chain_id, accepted_for, id)
    WHERE accepted_for IS NOT NULL;
CREATE INDEX plan_open ON public.plan (chain_id, id) WHERE open_plans = 'OPEN';

-- A course of another system is imported once.
CREATE TABLE public.imports (
    chain_id                uuid NOT NULL,
    system_code             text NOT NULL,
    external_reference_code text NOT NULL,
    plan_id                 uuid NOT NULL,
    PRIMARY KEY (chain_id, system_code, external_reference_code)
);
CREATE INDEX imports_by_plan ON public.imports (chain_id, plan_id);
SELECT chassis.guard('public.imports');
