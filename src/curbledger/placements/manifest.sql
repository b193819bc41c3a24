-- name: batches
-- Batches, newest first, each as its newest revision stands. A batch that a dead process was delivering counts as
-- undelivered (deliverer.py), though nobody has taken it up yet. Not by id: what an office that moves in has sent
-- years ago comes in after what went out today.
SELECT
    b.id, b.uuid, a.name AS agency, b.created_at, b.delivered_at,
    CASE
        WHEN b.state = 'delivering'
            AND (d.id IS NULL OR d.seen_at < clock_timestamp() - %(stale)s * interval '1 second')
        THEN 'undelivered' ELSE b.state
    END AS state,
    r.number AS revision, r.id AS revision_id, r.record_count AS count, r.total, r.digest, r.size,
    r.token_name AS asked_by, r.remote_address AS asked_from, r.user_agent AS asked_with, r.claimed_at AS asked_at,
    r.handed_over_by, r.outcome, r.ended_at, r.ended_by, r.reopened_at, r.reopened_by, r.reopened_reason, e.erased_at
FROM batch b
JOIN agency a ON a.id = b.agency_id
JOIN batch_revision r ON r.batch_id = b.id AND r.number = b.revision
LEFT JOIN deliverer d ON d.id = b.deliverer
LEFT JOIN batch_erasure e ON e.revision_id = r.id
WHERE (%(agency)s::bigint IS NULL OR b.agency_id = %(agency)s)
  AND (
      %(before)s::bigint IS NULL
      OR (b.created_at, b.id) < (SELECT last.created_at, last.id FROM batch last WHERE last.id = %(before)s)
  )
  AND (%(batch)s::uuid IS NULL OR b.uuid = %(batch)s)
ORDER BY b.created_at DESC, b.id DESC
LIMIT %(limit)s

-- name: revisions
-- Every sending of a batch, oldest first.
SELECT
    r.id AS revision_id, r.number AS revision, r.record_count AS count, r.total, r.digest, r.size,
    r.token_name AS asked_by, r.remote_address AS asked_from, r.user_agent AS asked_with, r.claimed_at AS asked_at,
    r.handed_over_by, r.outcome, r.ended_at, r.ended_by, r.reopened_at, r.reopened_by, r.reopened_reason, e.erased_at
FROM batch_revision r
LEFT JOIN batch_erasure e ON e.revision_id = r.id
WHERE r.batch_id = %(batch)s
ORDER BY r.number

-- name: placements
-- The violations of a revision in id order, whatever became of their placements since, with the evidence.
SELECT
    p.violation_id, v.ticket, p.cycle, p.balance, p.state, p.ended_at, p.ended_reason,
    jsonb_build_object(
        'policy', p.policy_version, 'at', p.decided_at, 'imported_at', p.imported_at,
        'issued_at', p.issued_at, 'due_at', p.due_at, 'noticed_at', p.noticed_at,
        'fine', p.fine, 'adjusted_fine', p.adjusted_fine, 'adjustment_reason', p.adjustment_reason,
        'towing', p.towing, 'tax', p.tax, 'fees', p.fees, 'discount', p.discount, 'paid', p.paid) AS evidence
FROM placement p
JOIN violation v ON v.id = p.violation_id
WHERE p.revision_id = %(revision)s AND p.violation_id > %(after)s
ORDER BY p.violation_id
LIMIT %(limit)s

-- name: attachment
-- A file of a violation that the batch's agency holds now, by this batch.
SELECT a.storage_location, a.name, a.extension, a.mime
FROM attachment a
WHERE a.unique_id = %(unique_id)s
  AND EXISTS (
      SELECT 1 FROM placement p JOIN batch_revision r ON r.id = p.revision_id
      WHERE r.batch_id = %(batch)s AND p.violation_id = a.violation_id AND p.state = 'open')

-- name: people
-- Whom the records of a revision show: those that its violations name, and those who drive their vehicles.
SELECT v.person_id
FROM placement p JOIN violation v ON v.id = p.violation_id
WHERE p.revision_id = %(revision)s AND v.person_id IS NOT NULL
UNION
SELECT d.person_id
FROM placement p JOIN violation v ON v.id = p.violation_id JOIN driver d ON d.vehicle_id = v.vehicle_id
WHERE p.revision_id = %(revision)s
