-- name: size
-- Whether there are few open debts, few placements and few payments of late. Each is counted to a bound.
SELECT
    (SELECT count(*) FROM (SELECT 1 FROM violation v WHERE {open_debt} LIMIT %(few)s) o) < %(few)s
    AND (SELECT count(*) FROM (SELECT 1 FROM placement LIMIT %(few)s) l) < %(few)s
    AND (SELECT count(*) FROM (
        SELECT 1 FROM payment p WHERE p.paid_at >= %(start)s AND p.paid_at < %(end)s LIMIT %(few)s) p) < %(few)s
