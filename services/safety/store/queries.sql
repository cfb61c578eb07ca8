-- enter
SELECT chassis.enter($1::uuid[])

-- clearance
SELECT feed_no, hold_id, kind, subject_id, provisional, reason, placed_at
FROM public.clearance($1, $2, $3)

-- kept
SELECT feed_no, case_id FROM public.kept($1, $2)

-- newest_cases
SELECT d.opened_at AS born_at, d.id
FROM public.case d, (SELECT $2::jsonb AS w) AS wanted
WHERE d.chain_id = $1
    AND (w ->> 'patient_id' IS NULL OR d.patient_id = (w ->> 'patient_id')::uuid)
    AND (w ->> 'clinic_id' IS NULL OR d.clinic_id = (w ->> 'clinic_id')::uuid)
    AND (w ->> 'reaction_id' IS NULL OR d.reaction_id = (w ->> 'reaction_id')::uuid)
    AND (w ->> 'serious' IS NULL OR d.serious = (w ->> 'serious')::boolean)
    AND (w ->> 'state' IS NULL OR d.case_state = w ->> 'state')
    AND (w ->> 'lot_id' IS NULL OR d.id IN (
        SELECT l.case_id FROM public.case_exposures l
        WHERE l.chain_id = $1 AND l.lot_id = (w ->> 'lot_id')::uuid))
    AND (w -> 'clinics' IS NULL OR w -> 'clinics' ? d.clinic_id::text)
    AND ($3::timestamptz IS NULL OR (d.opened_at, d.id) < ($3, $4::uuid))
ORDER BY d.opened_at DESC, d.id DESC LIMIT $5

-- newest_holds
SELECT d.placed_at AS born_at, d.id
FROM public.hold d, (SELECT $2::jsonb AS w) AS wanted
WHERE d.chain_id = $1
    AND (w ->> 'kind' IS NULL OR d.kind = w ->> 'kind')
    AND (w ->> 'subject_id' IS NULL OR d.subject_id = w ->> 'subject_id')
    AND (w ->> 'case_id' IS NULL OR d.case_id = (w ->> 'case_id')::uuid)
    AND (w ->> 'state' IS NULL OR d.hold_state = w ->> 'state')
    AND ($3::timestamptz IS NULL OR (d.placed_at, d.id) < ($3, $4::uuid))
ORDER BY d.placed_at DESC, d.id DESC LIMIT $5

-- latest_exposures
SELECT DISTINCT d.administered_at AS born_at, d.session_id AS id
FROM public.exposures d, (SELECT $2::jsonb AS w) AS wanted
WHERE d.chain_id = $1
    AND (w ->> 'lot_id' IS NULL OR d.lot_id = (w ->> 'lot_id')::uuid)
    AND (w ->> 'patient_id' IS NULL OR d.patient_id = (w ->> 'patient_id')::uuid)
    AND (w ->> 'clinic_id' IS NULL OR d.clinic_id = (w ->> 'clinic_id')::uuid)
    AND (w ->> 'room_id' IS NULL OR d.room_id = (w ->> 'room_id')::uuid)
    AND (w ->> 'practitioner_id' IS NULL OR d.practitioner_id = (w ->> 'practitioner_id')::uuid)
    AND (w ->> 'device_head_id' IS NULL OR d.device_head_id = w ->> 'device_head_id')
    AND (w ->> 'from' IS NULL OR d.administered_at >= (w ->> 'from')::timestamptz)
    AND (w ->> 'until' IS NULL OR d.administered_at < (w ->> 'until')::timestamptz)
    AND (w -> 'clinics' IS NULL OR w -> 'clinics' ? d.clinic_id::text)
    AND ($3::timestamptz IS NULL OR (d.administered_at, d.session_id) < ($3, $4::uuid))
ORDER BY born_at DESC, id DESC LIMIT $5
