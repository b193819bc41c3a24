-- name: payments
-- Payments by the day they were paid on and by who recorded them: how many, how much, and how much of that was
-- reversed since.
SELECT
    to_char(p.paid_at AT TIME ZONE %(zone)s, 'YYYY-MM-DD'), p.recorded_by, count(*), sum(p.amount),
    coalesce(sum(p.amount) FILTER (WHERE p.reversed_at IS NOT NULL), 0),
    coalesce(sum(p.amount) FILTER (WHERE p.reversed_at IS NULL), 0)
FROM payment p
WHERE p.paid_at >= %(start)s AND p.paid_at < %(end)s
GROUP BY 1, 2
ORDER BY 1, 2

-- name: notices
-- Notices that this system sent, by month, stage and way: messages, the tickets they were about, and how many of the
-- messages came back since.
SELECT
    to_char(m.ended_at AT TIME ZONE %(zone)s, 'YYYY-MM'), m.stage, m.kind, count(*), sum(about.tickets),
    count(*) FILTER (WHERE m.state = 'returned')
FROM notice_message m
CROSS JOIN LATERAL (SELECT count(*) AS tickets FROM notice_ticket t WHERE t.message_id = m.id) about
WHERE m.state IN ('sent', 'returned') AND m.ended_at >= %(start)s AND m.ended_at < %(end)s
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3

-- name: spoiled
-- Numbers that stand for no ticket, by the day of issue; who spoiled each and why, where that was done here.
SELECT
    v.ticket, to_char(v.issued_at AT TIME ZONE %(zone)s, 'YYYY-MM-DD'),
    to_char(a.done_at AT TIME ZONE %(zone)s, 'YYYY-MM-DD'), a.done_by, a.reason
FROM violation v
LEFT JOIN LATERAL (
    SELECT a.done_at, a.done_by, a.reason FROM violation_act a
    WHERE a.violation_id = v.id AND a.kind = 'spoiled'
    ORDER BY a.id DESC
    LIMIT 1
) a ON true
WHERE v.spoiled AND v.issued_at >= %(start)s AND v.issued_at < %(end)s
ORDER BY v.issued_at, v.id
