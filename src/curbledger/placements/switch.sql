-- name: candidates
-- What may go to any agency, by the violation's own row (violations/overdue.sql: may_go).
SELECT v.id
FROM violation v
WHERE {may_go}
  AND v.id > %(after)s
ORDER BY v.id
LIMIT %(limit)s

-- name: sum
-- Count and total of those that the rule lets go (`judged`).
SELECT count(*), coalesce(sum(j.owed), 0) FROM judged j WHERE cardinality(j.reasons) = 0
