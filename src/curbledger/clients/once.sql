-- name: spend
-- Lets a key in once. Who sends the same at the same time waits here for the first one's transaction, and finds no
-- row inserted if that commits.
INSERT INTO spent_key (client_id, key, spent_at, spent_by)
VALUES (%(client)s, %(key)s, %(at)s, %(by)s)
ON CONFLICT (client_id, key) DO NOTHING

-- name: forget
-- Removes keys whose forms are no longer good. Rows that somebody else holds are passed by.
DELETE FROM spent_key
WHERE id = ANY (ARRAY(
    SELECT id FROM spent_key WHERE spent_at < %(before)s ORDER BY spent_at LIMIT 100 FOR UPDATE SKIP LOCKED
))
