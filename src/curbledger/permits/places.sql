-- name: change_places
-- Held until the end by whoever configures a zone or a lot: one after the other, and zones after those who push
-- permits for unknown ones. A lock of its own, because a zone that is not there has no row to lock.
SELECT pg_advisory_xact_lock(hashtextextended('curbledger places', %s))

-- name: keep_places
-- Held until the end by whoever pushes a permit for a zone that is not there. They do not wait for each other.
SELECT pg_advisory_xact_lock_shared(hashtextextended('curbledger places', %s))
