-- name: record_failed_attempt
-- Adds to the address's minute, or begins a new one. The statement itself wins the race with other server
-- processes: whoever comes second waits for the row and adds to what the first left. A minute that lies ahead of
-- the clock is begun anew too, or a clock that was set back would lock an address out.
INSERT INTO failed_attempt AS known (address, minute, count)
VALUES (%(address)s, %(at)s, 1)
ON CONFLICT (address) DO UPDATE SET
    count = CASE WHEN abs(extract(epoch FROM excluded.minute - known.minute)) < 60 THEN known.count + 1 ELSE 1 END,
    minute = CASE WHEN abs(extract(epoch FROM excluded.minute - known.minute)) < 60
        THEN known.minute ELSE excluded.minute END
RETURNING count

-- name: forget_old_attempts
-- Removes minutes that are over. Rows that somebody else holds are passed by: two processes that remove each
-- other's rows would wait for one another.
DELETE FROM failed_attempt
WHERE id = ANY (ARRAY(
    SELECT id FROM failed_attempt WHERE minute < %(before)s ORDER BY minute LIMIT 1000 FOR UPDATE SKIP LOCKED
))
