-- name: tables
-- The product's tables with their columns, but for generated ones, and whether rows belong to a client.
SELECT c.relname, c.relrowsecurity,
       array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '')
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
GROUP BY c.oid, c.relname, c.relrowsecurity
ORDER BY c.relname

-- name: sequences
-- The sequences, by name.
SELECT s.relname FROM pg_class s
WHERE s.relnamespace = 'public'::regnamespace AND s.relkind = 'S'
ORDER BY s.relname

-- name: functions
-- The product's functions, as DROP FUNCTION names them; those of extensions are not ours.
SELECT p.oid::regprocedure::text
FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')

-- name: types
-- The product's types but for those that are a table's, as DROP TYPE names them; those of extensions are not ours.
SELECT t.oid::regtype::text
FROM pg_type t
LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.typnamespace = 'public'::regnamespace
  AND (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND c.relkind = 'c'))
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = t.oid AND d.deptype = 'e')

-- name: clients
-- Every client.
SELECT id FROM client ORDER BY id

-- name: migrations
-- Which version of the tables this is.
SELECT app || '.' || name FROM django_migrations ORDER BY 1
