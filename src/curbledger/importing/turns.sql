-- name: take
-- The oldest one that waits, or whose worker shows no life any more. Who locks it first has it.
UPDATE file_import
SET state = 'working', attempt = %(attempt)s, attempts = attempts + 1, position = 0, beat_at = clock_timestamp()
WHERE id = (
    SELECT id FROM file_import
    WHERE state IN ('waiting', 'working')
      AND (state = 'waiting' OR beat_at < clock_timestamp() - %(stale)s * interval '1 second')
    ORDER BY id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
RETURNING id

-- name: beat
-- A sign of life. Of one that was taken over, none.
UPDATE file_import SET beat_at = clock_timestamp(), position = %(position)s
WHERE id = %(id)s AND attempt = %(attempt)s AND state = 'working'

-- name: wait
-- Whether one is there to be taken.
SELECT EXISTS (
    SELECT FROM file_import
    WHERE state IN ('waiting', 'working')
      AND (state = 'waiting' OR beat_at < clock_timestamp() - %(stale)s * interval '1 second')
)
