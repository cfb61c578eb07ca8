-- What became of a patient whose records are kept here.
CALL chassis.create_documents('person');

-- What keeps a patient's record from being erased, in one round trip and of one moment, as
-- `clearance` does it. There is a row without a case when nothing keeps it.
CREATE FUNCTION public.kept(chain uuid, patients uuid[])
RETURNS TABLE (feed_no bigint, case_id uuid) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM chassis.enter(ARRAY[chain]);
    RETURN QUERY
        SELECT s.feed_no, c.id
        FROM chassis.sequencer s
        LEFT JOIN public.case c
            ON c.chain_id = chain AND c.patient_id = ANY (patients)
            AND c.serious AND c.case_state = 'OPEN'
        ORDER BY c.opened_at, c.id;
END $$;
