"""Contract, sections 2 to 4: permits are pushed, updated and deleted, by every name of every attribute."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.permits.models import Permit
from curbledger.registry.opening import open_client
from tests import cast
from tests.permits.parking import everything, zone
from tests.wire.pushing import SAMPLES, Integrator, integrator, told

PUSH, UPDATE, DELETE = "permits/push", "permits/update", "permits/delete"
SAMPLE = SAMPLES[PUSH]["body"]
NEW: dict[str, Any] = {"plate": "ABC 123", "startTime": "2026-05-20T09:00:00", "endTime": "2026-05-20T17:00:00"}
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


@pytest.fixture
def gate(town: Client) -> Integrator:
    return integrator(town, "permit-create")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def reference_of(answer: tuple[int, dict[str, Any]]) -> str:
    """The reference in an answer, which must be the contract's."""
    status, body = answer
    assert status == 200, body
    assert list(body) == ["status", "reference_id", "InternalReferenceID"]
    assert body["status"] == "success"
    assert body["reference_id"] == body["InternalReferenceID"]
    assert _UUID.match(body["reference_id"])
    reference: str = body["reference_id"]
    return reference


def permit(client: Client, answer: tuple[int, dict[str, Any]]) -> Permit:
    """The permit that an answer tells of."""
    with client_scope(client.pk):
        return Permit.objects.select_related("zone").get(reference=UUID(reference_of(answer)))


def pushed(gate: Integrator, **changes: Any) -> Permit:
    """The permit that a push leaves behind: NEW with changes, in which None takes a key away."""
    body = {key: value for key, value in {**NEW, **changes}.items() if value is not None}
    return permit(gate.client, gate.push(PUSH, **body))


def test_the_documented_push_word_for_word(town: Client, gate: Integrator) -> None:
    made = permit(town, gate.call(PUSH, {**SAMPLE, "apiToken": gate.secret}))
    assert (made.kind, made.plate, made.plate_key, made.number) == ("temp", "PL8RDR", "PL8RDR", "L4-1138")
    assert (made.amount, made.currency) == (Decimal("14.50"), "CAD")
    # Toronto, in summer.
    assert (made.starts_at, made.ends_at) == (utc("2018-07-02T13:00:00"), utc("2018-07-02T13:30:00"))
    assert (made.zone_name, made.zone, made.disconnected) == ("Lot 4", None, True)


def test_the_documented_update_word_for_word(town: Client, gate: Integrator) -> None:
    reference = reference_of(gate.push(PUSH, **{**SAMPLE, "apiToken": gate.secret, "endTime": "2018-07-02T11:00:00"}))
    body = {**SAMPLES[UPDATE]["body"], "apiToken": gate.secret, "referenceID": reference}
    changed = permit(town, gate.call(f"/api/OC-TOMA/v1/{UPDATE}", body))
    assert str(changed.reference) == reference
    assert (changed.plate, changed.amount, changed.ends_at) == ("PL8RDR", Decimal("14.50"), utc("2018-07-02T13:30:00"))


def test_the_documented_delete_word_for_word(town: Client, gate: Integrator) -> None:
    reference = reference_of(gate.push(PUSH, **{**SAMPLE, "apiToken": gate.secret}))
    body = {**SAMPLES[DELETE]["body"], "apiToken": gate.secret, "referenceID": reference}
    deleted = permit(town, gate.call(f"/api/OC-TOMA/v1/{DELETE}", body))
    assert str(deleted.reference) == reference
    assert deleted.deleted_at is not None
    assert told(gate.call(f"/api/OC-TOMA/v1/{DELETE}", body)) == (404, 9009, None)


