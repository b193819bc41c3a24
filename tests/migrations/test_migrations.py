"""Migrations: they make what the models say, from nothing, as the bound role, and every client's table secured."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from curbledger.database.owned import ClientOwned
from curbledger.database.policies import SecureClientTables
from tests.databases import TEMPLATE, drop_database, superuser, use_database

_numbers = itertools.count(1)

# Everything that a migration can have made, as the database writes it out: compared between two databases.
SHAPE = """
SELECT 'column', c.relname::text, a.attname::text || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
       || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace
UNION ALL SELECT 'index', indrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname || ' ' || pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'policy', tablename::text, policyname || coalesce(qual, '') || coalesce(with_check, '')
FROM pg_policies WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname::text, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
ORDER BY 1, 2, 3
"""


@pytest.fixture
def empty_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of the bound role with nothing in it, for Django to work on."""
    name = f"test_empty_{os.getpid()}_{next(_numbers)}"
    with django_db_blocker.unblock():
        with superuser() as admin:
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER curbledger").format(sql.Identifier(name)))
        with use_database(name):
            yield name
        drop_database(name)


def shape() -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SHAPE)
        found: list[tuple[str, ...]] = cursor.fetchall()
    return found


def migrate() -> str:
    said = StringIO()
    call_command("migrate", verbosity=1, interactive=False, stdout=said)
    return said.getvalue()


@pytest.mark.django_db
def test_the_migrations_make_what_the_models_say() -> None:
    said = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1, stdout=said)
    except SystemExit:
        pytest.fail(f"a migration is missing:\n{said.getvalue()}")


def test_from_nothing_they_make_everything_and_a_second_time_nothing(empty_database: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
    assert shape() == []
    migrate()
    made, applied = shape(), MigrationRecorder(connection).applied_migrations()
    tables = {table for kind, table, _ in made if kind == "column"}
    # The admin's log would show one client's changes to another, so that it has none (settings.py).
    assert {model._meta.db_table for model in apps.get_models()} - tables == {"django_admin_log"}
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []

    assert "No migrations to apply." in migrate()
    assert shape() == made
    assert MigrationRecorder(connection).applied_migrations().keys() == applied.keys()
    with use_database(TEMPLATE):
        assert shape() == made, "the other tests run on something else"


def test_every_clients_table_is_secured_by_a_migration_of_its_app() -> None:
    loader = MigrationLoader(None)
    secured = [
        (app, name.lower())
        for (app, _), migration in loader.disk_migrations.items()
        for operation in migration.operations
        if isinstance(operation, SecureClientTables)
        for name in operation.models
    ]
    owned = {
        (model._meta.app_label, model._meta.model_name)
        for model in apps.get_models(include_auto_created=True)
        if issubclass(model, ClientOwned)
    }
    assert len(secured) == len(set(secured)), "secured twice"
    assert set(secured) == owned


def test_no_app_has_two_last_migrations() -> None:
    assert MigrationLoader(None).detect_conflicts() == {}
