-- name: state
-- A value, not a statement: how a violation stands, in one word of STATES. What ends it comes before what delays it:
-- void, then paid, then with an agency, then what holds it back here, then by its due day. So a ticket under appeal is
-- not overdue, and one on hold is not either.
CASE
    WHEN v.spoiled THEN 'spoiled'
    WHEN v.cancelled_at IS NOT NULL THEN 'cancelled'
    WHEN v.warning THEN 'warning'
    WHEN v.balance < 0 AND v.paid_total > 0 THEN 'overpaid'
    WHEN v.balance <= 0 AND v.paid_total > 0 THEN 'paid'
    WHEN v.balance <= 0 THEN 'settled'
    WHEN v.sent_at IS NOT NULL AND v.recalled_at IS NULL THEN 'sent'
    WHEN v.appeal_count > 0 THEN 'appealed'
    WHEN {holds} IS NOT NULL THEN 'held'
    WHEN v.recalled_at IS NOT NULL THEN 'recalled'
    WHEN v.due_at < %(today)s THEN 'overdue'
    ELSE 'due'
END

-- name: of_these
-- How each of these stands.
SELECT v.id, {state} FROM violation v WHERE v.id = ANY (%(ids)s::bigint[])
