"""What is owed: fine as adjusted + towing + tax + fees - discounts - payments, and the discount that still holds."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.violations.adjust import add_fee, adjust_fine, grant_discount
from curbledger.violations.models import Detail, Violation
from curbledger.violations.payment import record_payment, reverse_payment
from tests import cast
from tests.cast import NOON
from tests.violations.verdicts import owed, reasons

INSTANT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


def pay(client: Client, violation: Violation, amount: str, **options: Any) -> int:
    done = record_payment(client, violation.ticket, amount=Decimal(amount), by="clerk", **{"at": NOON, **options})
    return done.payment_id


def adjust(client: Client, violation: Violation, amount: str) -> None:
    adjust_fine(client, violation.ticket, amount=Decimal(amount), reason="Officer.", at=NOON, by="clerk")


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, "50.00"),
        ({"towing": "120.00"}, "170.00"),
        ({"tax": "6.50"}, "56.50"),
        ({"towing": "120.00", "tax": "6.50"}, "176.50"),
        ({"adjusted_fine": "20.00"}, "20.00"),
        ({"adjusted_fine": "80.00"}, "80.00"),
        ({"adjusted_fine": "0.00"}, "0.00"),
        ({"adjusted_fine": "0.00", "towing": "120.00"}, "120.00"),
        ({"fine": "9999999999.99"}, "9999999999.99"),
    ],
)
def test_the_ticket_itself_owes_its_fine_as_adjusted_towing_and_tax(
    inside: Client, columns: dict[str, str], expected: str
) -> None:
    money: dict[str, Any] = {name: Decimal(amount) for name, amount in columns.items()}
    assert owed(inside, cast.issue(inside, **money)) == expected


def test_a_fine_that_was_adjusted_to_nothing_owes_nothing(inside: Client) -> None:
    violation = cast.issue(inside)
    adjust(inside, violation, "0.00")
    assert (owed(inside, violation), reasons(inside, violation)) == ("0.00", ("nothing_owed",))


def test_fees_add_and_granted_discounts_and_payments_take_off(inside: Client) -> None:
    violation = cast.issue(inside, towing=Decimal("100.00"), tax=Decimal("6.50"))
    for amount in ("20.00", "5.00"):
        add_fee(inside, violation.ticket, amount=Decimal(amount), kind="late", reason="", at=NOON, by="clerk")
    grant_discount(inside, violation.ticket, amount=Decimal("1.50"), reason="Kindness.", at=NOON, by="clerk")
    pay(inside, violation, "30.00")
    pay(inside, violation, "0.01")
    assert (owed(inside, violation), reasons(inside, violation)) == ("149.99", ())


@pytest.mark.parametrize(
    ("amount", "left", "expected"),
    [("49.99", "0.01", ()), ("50.00", "0.00", ("nothing_owed",)), ("50.01", "-0.01", ("nothing_owed",))],
)
def test_a_cent_decides_whether_something_is_owed(
    inside: Client, amount: str, left: str, expected: tuple[str, ...]
) -> None:
    violation = cast.issue(inside)
    pay(inside, violation, amount)
    assert (owed(inside, violation), reasons(inside, violation)) == (left, expected)


def test_a_reversed_payment_is_owed_again(inside: Client) -> None:
    violation = cast.issue(inside)
    payment = pay(inside, violation, "50.00")
    reverse_payment(inside, violation.ticket, payment_id=payment, reason="The cheque bounced.", at=NOON, by="clerk")
    assert (owed(inside, violation), reasons(inside, violation)) == ("50.00", ())


@pytest.mark.parametrize(
    ("hours_ago", "expected"), [(HOUR * 72 - INSTANT, "35.00"), (HOUR * 72, "50.00"), (HOUR * 72 + INSTANT, "50.00")]
)
def test_an_early_payment_discount_holds_until_its_hours_are_over(
    inside: Client, hours_ago: timedelta, expected: str
) -> None:
    violation = cast.issue(inside, issued_at=NOON - hours_ago, discount="15.00", discount_hours=72)
    assert owed(inside, violation) == expected


def test_hours_are_hours_also_when_the_clocks_change(inside: Client) -> None:
    """48 hours after Saturday noon it is one o'clock on Monday."""
    changed = NOON.replace(month=3, day=7, hour=17)
    violation = cast.issue(inside, issued_at=changed, discount="15.00", discount_hours=48)
    assert owed(inside, violation, at=changed + HOUR * 48 - INSTANT) == "35.00"
    assert owed(inside, violation, at=changed + HOUR * 48) == "50.00"


