-- name: undelivered
-- Batches whose last revision did not arrive, and since when.
SELECT count(*), min(b.created_at) FROM batch b WHERE b.state = 'undelivered'

-- name: set_aside
-- Violations whose record could not be printed.
SELECT count(*), min(v.ticket) FROM hold h JOIN violation v ON v.id = h.violation_id
WHERE h.kind = 'unprintable' AND h.released_at IS NULL
