-- name: by_text
-- The tickets that a number, a plate or a name means. Each part is a look-up by equality or by a range of an index:
-- under row-level security nothing else can use one. Bounded, for one plate can carry hundreds.
WITH people AS (
    SELECT id FROM person
    WHERE last_key >= %(name)s AND last_key < %(name_end)s
      AND %(with_people)s
      AND first_key >= %(first)s AND first_key < %(first_end)s
    ORDER BY last_key, first_key, id
    LIMIT 200
)
(SELECT id FROM violation WHERE ticket = ANY (%(numbers)s))
UNION
(SELECT id FROM violation
 WHERE vehicle_id = ANY (ARRAY(SELECT id FROM vehicle WHERE plate_key = %(plate)s AND NOT plate_key = '' LIMIT 50))
 LIMIT 1000)
UNION
(SELECT id FROM violation WHERE person_id IS NOT NULL AND person_id = ANY (ARRAY(SELECT id FROM people)) LIMIT 1000)
UNION
(SELECT v.id FROM violation v
 WHERE v.vehicle_id = ANY (ARRAY(SELECT d.vehicle_id FROM driver d WHERE d.person_id = ANY (ARRAY(SELECT id FROM people))))
   AND v.person_id IS NULL
 LIMIT 1000)

-- name: look
-- One page of tickets, newest first, from a place on. The innermost reads at most `reach` tickets in the order of an
-- index, so that a filter that fits few of a million tickets answers in time; the page then says how far it looked.
SELECT
    found.*, h.plate, p.code AS province, c.name AS category, l.name AS location,
    o.id AS named_id, CASE WHEN %(with_people)s THEN concat_ws(' ', o.first_name, o.last_name) END AS person
FROM (
    SELECT stands.*
    FROM (
        SELECT v.*, {state} AS state
        FROM (
            SELECT id, ticket, issued_at, due_at, balance, paid_total, spoiled, warning, cancelled_at, sent_at,
                   recalled_at, hold_count, appeal_count, vehicle_id, person_id, category_id, location_id
            FROM violation
            WHERE (issued_at, id) < (%(before)s, %(before_id)s)
              AND issued_at >= %(since)s
              AND (%(ids)s::bigint[] IS NULL OR id = ANY (%(ids)s::bigint[]))
            ORDER BY issued_at DESC, id DESC
            LIMIT %(reach)s
        ) v
        WHERE (%(category)s::bigint IS NULL OR v.category_id = %(category)s)
          AND (%(locations)s::bigint[] IS NULL OR v.location_id = ANY (%(locations)s::bigint[]))
        -- Without the order, which the innermost has already, the planner forgets it, and reads all before it sorts.
        -- OFFSET keeps it from working out the standing once for the filter and once for the page.
        ORDER BY v.issued_at DESC, v.id DESC
        OFFSET 0
    ) stands
    WHERE %(states)s::text[] IS NULL OR stands.state = ANY (%(states)s::text[])
    ORDER BY stands.issued_at DESC, stands.id DESC
    LIMIT %(limit)s
) found
LEFT JOIN vehicle h ON h.id = found.vehicle_id
LEFT JOIN province p ON p.id = h.province_id
LEFT JOIN person o ON o.id = found.person_id AND %(with_people)s
LEFT JOIN category c ON c.id = found.category_id
LEFT JOIN location l ON l.id = found.location_id
ORDER BY found.issued_at DESC, found.id DESC

-- name: of_one
-- The tickets of one person or one vehicle. Each part is bounded by itself: a fleet drives thousands.
(SELECT id, issued_at FROM violation
 WHERE vehicle_id = %(vehicle)s AND (issued_at, id) < (%(before)s, %(before_id)s)
 ORDER BY issued_at DESC, id DESC LIMIT %(limit)s)
UNION ALL
(SELECT id, issued_at FROM violation
 WHERE person_id = %(person)s AND (issued_at, id) < (%(before)s, %(before_id)s)
 ORDER BY issued_at DESC, id DESC LIMIT %(limit)s)
UNION ALL
(SELECT v.id, v.issued_at FROM driver d
 JOIN violation v ON v.vehicle_id = d.vehicle_id
 WHERE d.person_id = %(person)s AND v.person_id IS NULL AND (v.issued_at, v.id) < (%(before)s, %(before_id)s)
 ORDER BY v.issued_at DESC, v.id DESC LIMIT %(limit)s)
ORDER BY issued_at DESC, id DESC
LIMIT %(limit)s

-- name: horizon
-- The last ticket that a page could look at; none: it looked at all there are.
SELECT issued_at, id FROM violation
WHERE (issued_at, id) < (%(before)s, %(before_id)s) AND issued_at >= %(since)s
ORDER BY issued_at DESC, id DESC
OFFSET %(reach)s - 1
LIMIT 1
