-- name: undelivered
-- Batches whose last revision did not arrive, or whose server process shows no life, and since when.
SELECT count(*), min(b.created_at)
FROM batch b
JOIN batch_revision r ON r.batch_id = b.id AND r.number = b.revision
LEFT JOIN deliverer d ON d.id = b.deliverer
WHERE {did_not_arrive}
  -- What staff left for the agency's call is no fault before the call had its days.
  AND (r.handed_over_by = '' OR r.claimed_at < clock_timestamp() - interval '2 days')

-- name: unconfirmed
-- Batches that went out as a file a day ago or more, and of which nobody has said whether it arrived.
SELECT count(*), min(r.claimed_at)
FROM batch b
JOIN batch_revision r ON r.batch_id = b.id AND r.number = b.revision
WHERE b.state = 'awaiting' AND r.claimed_at < clock_timestamp() - interval '1 day'

-- name: contradicting
-- Violations that have had their turn in this cycle, although their own row says that they were never sent.
-- Looked up one by one: a join might read every placement there is.
SELECT count(*), min(v.ticket)
FROM violation v
CROSS JOIN LATERAL (
    SELECT 1 FROM placement p
    WHERE p.violation_id = v.id AND p.cycle = v.cycle
      AND p.state IN ('open', 'paid', 'recalled', 'returned', 'closed')
    OFFSET 0
) had
WHERE {open_debt}

-- name: set_aside
-- Violations whose record could not be printed.
SELECT count(*), min((SELECT v.ticket FROM violation v WHERE v.id = h.violation_id)) FROM hold h
WHERE h.kind = 'unprintable' AND h.released_at IS NULL

-- name: calls
-- Of each agency that has called often enough to say what is usual: its last call, and the middle one of the gaps
-- between its last calls. Every call left a revision, if only an empty one; what another system had sent has no tail.
SELECT a.name, max(latest.claimed_at), percentile_disc(0.5) WITHIN GROUP (ORDER BY latest.gap)
FROM agency a
CROSS JOIN LATERAL (
    SELECT c.claimed_at, c.claimed_at - lag(c.claimed_at) OVER (ORDER BY c.claimed_at) AS gap
    FROM (
        SELECT r.claimed_at
        FROM batch b JOIN batch_revision r ON r.batch_id = b.id
        WHERE b.agency_id = a.id AND r.tail <> ''
        ORDER BY b.id DESC, r.number DESC
        LIMIT %(calls)s
    ) c
) latest
GROUP BY a.id, a.name
HAVING count(*) >= %(enough)s
ORDER BY a.name
