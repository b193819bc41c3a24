-- name: undelivered
-- Batches whose last revision did not arrive, or whose server process shows no life, and since when.
SELECT count(*), min(b.created_at)
FROM batch b
LEFT JOIN deliverer d ON d.id = b.deliverer
WHERE {did_not_arrive}

-- name: contradicting
-- Violations that have had their turn in this cycle, although their own row says that they were never sent.
SELECT count(*), min(v.ticket)
FROM violation v
JOIN placement p ON p.violation_id = v.id AND p.cycle = v.cycle
WHERE {open_debt}
  AND p.state IN ('open', 'paid', 'recalled', 'returned', 'closed')

-- name: set_aside
-- Violations whose record could not be printed.
SELECT count(*), min(v.ticket) FROM hold h JOIN violation v ON v.id = h.violation_id
WHERE h.kind = 'unprintable' AND h.released_at IS NULL
