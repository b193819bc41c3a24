-- name: old_batches
-- Delivered before `before`, with bytes that are not erased yet; what another system sent never had any here. A revision that a key may still ask for stays:
-- keys are kept for a day from the commit of their claim, on the database's clock, and are given another here.
SELECT b.id
FROM batch b
WHERE b.state = 'delivered' AND b.delivered_at < %(before)s
  AND EXISTS (
      SELECT 1 FROM batch_revision r
      WHERE r.batch_id = b.id AND r.tail <> '' AND NOT EXISTS (SELECT 1 FROM batch_erasure e WHERE e.revision_id = r.id))
  AND NOT EXISTS (
      SELECT 1 FROM batch_revision r
      JOIN idempotency_key k ON k.revision_id = r.id
      WHERE r.batch_id = b.id AND k.created_at > clock_timestamp() - interval '2 days')
ORDER BY b.id

-- name: lock
-- Nobody shows it meanwhile with a key, or delivers it (handoff.py takes the same lock); a batch in use waits for the
-- next run.
SELECT b.id FROM batch b WHERE b.id = %(batch)s AND b.state = 'delivered' FOR NO KEY UPDATE SKIP LOCKED

-- name: note
-- Every revision is marked, also one that was never printed to its end: nobody may print it anew.
INSERT INTO batch_erasure (client_id, revision_id, erased_at)
SELECT r.client_id, r.id, %(at)s FROM batch_revision r WHERE r.batch_id = %(batch)s
ON CONFLICT (client_id, revision_id) DO NOTHING

-- name: erase
-- The bytes go. Count, total, digest and the placements with their evidence stay.
DELETE FROM batch_chunk c USING batch_revision r
WHERE r.batch_id = %(batch)s AND c.revision_id = r.id
