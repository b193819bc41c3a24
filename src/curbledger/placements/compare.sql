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
SELECT j.reasons, t.reasons, count(*), sum(greatest(j.owed, 0))
FROM judged j
JOIN judged_then t ON t.id = j.id
WHERE NOT ({for_nobody})
GROUP BY j.reasons, t.reasons
