CALL chassis.create_documents('chain');
CALL chassis.create_documents('clinic');
CALL chassis.create_documents('practitioner');
CALL chassis.create_documents('patient');

-- A clinic's code is its chain's only one.
CREATE TABLE public.clinic_codes (
    chain_id    uuid NOT NULL,
    clinic_code text NOT NULL,
    clinic_id   uuid NOT NULL,
    PRIMARY KEY (chain_id, clinic_code)
);
SELECT chassis.guard('public.clinic_codes');

ALTER TABLE public.patient
    ADD COLUMN clinic_id uuid GENERATED ALWAYS AS ((state ->> 'clinic_id')::uuid) STORED;
CREATE INDEX patient_by_clinic ON public.patient (chain_id, clinic_id, id);

CALL chassis.create_documents('consultation');
ALTER TABLE public.consultation
    ADD COLUMN patient_id uuid GENERATED ALWAYS AS ((state ->> 'patient_id')::uuid) STORED,
    ADD COLUMN clinic_id uuid GENERATED ALWAYS AS ((state ->> 'clinic_id')::uuid) STORED,
    ADD COLUMN state_name text GENERATED ALWAYS AS (state ->> 'state') STORED;
CREATE INDEX consultation_by_patient ON public.consultation (chain_id, patient_id, id);
CREATE INDEX consultation_by_clinic ON public.consultation (chain_id, clinic_id, id);

CALL chassis.create_documents('plan');
ALTER TABLE public.plan
    ADD COLUMN patient_id uuid GENERATED ALWAYS AS ((state ->> 'patient_id')::uuid) STORED,
    ADD COLUMN clinic_id uuid GENERATED ALWAYS AS ((state ->> 'clinic_id')::uuid) STORED,
    ADD COLUMN state_name text GENERATED ALWAYS AS (state ->> 'state') STORED;
CREATE INDEX plan_by_patient ON public.plan (chain_id, patient_id, id);
CREATE INDEX plan_by_clinic ON public.plan (chain_id, clinic_id, id);
