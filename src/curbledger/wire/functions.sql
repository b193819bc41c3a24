-- name: wire_time
-- A moment as the wire writes it: in UTC, six decimals, Z. Inlined by the planner.
CREATE FUNCTION wire_time(moment timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$

-- name: wire_flag
-- A flag as the wire writes it: 0 or 1.
CREATE FUNCTION wire_flag(flag boolean) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT flag::integer
$$