@pytest.mark.parametrize(
    ("name", "other", "attribute", "value", "expected"),
    [
        ("amount", "Amount", "amount", "14.5", Decimal("14.50")),
        ("Amount", "amount", "amount", 14.5, Decimal("14.50")),
        ("currency", "CurrencyID", "currency", "USD", "USD"),
        ("CurrencyID", "currency", "currency", "usd", "USD"),
        ("plate", "LicencePlate", "plate", "x-1", "x-1"),
        ("LicencePlate", "plate", "plate", 12345, "12345"),
        ("permitNo", "TicketNumber", "number", "N 1", "N 1"),
        ("TicketNumber", "permitNo", "number", 17, "17"),
        ("zone", "ParkingZoneName", "zone_name", "Lot 4", "Lot 4"),
        ("ParkingZoneName", "zone", "zone_name", "Lot 4", "Lot 4"),
        ("startTime", "StartDateUtc", "starts_at", "2026-05-20T08:00:00", utc("2026-05-20T12:00:00")),
        ("StartDateUtc", "startTime", "starts_at", "2026-05-20T08:00:00", utc("2026-05-20T08:00:00")),
        ("endTime", "EndDateUtc", "ends_at", "2026-05-20T18:00:00", utc("2026-05-20T22:00:00")),
        ("EndDateUtc", "endTime", "ends_at", "2026-05-20T18:00:00", utc("2026-05-20T18:00:00")),
    ],
)
def test_every_name_of_every_attribute(  # noqa: PLR0917 - a table of cases.
    gate: Integrator, name: str, other: str, attribute: str, value: object, expected: object
) -> None:
    assert getattr(pushed(gate, **{other: None, name: value}), attribute) == expected


@pytest.mark.parametrize(
    ("first", "second", "attribute", "expected"),
    [
        ({"amount": "1"}, {"Amount": "2"}, "amount", Decimal(1)),
        ({"currency": "USD"}, {"CurrencyID": "CAD"}, "currency", "USD"),
        ({"plate": "FIRST"}, {"LicencePlate": "SECOND"}, "plate", "FIRST"),
        ({"permitNo": "1"}, {"TicketNumber": "2"}, "number", "1"),
        ({"zone": "A"}, {"ParkingZoneName": "B"}, "zone_name", "A"),
        ({"startTime": "2026-05-20T09:00:00"}, {"StartDateUtc": "2026-05-20T09:00:00"}, "starts_at", "13:00"),
        ({"endTime": "2026-05-20T17:00:00"}, {"EndDateUtc": "2026-05-20T17:00:00"}, "ends_at", "21:00"),
    ],
)
def test_of_two_names_the_first_of_the_row_counts(
    gate: Integrator, first: dict[str, Any], second: dict[str, Any], attribute: str, expected: object
) -> None:
    # The second may even be nonsense: it is not looked at.
    for sent in ({**first, **second}, {**second, **first}, {**first, **{key: ["nonsense"] for key in second}}):
        found = getattr(pushed(gate, **sent), attribute)
        assert (f"{found:%H:%M}" if isinstance(found, datetime) else found) == expected


def test_a_null_name_gives_way_to_the_other(town: Client, gate: Integrator) -> None:
    body = {**NEW, "plate": None, "LicencePlate": "OTHER", "startTime": None, "StartDateUtc": "2026-05-20T09:00:00"}
    made = permit(town, gate.push(PUSH, **body))
    assert (made.plate, made.starts_at) == ("OTHER", utc("2026-05-20T09:00:00"))


@pytest.mark.parametrize("nothing", [None, ""])
def test_what_is_optional_may_be_absent_null_or_empty(town: Client, gate: Integrator, nothing: str | None) -> None:
    first = pushed(gate)
    empty = dict.fromkeys(("amount", "currency", "permitNo", "zone"), nothing)
    made = permit(town, gate.push(PUSH, **NEW, **empty))
    assert (made.amount, made.currency, made.number, made.zone_name) == (None, "CAD", None, None)
    assert not made.disconnected
    # And all three are the same push.
    assert made.reference == first.reference


