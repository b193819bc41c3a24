-- name: difference
-- Which columns differ, each with its old and its new value. A row that was added has no old one, one that was removed
-- no new one. What is secret shows that it was there, and no more.
CREATE FUNCTION audit_difference(before jsonb, after jsonb, secret text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(name, jsonb_build_array(
        CASE WHEN name = ANY (secret) AND o.value <> 'null' THEN '"•••"' ELSE o.value END,
        CASE WHEN name = ANY (secret) AND n.value <> 'null' THEN '"•••"' ELSE n.value END)), '{}')
    FROM jsonb_each(before) o (name, value) FULL JOIN jsonb_each(after) n (name, value) USING (name)
    WHERE coalesce(o.value, 'null') <> coalesce(n.value, 'null') AND name NOT IN ('id', 'client_id')
$$

-- name: label
-- What people call a row, as far as it says so itself.
CREATE FUNCTION audit_label(line jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT left(coalesce(
        line ->> 'ticket', nullif(line ->> 'name', ''), nullif(line ->> 'plate', ''),
        nullif(trim(concat_ws(' ', line ->> 'first_name', line ->> 'last_name')), ''), nullif(line ->> 'email', ''),
        line ->> 'description', line ->> 'code', line ->> 'number', line ->> 'reference', ''), 200)
$$

-- name: who
-- As the scope says (scope.py); where nobody says it, somebody works on the database itself, and it knows its own names.
CREATE FUNCTION audit_who() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(nullif(current_setting('curbledger.actor', true), ''), 'database:' || session_user)
$$

-- name: added
-- Rows that came with one statement. Many at once are a load: they get one line together, for each says by itself what
-- it is, and what becomes of it later is written down with the value it had.
CREATE FUNCTION audit_added() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    who text := audit_who();
    many bigint := (SELECT count(*) FROM fresh);
BEGIN
    IF many > {many} THEN
        INSERT INTO audit_entry (client_id, at, by_kind, by_name, about, act, about_row, about_last, rows, label, changes)
        SELECT client_id, now(), split_part(who, ':', 1), substr(who, strpos(who, ':') + 1), TG_TABLE_NAME, 'added',
               min(id), max(id), count(*), '', '{{}}'
        FROM fresh GROUP BY client_id;
    ELSIF many > 0 THEN
        INSERT INTO audit_entry (client_id, at, by_kind, by_name, about, act, about_row, about_violation, about_person,
                                 rows, label, changes)
        SELECT f.client_id, now(), split_part(who, ':', 1), substr(who, strpos(who, ':') + 1), TG_TABLE_NAME, 'added',
               f.id,
               CASE TG_TABLE_NAME WHEN 'violation' THEN f.id ELSE (l.line ->> 'violation_id')::bigint END,
               CASE TG_TABLE_NAME WHEN 'person' THEN f.id ELSE (l.line ->> 'person_id')::bigint END,
               1, audit_label(l.line), audit_difference('{{}}', l.line, TG_ARGV[0]::text[])
        FROM fresh f, LATERAL (SELECT to_jsonb(f) AS line OFFSET 0) l
        ORDER BY f.id;
    END IF;
    RETURN NULL;
END $$

-- name: removed
-- Rows that went with one statement: each leaves all that it was.
CREATE FUNCTION audit_removed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    who text := audit_who();
BEGIN
    INSERT INTO audit_entry (client_id, at, by_kind, by_name, about, act, about_row, about_violation, about_person,
                             rows, label, changes)
    SELECT g.client_id, now(), split_part(who, ':', 1), substr(who, strpos(who, ':') + 1), TG_TABLE_NAME, 'removed',
           g.id,
           CASE TG_TABLE_NAME WHEN 'violation' THEN g.id ELSE (l.line ->> 'violation_id')::bigint END,
           CASE TG_TABLE_NAME WHEN 'person' THEN g.id ELSE (l.line ->> 'person_id')::bigint END,
           1, audit_label(l.line), audit_difference(l.line, '{{}}', TG_ARGV[0]::text[])
    FROM gone g, LATERAL (SELECT to_jsonb(g) AS line OFFSET 0) l
    ORDER BY g.id;
    RETURN NULL;
END $$

-- name: changed
-- One row that was changed. The trigger's first argument names what is secret, the second what is none of its business;
-- with a third it looks at nothing but that.
CREATE FUNCTION audit_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    who text := audit_who();
    line jsonb := to_jsonb(NEW);
    different jsonb := audit_difference(to_jsonb(OLD), line, TG_ARGV[0]::text[]) - TG_ARGV[1]::text[];
BEGIN
    IF TG_NARGS > 2 THEN
        different := (SELECT jsonb_object_agg(key, value) FROM jsonb_each(different) WHERE key = ANY (TG_ARGV[2]::text[]));
    END IF;
    IF different IS NULL OR different = '{{}}' THEN
        RETURN NULL;
    END IF;
    INSERT INTO audit_entry (client_id, at, by_kind, by_name, about, act, about_row, about_violation, about_person,
                             rows, label, changes)
    VALUES (NEW.client_id, now(), split_part(who, ':', 1), substr(who, strpos(who, ':') + 1), TG_TABLE_NAME, 'changed',
            NEW.id,
            CASE TG_TABLE_NAME WHEN 'violation' THEN NEW.id ELSE (line ->> 'violation_id')::bigint END,
            CASE TG_TABLE_NAME WHEN 'person' THEN NEW.id ELSE (line ->> 'person_id')::bigint END,
            1, audit_label(line), different);
    RETURN NULL;
END $$

-- name: changed_for_everybody
-- A row of a table that belongs to no client: a client itself, who signs in, and at which client. It is written down
-- at the client it is about, whoever's rows are open; a sign-in at each client that it leads to.
CREATE FUNCTION audit_changed_for_everybody() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    who text := audit_who();
    opened text := coalesce(current_setting('curbledger.client_id', true), '');
    before jsonb := CASE TG_OP WHEN 'INSERT' THEN '{{}}' ELSE to_jsonb(OLD) END;
    after jsonb := CASE TG_OP WHEN 'DELETE' THEN '{{}}' ELSE to_jsonb(NEW) END;
    line jsonb := CASE TG_OP WHEN 'DELETE' THEN before ELSE after END;
    different jsonb := audit_difference(before, after, TG_ARGV[0]::text[]) - TG_ARGV[1]::text[];
    called text := coalesce((SELECT u.email FROM staff_user u WHERE u.id = (line ->> 'user_id')::bigint), audit_label(line));
    one bigint;
BEGIN
    FOR one IN
        SELECT DISTINCT c.id FROM (
            SELECT (line ->> 'id')::bigint AS id WHERE TG_TABLE_NAME = 'client'
            UNION ALL SELECT (before ->> 'client_id')::bigint
            UNION ALL SELECT (after ->> 'client_id')::bigint
            UNION ALL SELECT m.client_id FROM membership m
            WHERE TG_TABLE_NAME = 'staff_user' AND m.user_id = (line ->> 'id')::bigint
        ) c
        WHERE c.id IS NOT NULL AND (different <> '{{}}' OR before ->> 'client_id' <> after ->> 'client_id')
    LOOP
        PERFORM set_config('curbledger.client_id', one::text, true);
        INSERT INTO audit_entry (client_id, at, by_kind, by_name, about, act, about_row, rows, label, changes)
        VALUES (one, now(), split_part(who, ':', 1), substr(who, strpos(who, ':') + 1), TG_TABLE_NAME,
                CASE TG_OP WHEN 'INSERT' THEN 'added' WHEN 'UPDATE' THEN 'changed' ELSE 'removed' END,
                (line ->> 'id')::bigint, 1, left(called, 200), different);
    END LOOP;
    PERFORM set_config('curbledger.client_id', opened, true);
    RETURN NULL;
END $$

-- name: only_by_triggers
-- An entry is what a trigger saw. Nobody writes one that nothing happened for.
CREATE FUNCTION audit_only_by_triggers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries of the audit are written by its triggers alone'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'audit_entry_is_written_by_triggers';
END $$

-- name: not_emptied
-- TRUNCATE asks no policy and passes by triggers for rows: it would take every client's rows, and leave no entry.
CREATE FUNCTION audit_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the table % is not emptied at once: its rows leave entries of the audit, or are only ever added',
        TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_is_not_emptied';
END $$

-- name: on_emptied
-- Before anything is taken away.
CREATE TRIGGER audit_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_not_emptied()

-- name: on_added
-- Once for a statement.
CREATE TRIGGER audit_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION audit_added({secret})

-- name: on_removed
-- Once for a statement.
CREATE TRIGGER audit_removed AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION audit_removed({secret})

-- name: on_changed
-- For each row: only a trigger for each row can pass over an update by the columns it names, at no cost to speak of.
CREATE TRIGGER audit_changed AFTER UPDATE{of} ON {table} FOR EACH ROW
WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION audit_changed({secret}, {passed_over})

-- name: on_changed_by_hand
-- What triggers keep is evident from the rows they keep it by. Whoever writes it otherwise is written down.
CREATE TRIGGER audit_changed_by_hand AFTER UPDATE OF {kept} ON {table} FOR EACH ROW
WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION audit_changed({secret}, '{{}}', {only})

-- name: on_changed_after_its_end
-- The end of a turn stands in its own row, and so does its reason. A turn that had ended already is another matter.
CREATE TRIGGER audit_changed_after_its_end AFTER UPDATE OF {ending} ON {table} FOR EACH ROW
WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION audit_changed({secret}, '{{}}', {only})

-- name: on_changed_for_everybody
-- Few rows, each by itself.
CREATE TRIGGER audit_changed AFTER UPDATE{of} ON {table} FOR EACH ROW
EXECUTE FUNCTION audit_changed_for_everybody({secret}, {passed_over})

-- name: on_came_or_went
-- The same, for rows that come and go.
CREATE TRIGGER audit_came_or_went AFTER INSERT OR DELETE ON {table} FOR EACH ROW
EXECUTE FUNCTION audit_changed_for_everybody({secret}, {passed_over})

-- name: columns
-- The tables with their columns but for generated ones, and those that are bytes.
SELECT c.relname::text, c.relforcerowsecurity, array_agg(a.attname::text ORDER BY a.attnum),
       coalesce(array_agg(a.attname::text ORDER BY a.attnum) FILTER (WHERE a.atttypid = 'bytea'::regtype), '{}')
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
GROUP BY c.oid, c.relname, c.relforcerowsecurity
ORDER BY c.relname

-- name: triggers
-- The triggers of the audit that are there, each with the digest of what made it. One that is switched off is not
-- what it should be.
SELECT t.tgrelid::regclass::text, t.tgname::text,
       CASE t.tgenabled WHEN 'O' THEN coalesce(obj_description(t.oid, 'pg_trigger'), '') ELSE '' END
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal AND t.tgname LIKE 'audit\_%'
ORDER BY 1, 2
