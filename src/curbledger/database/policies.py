"""Row-level security and composite foreign keys, made in migrations from the models themselves."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation

from curbledger.database.fields import ClientForeignKey, StatementForeignKey
from curbledger.kit import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState
    from django.db.models import Model

REFERENCES = sql.load("curbledger.database", "references.sql")

# The subselect-free form keeps the comparison usable as an index condition.
OWN_ROWS = "client_id = nullif(current_setting('curbledger.client_id', true), '')::bigint"


class SecureClientTables(Operation):
    """Put a client's tables under row-level security, forced, and make their references composite.

    Stands last in a migration that creates such tables, with the names of their models.
    """

    reduces_to_sql = True
    atomic = True
    reversible = True

    def __init__(self, *models: str) -> None:
        self.models = models

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, list(self.models), {})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Django's picture of the models stays as it is."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, _before: ProjectState, after: ProjectState
    ) -> None:
        models = [after.apps.get_model(app_label, name) for name in self.models]
        # All the keys first: a reference needs the key (client_id, id) of the table it points at.
        for statement in [*chain(*map(own_rows, models)), *chain(*map(own_references, models))]:
            # Without parameters: a percent sign in a function is one.
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, _before: ProjectState, after: ProjectState
    ) -> None:
        """The tables go with the migration's other operations, and their policies with them."""

    def describe(self) -> str:
        return f"Secure the client's tables {', '.join(self.models)}"


def own_rows(model: type[Model]) -> Iterator[str]:
    """The statements that keep a model's rows to the client they belong to."""
    table = model._meta.db_table
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY own_rows ON {table} USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})"
    # Django's key is the id alone. One index serves both it and the references; the second, on a table of which
    # every row is marked once, would be a tenth of the mark. It also leaves the way to sharding by client open.
    yield f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey"
    yield f"ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY (client_id, id)"


def own_references(model: type[Model]) -> Iterator[str]:
    """The statements that keep a model's references to rows of the same client."""
    table = model._meta.db_table
    for field in model._meta.local_fields:
        if isinstance(field, StatementForeignKey):
            yield from looked_at_by_statement(table, field.column, field.remote_field.model._meta.db_table)
        elif isinstance(field, ClientForeignKey):
            yield (
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_{field.column}_fkey "
                f"FOREIGN KEY (client_id, {field.column}) "
                f"REFERENCES {field.remote_field.model._meta.db_table} (client_id, id)"
            )


def looked_at_by_statement(table: str, column: str, target: str) -> Iterator[str]:
    """The statements that keep a column pointing at rows of `target` without a foreign key (StatementForeignKey)."""
    for statement in REFERENCES.values():
        yield statement.format(table=table, column=column, target=target)
