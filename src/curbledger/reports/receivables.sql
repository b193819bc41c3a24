-- name: handed_over
-- What was handed over in its present cycle and still owes, in id order, by the index that keeps it once in a cycle.
-- Where a slice begins is said of both tables: else the planner may read every violation up to there again for each.
SELECT p.violation_id
FROM placement p
JOIN violation v ON v.id = p.violation_id AND v.cycle = p.cycle
WHERE p.state IN ('open', 'paid', 'recalled', 'returned', 'closed')
  AND p.violation_id > %(after)s
  AND v.id > %(after)s
  AND v.sent_at IS NOT NULL
  AND {owes}
ORDER BY p.violation_id
LIMIT %(limit)s

-- name: aged
-- The judged (`judged`, violations/overdue.sql) that owe, in heaps: which agency has them, if one has, and how long
-- they are past due (0: not). A debt that an agency does not have any more is the office's again. The ids are of
-- tickets that can owe; what the rule says of their reasons is not asked, and so not found out either.
SELECT
    b.agency_id,
    CASE
        WHEN j.due_at >= %(today)s THEN 0
        ELSE width_bucket(%(day)s::date - (j.due_at AT TIME ZONE %(zone)s)::date, %(ages)s::int[])
    END,
    count(*),
    sum(j.owed)
FROM judged j
LEFT JOIN placement p ON j.sent_at IS NOT NULL AND p.violation_id = j.id AND p.cycle = j.cycle AND p.state = 'open'
LEFT JOIN batch_revision r ON r.id = p.revision_id
LEFT JOIN batch b ON b.id = r.batch_id
WHERE j.owed > 0
GROUP BY 1, 2
