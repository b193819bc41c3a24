-- name: newest
-- What owes and was not sent, newest first from a place on: by the index violation_open_debt_by_issue alone.
SELECT v.id, v.issued_at
FROM violation v
WHERE {open_debt}
  AND (v.issued_at, v.id) < (%(before)s, %(before_id)s)
  AND v.issued_at >= %(since)s
ORDER BY v.issued_at DESC, v.id DESC
LIMIT %(limit)s

-- name: stays
-- Those of these (`judged`) that stay for this reason.
SELECT j.id FROM judged j WHERE %(reason)s = ANY (j.reasons)

-- name: goes
-- Those of these (`judged`) that would go to this agency.
SELECT j.id FROM judged j WHERE j.reasons = '{{}}' AND {its_own}

-- name: goes_to_any
-- Those of these (`judged`) that would go to whichever agency.
SELECT j.id FROM judged j WHERE j.reasons = '{{}}' AND NOT ({for_nobody})

-- name: waits_for_an_agency
-- Those of these (`judged`) that no agency takes.
SELECT j.id FROM judged j WHERE {for_nobody}
