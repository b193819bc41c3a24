-- name: total_ledger
-- Payments, fees and granted discounts move their total on the violation's row, whoever writes them. The update
-- locks that row: a claim that runs at the same time waits for it, or the writer waits for the claim.
CREATE FUNCTION total_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry record := coalesce(NEW, OLD);
    delta numeric := 0;
BEGIN
    IF TG_TABLE_NAME = 'payment' THEN
        IF TG_OP <> 'INSERT' AND OLD.reversed_at IS NULL THEN delta := delta - OLD.amount; END IF;
        IF TG_OP <> 'DELETE' AND NEW.reversed_at IS NULL THEN delta := delta + NEW.amount; END IF;
        UPDATE violation SET paid_total = paid_total + delta WHERE id = entry.violation_id;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN delta := delta - OLD.amount; END IF;
    IF TG_OP <> 'DELETE' THEN delta := delta + NEW.amount; END IF;
    IF TG_TABLE_NAME = 'fee' THEN
        UPDATE violation SET fees_total = fees_total + delta WHERE id = entry.violation_id;
    ELSE
        UPDATE violation SET discounts_total = discounts_total + delta WHERE id = entry.violation_id;
    END IF;
    RETURN NULL;
END $$

-- name: keep_ledger_in_place
-- A movement stays on the ticket it was made on: moved, it would have to lock and count two.
CREATE FUNCTION keep_in_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.violation_id IS DISTINCT FROM OLD.violation_id THEN
        RAISE EXCEPTION 'a row of % stays on its violation', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_stays_in_place';
    END IF;
    RETURN NEW;
END $$

-- name: note_standing
-- Notices and appeals leave on the violation's row what the rule needs to know, and lock it.
CREATE FUNCTION note_standing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry record := coalesce(NEW, OLD);
BEGIN
    -- Locked first, counted then: a statement sees what was committed when it began, and the one that counts
    -- must begin after the lock is held.
    PERFORM 1 FROM violation WHERE id = entry.violation_id FOR NO KEY UPDATE;
    IF TG_TABLE_NAME = 'notice' THEN
        UPDATE violation SET noticed_at = (
            SELECT min(n.sent_at) FROM notice n WHERE n.violation_id = entry.violation_id AND n.returned_at IS NULL
        ) WHERE id = entry.violation_id;
    ELSE
        UPDATE violation SET appeal_count = (
            SELECT count(*) FROM appeal a WHERE a.violation_id = entry.violation_id AND a.decided_at IS NULL
        ) WHERE id = entry.violation_id;
    END IF;
    RETURN NULL;
END $$

-- name: note_discount
-- The latest moment at which an offence's discount can hold, so that the rule need not look at offences after it.
CREATE FUNCTION note_discount() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry record := coalesce(NEW, OLD);
BEGIN
    PERFORM 1 FROM violation WHERE id = entry.violation_id FOR NO KEY UPDATE;
    UPDATE violation SET discount_until = (
        SELECT max(violation.issued_at + d.discount_hours * interval '1 hour')
        FROM violation_detail d
        WHERE d.violation_id = entry.violation_id AND d.discount_flag AND d.discount_amount > 0
    ) WHERE id = entry.violation_id;
    RETURN NULL;
END $$

-- name: note_hold
-- A hold locks what it holds: one ticket, or, in id order as a claim does, every ticket of a person. A person's
-- tickets are those that name them, and those on a vehicle they drive that name nobody.
CREATE FUNCTION note_hold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry record := coalesce(NEW, OLD);
BEGIN
    IF entry.violation_id IS NOT NULL THEN
        PERFORM 1 FROM violation WHERE id = entry.violation_id FOR NO KEY UPDATE;
        UPDATE violation SET hold_count = (
            SELECT count(*) FROM hold h WHERE h.violation_id = entry.violation_id AND h.released_at IS NULL
        ) WHERE id = entry.violation_id;
    ELSE
        -- Two look-ups by index; one condition with OR would read all of the client's tickets.
        PERFORM 1 FROM violation v WHERE v.id = ANY (ARRAY(
            SELECT own.id FROM violation own WHERE own.person_id = entry.person_id
            UNION ALL
            SELECT driven.id FROM driver d JOIN violation driven ON driven.vehicle_id = d.vehicle_id
            WHERE d.person_id = entry.person_id AND driven.person_id IS NULL
        ))
        ORDER BY v.id FOR NO KEY UPDATE;
    END IF;
    RETURN NULL;
