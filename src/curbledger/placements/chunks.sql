-- name: next_records
-- The violations of a revision that follow, in id order. Whatever became of a placement since, it is in this revision.
SELECT p.violation_id
FROM placement p
WHERE p.revision_id = %(revision)s AND p.violation_id > %(after)s
ORDER BY p.violation_id
LIMIT %(limit)s

-- name: read
-- A chunk as it was stored.
SELECT record_count, last_violation_id, body FROM batch_chunk
WHERE revision_id = %(revision)s AND position = %(position)s

-- name: store
-- The first to store a chunk decides its bytes.
INSERT INTO batch_chunk (client_id, revision_id, position, record_count, last_violation_id, size, body)
VALUES (%(client)s, %(revision)s, %(position)s, %(record_count)s, %(last_violation_id)s, %(size)s, %(body)s)
ON CONFLICT (client_id, revision_id, position) DO NOTHING
