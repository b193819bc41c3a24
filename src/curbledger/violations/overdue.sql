-- name: judge
-- The one rule: for each violation asked about, what is owed now and every reason why it stays. No reasons means
-- that it is overdue and goes. The claim, the preview and the explanation of a single one all read this.
--
-- It looks at violations by id only, and reads other tables only for rows whose own columns say that there is
-- something to find (hold_count, appeal_count, discount_until), so its cost depends on what is asked about. People
-- under a hold are few: their tickets are found through two small sets, which are read once for a call.
SELECT
    v.id,
    v.ticket,
    v.issued_at,
    v.due_at,
    v.noticed_at,
    v.sent_at,
    v.recalled_at,
    v.cycle,
    v.vehicle_id,
    v.category_id,
    v.location_id,
    v.fine,
    v.adjusted_fine,
    v.adjustment_reason,
    v.towing,
    v.tax,
    v.fees_total,
    v.discounts_total,
    v.paid_total,
    found.discount AS open_discount,
    v.balance - found.discount AS owed,
    found.holds,
    array_remove(ARRAY[
        CASE WHEN NOT %(collecting)s THEN 'collections_off' END,
        CASE WHEN v.spoiled THEN 'spoiled' END,
        CASE WHEN v.warning THEN 'warning' END,
        CASE WHEN v.cancelled_at IS NOT NULL THEN 'cancelled' END,
        CASE WHEN v.sent_at IS NOT NULL THEN 'already_sent' END,
        CASE WHEN v.balance - found.discount <= 0 THEN 'nothing_owed' END,
        CASE WHEN v.balance - found.discount > 0 AND v.balance - found.discount < %(minimum_balance)s
            THEN 'below_minimum' END,
        CASE WHEN v.due_at >= %(today)s THEN 'not_due' END,
        CASE WHEN v.due_at < %(today)s AND v.due_at >= %(due_before)s THEN 'recently_due' END,
        CASE WHEN v.issued_at < %(issued_from)s THEN 'too_old' END,
        CASE WHEN %(notice_required)s AND v.noticed_at IS NULL THEN 'no_notice' END,
        CASE WHEN %(notice_required)s AND v.noticed_at >= %(noticed_before)s THEN 'recent_notice' END,
        CASE WHEN v.appeal_count > 0 THEN 'appeal_open' END,
        CASE WHEN found.holds IS NOT NULL THEN 'on_hold' END,
        CASE WHEN v.category_id = ANY (%(excluded_categories)s::bigint[]) THEN 'category_left_out' END,
        CASE WHEN v.location_id = ANY (%(excluded_locations)s::bigint[]) THEN 'location_left_out' END
    ], NULL) AS reasons
FROM violation v
CROSS JOIN LATERAL (
    SELECT
        CASE WHEN v.discount_until > %(at)s THEN (
            SELECT least(coalesce(sum(d.discount_amount), 0), coalesce(v.adjusted_fine, v.fine))
            FROM violation_detail d
            WHERE d.violation_id = v.id
              AND d.discount_flag
              AND v.issued_at + d.discount_hours * interval '1 hour' > %(at)s
              AND NOT EXISTS (
                  SELECT 1 FROM discount g WHERE g.violation_id = v.id AND g.kind = 'early_payment'
              )
        ) ELSE 0 END AS discount,
        {holds} AS holds
    -- Keeps the planner from writing each of the two wherever it is used, and asking for it as often.
    OFFSET 0
) found
WHERE v.id = ANY (%(ids)s::bigint[])

-- name: holds
-- A value, not a statement: the holds that keep a violation back now, as the client's policy heeds them; null: none does.
-- `judge` and the standing of a ticket (state.sql) both ask this.
CASE WHEN v.hold_count > 0
      OR v.person_id IN (SELECT h.person_id FROM hold h WHERE h.person_id IS NOT NULL AND h.released_at IS NULL)
      OR (v.person_id IS NULL AND v.vehicle_id IN (
          SELECT d.vehicle_id FROM driver d JOIN hold h ON h.person_id = d.person_id
          WHERE h.released_at IS NULL))
THEN (
    SELECT json_agg(json_build_object(
        'kind', h.kind, 'reason', h.reason, 'starts_at', h.starts_at, 'until', h.until,
        'petition_on', h.petition_on, 'on_person', h.person_id IS NOT NULL) ORDER BY h.id)
    FROM (
        SELECT h.* FROM hold h WHERE h.released_at IS NULL AND h.violation_id = v.id
        UNION ALL
        SELECT h.* FROM hold h WHERE h.released_at IS NULL AND h.person_id = v.person_id
        UNION ALL
        SELECT h.* FROM driver d JOIN hold h ON h.person_id = d.person_id
        WHERE h.released_at IS NULL AND v.person_id IS NULL AND d.vehicle_id = v.vehicle_id
    ) h
    -- One that was not put off has begun once it is committed, whatever two machines' clocks say of the moment
    -- at which the call came in.
    WHERE (h.starts_at <= %(at)s OR h.starts_at <= h.created_at)
      AND (h.until IS NULL OR h.until >= %(day)s)
      AND (h.petition_on IS NULL OR (v.issued_at AT TIME ZONE %(zone)s)::date <= h.petition_on)
      AND h.kind = ANY (%(hold_kinds)s::text[])
) END

-- name: find
-- The id of a ticket, by its number.
SELECT id FROM violation WHERE ticket = %(ticket)s

-- name: owes
-- A condition, not a statement: what a violation's own row says of a debt, whoever has it. A discount that still holds
-- is not asked here.
v.balance > 0 AND NOT v.spoiled AND NOT v.warning AND v.cancelled_at IS NULL

-- name: open_debt
-- A condition, not a statement: what still owes and was not sent. It is that of the partial index violation_open_debt,
-- to the letter, so that the archive of paid and sent tickets costs nothing.
v.sent_at IS NULL AND {owes}

-- name: may_go
-- A condition, not a statement: what of `judge` a violation's own row says at once. Whoever looks for what may go asks
-- this of rows that nobody has locked, and `judge` under the lock: so a town's debts that can never go, too old or too
-- small, cost a look and no lock. What becomes eligible in between goes with the next call.
{open_debt}
AND %(collecting)s
AND v.due_at < %(due_before)s
AND v.balance >= %(minimum_balance)s
AND v.issued_at >= %(issued_from)s
AND NOT (%(notice_required)s AND (v.noticed_at IS NULL OR v.noticed_at >= %(noticed_before)s))
AND v.appeal_count = 0
AND (v.category_id = ANY (%(excluded_categories)s::bigint[])) IS NOT TRUE
AND (v.location_id = ANY (%(excluded_locations)s::bigint[])) IS NOT TRUE
