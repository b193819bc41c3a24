"""Payments come once, by their own reference, and settle what they should."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from curbledger.database.scope import client_scope
from curbledger.violations.models import Discount, Payment
from tests import cast
from tests.importing.conftest import AT, EXAMPLES, PAYMENTS, Desk

HEADER = "reference,ticket,paid,amount\n"


@pytest.fixture(autouse=True)
def _two_tickets(desk: Desk) -> None:
    with client_scope(desk.client.pk):
        cast.issue(desk.client, "1", at=AT)
        cast.issue(desk.client, "2", at=AT)


def reasons(desk: Desk) -> list[str]:
    return [one["reason"] for one in desk.rejected("payments.rejected.csv")]


def test_a_payment_is_taken_once(desk: Desk) -> None:
    rows = f"{HEADER}R1,1,2026-05-01,$20.00\nR2,1,2026-05-02,30\nR1,2,2026-05-01,50\n"

    assert desk.pay(rows).line == "imported 3, already there 0, rejected 0"
    assert desk.pay(rows).line == "imported 0, already there 3, rejected 0"

    assert (desk.ticket("1").balance, desk.ticket("2").balance) == (0, 0)


def test_a_reference_stands_for_one_amount(desk: Desk) -> None:
    desk.pay(f"{HEADER}R1,1,2026-05-01,20\nR1,1,2026-05-01,20\nR1,1,2026-05-01,25\n")

    assert reasons(desk) == ["reference: payment R1 on ticket 1 is 20.00 already, not 25.00"]
    assert desk.ticket("1").balance == 30


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("R1,9,2026-05-01,20", "ticket: there is no ticket 9"),
        ("R1,,2026-05-01,20", "ticket: is blank"),
        (",1,2026-05-01,20", "reference: is blank"),
        ("R1,1,2026-05-01,0", "amount: 0.00 is no payment. One that was taken back is reversed by hand"),
        ("R1,1,2026-05-01,-20", "amount: -20.00 is no payment. One that was taken back is reversed by hand"),
        ("R1,1,2026-05-21,20", "paid_on: 2026-05-21 lies in the future"),
    ],
)
def test_what_is_no_payment_is_rejected(desk: Desk, row: str, reason: str) -> None:
    assert desk.pay(f"{HEADER}{row}\n").line == "imported 0, already there 0, rejected 1"

    assert reasons(desk) == [reason]


def test_a_reference_can_be_made_and_equal_rows_are_two_payments(desk: Desk) -> None:
    mapping = PAYMENTS.replace(
        'reference = "reference"', 'reference = { made_from = ["ticket", "paid", "amount"], prefix = "OLD-" }'
    )
    rows = f"{HEADER},1,2026-05-01,10\n,1,2026-05-01,10\n"

    assert desk.pay(rows, mapping).imported == 2
    assert desk.pay(rows + ",1,2026-05-01,10\n", mapping).line == "imported 1, already there 2, rejected 0"

    assert desk.ticket("1").balance == 20


def test_a_payment_in_time_earns_the_discount(desk: Desk) -> None:
    with client_scope(desk.client.pk):
        cast.issue(desk.client, "3", at=AT, issued_at=AT - timedelta(days=60), discount="20.00", discount_hours=168)
    in_time = f"{AT - timedelta(days=55):%Y-%m-%d}"

    desk.pay(f"{HEADER}R1,3,{in_time},10\nR2,3,{in_time},20\n")

    assert desk.ticket("3").balance == 0
    with client_scope(desk.client.pk):
        assert Discount.objects.get().amount == Decimal(20)


def test_the_example_for_payments_holds(desk: Desk) -> None:
    rows = "receipt,ticket,date,time,amount,how\n77,1,05/02/2026,930,$50.00,\n"

    assert desk.pay(rows, (EXAMPLES / "payments.toml").read_text()).imported == 1

    with client_scope(desk.client.pk):
        payment = Payment.objects.get()
    assert (payment.reference, payment.method, f"{payment.paid_at:%H:%M}") == ("TILL-77", "counter", "13:30")
