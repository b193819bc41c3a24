-- name: waiting
-- The open debts of these categories, and those of none: how many.
SELECT v.category_id, count(*)
FROM violation v
WHERE {open_debt} AND (v.category_id = ANY (%(categories)s::bigint[]) OR v.category_id IS NULL)
GROUP BY v.category_id
