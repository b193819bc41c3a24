-- name: candidates
-- What may go by a later day, by the violation's own row (violations/overdue.sql: may_go), in id order. Like the
-- claim's, it reads what is open and nothing of what was paid or sent.
SELECT v.id
FROM violation v
WHERE {may_go}
  AND v.id > %(after)s
ORDER BY v.id
LIMIT %(limit)s

-- name: goes
-- Which of the judged (violations/overdue.sql) go, and what each owes.
SELECT j.id, j.owed FROM judged j WHERE j.reasons = '{}'
