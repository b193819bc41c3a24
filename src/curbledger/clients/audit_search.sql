-- name: look
-- One page of entries, newest first, from a place on. The innermost asks one thing that has an index, and reads at most
-- `reach` entries in its order; the outer ones leave out what does not fit the rest.
SELECT e.id, e.client_id, e.at, e.by_kind, e.by_name, e.about, e.act, e.about_row, e.about_last, e.rows,
       e.about_violation, e.about_person, e.label, e.changes
FROM (
    SELECT * FROM audit_entry
    WHERE (at, id) < (%(before)s, %(before_id)s)
      AND at >= %(since)s
      AND {lead}
    ORDER BY at DESC, id DESC
    LIMIT %(reach)s
) e
WHERE (%(violation)s::bigint IS NULL OR e.about_violation = %(violation)s)
  AND (%(person)s::bigint IS NULL OR e.about_person = %(person)s)
  AND (%(by_name)s = '' OR e.by_name = %(by_name)s)
  AND (%(about)s = '' OR e.about = %(about)s)
ORDER BY e.at DESC, e.id DESC
LIMIT %(limit)s

-- name: horizon
-- The last entry that a page could look at; none: it looked at all there are.
SELECT at, id FROM audit_entry
WHERE (at, id) < (%(before)s, %(before_id)s)
  AND at >= %(since)s
  AND {lead}
ORDER BY at DESC, id DESC
OFFSET %(reach)s - 1
LIMIT 1

-- name: actors
-- Everybody who has an entry, by hops from name to name in the index: their number counts, not that of the entries.
WITH RECURSIVE actor (name) AS (
    (SELECT by_name FROM audit_entry ORDER BY by_name LIMIT 1)
    UNION ALL
    SELECT (SELECT e.by_name FROM audit_entry e WHERE e.by_name > a.name ORDER BY e.by_name LIMIT 1)
    FROM actor a WHERE a.name IS NOT NULL
)
SELECT name FROM actor WHERE name IS NOT NULL LIMIT %(most)s
