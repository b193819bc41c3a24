-- name: number_lookups
-- The next number of a list, from the counter's row: two additions at once wait for each other, and none is lost.
-- A number that is given (an import keeps the old system's) raises the counter to at least that.
CREATE FUNCTION number_lookup() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next_number integer;
BEGIN
    INSERT INTO lookup_counter AS counter (client_id, list_name, last)
    VALUES (NEW.client_id, TG_TABLE_NAME, coalesce(NEW.number, 1))
    ON CONFLICT (client_id, list_name) DO UPDATE SET last = greatest(
        counter.last, coalesce(NEW.number, counter.last + 1))
    RETURNING last INTO next_number;
    NEW.number := coalesce(NEW.number, next_number);
    RETURN NEW;
END $$

-- name: append_only
-- What was written down stays as it is, whoever asks.
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_is_append_only';
END $$
