-- name: would_take_up
-- The batch that the agency's next call takes up again: `take_up` of claim.sql, without its lock.
SELECT r.id
FROM batch b
JOIN batch_revision r ON r.batch_id = b.id AND r.number = b.revision
LEFT JOIN deliverer d ON d.id = b.deliverer
WHERE b.agency_id = %(agency)s
  AND {did_not_arrive}
ORDER BY b.id
LIMIT 1

-- name: goes
-- Those of these that would go (`judged`): as `place` of claim.sql decides. What stands in the batch that is taken up
-- again may be marked as sent, by that batch.
SELECT j.id, j.owed
FROM judged j
WHERE (j.reasons = '{{}}'
       OR (j.reasons = ARRAY['already_sent'] AND EXISTS (
           SELECT 1 FROM placement p
           WHERE p.revision_id = %(earlier)s AND p.violation_id = j.id AND p.state = 'open')))
  AND {its_own}
ORDER BY j.id
