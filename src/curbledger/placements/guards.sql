-- name: usual
-- How many earlier batches of the agency say what is usual, and the medians of their counts and totals, each as its
-- newest revision stands. What brought nothing says nothing.
SELECT count(*),
       coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY latest.record_count), 0),
       coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY latest.total), 0)
FROM (
    SELECT r.record_count, r.total
    FROM batch b
    JOIN batch_revision r ON r.batch_id = b.id AND r.number = b.revision
    WHERE b.agency_id = %(agency)s AND b.id <> %(batch)s AND b.state = 'delivered' AND r.record_count > 0
    ORDER BY b.id DESC
    LIMIT %(newest)s
) latest

-- name: refused
-- The latest refusal of an agency by a guard; after one that was over, it counts from the first again. Two calls at
-- once add up.
INSERT INTO guard_refusal AS known (client_id, agency_id, guard, found, first_at, last_at, times)
VALUES (%(client)s, %(agency)s, %(guard)s, %(found)s, %(at)s, %(at)s, 1)
ON CONFLICT (client_id, agency_id, guard) DO UPDATE
SET found = excluded.found,
    last_at = excluded.last_at,
    first_at = CASE WHEN {over} THEN excluded.first_at ELSE known.first_at END,
    times = CASE WHEN {over} THEN 1 ELSE known.times + 1 END

-- name: went_through
-- A condition on a refusal `known`, not a statement: something went to the agency since.
EXISTS (
    SELECT 1 FROM batch_revision r JOIN batch b ON b.id = r.batch_id
    WHERE b.agency_id = known.agency_id AND r.claimed_at > known.last_at)

-- name: open
-- Refusals that nothing has followed: no sending to that agency, and no override that waits for its next call.
SELECT known.id
FROM guard_refusal known
WHERE NOT {over}
  AND NOT EXISTS (
      SELECT 1 FROM guard_override o
      WHERE o.agency_id = known.agency_id AND o.guard = known.guard AND o.batch_id IS NULL
        AND o.given_at > known.last_at AND o.given_at >= %(since)s)
