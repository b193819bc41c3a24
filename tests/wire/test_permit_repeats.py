"""Contract, section 2: the same push again is the same permit, and a number is carried by one."""

from __future__ import annotations

from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.permits.models import Permit
from tests.permits.parking import everything
from tests.wire.pushing import Integrator, integrator, told
from tests.wire.test_permits import DELETE, NEW, PUSH, UPDATE, reference_of


@pytest.fixture
def gate(town: Client) -> Integrator:
    return integrator(town, "permit-create")


def stored(client: Client) -> int:
    with client_scope(client.pk):
        return Permit.objects.count()


def test_the_same_push_again_answers_the_first_reference_and_stores_nothing(town: Client, gate: Integrator) -> None:
    first = reference_of(gate.push(PUSH, **NEW, permitNo="7", zone="Lot 4", amount="3.50"))
    before = everything(town)
    for again in (
        {**NEW, "permitNo": "7", "zone": "Lot 4", "amount": "3.50"},
        # What was paid is no part of what it is, and neither is how things are spelt.
        {**NEW, "permitNo": 7, "zone": "LOT4", "amount": "9", "currency": "USD", "plate": "abc-123"},
        {
            "TicketNumber": "7",
            "ParkingZoneName": "lot 4",
            "LicencePlate": "ABC123",
            "StartDateUtc": "2026-05-20T13:00:00",
            "EndDateUtc": "2026-05-20T21:00:00",
        },
    ):
        assert reference_of(gate.push(PUSH, **again)) == first
    assert everything(town) == before


@pytest.mark.parametrize(
    "change",
    [
        {"plate": "ABC 124"},
        {"zone": "Lot 5"},
        {"zone": None},
        {"startTime": "2026-05-20T09:00:01"},
        {"endTime": "2026-05-20T17:00:01"},
        {"permitNo": "8"},
        {"permitNo": None},
    ],
    ids=repr,
)
def test_any_other_detail_is_another_permit(town: Client, gate: Integrator, change: dict[str, Any]) -> None:
    # Without a number in common, which no two may share.
    told_first = {**NEW, "zone": "Lot 4", "permitNo": "7" if "permitNo" in change else None}
    first = reference_of(gate.push(PUSH, **told_first))
    assert reference_of(gate.push(PUSH, **{**told_first, **change})) != first
    assert stored(town) == 2


def test_the_same_push_is_known_again_after_an_update(town: Client, gate: Integrator) -> None:
    first = reference_of(gate.push(PUSH, **NEW, permitNo="7"))
    gate.push(UPDATE, referenceid=first, plate="OTHER", endTime="2026-05-20T20:00:00", amount="5")
    before = everything(town)
    assert reference_of(gate.push(PUSH, **NEW, permitNo="7")) == first
    assert everything(town) == before
    # What it is now was never pushed: that is another permit, of another number.
    changed = {**NEW, "plate": "OTHER", "endTime": "2026-05-20T20:00:00"}
    assert reference_of(gate.push(PUSH, **changed, permitNo="8")) != first


def test_after_a_delete_the_same_push_is_a_new_permit(town: Client, gate: Integrator) -> None:
    first = reference_of(gate.push(PUSH, **NEW, permitNo="7"))
    reference_of(gate.push(DELETE, referenceid=first))
    second = reference_of(gate.push(PUSH, **NEW, permitNo="7"))
    assert second != first
    assert reference_of(gate.push(PUSH, **NEW, permitNo="7")) == second
    assert stored(town) == 2
    assert told(gate.push(DELETE, referenceid=first)) == (404, 9009, None)


def test_two_clients_may_push_the_same(campus: Client, gate: Integrator) -> None:
    other = integrator(campus, "permit-create")
    mine = reference_of(gate.push(PUSH, **NEW, permitNo="7"))
    assert reference_of(other.push(PUSH, **NEW, permitNo="7")) != mine


def test_a_number_that_another_live_permit_carries_is_refused(town: Client, gate: Integrator) -> None:
    first = reference_of(gate.push(PUSH, **NEW, permitNo="7"))
    before = everything(town)
    assert told(gate.push(PUSH, **{**NEW, "plate": "OTHER"}, TicketNumber=7)) == (409, 9022, None)
    assert everything(town) == before
    reference_of(gate.push(DELETE, referenceid=first))
    assert reference_of(gate.push(PUSH, **{**NEW, "plate": "OTHER"}, TicketNumber=7)) != first
