"""What the database itself says of its tables, and which of them may do without a client."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.apps import apps

from curbledger.database.owned import ClientOwned

if TYPE_CHECKING:
    from django.db.models import Model

# Tables without row-level security, each for a reason. A table that is not here is a client's.
GLOBAL_TABLES = {
    "client": "says which clients there are",
    "token_digest": "which client a secret belongs to: the scope can only be opened once that is known",
    "failed_attempt": "whose token it was, nobody knows",
    "deliverer": "a server process serves every client",
    "procrastinate_jobs": "the queue's own: a job names a client by its id, and says nothing else (tests/work)",
    "procrastinate_events": "when a job began and ended",
    "procrastinate_periodic_defers": "when each scheduled task was last put in the queue",
    "procrastinate_workers": "signs of life of the processes that work on the queue",
    "django_migrations": "Django's own",
    "django_content_type": "Django's own",
    "django_session": "a signed-in browser; which client it sees is decided anew with each request",
    "auth_group": "Django's own, and empty: roles are in permissions.py",
    "auth_group_permissions": "Django's own, and empty",
    "auth_permission": "Django's own, and read by nobody: permissions are in permissions.py",
    "staff_user": "whose member somebody is, is known once they have signed in",
    "membership": "says which scope to open for whom",
    "axes_accessattempt": "wrong passwords: whose member it would be, nobody knows",
    "axes_accessattemptexpiration": "as axes_accessattempt",
    "axes_accessfailurelog": "as axes_accessattempt",
    "axes_accesslog": "as axes_accessattempt",
}


@cache
def client_models() -> tuple[type[Model], ...]:
    """Every model whose rows belong to a client, by table."""
    owned = (model for model in apps.get_models(include_auto_created=True) if issubclass(model, ClientOwned))
    return tuple(sorted(owned, key=lambda model: model._meta.db_table))


def client_tables() -> tuple[str, ...]:
    """Their tables."""
    return tuple(model._meta.db_table for model in client_models())


TABLES = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
       (SELECT a.attnotnull FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attname = 'client_id' AND NOT a.attisdropped)
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'f')
ORDER BY c.relname
"""
POLICIES = """
SELECT polname::text, polcmd::text, polpermissive, polroles = ARRAY[0]::oid[],
       pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
FROM pg_policy
WHERE polrelid = %s::regclass
"""
# Foreign keys, with the columns of both sides in order.
FOREIGN_KEYS = """
SELECT k.conname::text, k.conrelid::regclass::text, k.confrelid::regclass::text, k.convalidated, k.condeferrable,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS n (number, place)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.number ORDER BY n.place),
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS n (number, place)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = n.number ORDER BY n.place)
FROM pg_constraint k
WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
ORDER BY k.conname
"""
# Triggers that fire, of some tables.
TRIGGERS = """
SELECT tgname::text FROM pg_trigger
WHERE tgrelid = ANY (%s::text[]::regclass[]) AND NOT tgisinternal AND tgenabled = 'O'
"""
# Indexes, with their columns in order; an expression has no name.
INDEXES = """
SELECT i.indexrelid::regclass::text, i.indisprimary, i.indisunique, i.indisvalid,
       ARRAY(SELECT coalesce(a.attname::text, '') FROM unnest(i.indkey) WITH ORDINALITY AS n (number, place)
             LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = n.number
             WHERE n.place <= i.indnkeyatts ORDER BY n.place)
FROM pg_index i
WHERE i.indrelid = %s::regclass
ORDER BY 1
"""
CHECKS = "SELECT conname::text FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'"
# Columns that are written, in order.
COLUMNS = """
SELECT attname::text FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attname <> 'id'
ORDER BY attnum
"""
