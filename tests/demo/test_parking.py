"""What the made-up town has for lot values, statistics and plate validation."""

from __future__ import annotations

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.permits.lot_values import value_lots
from curbledger.permits.models import Alarm, DoNotTicket, Lot, LotTax, LotZone, Permit, Zone
from curbledger.permits.stats import count_permits
from curbledger.permits.validate import validate_plate
from curbledger.registry.models import LoginSource
from tests.demo.conftest import AT, Fill


def told(client: Client) -> list[tuple[object, ...]]:
    """The permits without their ids and what refers to other ids."""
    names = "reference kind short_name plate zone_name starts_at ends_at amount created_at".split()  # noqa: SIM905
    with client_scope(client.pk):
        return list(Permit.objects.order_by("pk").values_list(*names))


@pytest.mark.parametrize("tickets", [400, 2500])
def test_lots_are_used_and_earn_and_are_not_overfull(empty_town: Client, fill_town: Fill, tickets: int) -> None:
    fill_town(empty_town, tickets, 50)
    with client_scope(empty_town.pk):
        lots = value_lots(zone=empty_town.zone, at=AT)
    assert [lot.name for lot in lots][:2] == ["Library Lot A", "Engineering Lot C"]
    assert all(lot.rented_permits > 0 and lot.tax1 > 0 and lot.tax2 > 0 for lot in lots)
    assert all(lot.rented_permits <= lot.total_permits for lot in lots)


def test_permits_of_both_types_are_valid_now_some_in_a_zone_that_is_not_configured(
    empty_town: Client, fill_town: Fill
) -> None:
    fill_town(empty_town, 400, 50)
    with client_scope(empty_town.pk):
        counts = count_permits(at=AT)
        assert {count.kind for count in counts} == {"standard", "temp"}
        assert {"Lot 01", "Lot 02", "Lot 4", "Downtown 7"} <= {count.zone for count in counts}
        assert Permit.objects.filter(disconnected=True).exists()
        assert Permit.objects.filter(ends_at__lte=AT).exists()
        assert Permit.objects.filter(starts_at__gt=AT).exists()
        assert not Permit.objects.filter(created_at__gt=AT).exists()


def test_officers_are_told_of_plates_and_of_people(empty_town: Client, fill_town: Fill) -> None:
    fill_town(empty_town, 30, 10)
    with client_scope(empty_town.pk):
        for entries in (Alarm.objects, DoNotTicket.objects):
            assert entries.filter(person__isnull=False).exists()
        plate = Alarm.objects.exclude(plate=None)[:1].get().plate
        assert plate is not None
        assert validate_plate(plate, at=AT).alarms


def test_one_seed_makes_one_set_of_permits(empty_town: Client, other_town: Client, fill_town: Fill) -> None:
    for town in (empty_town, other_town):
        fill_town(town, 60, 20)
        fill_town(town, 40, 10)
    assert told(empty_town) == told(other_town)
    assert len(told(empty_town)) > 20


def test_filling_again_leaves_what_is_configured_alone(empty_town: Client, fill_town: Fill) -> None:
    fill_town(empty_town, 0, 0)
    with client_scope(empty_town.pk):
        Lot.objects.filter(name="Stadium Lot").update(default_cost=7)
        before = [model.objects.count() for model in (Zone, Lot, LotZone, LotTax, LoginSource)]
    fill_town(empty_town, 20, 5)
    with client_scope(empty_town.pk):
        assert [model.objects.count() for model in (Zone, Lot, LotZone, LotTax, LoginSource)] == before
        assert Lot.objects.get(name="Stadium Lot").default_cost == 7
        assert Permit.objects.exists()


def test_a_town_that_is_full_gets_no_more_permits(empty_town: Client, fill_town: Fill) -> None:
    fill_town(empty_town, 2500, 50)
    before = told(empty_town)
    fill_town(empty_town, 100, 50)
    assert told(empty_town) == before
