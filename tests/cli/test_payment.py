"""payment add."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from curbledger.database.scope import client_scope
from curbledger.violations.models import Payment
from tests.cast import issue
from tests.cli.typing_in import refused, typed

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client


def pay(ticket: str, amount: str, *arguments: str) -> str:
    return typed("payment", "add", "OC_TOMA", "--ticket", ticket, "--amount", amount, *arguments).stdout.strip()


def test_a_payment_is_recorded_with_who_typed_it(town: Client, overdue: str) -> None:
    assert pay(overdue, "20") == f"Recorded 20.00 CAD on ticket {overdue}. Balance: 30.00 CAD."
    with client_scope(town.pk):
        payment = Payment.objects.get()
    assert payment.amount == Decimal("20.00")
    assert payment.recorded_by.endswith("command line)")


@pytest.mark.parametrize(
    "amount",
    [
        "$52.00",
        "1e3",
        "-5",
        "0",
        "0.00",
        "52.001",
        "NaN",
        "Infinity",
        "1,000",
        "",
        " 5",
        "\u0665",
        "99999999999",
        "+5",
        "0x10",
    ],
)
def test_an_amount_that_is_none_is_refused(town: Client, overdue: str, amount: str) -> None:
    said = refused("payment", "add", "OC_TOMA", "--ticket", overdue, "--amount", amount, expect=2)
    assert "Invalid value for '--amount': " in said
    with client_scope(town.pk):
        assert not Payment.objects.exists()


@pytest.mark.parametrize(("amount", "kept"), [("52", "52.00"), ("52.5", "52.50"), ("0.01", "0.01"), ("007", "7.00")])
def test_plain_amounts_are_taken(town: Client, overdue: str, amount: str, kept: str) -> None:
    assert pay(overdue, amount).startswith(f"Recorded {kept} CAD")


def test_the_same_reference_is_the_same_payment(town: Client, overdue: str) -> None:
    pay(overdue, "20", "--reference", "R-1")
    said = pay(overdue, "20.00", "--reference", " R-1 ")
    assert said == f"Was already there: 20.00 CAD on ticket {overdue}. Balance: 30.00 CAD."
    with client_scope(town.pk):
        assert Payment.objects.count() == 1


def test_the_same_reference_with_another_amount_is_an_error(town: Client, overdue: str) -> None:
    pay(overdue, "20", "--reference", "R-1")
    said = refused("payment", "add", "OC_TOMA", "--ticket", overdue, "--amount", "21", "--reference", "R-1")
    assert said.startswith(f"Payment R-1 on ticket {overdue} is 20.00 already, not 21.00.")


def test_without_a_reference_two_payments_are_two(town: Client, overdue: str) -> None:
    pay(overdue, "20")
    assert pay(overdue, "20").endswith("Balance: 10.00 CAD.")


def test_too_much_can_be_paid(town: Client, overdue: str) -> None:
    assert pay(overdue, "60").endswith("Balance: -10.00 CAD.")
    assert "- Nothing is owed: 10.00 CAD too much was paid." in typed("explain", "OC_TOMA", overdue).stdout


def test_a_discount_that_is_earned_is_told(town: Client, now: datetime) -> None:
    with client_scope(town.pk):
        ticket = issue(town, at=now, issued_at=now, due_at=now, discount="15").ticket
    assert pay(ticket, "35") == (
        f"Recorded 35.00 CAD on ticket {ticket}. The early-payment discount of 15.00 was earned. Balance: 0.00 CAD."
    )


def test_a_balance_that_no_column_holds_is_one_clear_line(town: Client, overdue: str) -> None:
    pay(overdue, "9999999999.99")
    said = refused("payment", "add", "OC_TOMA", "--ticket", overdue, "--amount", "9999999999.99")
    assert said == "All payments on a ticket come to 9,999,999,999.99 at most."


@pytest.mark.parametrize("reference", ["", " ", "r" * 101], ids=["empty", "blank", "too long"])
def test_a_reference_has_a_length(town: Client, overdue: str, reference: str) -> None:
    said = refused(
        "payment", "add", "OC_TOMA", "--ticket", overdue, "--amount", "5", "--reference", reference, expect=2
    )
    assert "Invalid value for '--reference': It must have 1 to 100 characters." in said


def test_an_unknown_ticket_is_an_error(town: Client) -> None:
    assert refused("payment", "add", "OC_TOMA", "--ticket", "4711", "--amount", "5") == "OC_TOMA has no ticket 4711."
