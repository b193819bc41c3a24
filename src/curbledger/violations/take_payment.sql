-- name: make
-- A payment in one message: the ticket locked and read, the payment written unless its reference is there, and what is
-- owed then. A function keeps the plans of its statements for as long as a session lives, through a pooler too, which
-- is a third of what a payment costs. No row: there is no such ticket. Of one that is locked everything else is read
-- afterwards: whoever was before is done. `owed_after` is read by a statement of its own: a trigger moves the total.
CREATE OR REPLACE FUNCTION take_payment(
    of_client bigint, of_ticket text, of_amount numeric, paid timestamptz, written timestamptz, by_whom text,
    its_reference text, its_method text)
RETURNS TABLE (found_violation bigint, owed_before numeric, discounted_until timestamptz, added bigint, owed_after numeric)
LANGUAGE plpgsql AS $$
BEGIN
    SELECT v.id, v.balance, v.discount_until INTO found_violation, owed_before, discounted_until
    FROM violation v WHERE v.ticket = of_ticket FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    INSERT INTO payment (client_id, violation_id, amount, paid_at, created_at, recorded_by, reference, method)
    VALUES (of_client, found_violation, of_amount, paid, written, by_whom, its_reference, its_method)
    ON CONFLICT (client_id, violation_id, reference) DO NOTHING
    RETURNING id INTO added;
    SELECT v.balance INTO owed_after FROM violation v WHERE v.id = found_violation;
    RETURN NEXT;
END $$
