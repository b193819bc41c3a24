-- name: open_debts
-- What still owes and was not sent, due or not, in id order.
SELECT v.id
FROM violation v
WHERE {open_debt}
  AND v.id > %(after)s
ORDER BY v.id
LIMIT %(limit)s

-- name: rate
-- How many records a second the client's latest large handoffs took, from the claim to the agency's last byte; null
-- where there was none. Of the first sending alone: a batch has the database's own time of that.
SELECT sum(latest.record_count) / sum(extract(epoch FROM latest.ended_at - latest.created_at))
FROM (
    SELECT r.record_count, r.ended_at, b.created_at
    FROM batch b
    JOIN batch_revision r ON r.batch_id = b.id AND r.number = 1
    WHERE b.state = 'delivered' AND b.revision = 1 AND r.record_count >= %(enough)s AND r.tail <> ''
      AND r.ended_at > b.created_at
    ORDER BY b.id DESC
    LIMIT 5
) latest

-- name: sort
-- Judged violations (`judged`, violations/overdue.sql) in heaps: for which agency their category is kept, how many
-- days ago they fell due, and why they stay (no reasons: they go). Few heaps, however many violations.
SELECT
    h.agency_id, h.age, h.reasons, count(*), sum(greatest(h.owed, 0)), (array_agg(h.ticket ORDER BY h.id))[1:%(examples)s]
FROM (
    SELECT
        j.id, j.ticket, j.owed, a.agency_id,
        array_remove(j.reasons, %(passed_over)s) AS reasons,
        CASE
            WHEN j.due_at >= %(today)s THEN -1
            ELSE width_bucket(%(day)s::date - (j.due_at AT TIME ZONE %(zone)s)::date, %(ages)s::int[])
        END AS age
    FROM judged j
    LEFT JOIN agency_category a ON a.category_id = j.category_id
) h
GROUP BY h.agency_id, h.age, h.reasons
