"""A town of some hundred tickets shows everything that there is."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db.models import Count, QuerySet

from curbledger.clients.policy import STAFF_HOLD_KINDS
from curbledger.database.scope import client_scope
from curbledger.placements.alarms import alarms
from curbledger.registry.models import Driver, Person, Vehicle
from curbledger.violations.models import (
    Adjustment,
    Appeal,
    Attachment,
    Detail,
    Discount,
    Fee,
    Hold,
    Notice,
    Payment,
    Violation,
)
from tests.demo.conftest import AT, Fill
from tests.demo.oracle import overdue_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curbledger.clients.client import Client


@pytest.fixture
def town(empty_town: Client, fill_town: Fill) -> Iterator[Client]:
    """A town in whose scope the test runs."""
    fill_town(empty_town, 900, 450)
    with client_scope(empty_town.pk):
        yield empty_town


def _overdue(town: Client) -> QuerySet[Violation]:
    return Violation.objects.filter(ticket__in=overdue_at(town, AT))


def test_overdue_tickets_have_all_kinds_of_history(town: Client) -> None:
    overdue = _overdue(town)

    for rows in (
        Payment.objects.filter(reversed_at=None),
        Payment.objects.exclude(reversed_at=None),
        Fee.objects.all(),
        Discount.objects.filter(kind="granted"),
        Adjustment.objects.all(),
        Appeal.objects.filter(decision="upheld"),
        Appeal.objects.filter(decision="withdrawn"),
        Hold.objects.exclude(released_at=None),
        Hold.objects.filter(released_at=None, until__isnull=False),
        Notice.objects.filter(kind=Notice.MAIL),
        Notice.objects.filter(kind=Notice.LETTER),
        Notice.objects.exclude(returned_at=None),
        Attachment.objects.all(),
    ):
        assert rows.filter(violation__in=overdue).exists(), rows.query
    for some in (
        overdue.filter(towing__gt=0),
        overdue.filter(tax__gt=0),
        overdue.exclude(person=None),
        overdue.filter(vehicle=None),
        overdue.exclude(comment=None),
        overdue.exclude(latitude=None),
    ):
        assert 0 < some.count() < overdue.count(), some.query
    offences = Counter(Detail.objects.filter(violation__in=overdue).values_list("violation_id", flat=True))
    assert set(offences.values()) == {1, 2, 3}


def test_the_others_stay_for_every_reason(town: Client) -> None:
    others = Violation.objects.exclude(ticket__in=overdue_at(town, AT))
    today = AT.astimezone(town.zone).date()

    assert others.filter(warning=True).exists()
    assert others.filter(spoiled=True, vehicle=None, fine=0).exists()
    assert others.filter(spoiled=True, fine__gt=0).exists()
    assert others.exclude(cancelled_at=None).exists()
    assert others.filter(appeal_count=1).exists()
    assert others.filter(hold_count=1).exists()
    assert others.filter(balance=0, discounts_total__gt=0).exists()
    assert others.filter(balance__lt=0).exists()
    due = {violation.due_at.astimezone(town.zone).date() for violation in others}
    assert today in due
    assert max(due) > today
    assert Appeal.objects.filter(decision="dismissed", violation__cancelled_at__isnull=False).exists()
    assert Hold.objects.filter(kind="bankruptcy", petition_on__isnull=False, person__isnull=False).exists()
    assert set(Hold.objects.values_list("kind", flat=True)) == set(STAFF_HOLD_KINDS)


def test_nothing_in_a_made_up_town_raises_an_alarm(town: Client) -> None:
    # Nobody has called for its debts yet, which is for the reader of the next page to see.
    assert {alarm.kind for alarm in alarms(town, at=AT)} <= {"unsent", "payments_stale"}


def test_some_are_overdue_since_today(town: Client) -> None:
    yesterday = AT.astimezone(town.zone).date() - timedelta(days=1)

    due = {violation.due_at.astimezone(town.zone).date() for violation in _overdue(town)}

    assert max(due) == yesterday


def test_some_plates_have_dozens(town: Client) -> None:
    counts = Violation.objects.exclude(vehicle=None).values("vehicle").annotate(tickets=Count("pk"))

    assert max(row["tickets"] for row in counts) >= 20


def test_vehicles_have_drivers_and_people_profiles(town: Client) -> None:
    drivers = Counter(Driver.objects.values_list("vehicle_id", flat=True))
    vehicles = Vehicle.objects.count()

    assert set(drivers.values()) >= {1, 2, 3}
    assert 0.6 < len(drivers) / vehicles < 0.97
    for field in ("licence_number", "date_of_birth", "phone_cell", "student_no", "employ_no", "user_type", "street2"):
        assert Person.objects.exclude(**{field: None}).exists(), field
    assert Vehicle.objects.filter(province__code="ON").count() > vehicles / 2


def test_a_small_town_has_one_of_each(empty_town: Client, fill_town: Fill) -> None:
    fill_town(empty_town, 11, 0)

    with client_scope(empty_town.pk):
        tickets = Violation.objects.all()
        assert tickets.filter(warning=True).count() == 1
        assert tickets.filter(spoiled=True).count() == 1
        assert tickets.filter(appeal_count=1).count() == 1
        assert tickets.exclude(cancelled_at=None).count() == 2
        assert Hold.objects.filter(person__isnull=False).count() == 1
