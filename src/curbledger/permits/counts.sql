-- name: count
-- Permits that are valid at a moment, by type and zone. Those for a zone that is not configured stand together where
-- their names differ in case and spaces only, under the first of these names. In the order of bytes, which is the
-- same on every machine.
SELECT p.kind, coalesce(min(z.name), min(p.zone_name COLLATE "C"), '') AS zone, count(*)
FROM permit p
LEFT JOIN zone z ON z.id = p.zone_id
WHERE p.deleted_at IS NULL
  AND p.starts_at <= %(at)s
  AND p.ends_at > %(at)s
  AND (%(keys)s::text[] IS NULL OR p.zone_key = ANY (%(keys)s::text[]))
GROUP BY p.kind, p.zone_key
ORDER BY p.kind COLLATE "C", coalesce(min(z.name), min(p.zone_name COLLATE "C"), '') COLLATE "C"

-- name: lot_values
-- Each lot with the permits valid at a moment in the zones that it is made of at that moment, where the client is. A
-- permit counts once, however often its zone is listed. An archived lot is none any more.
SELECT l.number, l.lot_type, l.name, l.default_cost, l.total_permits, rented.permits, rented.amount
FROM lot l
CROSS JOIN LATERAL (
    SELECT count(*) AS permits, coalesce(sum(p.amount), 0) AS amount
    FROM permit p
    WHERE p.deleted_at IS NULL
      AND p.starts_at <= %(at)s
      AND p.ends_at > %(at)s
      AND p.zone_id IN (
          SELECT z.zone_id
          FROM lot_zone z
          WHERE z.lot_id = l.id
            AND CASE WHEN z.opens < z.closes
                THEN z.weekdays & %(today)s > 0 AND z.opens <= %(hour)s::time AND %(hour)s::time < z.closes
                -- On into the next day.
                ELSE (z.weekdays & %(today)s > 0 AND z.opens <= %(hour)s::time)
                  OR (z.weekdays & %(yesterday)s > 0 AND %(hour)s::time < z.closes)
            END
      )
) rented
WHERE l.archived IS NULL
ORDER BY l.number
