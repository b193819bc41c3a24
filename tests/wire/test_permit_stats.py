"""Contract, section 5: permits that are valid now, by type and zone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.permits.delete import delete_permit
from tests import cast
from tests.permits.parking import HOUR, everything, fill_zone, grant, push, zone
from tests.wire.pushing import SAMPLES, Integrator, integrator, told

PATH = "permits/stats"


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: cast.NOON)


@pytest.fixture
def gate(town: Client) -> Integrator:
    return integrator(town, "permit-stats")


def counted(answer: tuple[int, dict[str, Any]]) -> list[tuple[str, str, str]]:
    """The rows of an answer, which must be the contract's."""
    status, body = answer
    assert status == 200
    assert list(body) == ["data"]
    for row in body["data"]:
        assert list(row) == ["type", "zone", "total"]
        assert {type(value) for value in row.values()} == {str}
    return [tuple(row.values()) for row in body["data"]]


@pytest.fixture
def full(town: Client, campus: Client) -> Client:
    with client_scope(campus.pk):
        fill_zone(campus, "Lot 01", 5)
    with client_scope(town.pk):
        zone(town, "Lot 02")
        lot1 = zone(town, "Lot 01")
        for _ in range(2):
            grant(town, zone=lot1)
        fill_zone(town, "LOT01", 3)
        fill_zone(town, "lot 02", 1)
        fill_zone(town, "Elsewhere", 1)
        fill_zone(town, " ELSE where", 1)
        fill_zone(town, None, 2)
    return town


def test_nothing_is_counted_where_there_is_nothing(gate: Integrator) -> None:
    assert gate.push(PATH) == (200, {"data": []})


def test_one_row_for_each_type_and_zone_in_order(full: Client, gate: Integrator) -> None:
    assert counted(gate.push(PATH)) == [
        ("standard", "Lot 01", "2"),
        ("temp", "", "2"),
        ("temp", " ELSE where", "2"),
        ("temp", "Lot 01", "3"),
        ("temp", "Lot 02", "1"),
    ]


def test_the_documented_sample_word_for_word(full: Client, gate: Integrator) -> None:
    answer = gate.call(f"/api/OC-TOMA/v1/{PATH}", {**SAMPLES[PATH]["body"], "apiToken": gate.secret})
    assert counted(answer) == [("standard", "Lot 01", "2"), ("temp", "Lot 01", "3"), ("temp", "Lot 02", "1")]


@pytest.mark.parametrize(
    ("zones", "expected"),
    [
        ("lot 02", ["Lot 02"]),
        (" LOT02 ,nowhere, ", ["Lot 02"]),
        ("elsewhere", [" ELSE where"]),
        ("nowhere", []),
        ("Lot", []),
        (17, []),
    ],
)
def test_only_zones_that_are_named(full: Client, gate: Integrator, zones: object, expected: list[str]) -> None:
    assert [name for _, name, _ in counted(gate.push(PATH, zones=zones))] == expected


@pytest.mark.parametrize("zones", [None, "", " ", " , "])
def test_no_names_are_all_zones(full: Client, gate: Integrator, zones: str | None) -> None:
    assert gate.push(PATH, zones=zones) == gate.push(PATH)


def test_only_what_is_valid_now_counts(town: Client, gate: Integrator) -> None:
    with client_scope(town.pk):
        push(town, "OVER", starts_at=cast.NOON - HOUR, ends_at=cast.NOON)
        push(town, "LATER", starts_at=cast.NOON + timedelta(seconds=1), ends_at=cast.NOON + HOUR)
        delete_permit(push(town, "DELETED"), at=cast.NOON)
        push(town, "JUST BEGUN", starts_at=cast.NOON, ends_at=cast.NOON + HOUR)
        push(town, "ALMOST OVER", starts_at=cast.NOON - HOUR, ends_at=cast.NOON + timedelta(seconds=1))
    assert counted(gate.push(PATH)) == [("temp", "", "2")]


def test_a_zone_that_is_configured_later_takes_its_permits_in(town: Client, gate: Integrator) -> None:
    with client_scope(town.pk):
        fill_zone(town, "lot9", 1)
        fill_zone(town, "LOT 9", 1)
        zone(town, "Lot 9")
    assert counted(gate.push(PATH)) == [("temp", "Lot 9", "2")]


@pytest.mark.parametrize("zones", [["Lot 01"], {}, True, "\0"], ids=repr)
def test_what_is_no_text_is_refused(gate: Integrator, zones: object) -> None:
    assert told(gate.push(PATH, zones=zones)) == (422, 9033, "zones")


@settings(max_examples=50)
@given(zones=st.text() | st.integers() | st.none() | st.lists(st.text()))
def test_whatever_is_asked_is_answered_and_changes_nothing(full: Client, gate: Integrator, zones: object) -> None:
    before = everything(full)
    status, answer = gate.push(PATH, zones=zones)
    assert (status, answer.get("ErrorCode")) in {(200, None), (422, 9033)}
    assert everything(full) == before