def test_a_discount_that_still_holds_can_leave_nothing_to_collect(inside: Client) -> None:
    violation = cast.issue(inside, issued_at=NOON - HOUR, discount="50.00")
    assert owed(inside, violation) == "0.00"
    assert "nothing_owed" in reasons(inside, violation)


def test_each_offence_has_hours_of_its_own(inside: Client) -> None:
    violation = cast.issue(inside, issued_at=NOON, discount="10.00", discount_hours=24)
    for amount, hours, flag in (("5.00", 72, True), ("30.00", 200, False), ("0.00", 300, True)):
        Detail.objects.create(
            client_id=inside.pk,
            violation=violation,
            offence=cast.offence(inside),
            fine=Decimal(0),
            discount_flag=flag,
            discount_amount=Decimal(amount),
            discount_hours=hours,
        )
    seen = [owed(inside, violation, at=NOON + HOUR * hours) for hours in (0, 23, 24, 71, 72, 199, 299)]
    assert seen == ["35.00", "35.00", "45.00", "45.00", "50.00", "50.00", "50.00"]


@pytest.mark.parametrize(
    ("columns", "discount", "expected"),
    [
        ({}, "60.00", "0.00"),
        ({"towing": Decimal("100.00")}, "60.00", "100.00"),
        ({"adjusted_fine": Decimal("20.00")}, "60.00", "0.00"),
        ({"adjusted_fine": Decimal("20.00")}, "15.00", "5.00"),
        ({"adjusted_fine": Decimal("0.00"), "tax": Decimal("6.50")}, "15.00", "6.50"),
    ],
)
def test_an_early_payment_discount_takes_off_no_more_than_the_fine(
    inside: Client, columns: dict[str, Any], discount: str, expected: str
) -> None:
    assert owed(inside, cast.issue(inside, issued_at=NOON, discount=discount, **columns)) == expected


def test_a_discount_that_was_earned_stays_after_its_hours(inside: Client) -> None:
    violation = cast.issue(inside, issued_at=NOON, discount="15.00", discount_hours=24)
    pay(inside, violation, "35.00", at=NOON + HOUR * 24 - INSTANT)
    for hours in (0, 24, 10_000):
        assert owed(inside, violation, at=NOON + HOUR * hours) == "0.00"


def test_a_discount_that_was_not_earned_ends_with_its_hours(inside: Client) -> None:
    violation = cast.issue(inside, issued_at=NOON, discount="15.00", discount_hours=24)
    pay(inside, violation, "34.99", at=NOON + HOUR)
    assert owed(inside, violation, at=NOON + HOUR * 2) == "0.01"
    assert owed(inside, violation, at=NOON + HOUR * 24) == "15.01"


def test_a_corrected_time_of_issue_moves_the_end_of_its_discount(inside: Client) -> None:
    violation = cast.issue(inside, issued_at=NOON, discount="15.00", discount_hours=24)
    Violation.objects.filter(pk=violation.pk).update(issued_at=NOON + HOUR * 10)
    assert owed(inside, violation, at=NOON + HOUR * 34 - INSTANT) == "35.00"
    assert owed(inside, violation, at=NOON + HOUR * 34) == "50.00"
    Violation.objects.filter(pk=violation.pk).update(issued_at=NOON - HOUR * 10)
    assert owed(inside, violation, at=NOON + HOUR * 14 - INSTANT) == "35.00"
    assert owed(inside, violation, at=NOON + HOUR * 14) == "50.00"


def test_a_corrected_offence_moves_the_discount(inside: Client) -> None:
    violation = cast.issue(inside, issued_at=NOON, discount="15.00", discount_hours=24)
    offences = Detail.objects.filter(violation_id=violation.pk)
    offences.update(discount_hours=48)
    assert owed(inside, violation, at=NOON + HOUR * 47) == "35.00"
    offences.update(discount_flag=False)
    assert owed(inside, violation, at=NOON) == "50.00"
    offences.update(discount_flag=True)
    assert owed(inside, violation, at=NOON) == "35.00"
    offences.delete()
    assert owed(inside, violation, at=NOON) == "50.00"
