"""A row in each of a client's tables, made from the models, so that a new table is filled too."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from curbledger.database.fields import ClientForeignKey
from curbledger.database.scope import client_scope
from tests.isolation.catalog import client_models

if TYPE_CHECKING:
    from curbledger.clients.client import Client

# Far above the numbers of the lists that a client opens with.
_numbers = itertools.count(10_000)

# What a table's own constraints ask for and its model does not tell.
PARTICULAR: dict[str, dict[str, Any]] = {
    "api_token": {"replaces": None},
    "hold": {"kind": "court", "person": None},
    "violation_act": {"kind": "spoiled"},
    "file_import": {"kind": "people", "state": "uploaded", "file_name": "people.csv", "mapping": ""},
    "import_mapping": {"kind": "people"},
    "notice": {"kind": 1},
    # One that is over: what waits or lacks an address, the queue works on, whoever calls it.
    "notice_message": {"kind": 1, "state": "cancelled"},
    "notice_ticket": {"line": dict.fromkeys(("ticket", "issued", "plate", "place", "offences", "owed"), "x")},
    "notice_text": {"kind": 1},
    "personal_data_access": {"what": "profile"},
    "file_look": {"what": "rows"},
    "letter_run": {"dropped_at": None, "dropped_by": None},
    "late_fee_rule": {"percent": None, "every_days": 1},
    "collections_policy": {"notice_schedule": [], "second_person": False},
    "appeal": {"decided_at": None, "decision": None},
    "permit": {"ends_at": datetime(2026, 5, 21, 16, tzinfo=UTC)},
    "do_not_ticket": {"person": None, "ends_at": datetime(2026, 5, 21, 16, tzinfo=UTC)},
    "alarm": {"person": None},
    # The newest revision of the batch is the one that is there.
    "batch": {"revision": 1},
    "handoff_proposal": {"state": "open"},
    "batch_revision": {"number": 1},
}
# What nobody may insert, and what is there since the client was made.
BY_ITSELF = {"audit_entry"}
# More special ones first.
VALUES: tuple[tuple[type[models.Field[Any, Any]], Any], ...] = (
    (ArrayField, lambda _: []),
    (models.BooleanField, lambda _: True),
    (models.DateTimeField, lambda _: datetime(2026, 5, 20, 16, tzinfo=UTC)),
    (models.DateField, lambda _: date(2026, 5, 20)),
    (models.TimeField, lambda _: time(0)),
    (models.DecimalField, lambda _: Decimal("1.00")),
    (models.JSONField, lambda _: {}),
    (models.BinaryField, lambda _: b"x"),
    (models.UUIDField, lambda _: uuid.uuid4()),
    (models.SmallIntegerField, lambda _: 1),
    (models.IntegerField, lambda _: next(_numbers)),
    # Short ones end with a sign that no list begins with.
    (models.CharField, lambda field: f"x{next(_numbers)}~"[-(field.max_length or 20) :]),
    (models.TextField, lambda _: "x"),
)


def fill(client: Client) -> dict[str, int]:
    """One row of the client in each table: the id of each, by table. References lead to each other's rows."""
    rows: dict[str, int] = {}
    with client_scope(client.pk):
        for model in client_models():
            _add(model, client, rows)
    return rows


def _add(model: type[models.Model], client: Client, rows: dict[str, int]) -> int:
    table = model._meta.db_table
    if table in BY_ITSELF and table not in rows:
        rows[table] = model._default_manager.values_list("pk", flat=True).earliest("pk")
    if table not in rows:
        columns = {
            field.name: _value(field, client, rows)
            for field in model._meta.local_concrete_fields
            if not field.primary_key
            and not field.generated
            and field.name not in {"client", *PARTICULAR.get(table, ())}
        }
        columns |= PARTICULAR.get(table, {})
        made = model(client_id=client.pk)
        for name, value in columns.items():
            setattr(made, model._meta.get_field(name).attname, value)  # type: ignore[union-attr]
        made.save(force_insert=True)
        rows[table] = made.pk
    return rows[table]


def _value(field: models.Field[Any, Any], client: Client, rows: dict[str, int]) -> Any:
    if isinstance(field, ClientForeignKey):
        return _add(field.remote_field.model, client, rows)
    if field.choices:
        return next(iter(field.flatchoices))[0]
    for kind, value in VALUES:
        if isinstance(field, kind):
            return value(field)
    raise AssertionError(f"{field}: say in VALUES what such a field may hold")
