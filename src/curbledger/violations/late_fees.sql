-- name: late
-- Tickets that a late fee may be due on, in id order. Nothing is locked yet: what is found here is decided after the
-- lock.
SELECT v.id
FROM violation v
WHERE {open_debt}
  AND v.due_at < %(today)s
  AND v.id > %(after)s
  AND (%(stage)s = 0 OR v.noticed_at IS NOT NULL)
  AND EXISTS (
      SELECT 1 FROM violation_detail d JOIN late_fee_rule r ON r.offence_id = d.offence_id
      WHERE d.violation_id = v.id)
ORDER BY v.id
LIMIT %(limit)s

-- name: accrue
-- Decides under the lock, with a snapshot that began after it, and adds every late fee that is due and not there yet.
-- `judged` is the rule for what is overdue (violations/overdue.sql); what stops a handoff for the client's own reasons,
-- such as a minimum, does not stop a fee.
--
-- Days count from the due day, or from as much later as the required notice was late: nobody pays for days on which
-- they had not been told. Days under a hold or an appeal do not count either, whatever became of it.
, owing AS (
    SELECT j.id, j.issued_at, coalesce(j.adjusted_fine, j.fine) AS fine, v.person_id, v.vehicle_id,
           (j.due_at AT TIME ZONE %(zone)s)::date AS due_day,
           (told.at AT TIME ZONE %(zone)s)::date + %(notice_age)s::int AS told_day
    FROM judged j
    JOIN violation v ON v.id = j.id
    CROSS JOIN LATERAL (
        SELECT min(n.sent_at) AS at FROM notice n
        WHERE n.violation_id = j.id AND n.returned_at IS NULL AND coalesce(n.stage, 1) >= %(stage)s
    ) told
    WHERE NOT j.reasons && %(stops)s::text[] AND (%(stage)s = 0 OR told.at IS NOT NULL)
), ruled AS (
    SELECT o.id, r.id AS rule_id, r.days_after_due, r.every_days, r.cap,
           coalesce(r.amount, round(r.percent / 100 * o.fine * d.fine / nullif(d.whole, 0), 2)) AS step,
           CASE WHEN %(stage)s = 0 THEN o.due_day
                ELSE greatest(o.due_day, o.told_day - r.days_after_due) END AS start_day
    FROM owing o
    CROSS JOIN LATERAL (
        SELECT d.offence_id, sum(d.fine) AS fine, sum(sum(d.fine)) OVER () AS whole
        FROM violation_detail d WHERE d.violation_id = o.id GROUP BY d.offence_id
    ) d
    JOIN late_fee_rule r ON r.offence_id = d.offence_id AND r.issued_from <= o.issued_at
     AND (r.issued_before IS NULL OR o.issued_at < r.issued_before)
), stopped AS (
    SELECT s.id, range_agg(daterange(s.first, s.after)) AS days
    FROM (
        SELECT h.id, (h.starts_at AT TIME ZONE %(zone)s)::date AS first,
               least((h.released_at AT TIME ZONE %(zone)s)::date, h.until + 1) AS after
        FROM (
            SELECT o.id, o.issued_at, h.kind, h.starts_at, h.released_at, h.until, h.petition_on
            FROM owing o JOIN hold h ON h.violation_id = o.id
            UNION ALL
            SELECT o.id, o.issued_at, h.kind, h.starts_at, h.released_at, h.until, h.petition_on
            FROM owing o JOIN hold h ON h.person_id = o.person_id
            UNION ALL
            SELECT o.id, o.issued_at, h.kind, h.starts_at, h.released_at, h.until, h.petition_on
            FROM owing o JOIN driver d ON o.person_id IS NULL AND d.vehicle_id = o.vehicle_id
            JOIN hold h ON h.person_id = d.person_id
        ) h
        WHERE h.kind = ANY (%(hold_kinds)s::text[])
          AND (h.petition_on IS NULL OR (h.issued_at AT TIME ZONE %(zone)s)::date <= h.petition_on)
        UNION ALL
        SELECT o.id, (a.opened_at AT TIME ZONE %(zone)s)::date, (a.decided_at AT TIME ZONE %(zone)s)::date
        FROM owing o JOIN appeal a ON a.violation_id = o.id
    ) s
    WHERE s.after IS NULL OR s.first < s.after
    GROUP BY s.id
), counted AS (
    SELECT r.*, %(day)s::date - r.start_day - coalesce((
        SELECT sum(upper(held) - lower(held))
        FROM unnest(s.days * datemultirange(daterange(r.start_day, %(day)s::date))) AS held
    ), 0) AS days
    FROM ruled r LEFT JOIN stopped s ON s.id = r.id
    WHERE r.step > 0 AND r.start_day < %(day)s::date
), due AS (
    SELECT c.id, c.rule_id, c.days_after_due, had.last + k AS occurrence,
           least(c.step, c.cap - had.total - c.step * (k - 1)) AS amount
    FROM counted c
    CROSS JOIN LATERAL (
        SELECT coalesce(max(f.occurrence), 0) AS last, coalesce(sum(f.amount), 0) AS total
        FROM fee f WHERE f.violation_id = c.id AND f.rule_id = c.rule_id
    ) had
    CROSS JOIN LATERAL generate_series(1, least(
        CASE WHEN c.days < c.days_after_due THEN 0
             WHEN c.every_days IS NULL THEN 1
             ELSE 1 + (c.days - c.days_after_due) / c.every_days END - had.last,
        ceil((c.cap - had.total) / c.step))::int) AS k
)
INSERT INTO fee (client_id, violation_id, amount, kind, reason, rule_id, occurrence, created_at, recorded_by)
SELECT %(client)s, d.id, d.amount, %(kind)s, format('Late fee %%s, due after %%s days', d.occurrence, d.days_after_due),
       d.rule_id, d.occurrence, %(at)s, %(by)s
FROM due d
WHERE d.amount > 0
ORDER BY d.id, d.rule_id, d.occurrence
ON CONFLICT DO NOTHING
RETURNING violation_id, amount
