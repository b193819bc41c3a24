-- name: client
-- Whose a secret is, and what an answer needs to know of them. Of no client's rows: the scope is opened by what it says.
SELECT c.id, c.code, c.key, c.name, c.timezone, c.currency, d.token_id
FROM token_digest d
JOIN client c ON c.id = d.client_id
WHERE d.digest = %(digest)s

-- name: token
-- What the token opens, and whether its last use has to be noted.
SELECT t.name, t.permissions, t.revoked_at, t.expires_at, t.last_used_at, t.last_used_from
FROM api_token t
WHERE t.id = %(token)s
