-- name: selected
-- A condition on a placement and its violation, not a statement: how it stands in the ticket's present cycle, and that
-- it fits the selection.
p.state = %(state)s
AND p.cycle = v.cycle
AND (%(tickets)s::text[] IS NULL OR v.ticket = ANY (%(tickets)s::text[]))
AND (%(batch)s::uuid IS NULL OR p.revision_id IN (
    SELECT r.id FROM batch b JOIN batch_revision r ON r.batch_id = b.id WHERE b.uuid = %(batch)s::uuid))
AND (%(agency_id)s::bigint IS NULL OR p.revision_id IN (
    SELECT r.id FROM batch b JOIN batch_revision r ON r.batch_id = b.id WHERE b.agency_id = %(agency_id)s::bigint))
AND (%(offence_id)s::bigint IS NULL OR EXISTS (
    SELECT 1 FROM violation_detail d WHERE d.violation_id = v.id AND d.offence_id = %(offence_id)s::bigint))
AND (%(location_id)s::bigint IS NULL OR v.location_id = %(location_id)s::bigint)
AND (%(category_id)s::bigint IS NULL OR v.category_id = %(category_id)s::bigint)
AND (%(policy_version)s::bigint IS NULL OR p.policy_version = %(policy_version)s::bigint)
AND v.issued_at >= %(since)s AND v.issued_at < %(before)s

-- name: chosen
-- The violations whose placements are to be looked at, in id order. Nothing is locked yet. Where a slice begins is said
-- of both tables: else the planner may read every violation up to there again for each.
SELECT p.violation_id
FROM placement p
JOIN violation v ON v.id = p.violation_id
WHERE {selected}
  AND p.violation_id > %(after)s
  AND v.id > %(after)s
ORDER BY p.violation_id
LIMIT %(limit)s

-- name: sum
-- How many of these fit, and what they were placed with.
SELECT count(*), coalesce(sum(p.balance), 0)
FROM placement p
JOIN violation v ON v.id = p.violation_id
WHERE {selected} AND p.violation_id = ANY (%(ids)s::bigint[])
