"""All that a client holds, told without the database's ids, so that two clients can be compared."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from curbledger.clients.client import Client
from curbledger.database.fields import ClientForeignKey
from curbledger.database.owned import ClientOwned
from curbledger.database.scope import client_scope
from curbledger.demo.rows import _ORDER
from curbledger.registry.models import Colour, Make, Person, PlateType, Province, UserType, VehicleType
from curbledger.violations.models import Category, Location, Offence

_LISTS: tuple[type[ClientOwned], ...] = (
    *(Province, PlateType, Make, Colour, VehicleType, UserType),
    *(Category, Location, Offence),
)
# Moments that the database sets when a list's entry is made.
_OF_CREATION = {"modified"}

Row = tuple[tuple[str, Any], ...]


def portrait(client: Client) -> dict[str, list[Row]]:
    """The rows of every table in the order of their ids, with places in that order where ids stand."""
    with client_scope(client.pk):
        places: dict[type[ClientOwned], dict[int, int]] = {}
        told = {}
        for model in (*_LISTS, *_ORDER):
            rows = list(model._default_manager.order_by("pk"))
            places[model] = {row.pk: place for place, row in enumerate(rows)}
            told[model.__name__] = [_tell(row, client, places) for row in rows]
        return told


def _of_clients(model: type[Model]) -> type[ClientOwned]:
    assert issubclass(model, ClientOwned)
    return model


def _tell(row: ClientOwned, client: Client, places: dict[type[ClientOwned], dict[int, int]]) -> Row:
    told = []
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.primary_key or field.name == "client":
            continue
        if type(row) in _LISTS and field.name in _OF_CREATION:
            continue
        if isinstance(field, ClientForeignKey) and value is not None:
            value = places[_of_clients(field.remote_field.model)][value]
        elif field.name == "appeal_person" and value:
            value = places[Person][value]
        elif field.name == "storage_location":
            value = value.removeprefix(client.code.lower())
        told.append((field.attname, value))
    return tuple(told)
