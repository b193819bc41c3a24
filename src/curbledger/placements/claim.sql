-- name: its_own
-- A condition on a violation, not a statement: the agency takes it, for its category is kept for no other; one that
-- takes nothing but what is kept for it takes that alone.
NOT EXISTS (
    SELECT 1 FROM agency_category a WHERE a.category_id = {row}.category_id AND a.agency_id <> %(agency)s)
AND (NOT %(assigned_only)s OR EXISTS (
    SELECT 1 FROM agency_category a WHERE a.category_id = {row}.category_id AND a.agency_id = %(agency)s))

-- name: for_nobody
-- A condition on a violation, not a statement: its category is kept for no agency, and every agency takes only what is
-- kept for it.
NOT EXISTS (SELECT 1 FROM agency_category a WHERE a.category_id = {row}.category_id)
AND EXISTS (SELECT 1 FROM agency)
AND NOT EXISTS (SELECT 1 FROM agency WHERE NOT assigned_only)

-- name: candidates
-- What may go to this agency, by the violation's own row (violations/overdue.sql: may_go), in id order. Nothing is
-- locked yet: what is found here is decided after the lock.
SELECT v.id
FROM violation v
WHERE {may_go}
  AND v.id > %(after)s
  AND {its_own}
ORDER BY v.id
LIMIT %(limit)s

-- name: place
-- Decides under the lock, with a snapshot that began after it, and writes a placement for each that goes: the
-- balance frozen, and the evidence. `judged` is the rule (violations/overdue.sql). A violation of the batch that is
-- opened again may be marked as sent, by that batch.
INSERT INTO placement (
    client_id, revision_id, violation_id, cycle, state, balance, policy_version, decided_at,
    issued_at, due_at, noticed_at, fine, adjusted_fine, adjustment_reason, towing, tax, fees, discount, paid)
SELECT
    %(client)s, %(revision)s, j.id, j.cycle, 'open', j.owed, %(policy_version)s, %(at)s,
    j.issued_at, j.due_at, j.noticed_at, j.fine, j.adjusted_fine, j.adjustment_reason, j.towing, j.tax, j.fees_total,
    j.discounts_total + j.open_discount, j.paid_total
FROM judged j
WHERE j.reasons <@ %(passed_over)s::text[]
  AND {its_own}
{unless}
RETURNING violation_id, balance

-- name: unless_it_had_its_turn
-- A clause of `place`, not a statement. One that has had its turn in this cycle, whatever its own row says, stays; it
-- must not stop the others (alarms.sql). Looking for such a row before each one costs, and there is hardly ever one.
ON CONFLICT DO NOTHING

-- name: mark
-- The mark that keeps a violation out of every other batch.
UPDATE violation SET sent_at = %(at)s WHERE id = ANY (%(ids)s::bigint[])

-- name: placed
-- Which of these the revision still holds.
SELECT p.violation_id
FROM placement p
WHERE p.revision_id = %(revision)s AND p.state = 'open' AND p.violation_id = ANY (%(ids)s::bigint[])
ORDER BY p.violation_id

-- name: placed_after
-- The violations of a revision, in id order.
SELECT p.violation_id
FROM placement p
WHERE p.revision_id = %(revision)s AND p.state = 'open' AND p.violation_id > %(after)s
ORDER BY p.violation_id
LIMIT %(limit)s

-- name: supersede
-- What goes out again goes out in the next revision; its placement in this one has had its day.
UPDATE placement
SET state = 'superseded', ended_at = %(at)s, ended_reason = 'Went out again in the next revision.'
WHERE revision_id = %(revision)s AND state = 'open' AND violation_id = ANY (%(ids)s::bigint[])

-- name: withdraw
-- What is no longer eligible leaves the batch, with the reasons (`judged`), and is free again.
UPDATE placement p
SET state = 'withdrawn', ended_at = %(at)s,
    ended_reason = coalesce(
        nullif(array_to_string(array_remove(j.reasons, 'already_sent'), ', '), ''), 'another_agency')
FROM judged j
WHERE p.revision_id = %(revision)s AND p.violation_id = j.id

-- name: unmark
-- Free to go again.
UPDATE violation SET sent_at = NULL WHERE id = ANY (%(ids)s::bigint[])

-- name: changed
-- How many of these would not go as they were placed: no longer eligible, or with another balance (`judged`).
SELECT count(*)
FROM judged j JOIN placement p ON p.violation_id = j.id
WHERE p.revision_id = %(revision)s
  AND p.violation_id = ANY (%(ids)s::bigint[])
  AND (NOT j.reasons <@ ARRAY['already_sent']
       OR j.owed <> p.balance
       OR NOT ({its_own}))

-- name: did_not_arrive
-- A condition on a batch and its deliverer, not a statement: it broke, or the process that delivered it shows no life.
-- A process touches its row on the database's clock; one that ends in order takes its row away.
b.state <> 'delivered'
  AND (b.state = 'undelivered'
       OR (b.state = 'delivering'
           AND (d.id IS NULL OR d.seen_at < clock_timestamp() - %(stale)s * interval '1 second')))

-- name: take_up
-- The oldest batch of the agency that did not arrive.
SELECT b.id
FROM batch b
LEFT JOIN deliverer d ON d.id = b.deliverer
WHERE b.agency_id = %(agency)s
  AND {did_not_arrive}
ORDER BY b.id
LIMIT 1
FOR NO KEY UPDATE OF b
