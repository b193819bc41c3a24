"""Rows with a value in every column, and answers read to the letter."""

from __future__ import annotations

import itertools
import json
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import models

from curbledger.database.fields import ClientForeignKey

if TYPE_CHECKING:
    from curbledger.clients.client import Client

# Far above the numbers of the lists that a client opens with.
_numbers = itertools.count(60_000)


class Number(NamedTuple):
    """A JSON number as it was written."""

    text: str


def exact(text: bytes) -> Any:
    """What a text in JSON says, numbers as they were written."""
    return json.loads(text, parse_float=Number, parse_int=Number)


def _value(field: models.Field[Any, Any]) -> Any:
    """A value for a column: another one each time, where there can be another."""
    number = next(_numbers)
    kinds: tuple[tuple[type[models.Field[Any, Any]], Any], ...] = (
        (models.BooleanField, True),
        (models.DateTimeField, datetime(2024, 2, 29, 23, 59, 58, number, tzinfo=UTC)),
        (models.DateField, date(1990, 7, 1)),
        (models.DecimalField, Decimal("12.5")),
        (models.UUIDField, uuid.uuid4()),
        (models.SmallIntegerField, 1),
        (models.IntegerField, number),
        (models.CharField, f"x{number}"[-(field.max_length or 99) :]),
        (models.TextField, f"x{number}"),
    )
    return next(value for kind, value in kinds if isinstance(field, kind))


def fill(client: Client, model: type[models.Model], **given: Any) -> Any:
    """A row with a value in every column. References that are not given are made. In the client's scope."""
    columns: dict[str, Any] = {"client_id": client.pk}
    for field in model._meta.local_concrete_fields:
        if field.primary_key or field.generated or field.name in {"client", *given}:
            continue
        if isinstance(field, ClientForeignKey):
            columns[field.name] = fill(client, field.remote_field.model)
        else:
            columns[field.name] = _value(field)
    return model.objects.create(**columns, **given)  # type: ignore[attr-defined]
