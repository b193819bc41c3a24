-- name: records
-- The violations of one chunk, in id order. Whatever became of a placement since, it is in this revision.
SELECT p.violation_id
FROM placement p
WHERE p.revision_id = %(revision)s AND p.violation_id > %(after)s AND p.violation_id <= %(through)s
ORDER BY p.violation_id

-- name: read
-- A chunk as it was stored.
SELECT body FROM batch_chunk
WHERE revision_id = %(revision)s AND position = %(position)s

-- name: store
-- The first to store a chunk decides its bytes.
INSERT INTO batch_chunk (client_id, revision_id, position, record_count, size, body)
VALUES (%(client)s, %(revision)s, %(position)s, %(record_count)s, %(size)s, %(body)s)
ON CONFLICT (client_id, revision_id, position) DO NOTHING
