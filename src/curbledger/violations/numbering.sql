-- name: draw
-- The next number of the client. Who draws at the same time waits here for the first one's transaction.
INSERT INTO issue_rule AS rule (client_id, pattern, last, due_days)
VALUES (%(client)s, %(pattern)s, 1, %(due_days)s)
ON CONFLICT (client_id) DO UPDATE SET last = rule.last + 1
RETURNING pattern, last, due_days
