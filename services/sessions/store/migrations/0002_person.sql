-- What became of a patient whose records are kept here.
CALL chassis.create_documents('person');

-- A course that ends before its time, its consent taken back or its plan withdrawn, reaches its
-- sessions that run or are booked, as a hold does those that run (`holds_reach_running`): each
-- owes a look, at once and until it has been done. No booking or start slips through: it holds its
-- course still (FOR SHARE) until it is committed, and this runs when the course's row is changed.
CREATE FUNCTION public.look_at_sessions_of_course() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chassis.timers (chain_id, key, due_at, command, aggregate, aggregate_id)
    SELECT s.chain_id, md5(NEW.id || ':' || NEW.version || ':' || s.id)::uuid,
        chassis.instant(NEW.state ->> 'closed_at'), 'look_at_gates', 'session', s.id
    FROM public.session s
    WHERE s.chain_id = NEW.chain_id AND s.course_id = NEW.id
        AND s.session_state IN ('BOOKED', 'STARTED')
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER closing_reaches_sessions AFTER UPDATE ON public.course FOR EACH ROW
    WHEN (NEW.state ->> 'state' = 'CLOSED' AND OLD.state ->> 'state' <> 'CLOSED')
    EXECUTE FUNCTION public.look_at_sessions_of_course();
