-- name: lock
-- In id order, so that two who lock several never wait for each other in a circle.
SELECT v.id FROM violation v WHERE v.id = ANY (%(ids)s::bigint[]) ORDER BY v.id FOR NO KEY UPDATE
