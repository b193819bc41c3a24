"""Contract, section 9: a vehicle is created once, from ids and names."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.registry.lookups import Lookup
from curbledger.registry.models import Colour, Make, PlateType, Province, Vehicle, VehicleType
from tests.wire.pushing import SAMPLES, Integrator, everything, integrator, told

PATH = "vehicles/push"
IDS = SAMPLES["vehicles/push, ids in name fields"]["body"]
NAMES = SAMPLES["vehicles/push, names"]["body"]
NEW: dict[str, Any] = {"plate": "ABC 123", "plateType": "Passenger", "prov": "ON"}
GROWING = [("make", Make), ("type", VehicleType), ("colour", Colour)]


@pytest.fixture
def gate(town: Client) -> Integrator:
    return integrator(town, "vehicle-push")


def vehicle(client: Client, answer: tuple[int, dict[str, Any]]) -> Vehicle:
    """The vehicle that an answer tells of."""
    status, body = answer
    assert status == 200
    assert list(body) == ["status", "VehicleID"]
    assert body["status"] == "success"
    with client_scope(client.pk):
        return Vehicle.objects.select_related("plate_type", "province", "make", "vehicle_type", "colour").get(
            pk=body["VehicleID"]
        )


def names(client: Client, model: type[Lookup]) -> dict[int, str]:
    with client_scope(client.pk):
        return dict(model._default_manager.values_list("number", "name"))


def test_the_documented_sample_with_ids_in_name_fields_word_for_word(town: Client, gate: Integrator) -> None:
    found = vehicle(town, gate.call(PATH, {**IDS, "apiToken": gate.secret}))
    assert (found.plate, found.plate_type.name, found.province.code) == ("PL8RDR", "Motorcycle", "MA")
    assert (found.make.number, found.vehicle_type.number, found.colour.name) == (8, 3, "Red")
    assert (found.year, found.vin) == (2011, "8GKS1AKC7FR518845")


def test_the_documented_sample_with_names_word_for_word(town: Client, gate: Integrator) -> None:
    found = vehicle(town, gate.call(PATH, {**NAMES, "apiToken": gate.secret}))
    assert (found.make.name, found.vehicle_type.name, found.colour.name) == ("Kia", "Commercial", "Red")
    assert found.year == 2021


def test_the_second_of_the_two_samples_is_the_same_vehicle(town: Client, gate: Integrator) -> None:
    gate.call(PATH, {**IDS, "apiToken": gate.secret})
    before = everything(town)
    assert told(gate.call(PATH, {**NAMES, "apiToken": gate.secret})) == (409, 9012, None)
    assert everything(town) == before


@pytest.mark.parametrize("plate", ["ABC 123", "abc123", "a-b-c-1-2-3", " ABC123 ", "\uff21BC\uff11\uff12\uff13"])
def test_plates_are_compared_without_case_spaces_and_dashes_and_kept_as_sent(
    town: Client, gate: Integrator, plate: str
) -> None:
    first = vehicle(town, gate.push(PATH, **NEW))
    assert first.plate == "ABC 123"
    assert told(gate.push(PATH, **{**NEW, "plate": plate})) == (409, 9012, None)
    other = vehicle(town, gate.push(PATH, **{**NEW, "plate": plate, "prov": "QC"}))
    assert other.plate == plate


def test_another_province_or_plate_type_or_client_is_another_vehicle(
    town: Client, campus: Client, gate: Integrator
) -> None:
    gate.push(PATH, **NEW)
    assert gate.push(PATH, **{**NEW, "prov": "QC"})[0] == 200
    assert gate.push(PATH, **{**NEW, "plateType": "Commercial"})[0] == 200
    assert integrator(campus, "vehicle-push").push(PATH, **NEW)[0] == 200


@pytest.mark.parametrize("province", ["ON", "on", "Ontario", "oNTARIO", " ontario ", "9", 9], ids=repr)
def test_a_province_goes_by_abbreviation_name_or_id(town: Client, gate: Integrator, province: Any) -> None:
    assert vehicle(town, gate.push(PATH, **{**NEW, "prov": province})).province.name == "Ontario"


@pytest.mark.parametrize(
    ("name", "value", "attribute", "expected"),
    [
        ("plateTypeID", "4", "plate_type", "Passenger"),
        ("plateTypeID", 4, "plate_type", "Passenger"),
        ("plateType", "PASSENGER", "plate_type", "Passenger"),
        ("plateType", "4", "plate_type", "Passenger"),
        ("provID", "9", "province", "Ontario"),
        ("provID", "on", "province", "Ontario"),
        ("provID", "ontario", "province", "Ontario"),
        ("plateTypeID", "passenger", "plate_type", "Passenger"),
        ("makeID", "chevrolet", "make", "Chevrolet"),
        ("typeID", "compact", "vehicle_type", "Compact"),
        ("colourID", "red", "colour", "Red"),
        ("prov", "new  york", "province", "New York"),
        ("makeID", "13", "make", "Chevrolet"),
        ("make", "cheVROlet", "make", "Chevrolet"),
        ("make", 13, "make", "Chevrolet"),
        ("make", "CITROËN", "make", "Citroën"),
        ("typeID", "5", "vehicle_type", "Compact"),
        ("type", "5", "vehicle_type", "Compact"),
        ("type", "compact", "vehicle_type", "Compact"),
        ("colourID", 14, "colour", "Red"),
        ("colour", "14", "colour", "Red"),
        ("colour", "red", "colour", "Red"),
    ],
    ids=repr,
)
def test_every_name_of_every_list(gate: Integrator, name: str, value: Any, attribute: str, expected: str) -> None:
    body = {key: v for key, v in NEW.items() if key not in {name.removesuffix("ID"), name}}
    assert getattr(vehicle(gate.client, gate.push(PATH, **body, **{name: value})), attribute).name == expected


def test_of_a_pair_the_id_counts(town: Client, gate: Integrator) -> None:
    both = {"plateTypeID": "4", "plateType": "Taxi", "provID": "9", "prov": "QC", "makeID": "13", "make": "Kia"}
    found = vehicle(town, gate.push(PATH, plate="ABC", **both, typeID=5, type="Van", colourID=14, colour="Blue"))
    assert (found.plate_type.name, found.province.name, found.make.name) == ("Passenger", "Ontario", "Chevrolet")
    assert (found.vehicle_type.name, found.colour.name) == ("Compact", "Red")


@pytest.mark.parametrize(("name", "model"), GROWING)
def test_a_new_name_is_added_to_the_clients_list_once(
    town: Client, campus: Client, gate: Integrator, name: str, model: type[Lookup]
) -> None:
    before = names(town, model)
    elsewhere = names(campus, model)
    first = vehicle(town, gate.push(PATH, **NEW, **{name: "Nobody's"}))
    again = vehicle(town, gate.push(PATH, **{**NEW, "plate": "B"}, **{name: "NOBODY'S"}))
    attribute = {"type": "vehicle_type"}.get(name, name)
    assert getattr(first, attribute) == getattr(again, attribute)
    assert names(town, model) == {**before, max(before) + 1: "Nobody's"}
    assert names(campus, model) == elsewhere
    # The next one follows without a gap.
    vehicle(town, gate.push(PATH, **{**NEW, "plate": "C"}, **{name: "Next"}))
    assert names(town, model)[max(before) + 2] == "Next"


def test_a_refused_vehicle_adds_nothing_to_the_lists(town: Client, gate: Integrator) -> None:
    gate.push(PATH, **NEW)
    before = everything(town)
    assert told(gate.push(PATH, **NEW, make="New", type="New", colour="New")) == (409, 9012, None)
    assert told(gate.push(PATH, **{**NEW, "plate": "B"}, make="New", colour="999")) == (422, 9033, "colour")
    assert everything(town) == before


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, (422, 9006, None)),
        ({"plate": "", "year": "x"}, (422, 9006, None)),
        ({"plate": "x" * 51}, (422, 9010, None)),
        ({"plate": "A", "plateType": ""}, (422, 9010, None)),
        ({"plate": "A", "plateTypeID": None, "plateType": "Nothing"}, (422, 9011, None)),
        ({**NEW, "prov": ""}, (422, 9011, None)),
        ({**NEW, "plate": "x" * 51}, (422, 9021, None)),
        # Compared, it is six hundred letters.
        ({**NEW, "plate": "ﷺ" * 40}, (422, 9021, None)),
        ({**NEW, "plate": "- -"}, (422, 9032, "plate")),
        ({**NEW, "plate": "🚗"}, (422, 9032, "plate")),
        ({**NEW, "plate": ["A"]}, (422, 9033, "plate")),
        ({**NEW, "plateType": "Nothing"}, (422, 9033, "plateType")),
        ({**NEW, "plateType": "99"}, (422, 9033, "plateType")),
        ({**NEW, "plateType": " "}, (422, 9033, "plateType")),
        ({**NEW, "plateTypeID": "Nothing"}, (422, 9033, "plateTypeID")),
        ({**NEW, "prov": "ZZ"}, (422, 9033, "prov")),
        ({**NEW, "prov": "70"}, (422, 9033, "prov")),
        ({**NEW, "provID": "ZZ"}, (422, 9033, "provID")),
        *(({**NEW, name: "999"}, (422, 9033, name)) for name in ("makeID", "make", "typeID", "type", "colour")),
        *(({**NEW, name: "-1"}, (422, 9033, name)) for name in ("make", "type", "colour")),
        ({**NEW, "make": 8.5}, (422, 9033, "make")),
        ({**NEW, "make": 2**31}, (422, 9033, "make")),
        ({**NEW, "make": "9" * 40}, (422, 9033, "make")),
        *(({**NEW, name: "Nobody's"}, (422, 9033, name)) for name in ("makeID", "typeID", "colourID")),
        ({**NEW, "make": "x" * 51}, (422, 9030, "make")),
        *(
            ({**NEW, "year": year}, (422, 9033, "year"))
            for year in ("11", "20211", "MMXI", 2011.5, "\uff12\uff10\uff11\uff11", True)
        ),
        ({**NEW, "vin": "x" * 18}, (422, 9030, "vin")),
    ],
    ids=repr,
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    town: Client, gate: Integrator, body: dict[str, Any], refusal: tuple[int, int, str | None]
) -> None:
    before = everything(town)
    assert told(gate.push(PATH, **body)) == refusal
    assert everything(town) == before


@pytest.mark.parametrize("nothing", [None, ""])
def test_what_is_optional_may_be_empty(town: Client, gate: Integrator, nothing: str | None) -> None:
    empty = dict.fromkeys(("make", "makeID", "type", "colour", "year", "vin"), nothing)
    found = vehicle(town, gate.push(PATH, **NEW, **empty))
    assert (found.make, found.vehicle_type, found.colour, found.year, found.vin) == (None,) * 5


def test_a_plate_of_fifty_characters_is_kept(town: Client, gate: Integrator) -> None:
    assert vehicle(town, gate.push(PATH, **{**NEW, "plate": "X" * 50})).plate == "X" * 50


def test_a_plate_may_be_a_number(town: Client, gate: Integrator) -> None:
    assert vehicle(town, gate.push(PATH, **{**NEW, "plate": 12345})).plate == "12345"


def test_whatever_the_lists_hold_is_taken_by_its_name(town: Client, gate: Integrator) -> None:
    number = 0
    for field, model in (("plateType", PlateType), ("prov", Province), ("make", Make)):
        for name in names(town, model).values():
            number += 1
            assert gate.push(PATH, **{**NEW, "plate": f"N{number}", field: name.upper()})[0] == 200
    assert len(names(town, Make)) == len({name.lower() for name in names(town, Make).values()})


KEYS = (
    "plate plateTypeID plateType provID prov makeID make typeID type colourID colour year vin".split()  # noqa: SIM905
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=60),
    st.sampled_from(
        ["ABC 123", "abc123", "Passenger", "ON", "9", "4", "2011", "", "Kia", "İ", "ß", "SS", "\0", "1.", "+1"]
    ),
    st.lists(st.text(), max_size=1),
)


@settings(max_examples=150)
@given(
    body=st.builds(lambda a, b: {**a, **b}, st.just({}) | st.just(NEW), st.dictionaries(st.sampled_from(KEYS), VALUES))
)
def test_whatever_is_sent_is_answered_by_the_contract_and_a_refusal_changes_nothing(
    town: Client, gate: Integrator, body: dict[str, Any]
) -> None:
    before = everything(town)
    status, answer = gate.push(PATH, **body)
    if status == 200:
        vehicle(town, (status, answer))
    else:
        assert answer["ErrorCode"] in {9006, 9010, 9011, 9012, 9021, 9030, 9032, 9033}
        assert answer.get("ErrorField", "plate") in {*body, "plate"}
        assert everything(town) == before
