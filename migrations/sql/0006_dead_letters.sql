-- Counts that tell a file that kills its workers from a machine whose workers are killed.
--   ended    The number of attempts whose end was recorded. The other attempts ended with the death of their worker.
--   crashes  The number of attempts in which only the stage's own process died, while its worker survived.

ALTER TABLE stages ADD COLUMN ended integer NOT NULL DEFAULT 0, ADD COLUMN crashes integer NOT NULL DEFAULT 0;

-- Attempts before this revision count as ended, except those that are running.
ALTER TABLE stages NO FORCE ROW LEVEL SECURITY;
ALTER TABLE runs NO FORCE ROW LEVEL SECURITY;
UPDATE stages s SET ended = s.attempt - CASE s.status WHEN 'leased' THEN 1 ELSE 0 END
FROM runs r WHERE r.id = s.run_id AND r.status IN ('queued', 'running') AND s.attempt > 0;
ALTER TABLE runs FORCE ROW LEVEL SECURITY;
ALTER TABLE stages FORCE ROW LEVEL SECURITY;
