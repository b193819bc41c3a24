-- name: named
-- People whose last name begins so, and where a first name is asked for, that too; from a place in their order on.
-- Ranges of an index, byte by byte: under row-level security nothing else can use one.
SELECT id FROM person
WHERE last_key >= %(last)s AND last_key < %(last_end)s
  AND first_key >= %(first)s AND first_key < %(first_end)s
  AND (last_key, first_key, id) > (%(after_last)s, %(after_first)s, %(after_id)s)
ORDER BY last_key, first_key, id
LIMIT %(limit)s

-- name: mailed
-- People whose e-mail address begins so; from a place in their order on.
SELECT id FROM person
WHERE email_key >= %(email)s AND email_key < %(email_end)s AND id > %(after_id)s
ORDER BY id
LIMIT %(limit)s

-- name: driving
-- Who drives a vehicle of that plate, in whatever province.
SELECT DISTINCT d.person_id FROM vehicle v
JOIN driver d ON d.vehicle_id = v.id
WHERE v.plate_key = %(plate)s
ORDER BY d.person_id
LIMIT %(limit)s
