-- name: lock
-- What a payment has to know of its ticket, locked before anything else of it is read: whoever was before is done.
SELECT v.id, v.balance, v.discount_until FROM violation v WHERE v.ticket = %(ticket)s FOR NO KEY UPDATE

-- name: record
-- The payment, unless its reference is there, and the ticket before and after it (take_payment.sql).
SELECT found_violation, owed_before, discounted_until, added, owed_after FROM take_payment(
    %(client)s, %(ticket)s, %(amount)s, %(paid_at)s, %(at)s, %(by)s, %(reference)s, %(method)s)
