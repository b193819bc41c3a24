-- name: sum
-- Count and total of those that the rule lets go (`judged`).
SELECT count(*), coalesce(sum(j.owed), 0) FROM judged j WHERE cardinality(j.reasons) = 0
