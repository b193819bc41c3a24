-- name: recall
-- Takes back those of these that an agency still has.
UPDATE placement p
SET state = 'recalled', ended_at = %(at)s, ended_by = %(by)s, ended_reason = %(reason)s
FROM violation v
WHERE v.id = p.violation_id
  AND p.violation_id = ANY (%(ids)s::bigint[])
  AND {selected}
RETURNING p.violation_id, p.balance

-- name: mark
-- Says on the violation's row that no agency has it. The mark of the handoff stays, and keeps it out of every batch.
UPDATE violation SET recalled_at = %(at)s WHERE id = ANY (%(ids)s::bigint[])

-- name: outdated
-- Which of these (`judged`) today's rule would not hand over.
SELECT j.id FROM judged j
WHERE NOT j.reasons <@ ARRAY['already_sent', 'collections_off']
ORDER BY j.id

-- name: strangers
-- Tickets that no agency has, nor had in their present cycle. A placement that left its batch, or went out again as a
-- later revision's, is no turn.
SELECT t.ticket
FROM unnest(%(tickets)s::text[]) AS t (ticket)
WHERE NOT EXISTS (
    SELECT 1
    FROM violation v JOIN placement p ON p.violation_id = v.id AND p.cycle = v.cycle
    WHERE v.ticket = t.ticket AND p.state IN ('open', 'paid', 'recalled', 'returned', 'closed'))
