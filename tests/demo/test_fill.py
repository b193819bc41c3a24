"""Exactly so many tickets are overdue, whatever is asked for and whatever was there."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import Sum

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.demo import fill as fill_module
from curbledger.errors import Invalid
from curbledger.registry.models import Person, Vehicle
from curbledger.registry.opening import open_client
from curbledger.violations.models import Category, Detail, Hold, Violation
from tests.demo.conftest import AT, Fill
from tests.demo.oracle import overdue_at
from tests.demo.portrait import portrait

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("violations", "overdue"), [(0, 0), (1, 0), (1, 1), (5, 3), (40, 0), (40, 40), (41, 40), (300, 110)]
)
def test_exactly_so_many_are_overdue(empty_town: Client, fill_town: Fill, violations: int, overdue: int) -> None:
    result = fill_town(empty_town, violations, overdue)

    found = overdue_at(empty_town, AT)
    assert len(found) == overdue
    assert result == fill_module.DemoResult(violations, overdue, sum(found.values(), Decimal(0)))
    with client_scope(empty_town.pk):
        assert Violation.objects.count() == violations


@pytest.mark.parametrize("zone", ["America/St_Johns", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("hour", [0, 6, 12, 18])
def test_days_are_those_of_the_client(db: None, fill_town: Fill, zone: str, hour: int) -> None:
    town = open_client(code="FAR", name="Far away", timezone=zone, at=AT)
    at = AT.replace(hour=hour)

    fill_town(town, 60, 25, at=at)

    assert len(overdue_at(town, at)) == 25


def test_american_money_makes_an_american_town(db: None, fill_town: Fill) -> None:
    town = open_client(code="US", name="Upstate", timezone="America/New_York", currency="USD", at=AT)

    fill_town(town, 120, 40)

    assert len(overdue_at(town, AT)) == 40
    with client_scope(town.pk):
        codes = Counter(Vehicle.objects.values_list("province__code", flat=True))
    assert codes.most_common(1)[0][0] == "NY"


@pytest.mark.parametrize(
    "changes",
    [
        {"days_past_due": 45},
        {"minimum_balance": Decimal(400)},
        {"notice_required": True},
        {"notice_required": True, "notice_age_days": 60, "days_past_due": 10},
        {"oldest_age_days": 30},
        {"hold_kinds": []},
        {"hold_kinds": ["deceased"]},
    ],
)
def test_the_policy_decides_what_is_overdue(empty_town: Client, fill_town: Fill, changes: dict[str, Any]) -> None:
    from curbledger.clients.policy import change_policy

    with client_scope(empty_town.pk):
        change_policy(client_id=empty_town.pk, at=AT, by="test", **changes)

    result = fill_town(empty_town, 150, 60)

    found = overdue_at(empty_town, AT)
    assert len(found) == 60
    assert sum(found.values()) == result.total_owing


def test_places_and_categories_that_are_left_out_are_not_overdue(empty_town: Client, fill_town: Fill) -> None:
    from curbledger.clients.policy import change_policy
    from curbledger.violations.models import Location

    fill_town(empty_town, 20, 0)
    with client_scope(empty_town.pk):
        change_policy(
            client_id=empty_town.pk,
            at=AT,
            by="test",
            excluded_categories=list(Category.objects.exclude(name="Campus").values_list("pk", flat=True)),
            excluded_locations=list(Location.objects.exclude(name="Stadium Lot").values_list("pk", flat=True)),
        )

    fill_town(empty_town, 60, 30)

    assert len(overdue_at(empty_town, AT)) == 30


@pytest.mark.parametrize("changes", [{"oldest_age_days": 10}, {"days_past_due": 90, "oldest_age_days": 90}])
def test_a_policy_that_lets_nothing_through_is_named(
    empty_town: Client, fill_town: Fill, changes: dict[str, Any]
) -> None:
    from curbledger.clients.policy import change_policy

    with client_scope(empty_town.pk):
        change_policy(client_id=empty_town.pk, at=AT, by="test", **changes)

    with pytest.raises(Invalid, match="too old"):
        fill_town(empty_town, 5, 1)
    assert fill_town(empty_town, 5, 0).overdue == 0


@pytest.mark.parametrize(("violations", "overdue"), [(5, 6), (0, 1), (-1, -1), (3, -1)])
def test_more_overdue_than_tickets_is_refused(
    empty_town: Client, fill_town: Fill, violations: int, overdue: int
) -> None:
    with pytest.raises(Invalid):
        fill_town(empty_town, violations, overdue)


def test_filling_again_adds_and_leaves_the_rest_alone(empty_town: Client, fill_town: Fill) -> None:
    fill_town(empty_town, 150, 60)
    first = overdue_at(empty_town, AT)
    with client_scope(empty_town.pk):
        tickets = set(Violation.objects.values_list("ticket", flat=True))

    fill_town(empty_town, 120, 50)

    both = overdue_at(empty_town, AT)
    assert len(both) == 110
    assert {ticket: owed for ticket, owed in both.items() if ticket in tickets} == first
    with client_scope(empty_town.pk):
        later = Violation.objects.exclude(ticket__in=tickets)
        assert later.count() == 120
        assert later.filter(vehicle__in=_with_other_tickets(tickets)).exists()


def _with_other_tickets(tickets: set[str]) -> list[int]:
    earlier = Violation.objects.filter(ticket__in=tickets, vehicle__isnull=False)
    return list(earlier.values_list("vehicle_id", flat=True))


def test_filling_again_spares_people_whom_staff_have_put_under_a_hold(empty_town: Client, fill_town: Fill) -> None:
    fill_town(empty_town, 60, 60)
    with client_scope(empty_town.pk):
        for person in Person.objects.all():
            Hold.objects.create(
                client_id=empty_town.pk, person=person, kind="court", reason="x", placed_by="x", starts_at=AT
            )
    left = len(overdue_at(empty_town, AT))

    fill_town(empty_town, 60, 60)

    assert len(overdue_at(empty_town, AT)) == left + 60


def test_numbers_go_on_behind_those_of_others(empty_town: Client, fill_town: Fill) -> None:
    with client_scope(empty_town.pk):
        Violation.objects.create(client_id=empty_town.pk, ticket="3-100007", issued_at=AT, due_at=AT, fine=Decimal(5))
        Person.objects.create(client_id=empty_town.pk, unique_id="P100020")

    fill_town(empty_town, 80, 10)

    with client_scope(empty_town.pk):
        assert Violation.objects.filter(ticket="3-100008").exists()
        assert not Violation.objects.filter(ticket="3-100001").exists()
        assert not Person.objects.filter(unique_id="P100001").exists()


def test_one_seed_makes_one_town(empty_town: Client, other_town: Client, fill_town: Fill) -> None:
    for town in (empty_town, other_town):
        fill_town(town, 150, 60)
        fill_town(town, 50, 20)

    assert portrait(empty_town) == portrait(other_town)


def test_another_seed_makes_another_town(empty_town: Client, other_town: Client, fill_town: Fill) -> None:
    fill_town(empty_town, 30, 10)
    fill_town(other_town, 30, 10, seed=2)

    first, second = portrait(empty_town), portrait(other_town)
    assert not set(first["Violation"]) & set(second["Violation"])


def test_another_client_sees_nothing(empty_town: Client, other_town: Client, fill_town: Fill) -> None:
    before = portrait(other_town)

    fill_town(empty_town, 50, 20)

    assert portrait(other_town) == before
    assert not Violation.objects.exists()


def test_an_error_leaves_neither_rows_nor_files(empty_town: Client, fill_town: Fill, tmp_path: Path) -> None:
    def fail(_added: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill_town(empty_town, 60, 20, progress=fail)

    with client_scope(empty_town.pk):
        assert not Violation.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_progress_tells_each_batch(empty_town: Client, fill_town: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fill_module, "_TICKETS_AT_A_TIME", 20)
    monkeypatch.setattr("curbledger.demo.scribe._REFRESH_AT", 20)
    told: list[int] = []

    fill_town(empty_town, 50, 25, progress=told.append)

    assert told == [20, 20, 10]
    assert len(overdue_at(empty_town, AT)) == 25


def test_nothing_happened_later_than_now(empty_town: Client, fill_town: Fill) -> None:
    fill_town(empty_town, 300, 100)

    for table, rows in portrait(empty_town).items():
        moments = [
            (name, value)
            for row in rows
            for name, value in row
            if hasattr(value, "hour") and name not in {"due_at", "discount_until"}
        ]
        assert [moment for moment in moments if moment[1] > AT] == [], table


def test_totals_agree_with_their_rows(empty_town: Client, fill_town: Fill) -> None:
    fill_town(empty_town, 200, 80)

    with client_scope(empty_town.pk):
        fines = dict(Detail.objects.values_list("violation_id").annotate(fine=Sum("fine")))
        for violation in Violation.objects.all():
            assert violation.fine == fines.get(violation.pk, 0)
            assert violation.due_at - violation.issued_at > timedelta(days=13)