END $$

-- name: note_driver
-- Whose tickets a vehicle's are is decided by its drivers: a new driver may bring a hold along, so the tickets are
-- locked as a hold would lock them.
CREATE FUNCTION note_driver() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry record := coalesce(NEW, OLD);
BEGIN
    IF EXISTS (SELECT 1 FROM hold h WHERE h.person_id = entry.person_id AND h.released_at IS NULL) THEN
        PERFORM 1 FROM violation v WHERE v.vehicle_id = entry.vehicle_id ORDER BY v.id FOR NO KEY UPDATE;
    END IF;
    RETURN NULL;
END $$

-- name: note_issue_time
-- The discounts of a ticket count from its issue: where that is corrected, their end moves too.
-- Before the update, although the row is only followed: for an update that no stored column depends on, such as the
-- mark of a handoff, PostgreSQL 18 reads their expressions anew for each row unless the table has such a trigger. As an
-- AFTER trigger this made the mark a quarter slower.
CREATE FUNCTION note_issue_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.discount_until := NEW.discount_until + (NEW.issued_at - OLD.issued_at);
    RETURN NEW;
END $$

-- name: attach
-- Which table calls which function.
CREATE TRIGGER total AFTER INSERT OR UPDATE OR DELETE ON payment FOR EACH ROW EXECUTE FUNCTION total_ledger();
CREATE TRIGGER total AFTER INSERT OR UPDATE OR DELETE ON fee FOR EACH ROW EXECUTE FUNCTION total_ledger();
CREATE TRIGGER total AFTER INSERT OR UPDATE OR DELETE ON discount FOR EACH ROW EXECUTE FUNCTION total_ledger();
CREATE TRIGGER in_place BEFORE UPDATE ON payment FOR EACH ROW EXECUTE FUNCTION keep_in_place();
CREATE TRIGGER in_place BEFORE UPDATE ON fee FOR EACH ROW EXECUTE FUNCTION keep_in_place();
CREATE TRIGGER in_place BEFORE UPDATE ON discount FOR EACH ROW EXECUTE FUNCTION keep_in_place();
CREATE TRIGGER in_place BEFORE UPDATE ON notice FOR EACH ROW EXECUTE FUNCTION keep_in_place();
CREATE TRIGGER in_place BEFORE UPDATE ON appeal FOR EACH ROW EXECUTE FUNCTION keep_in_place();
CREATE TRIGGER in_place BEFORE UPDATE ON violation_detail FOR EACH ROW EXECUTE FUNCTION keep_in_place();
CREATE TRIGGER in_place BEFORE UPDATE ON hold FOR EACH ROW EXECUTE FUNCTION keep_in_place();
CREATE TRIGGER standing AFTER INSERT OR UPDATE OR DELETE ON notice FOR EACH ROW EXECUTE FUNCTION note_standing();
CREATE TRIGGER standing AFTER INSERT OR UPDATE OR DELETE ON appeal FOR EACH ROW EXECUTE FUNCTION note_standing();
CREATE TRIGGER discounted AFTER INSERT ON violation_detail FOR EACH ROW
    WHEN (NEW.discount_flag AND NEW.discount_amount > 0) EXECUTE FUNCTION note_discount();
CREATE TRIGGER discounted_anew AFTER UPDATE OR DELETE ON violation_detail
    FOR EACH ROW EXECUTE FUNCTION note_discount();
CREATE TRIGGER held AFTER INSERT OR UPDATE OR DELETE ON hold FOR EACH ROW EXECUTE FUNCTION note_hold();
CREATE TRIGGER driven AFTER INSERT OR UPDATE OR DELETE ON driver FOR EACH ROW EXECUTE FUNCTION note_driver();
CREATE TRIGGER issue_time BEFORE UPDATE OF issued_at ON violation FOR EACH ROW
    WHEN (NEW.issued_at <> OLD.issued_at) EXECUTE FUNCTION note_issue_time()
