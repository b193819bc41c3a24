-- name: open_numbering
-- How often each made-up number was given out, for the length of the transaction. A table and not memory, for files
-- have millions of rows. One of an earlier import is there where a transaction holds several.
DROP TABLE IF EXISTS pg_temp.importing_given;
CREATE TEMPORARY TABLE importing_given (digest text PRIMARY KEY, count integer NOT NULL) ON COMMIT DROP

-- name: count
-- Counts some more of them; returns how many there are now.
INSERT INTO pg_temp.importing_given AS given (digest, count)
SELECT * FROM unnest(%(digests)s::text[], %(counts)s::integer[])
ON CONFLICT (digest) DO UPDATE SET count = given.count + excluded.count
RETURNING digest, count

-- name: tickets
-- Which of these numbers are taken, since when and by which vehicle.
SELECT v.ticket, v.issued_at, w.plate_key
FROM violation v
LEFT JOIN vehicle w ON w.id = v.vehicle_id
WHERE v.ticket = ANY (%(tickets)s::text[])

-- name: vehicles
-- The vehicles of these plates. A plate without a letter or digit names none, and is not in the index.
SELECT w.id, w.plate_key, w.province_id, w.plate_type_id, w.make_id
FROM vehicle w
WHERE w.plate_key = ANY (%(keys)s::text[]) AND w.plate_key <> ''
ORDER BY w.id

-- name: fill_makes
-- What nobody knew so far. What is known stays.
UPDATE vehicle w
SET make_id = found.make_id
FROM unnest(%(ids)s::bigint[], %(makes)s::bigint[]) AS found (id, make_id)
WHERE w.id = found.id AND w.make_id IS NULL

-- name: debts
-- The violations that these payments are for. They were locked before the first payment of the file was read.
SELECT v.id, v.ticket, v.discount_until FROM violation v WHERE v.ticket = ANY (%(tickets)s::text[])

-- name: debt_ids
-- The same, by id alone.
SELECT v.id FROM violation v WHERE v.ticket = ANY (%(tickets)s::text[])

-- name: payments
-- The payments there are with these references on these tickets.
SELECT p.violation_id, p.reference, p.amount
FROM payment p
WHERE p.violation_id = ANY (%(ids)s::bigint[]) AND p.reference = ANY (%(references)s::text[])