def test_the_currency_is_the_clients_unless_it_is_sent(db: None) -> None:
    dollars = open_client(code="US", name="US", timezone="America/New_York", currency="USD", at=cast.NOON)
    gate = integrator(dollars, "permit-create")
    assert pushed(gate).currency == "USD"
    assert pushed(gate, plate="B", currency="CAD").currency == "CAD"


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        # 2:00 to 3:00 is skipped.
        ("2026-03-08T01:59:59", "2026-03-08T06:59:59"),
        ("2026-03-08T02:30:00", "2026-03-08T07:30:00"),
        ("2026-03-08T03:00:00", "2026-03-08T07:00:00"),
        # 1:00 to 2:00 comes twice.
        ("2026-11-01T00:59:59", "2026-11-01T04:59:59"),
        ("2026-11-01T01:30:00", "2026-11-01T05:30:00"),
        ("2026-11-01T02:00:00", "2026-11-01T07:00:00"),
    ],
)
def test_a_skipped_local_time_moves_forward_and_a_repeated_one_is_the_first(
    gate: Integrator, local: str, expected: str
) -> None:
    made = pushed(gate, startTime=local, endTime="2026-12-01T00:00:00")
    assert made.starts_at == utc(expected)
    ended = pushed(gate, startTime="2026-01-01T00:00:00", endTime=local)
    assert ended.ends_at == utc(expected)


def test_local_and_utc_may_be_mixed(gate: Integrator) -> None:
    made = pushed(gate, endTime=None, EndDateUtc="2026-05-20T13:00:01")
    assert (made.starts_at, made.ends_at) == (utc("2026-05-20T13:00:00"), utc("2026-05-20T13:00:01"))


@pytest.mark.parametrize("spelt", ["Lot 4", "LOT 4", "lot4", " l o t  4 "])
def test_a_zone_is_found_without_case_and_spaces_and_kept_as_sent(town: Client, gate: Integrator, spelt: str) -> None:
    with client_scope(town.pk):
        lot4 = zone(town, "Lot 4")
    made = pushed(gate, zone=spelt)
    assert (made.zone, made.zone_name, made.disconnected) == (lot4, spelt, False)


def test_another_clients_zone_is_not_found(campus: Client, gate: Integrator) -> None:
    with client_scope(campus.pk):
        zone(campus, "Lot 4")
    assert pushed(gate, zone="Lot 4").disconnected


@pytest.mark.parametrize("name", ["referenceid", "referenceID", "reference_id"])
def test_every_name_of_the_reference_in_any_case(gate: Integrator, name: str) -> None:
    first = reference_of(gate.push(PUSH, **NEW))
    assert reference_of(gate.push(UPDATE, **{name: first.upper()}, amount="2")) == first
    assert reference_of(gate.push(DELETE, **{name: first})) == first


def test_an_update_changes_only_what_is_sent(town: Client, gate: Integrator) -> None:
    said = {"amount": "3.50", "currency": "USD", "permitNo": "7", "zone": "Lot 4"}
    made = pushed(gate, **said)
    reference = str(made.reference)

    def now() -> tuple[Any, ...]:
        with client_scope(town.pk):
            found = Permit.objects.get(reference=reference)
        return found.plate, found.plate_key, found.amount, found.currency, f"{found.ends_at:%d %H:%M}", found.number

    before = everything(town)
    assert reference_of(gate.push(UPDATE, referenceid=reference)) == reference
    assert reference_of(gate.push(UPDATE, referenceid=reference, startTime="x", zone="y", permitNo="z")) == reference
    assert everything(town) == before
    gate.push(UPDATE, referenceid=reference, LicencePlate="x-1")
    assert now() == ("x-1", "X1", Decimal("3.50"), "USD", "20 21:00", "7")
    gate.push(UPDATE, referenceid=reference, EndDateUtc="2026-05-21T02:00:00")
    assert now() == ("x-1", "X1", Decimal("3.50"), "USD", "21 02:00", "7")
    gate.push(UPDATE, referenceid=reference, Amount=4, CurrencyID="CAD")
    assert now() == ("x-1", "X1", Decimal("4.00"), "CAD", "21 02:00", "7")
    gate.push(UPDATE, referenceid=reference, amount="", currency=None)
    assert now() == ("x-1", "X1", None, "CAD", "21 02:00", "7")


def test_nobody_reaches_another_clients_permit(town: Client, campus: Client, gate: Integrator) -> None:
    reference = reference_of(gate.push(PUSH, **NEW))
    stranger = integrator(campus, "permit-create")
    before = everything(town)
    for path in (UPDATE, DELETE):
        assert told(stranger.push(path, referenceid=reference, amount="1")) == (404, 9009, None)
    assert everything(town) == before
