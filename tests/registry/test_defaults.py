"""The lists of a new client, with the numbers that integrators store."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.registry.lookups import Colour, Lookup, Make, PlateType, Province, UserType, VehicleType
from curbledger.registry.opening import open_client

AT = datetime(2026, 3, 16, 18, 30, tzinfo=UTC)
LISTS: tuple[type[Lookup], ...] = (Province, PlateType, Make, Colour, VehicleType, UserType)


@pytest.fixture
def client_row(db: None) -> Client:
    return open_client(code="OC_TOMA", name="Town of Toma", at=AT)


def names(model: type[Lookup]) -> list[str]:
    """The names of a list, by number."""
    return list(model._default_manager.order_by("number").values_list("name", flat=True))


@pytest.mark.parametrize(
    ("model", "number", "name"),
    [
        (Province, 1, "Alberta"),
        (Province, 9, "Ontario"),
        (Province, 13, "Yukon"),
        (Province, 14, "Alabama"),
        (Province, 66, "Guam"),
        (PlateType, 4, "Passenger"),
        (Make, 13, "Chevrolet"),
        (Colour, 14, "Red"),
        (VehicleType, 5, "Compact"),
        (UserType, 1, "Full Time Student"),
    ],
)
def test_the_sample_of_the_contract_finds_its_numbers(
    client_row: Client, model: type[Lookup], number: int, name: str
) -> None:
    with client_scope(client_row.pk):
        assert model._default_manager.get(number=number).name == name


@pytest.mark.parametrize("model", LISTS)
def test_numbers_begin_at_1_and_leave_none_out(client_row: Client, model: type[Lookup]) -> None:
    with client_scope(client_row.pk):
        numbers = list(model._default_manager.order_by("number").values_list("number", flat=True))

    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("model", LISTS)
def test_the_next_number_follows(client_row: Client, model: type[Lookup]) -> None:
    required: dict[type[Lookup], dict[str, object]] = {
        Province: {"country": 3, "code": "ZZ"},
        PlateType: {"type_code": "z"},
    }
    with client_scope(client_row.pk):
        last = len(names(model))
        added = model._default_manager.create(client_id=client_row.pk, name="Something new", **required.get(model, {}))
        added.refresh_from_db()

    assert added.number == last + 1


def test_lists_are_alphabetical(client_row: Client) -> None:
    with client_scope(client_row.pk):
        provinces = names(Province)
        lists = [names(model) for model in (PlateType, Make, Colour, VehicleType)]

    for found in (*lists, provinces[:13], provinces[13:64], provinces[64:]):
        assert found == sorted(found, key=str.casefold)


def test_provinces_and_states_are_all_there(client_row: Client) -> None:
    with client_scope(client_row.pk):
        countries = list(Province.objects.order_by("number").values_list("country", flat=True))
        codes = set(Province.objects.values_list("code", flat=True))

    assert countries == [1] * 13 + [2] * 56
    assert {"ON", "QC", "NU", "NY", "DC", "PR"} <= codes


def test_makes_are_many(client_row: Client) -> None:
    with client_scope(client_row.pk):
        assert len(names(Make)) > 80
        assert "Kia" in names(Make)
        assert PlateType.objects.get(name="Passenger").type_code == "passenger"
        assert UserType.objects.get(number=1).external == "Student"
        assert UserType.objects.count() >= 8
