-- name: one_planner
-- One planner of a client at a time: two would both find that a notice is due. Held until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('curbledger.notices', %(client)s))

-- name: unaddressed_again
-- Those without an address are looked at afresh each time, for somebody may have found one.
DELETE FROM notice_ticket t USING notice_message m WHERE m.id = t.message_id AND m.state = 'unaddressed'

-- name: forget_unaddressed
-- Their messages, which are about nothing now.
DELETE FROM notice_message WHERE state = 'unaddressed'

-- name: overdue
-- Tickets that a notice may be due on, in id order.
SELECT v.id
FROM violation v
WHERE {open_debt}
  AND v.due_at < %(due_before)s
  AND v.id > %(after)s
ORDER BY v.id
LIMIT %(limit)s

-- name: due
-- Of these tickets, which notice is due on each, to whom and by which way. `judged` is the rule for what is overdue
-- (violations/overdue.sql). A stage follows the one before it by as many days as the schedule puts between them,
-- however late that one was; one that failed or came back has had its turn. A notice that was recorded by hand or
-- taken over is the first.
--
-- Who is told: the person whom the ticket names, or who drives the vehicle; of several the one who can be reached.
, had AS (
    SELECT j.id, v.person_id, v.vehicle_id, %(day)s::date - (j.due_at AT TIME ZONE %(zone)s)::date AS days,
           greatest(coalesce(written.stage, 0), coalesce(recorded.stage, 0)) AS stage,
           (greatest(written.at, recorded.at) AT TIME ZONE %(zone)s)::date AS on_day,
           coalesce(written.waits, false) AS waits
    FROM judged j
    JOIN violation v ON v.id = j.id
    LEFT JOIN LATERAL (
        SELECT max(t.stage) AS stage, max(m.ended_at) AS at,
               bool_or(m.state IN ('queued', 'sending', 'printing', 'unaddressed')) AS waits
        FROM notice_ticket t JOIN notice_message m ON m.id = t.message_id
        WHERE t.violation_id = j.id
    ) written ON true
    LEFT JOIN LATERAL (
        SELECT max(coalesce(n.stage, 1)) AS stage, max(n.sent_at) AS at
        FROM notice n WHERE n.violation_id = j.id AND n.returned_at IS NULL
    ) recorded ON true
    WHERE NOT j.reasons && %(at_rest)s::text[]
), turn AS (
    SELECT h.id, h.person_id, h.vehicle_id, s.number AS stage, s.way
    FROM had h
    JOIN (
        SELECT number, days, way, days - lag(days, 1, 0) OVER (ORDER BY number) AS gap
        FROM unnest(%(days)s::int[], %(ways)s::text[]) WITH ORDINALITY AS given (days, way, number)
    ) s ON s.number = h.stage + 1
    WHERE NOT h.waits AND h.days >= s.days AND (h.on_day IS NULL OR %(day)s::date - h.on_day >= s.gap)
)
SELECT t.id, t.stage, t.way, who.id, who.language, coalesce(who.mail, false), coalesce(who.street, false)
FROM turn t
LEFT JOIN LATERAL (
    SELECT p.id, p.language, a.mail, a.street
    FROM (
        -- Two look-ups by index; one condition with OR would read all people for each ticket.
        SELECT t.person_id AS id WHERE t.person_id IS NOT NULL
        UNION ALL
        SELECT d.person_id FROM driver d WHERE t.person_id IS NULL AND d.vehicle_id = t.vehicle_id
    ) w
    JOIN person p ON p.id = w.id
    CROSS JOIN LATERAL (
        SELECT coalesce(p.email LIKE '%%_@_%%', false) AS mail,
               btrim(coalesce(p.street, '')) <> '' AND btrim(coalesce(p.city, '') || coalesce(p.postal, '')) <> ''
                   AS street
    ) a
    ORDER BY CASE t.way WHEN 'mail' THEN a.mail WHEN 'letter' THEN a.street ELSE a.mail OR a.street END DESC, p.id
    LIMIT 1
) who ON true
ORDER BY t.id

-- name: standing
-- What each of these tickets owes, whether a notice is still in place, and what the notice says of it. `judged` is the
-- rule, read under the lock.
SELECT j.id, j.ticket, j.issued_at, j.owed, j.reasons && %(at_rest)s::text[] AS at_rest, ve.plate, l.name,
       ARRAY(SELECT o.name FROM violation_detail d JOIN offence o ON o.id = d.offence_id
             WHERE d.violation_id = j.id ORDER BY d.id)
FROM judged j
LEFT JOIN vehicle ve ON ve.id = j.vehicle_id
LEFT JOIN location l ON l.id = j.location_id
