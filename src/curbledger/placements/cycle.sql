-- name: free
-- Frees those of these that were recalled and fit, each for a cycle of its own.
UPDATE violation v
SET sent_at = NULL, recalled_at = NULL, cycle = v.cycle + 1
FROM placement p
WHERE p.violation_id = v.id
  AND v.id = ANY (%(ids)s::bigint[])
  AND v.recalled_at IS NOT NULL
  AND {selected}
RETURNING v.id

-- name: note
-- Says with each ticket who started its new cycle, and why.
INSERT INTO violation_act (client_id, violation_id, kind, done_at, done_by, reason)
SELECT v.client_id, v.id, 'new_cycle', %(at)s, %(by)s, %(reason)s
FROM violation v
WHERE v.id = ANY (%(ids)s::bigint[])
ORDER BY v.id

-- name: resting
-- What was recalled, still owes, and goes nowhere until a new cycle: by the index of recalled placements alone.
SELECT count(*), coalesce(sum(v.balance), 0)
FROM placement p
JOIN violation v ON v.id = p.violation_id AND v.cycle = p.cycle
WHERE p.state = 'recalled'
  AND v.recalled_at IS NOT NULL
  AND {owes}
