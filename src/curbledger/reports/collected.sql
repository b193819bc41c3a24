-- name: collected
-- What was handed over to each agency, what was paid on what it had, and what was taken back from it, by month.
-- Each of the three reads its own days by an index; payments are looked up in placements one by one.
SELECT a.name, moved.month,
    sum(moved.placed), sum(moved.placed_total), sum(moved.paid), sum(moved.paid_total),
    sum(moved.recalled), sum(moved.recalled_total)
FROM (
    -- Of a batch the newest revision counts.
    SELECT b.agency_id, to_char(r.claimed_at AT TIME ZONE %(zone)s, 'YYYY-MM') AS month,
        r.record_count AS placed, r.total AS placed_total, 0 AS paid, 0.00 AS paid_total, 0 AS recalled,
        0.00 AS recalled_total
    FROM batch_revision r
    JOIN batch b ON b.id = r.batch_id AND b.revision = r.number
    WHERE r.claimed_at >= %(start)s AND r.claimed_at < %(end)s
    UNION ALL
    SELECT b.agency_id, to_char(p.paid_at AT TIME ZONE %(zone)s, 'YYYY-MM'), 0, 0, 1, p.amount, 0, 0
    FROM payment p
    -- The agency that had the debt when it was paid.
    CROSS JOIN LATERAL (
        SELECT l.revision_id
        FROM placement l
        WHERE l.violation_id = p.violation_id
          AND l.state IN ('open', 'paid', 'recalled', 'returned', 'closed')
          AND l.decided_at <= p.paid_at
          AND (l.ended_at IS NULL OR l.ended_at >= p.paid_at)
        ORDER BY l.cycle DESC
        LIMIT 1
    ) had
    JOIN batch_revision r ON r.id = had.revision_id
    JOIN batch b ON b.id = r.batch_id
    WHERE p.paid_at >= %(start)s AND p.paid_at < %(end)s AND p.reversed_at IS NULL
    UNION ALL
    SELECT b.agency_id, to_char(l.ended_at AT TIME ZONE %(zone)s, 'YYYY-MM'), 0, 0, 0, 0, 1, l.balance
    FROM placement l
    JOIN batch_revision r ON r.id = l.revision_id
    JOIN batch b ON b.id = r.batch_id
    WHERE l.state = 'recalled' AND l.ended_at >= %(start)s AND l.ended_at < %(end)s
) moved
JOIN agency a ON a.id = moved.agency_id
GROUP BY a.id, a.name, moved.month
-- An empty call is no handoff.
HAVING sum(moved.placed) + sum(moved.paid) + sum(moved.recalled) > 0
ORDER BY moved.month, a.name
