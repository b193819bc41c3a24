-- name: look
-- What the new rows point at must be there, and stays: as a foreign key does, this locks it against being deleted, so
-- that whoever deletes it meanwhile waits, and is refused then. By its key, however large the table it points into;
-- by an array of keys, which an index takes in one walk: one key at a time was a ninth of a claim.
CREATE OR REPLACE FUNCTION {table}_{column}_is_there() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
    named record;
    locked bigint;
    missing bigint;
BEGIN
    FOR named IN
        SELECT n.client_id, array_agg(DISTINCT n.{column}) AS ids
        FROM fresh n
        WHERE n.{column} IS NOT NULL
        GROUP BY n.client_id
    LOOP
        PERFORM FROM {target} t WHERE t.client_id = named.client_id AND t.id = ANY (named.ids) FOR KEY SHARE;
        GET DIAGNOSTICS locked = ROW_COUNT;
        CONTINUE WHEN locked = cardinality(named.ids);
        SELECT asked.id INTO missing
        FROM unnest(named.ids) AS asked (id)
        WHERE NOT EXISTS (SELECT FROM {target} t WHERE t.client_id = named.client_id AND t.id = asked.id);
        RAISE foreign_key_violation USING
            MESSAGE = 'insert on table "{table}" violates foreign key constraint "{table}_{column}_fkey"',
            DETAIL = format('Key ({column})=(%s) is not present in table "{target}".', missing),
            TABLE = '{table}', CONSTRAINT = '{table}_{column}_fkey';
    END LOOP;
    RETURN NULL;
END $$

-- name: look_at_each_statement
-- Once for all the rows of a statement.
CREATE TRIGGER {table}_{column}_is_there AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION {table}_{column}_is_there()

-- name: stay
-- A row that has been written points where it points for good: nothing moves it, so nothing need look again.
CREATE FUNCTION {table}_{column}_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE foreign_key_violation USING
        MESSAGE = 'update on table "{table}" violates foreign key constraint "{table}_{column}_fkey"',
        DETAIL = 'What a row of "{table}" points at does not change.',
        TABLE = '{table}', CONSTRAINT = '{table}_{column}_fkey';
END $$

-- name: stay_in_each_row
-- Costs an update nothing that does not name the column.
CREATE TRIGGER {table}_{column}_stays AFTER UPDATE OF client_id, {column} ON {table} FOR EACH ROW
WHEN ((NEW.client_id, NEW.{column}) IS DISTINCT FROM (OLD.client_id, OLD.{column}))
EXECUTE FUNCTION {table}_{column}_stays()

-- name: keep
-- What is pointed at is not deleted. The row is locked when this is asked, so nobody begins to point at it now.
CREATE FUNCTION {target}_is_kept_by_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM {table} p WHERE p.client_id = OLD.client_id AND p.{column} = OLD.id) THEN
        RAISE foreign_key_violation USING
            MESSAGE = 'update or delete on table "{target}" violates foreign key constraint "{table}_{column}_fkey"',
            DETAIL = format('Key (id)=(%s) is still referenced from table "{table}".', OLD.id),
            TABLE = '{target}', CONSTRAINT = '{table}_{column}_fkey';
    END IF;
    RETURN NULL;
END $$

-- name: keep_from_being_deleted
-- One of two ways to lose the row that is pointed at.
CREATE TRIGGER {target}_is_kept_by_{table} AFTER DELETE ON {target} FOR EACH ROW
EXECUTE FUNCTION {target}_is_kept_by_{table}()

-- name: keep_from_being_renumbered
-- The other.
CREATE TRIGGER {target}_keeps_its_key_for_{table} AFTER UPDATE OF client_id, id ON {target} FOR EACH ROW
WHEN ((NEW.client_id, NEW.id) IS DISTINCT FROM (OLD.client_id, OLD.id))
EXECUTE FUNCTION {target}_is_kept_by_{table}()
