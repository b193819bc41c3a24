"""Zones are found however they are spelt; a lot is made of several, by weekday and hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import Invalid
from curbledger.permits.lot import put_zone_in_lot, set_lot
from curbledger.permits.lot_tax import set_lot_tax
from curbledger.permits.lot_values import LotValues, value_lots
from curbledger.permits.models import Lot, LotTax, Permit, Zone
from curbledger.permits.zone import add_zone, zone_key
from tests import cast
from tests.permits.parking import fill_zone, push, zone

# 2026-05-20 is a Wednesday.
WEDNESDAY = 2


@pytest.fixture
def scoped(town: Client) -> Any:
    with client_scope(town.pk):
        yield town


def lot(client: Client, name: str = "Lot 4", cost: str = "45", total: int = 120) -> Lot:
    return set_lot(client.pk, name, default_cost=Decimal(cost), total_permits=total, at=cast.NOON)


def value(client: Client, at: datetime = cast.NOON) -> LotValues:
    (only,) = value_lots(zone=client.zone, at=at)
    return only


def local(text: str) -> datetime:
    """A moment by Toronto's clock, in summer."""
    return datetime.fromisoformat(f"{text}-04:00").astimezone(UTC)


@pytest.mark.parametrize("spelt", ["Lot 4", "LOT 4", " lot\t4\n", "l o t 4"])
def test_neither_case_nor_spaces_make_another_zone(scoped: Client, spelt: str) -> None:
    assert zone(scoped, "Lot 4") == zone(scoped, spelt)
    assert [(found.number, found.name) for found in Zone.objects.all()] == [(1, "Lot 4")]


def test_accents_count_and_how_they_are_composed_does_not() -> None:
    assert zone_key("Cafe\u0301") == zone_key("CAF\u00c9")
    assert zone_key("Cafe") != zone_key("Caf\u00e9")


@pytest.mark.parametrize("name", ["", " ", "x" * 201])
def test_a_zone_needs_a_name(scoped: Client, name: str) -> None:
    with pytest.raises(Invalid):
        add_zone(scoped.pk, name, at=cast.NOON)


def test_a_new_zone_takes_in_the_permits_that_named_it(scoped: Client) -> None:
    for plate, name in (("P1", "Lot 4"), ("P2", "lot4"), ("P3", "Lot 5"), ("P4", None)):
        push(scoped, plate, zone=name)
    assert Permit.objects.filter(disconnected=True).count() == 3
    made = zone(scoped, "LOT 4")
    assert set(Permit.objects.filter(zone=made).values_list("plate", flat=True)) == {"P1", "P2"}
    assert [permit.plate for permit in Permit.objects.filter(disconnected=True)] == ["P3"]


def test_a_lot_is_changed_by_its_name(scoped: Client) -> None:
    first = lot(scoped)
    assert lot(scoped, "LOT 4", "50", 100) == first
    found = Lot.objects.get()
    assert (found.number, found.name, found.default_cost, found.total_permits) == (1, "Lot 4", 50, 100)
    assert lot(scoped, "Lot 5").number == 2


@pytest.mark.parametrize(
    ("name", "cost", "total"),
    [("", "1", 1), ("x" * 201, "1", 1), ("A", "-1", 1), ("A", "1000000", 1), ("A", "1", -1), ("A", "1", 1_000_001)],
)
def test_a_lot_that_cannot_be_is_refused(scoped: Client, name: str, cost: str, total: int) -> None:
    with pytest.raises(Invalid):
        lot(scoped, name, cost, total)


@pytest.mark.parametrize("days", [[], [7], [-1], [0, 8]])
def test_weekdays_are_days(scoped: Client, days: list[int]) -> None:
    with pytest.raises(Invalid):
        put_zone_in_lot(lot(scoped), zone(scoped, "A"), weekdays=days)


