-- name: forget
-- A key is kept for a day from the commit of its claim, on the database's clock; then it starts afresh. All of the
-- token's keys are looked at, or those that are never used again would stay for ever.
DELETE FROM idempotency_key
WHERE token_id = %(token)s
  AND created_at < clock_timestamp() - %(kept)s * interval '1 second'

-- name: is_running
-- Whether the process that delivers a batch shows life.
SELECT EXISTS (
    SELECT 1 FROM deliverer d
    WHERE d.id = %(deliverer)s AND d.seen_at >= clock_timestamp() - %(stale)s * interval '1 second')
