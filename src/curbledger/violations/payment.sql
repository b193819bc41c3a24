-- name: lock
-- What a payment has to know of its ticket, locked before anything else of it is read: whoever was before is done.
SELECT v.id, v.balance, v.discount_until FROM violation v WHERE v.ticket = %(ticket)s FOR NO KEY UPDATE

-- name: record
-- The payment, unless its reference is there, and what is owed then. Two statements that go together: the total moves
-- by a trigger, which only a statement that begins afterwards sees.
INSERT INTO payment (client_id, violation_id, amount, paid_at, created_at, recorded_by, reference, method)
VALUES (%(client)s, %(violation)s, %(amount)s, %(paid_at)s, %(at)s, %(by)s, %(reference)s, %(method)s)
ON CONFLICT (client_id, violation_id, reference) DO NOTHING
RETURNING id;
SELECT balance FROM violation WHERE id = %(violation)s
