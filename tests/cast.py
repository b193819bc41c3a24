"""A fixed cast for tests: a town, a campus that is a stranger to it, and short ways to issue a ticket."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from curbledger.clients.token import make_token
from curbledger.database.scope import client_scope
from curbledger.kit.plates import plate_key
from curbledger.placements.agency import Agency, bind_token, name_agency
from curbledger.placements.switch import switch_collections
from curbledger.registry.models import Driver, Person, Province, Vehicle
from curbledger.registry.opening import open_client
from curbledger.violations.models import Detail, Offence, Violation

if TYPE_CHECKING:
    from curbledger.clients.client import Client

# Noon in Toronto, on an ordinary day.
NOON = datetime(2026, 5, 20, 16, 0, tzinfo=UTC)
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Caller:
    """A token and what it belongs to."""

    token_id: int
    secret: str
    agency: Agency | None


def town(code: str = "OC_TOMA", *, collecting: bool = True, at: datetime = NOON) -> Client:
    """A client with its lists, collections on."""
    client = open_client(code=code, name=f"Town of {code}", timezone="America/Toronto", currency="CAD", at=at)
    with client_scope(client.pk):
        switch_collections(client, on=collecting)
    return client


def caller(client: Client, *permissions: str, agency: str | None = None, at: datetime = NOON, **options: Any) -> Caller:
    """A token of the client; by default one that collects for its only agency."""
    wanted = permissions or ("violations-collect",)
    with client_scope(client.pk):
        token, secret = make_token(client, name="test", permissions=wanted, at=at, **options)
        found = None
        if "violations-collect" in wanted:
            found = name_agency(client_id=client.pk, name=agency, at=at)
            bind_token(client_id=client.pk, token_id=token.pk, agency=found)
    return Caller(token_id=token.pk, secret=secret, agency=found)


def vehicle(client: Client, plate: str | None = None, *drivers: Person) -> Vehicle:
    """A vehicle of Ontario. In the client's scope."""
    plate = plate or f"CAST {next(_numbers):04}"
    made = Vehicle.objects.create(
        client_id=client.pk, plate=plate, plate_key=plate_key(plate), province=Province.objects.get(code="ON")
    )
    for driver in drivers:
        Driver.objects.create(client_id=client.pk, vehicle=made, person=driver)
    return made


def person(client: Client, **columns: Any) -> Person:
    """A person. In the client's scope."""
    return Person.objects.create(client_id=client.pk, **{"first_name": "Robin", "last_name": "Okafor", **columns})


def offence(client: Client, name: str = "Parked in Loading Zone", cost: str = "50.00") -> Offence:
    """An offence, found or added. In the client's scope."""
    found, _ = Offence.objects.get_or_create(
        name=name, defaults={"client_id": client.pk, "default_cost": Decimal(cost)}
    )
    return found


def issue(client: Client, ticket: str | None = None, *, at: datetime = NOON, **columns: Any) -> Violation:
    """A ticket that is overdue at `at` unless told otherwise: issued 60 days before, due 40 days before, fine 50.

    In the client's scope. `discount` and `discount_hours` go to its one offence.
    """
    discount = Decimal(columns.pop("discount", "0"))
    hours = columns.pop("discount_hours", 168)
    fine = Decimal(columns.pop("fine", "50.00"))
    issued = Violation.objects.create(
        client_id=client.pk,
        ticket=ticket or f"1-{next(_numbers):06}",
        fine=fine,
        **{
            "issued_at": at - timedelta(days=60),
            "due_at": at - timedelta(days=40),
            "created_at": at - timedelta(days=60),
            **columns,
        },
    )
    Detail.objects.create(
        client_id=client.pk,
        violation=issued,
        offence=offence(client),
        fine=fine,
        discount_flag=discount > 0,
        discount_amount=discount,
        discount_hours=hours,
    )
    return issued
