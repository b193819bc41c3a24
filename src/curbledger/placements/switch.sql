-- name: open_debts
-- What may go to any agency, by the violation's own row.
SELECT v.id
FROM violation v
WHERE {open_debt}
  AND v.due_at < %(due_before)s
  AND v.id > %(after)s
ORDER BY v.id
LIMIT %(limit)s

-- name: sum
-- Count and total of those that the rule lets go (`judged`).
SELECT count(*), coalesce(sum(j.owed), 0) FROM judged j WHERE cardinality(j.reasons) = 0