@pytest.mark.parametrize(
    ("hours", "moment", "rented"),
    [
        ({}, "2026-05-20T00:00:00", True),
        ({}, "2026-05-20T23:59:59", True),
        ({"weekdays": [WEDNESDAY]}, "2026-05-20T23:59:59", True),
        ({"weekdays": [WEDNESDAY]}, "2026-05-21T00:00:00", False),
        # 01:00 UTC on Thursday is still Wednesday there.
        ({"weekdays": [WEDNESDAY]}, "2026-05-20T21:00:00", True),
        ({"weekdays": [WEDNESDAY + 1]}, "2026-05-20T21:00:00", False),
        ({"opens": time(7), "closes": time(18)}, "2026-05-20T06:59:59", False),
        ({"opens": time(7), "closes": time(18)}, "2026-05-20T07:00:00", True),
        ({"opens": time(7), "closes": time(18)}, "2026-05-20T18:00:00", False),
        ({"opens": time(18), "closes": time(6)}, "2026-05-20T17:59:59", False),
        ({"opens": time(18), "closes": time(6)}, "2026-05-20T18:00:00", True),
        ({"opens": time(18), "closes": time(6)}, "2026-05-20T05:59:59", True),
        ({"opens": time(18), "closes": time(6)}, "2026-05-20T06:00:00", False),
        ({"opens": time(18), "closes": time(6), "weekdays": [WEDNESDAY]}, "2026-05-21T05:59:59", True),
        ({"opens": time(18), "closes": time(6), "weekdays": [WEDNESDAY]}, "2026-05-20T05:59:59", False),
        ({"opens": time(18), "closes": time(0), "weekdays": [WEDNESDAY]}, "2026-05-20T23:59:59", True),
        ({"opens": time(18), "closes": time(0), "weekdays": [WEDNESDAY]}, "2026-05-21T00:00:00", False),
    ],
    ids=repr,
)
def test_a_lot_is_a_zone_by_weekday_and_hours(scoped: Client, hours: dict[str, Any], moment: str, rented: bool) -> None:
    put_zone_in_lot(lot(scoped), zone(scoped, "A"), **hours)
    push(scoped, zone="A", starts_at=local("2026-05-01T00:00:00"), ends_at=local("2026-06-01T00:00:00"))
    assert value(scoped, at=local(moment)).rented_permits == int(rented)


def test_a_permit_counts_once_however_often_its_zone_is_listed(scoped: Client) -> None:
    made = lot(scoped)
    for name in ("A", "A", "B"):
        put_zone_in_lot(made, zone(scoped, name))
    fill_zone(scoped, "A", 2, amount="1.25")
    fill_zone(scoped, "B", 1, amount="1")
    fill_zone(scoped, "C", 1, amount="1")
    found = value(scoped)
    assert (found.rented_permits, found.amount) == (3, Decimal("3.50"))


def test_a_lot_that_no_permit_is_valid_in_is_worth_nothing(scoped: Client) -> None:
    put_zone_in_lot(lot(scoped, total=0), zone(scoped, "A"))
    push(scoped, zone="A", amount=Decimal(5))
    found = value(scoped, at=cast.NOON + timedelta(days=1))
    assert [found.rented_permits, found.utilized, found.projected, found.total] == [0, 0, 0, 0]
    # More than there is room for is more than all, and no room is no share of it.
    assert value(scoped).utilized == 0
    lot(scoped, total=3)
    fill_zone(scoped, "A", 3)
    assert value(scoped).utilized == Decimal("133.33")


def test_each_tax_is_rounded_to_the_cent_half_up(scoped: Client) -> None:
    put_zone_in_lot(lot(scoped), zone(scoped, "A"))
    push(scoped, zone="A", amount=Decimal("0.50"))
    assert (value(scoped).tax, value(scoped).total) == (Decimal("0.00"), Decimal("0.50"))
    set_lot_tax(scoped.pk, Decimal(5), Decimal("9.975"))
    set_lot_tax(scoped.pk, Decimal(1), Decimal("3.001"))
    found = value(scoped)
    assert (found.tax1, found.tax2, found.tax, found.total) == tuple(map(Decimal, ("0.01", "0.02", "0.03", "0.53")))
    assert LotTax.objects.count() == 1


@pytest.mark.parametrize("rate", ["-0.001", "100.001", "5.0001"])
def test_a_rate_that_cannot_be_is_refused(scoped: Client, rate: str) -> None:
    with pytest.raises(Invalid):
        set_lot_tax(scoped.pk, Decimal(5), Decimal(rate))
