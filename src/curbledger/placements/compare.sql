-- name: candidates
-- What may go by one of two policies, by the violation's own row (violations/overdue.sql: may_go), in id order.
SELECT v.id
FROM violation v
WHERE (({may_go}) OR ({may_go_then}))
  AND v.id > %(after)s
ORDER BY v.id
LIMIT %(limit)s

-- name: compare
-- Why violations stay by the one policy (`judged`) and by the other (`judged_then`), in heaps. Those that no agency
-- would take are left out.
SELECT n.reasons, t.reasons, count(*), sum(greatest(n.owed, 0))
FROM judged n
JOIN judged_then t ON t.id = n.id
WHERE %(anybody)s OR EXISTS (SELECT 1 FROM agency_category a WHERE a.category_id = n.category_id)
GROUP BY n.reasons, t.reasons
