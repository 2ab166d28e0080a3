-- Notifications of changes of runs, for the API's event streams. The payload is the ID of the run. The triggers fire only
-- for changes that a reader of the run can see: a heartbeat of a worker, for example, sends no notification. PostgreSQL
-- sends equal notifications of a transaction once, when the transaction commits.

CREATE FUNCTION notify_run() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'runs' THEN
        PERFORM pg_notify('footnote_runs', NEW.id::text);
    ELSE
        PERFORM pg_notify('footnote_runs', NEW.run_id::text);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER notify_run AFTER UPDATE ON runs FOR EACH ROW
    WHEN ((OLD.status, OLD.stage, OLD.pages_total, OLD.error_code, OLD.error_detail, OLD.started_at, OLD.finished_at)
        IS DISTINCT FROM
        (NEW.status, NEW.stage, NEW.pages_total, NEW.error_code, NEW.error_detail, NEW.started_at, NEW.finished_at))
    EXECUTE FUNCTION notify_run();
CREATE TRIGGER notify_run AFTER UPDATE ON stages FOR EACH ROW
    WHEN ((OLD.status, OLD.attempt, OLD.started_at, OLD.finished_at)
        IS DISTINCT FROM (NEW.status, NEW.attempt, NEW.started_at, NEW.finished_at))
    EXECUTE FUNCTION notify_run();
