-- name: last_id
-- Beyond every id of the small town, whatever the table.
SELECT greatest(
    (SELECT max(id) FROM violation), (SELECT max(id) FROM violation_detail), (SELECT max(id) FROM attachment),
    (SELECT max(id) FROM payment), (SELECT max(id) FROM person), (SELECT max(id) FROM vehicle),
    (SELECT max(id) FROM driver)) + 1

-- name: chosen
-- The tickets to copy, in order, and whom they are on.
CREATE TEMPORARY TABLE chosen (id bigint PRIMARY KEY, place bigint) ON COMMIT DROP;
CREATE TEMPORARY TABLE chosen_vehicle (id bigint PRIMARY KEY) ON COMMIT DROP;
CREATE TEMPORARY TABLE chosen_person (id bigint PRIMARY KEY) ON COMMIT DROP

-- name: choose_overdue
-- By the rule, asked beforehand.
INSERT INTO chosen
SELECT id, row_number() OVER (ORDER BY id) - 1 FROM violation WHERE id = ANY (%(ids)s::bigint[])

-- name: choose_paid
-- Paid, and never sent.
INSERT INTO chosen
SELECT id, row_number() OVER (ORDER BY id) - 1 FROM violation
WHERE id <= %(template)s AND balance <= 0 AND paid_total > 0 AND sent_at IS NULL

-- name: chosen_people
-- The vehicles of the tickets, and everybody on them.
INSERT INTO chosen_vehicle SELECT DISTINCT v.vehicle_id FROM violation v JOIN chosen USING (id)
WHERE v.vehicle_id IS NOT NULL;
INSERT INTO chosen_person SELECT v.person_id FROM violation v JOIN chosen USING (id) WHERE v.person_id IS NOT NULL
UNION SELECT d.person_id FROM driver d JOIN chosen_vehicle c ON c.id = d.vehicle_id;
ANALYZE chosen; ANALYZE chosen_vehicle; ANALYZE chosen_person

-- name: copy_people
-- One copy for so many copies of the tickets.
INSERT INTO {table} ({columns})
SELECT {values}
FROM generate_series(%(first)s::bigint, %(last)s::bigint, {share}) k
CROSS JOIN {chosen} c JOIN {table} t ON t.{key} = c.id
ORDER BY k, t.id

-- name: copy_tickets
-- Up to so many tickets.
INSERT INTO {table} ({columns})
SELECT {values}
FROM generate_series(%(first)s::bigint, %(last)s::bigint) k
CROSS JOIN chosen c JOIN {table} t ON t.{key} = c.id
WHERE (k - %(first)s) * %(each)s + c.place < %(count)s
ORDER BY k, t.id

-- name: batch
-- A batch of long ago.
WITH made AS (
    INSERT INTO batch (client_id, uuid, agency_id, state, revision, attempt, delivered_at)
    SELECT %(client)s, gen_random_uuid(), a.id, 'delivered', 1, gen_random_uuid(), now() - interval '1 year'
    FROM agency a RETURNING id)
INSERT INTO batch_revision (client_id, batch_id, number, claimed_at, record_count, total, bounds, tail,
    token_name, remote_address, user_agent)
SELECT %(client)s, id, 1, now() - interval '1 year', %(count)s, 0, ARRAY[]::bigint[], '', '', '', '' FROM made

-- name: placements
-- What went out in it.
INSERT INTO placement (client_id, revision_id, violation_id, cycle, state, balance, decided_at,
    issued_at, due_at, noticed_at, fine, adjusted_fine, adjustment_reason, towing, tax, fees, discount, paid)
SELECT %(client)s, (SELECT max(id) FROM batch_revision), v.id, v.cycle, 'open', v.balance, v.sent_at,
    v.issued_at, v.due_at, v.noticed_at, v.fine, v.adjusted_fine, v.adjustment_reason, v.towing, v.tax,
    v.fees_total, v.discounts_total, v.paid_total
FROM violation v
WHERE v.id >= %(after)s
ORDER BY v.id

-- name: go_on_counting
-- Whoever adds rows now gets ids beyond the copies'.
SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))
