"""Adjusted fines, fees, granted discounts."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import Invalid, NotFound
from curbledger.violations.adjust import add_fee, adjust_fine, grant_discount
from curbledger.violations.models import Adjustment, Discount, Fee, Violation
from tests import cast
from tests.cast import NOON
from tests.violations.races import Other

adjust = partial(adjust_fine, reason="Officer.", at=NOON, by="clerk")
charge = partial(add_fee, kind="late", reason="After 30 days.", at=NOON, by="clerk")
forgive = partial(grant_discount, reason="Kindness.", at=NOON, by="clerk")


def balance(violation: Violation) -> Decimal:
    violation.refresh_from_db(fields=["balance"])
    found: Decimal = violation.balance
    return found


def test_each_adjustment_is_kept_with_what_was_before(inside: Client) -> None:
    violation = cast.issue(inside)
    for amount in ("20.00", "0.00", "80.00"):
        adjust(inside, violation.ticket, amount=Decimal(amount), reason=f"To {amount}.")
    kept = Adjustment.objects.filter(violation_id=violation.pk).order_by("id")
    assert list(kept.values_list("before", "amount", "reason", "recorded_by")) == [
        (None, Decimal("20.00"), "To 20.00.", "clerk"),
        (Decimal("20.00"), Decimal("0.00"), "To 0.00.", "clerk"),
        (Decimal("0.00"), Decimal("80.00"), "To 80.00.", "clerk"),
    ]
    violation.refresh_from_db()
    assert (violation.adjusted_fine, violation.adjustment_reason) == (Decimal("80.00"), "To 80.00.")
    assert (violation.fine, violation.balance) == (Decimal("50.00"), Decimal("80.00"))


@pytest.mark.parametrize(("amount", "reason", "field"), [("-0.01", "Officer.", "amount"), ("20", " ", "reason")])
def test_an_adjustment_below_nothing_or_without_a_reason_is_refused(
    inside: Client, amount: str, reason: str, field: str
) -> None:
    violation = cast.issue(inside)
    with pytest.raises(Invalid) as refused:
        adjust(inside, violation.ticket, amount=Decimal(amount), reason=reason)
    assert refused.value.field == field
    assert balance(violation) == Decimal("50.00")


def test_fees_add_up_and_say_what_they_are_for(inside: Client) -> None:
    violation = cast.issue(inside)
    charge(inside, violation.ticket, amount=Decimal("20.00"))
    charge(inside, violation.ticket, amount=Decimal("5.00"), kind="search")
    found = Fee.objects.filter(violation_id=violation.pk).order_by("id")
    assert list(found.values_list("kind", "amount", "reason")) == [
        ("late", Decimal("20.00"), "After 30 days."),
        ("search", Decimal("5.00"), "After 30 days."),
    ]
    assert balance(violation) == Decimal("75.00")


def test_a_granted_discount_takes_off_for_good(inside: Client) -> None:
    violation = cast.issue(inside)
    for _ in range(2):
        forgive(inside, violation.ticket, amount=Decimal("10.00"))
    assert set(Discount.objects.filter(violation_id=violation.pk).values_list("kind", flat=True)) == {"granted"}
    assert balance(violation) == Decimal("30.00")


@pytest.mark.parametrize("verb", [charge, forgive])
@pytest.mark.parametrize("amount", ["0", "-5", "NaN", "-Infinity", "0.005", "1E+30"])
def test_an_amount_that_cannot_be_is_refused(inside: Client, verb: partial[object], amount: str) -> None:
    violation = cast.issue(inside)
    with pytest.raises(Invalid) as refused:
        verb(inside, violation.ticket, amount=Decimal(amount))
    assert refused.value.field == "amount"
    assert balance(violation) == Decimal("50.00")


@pytest.mark.parametrize("verb", [adjust, charge, forgive])
def test_a_ticket_that_does_not_exist_is_not_found(inside: Client, verb: partial[object]) -> None:
    with pytest.raises(NotFound, match="no ticket 1-NONE"):
        verb(inside, "1-NONE", amount=Decimal(1))


def test_two_adjustments_at_once_each_know_what_was_before(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        violation = cast.issue(committed_town)

    def adjust_too() -> Adjustment:
        with client_scope(committed_town.pk):
            return adjust(committed_town, violation.ticket, amount=Decimal("30.00"))

    with client_scope(committed_town.pk):
        adjust(committed_town, violation.ticket, amount=Decimal("20.00"))
        other = Other(adjust_too)
        other.wait_until_blocked()
    assert other.result().before == Decimal("20.00")
    with client_scope(committed_town.pk):
        assert balance(violation) == Decimal("30.00")


def test_fees_that_come_at_once_all_count(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        violation = cast.issue(committed_town)

    def charge_too() -> None:
        with client_scope(committed_town.pk):
            charge(committed_town, violation.ticket, amount=Decimal("20.00"))

    for one in [Other(charge_too) for _ in range(4)]:
        one.result()
    with client_scope(committed_town.pk):
        assert balance(violation) == Decimal("130.00")


def test_more_than_a_ticket_can_come_to_is_refused(inside: Client) -> None:
    violation = cast.issue(inside, towing="1.00")
    for change in (adjust, charge):
        with pytest.raises(Invalid, match=r"comes to 9,999,999,999[.]99 at most") as refused, client_scope(inside.pk):
            change(inside, violation.ticket, amount=Decimal("9999999999.99"))
        assert refused.value.field == "amount"
    assert balance(violation) == Decimal("51.00")
