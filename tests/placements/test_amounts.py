"""What the agency is to collect: on the wire it is the placed balance, however that is made up."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from curbledger.database.scope import client_scope
from curbledger.placements.batch import Placement
from curbledger.violations.adjust import add_fee, adjust_fine, grant_discount
from curbledger.violations.models import Violation
from curbledger.violations.payment import record_payment
from tests.cast import NOON, issue
from tests.placements.filled import Number, exact
from tests.placements.handing import body, call, placement, records

if TYPE_CHECKING:
    from curbledger.clients.client import Client

_TAKEN_OFF = " - discount 9.00 - paid 6.00."
# Fine, adjusted to, towing, tax, fees, discount granted, early-payment discount that still holds, paid.
Composition = dict[str, str]
CASES: list[tuple[Composition, tuple[str, str, str, str], str | None]] = [
    ({}, ("50", "0", "0", "0.0000"), None),
    ({"towing": "120.5", "tax": "6.5"}, ("50", "0", "120.5", "6.5000"), None),
    ({"adjusted": "40.25"}, ("50", "40.25", "0", "0.0000"), "Hearing."),
    ({"adjusted": "60", "towing": "10"}, ("50", "60", "10", "0.0000"), "Hearing."),
    ({"fees": "15"}, ("50", "65", "0", "0.0000"), "Balance 65.00: fine 50.00 + fees 15.00."),
    ({"paid": "20"}, ("50", "30", "0", "0.0000"), "Balance 30.00: fine 50.00 - paid 20.00."),
    ({"discount": "5"}, ("50", "45", "0", "0.0000"), "Balance 45.00: fine 50.00 - discount 5.00."),
    ({"early": "10"}, ("50", "40", "0", "0.0000"), "Balance 40.00: fine 50.00 - discount 10.00."),
    (
        {"adjusted": "0", "fees": "15"},
        ("50", "15", "0", "0.0000"),
        "Hearing. Balance 15.00: fine 50.00 adjusted to 0.00 + fees 15.00.",
    ),
    (
        {"adjusted": "0", "towing": "120.5"},
        ("50", "120.5", "0", "0.0000"),
        "Hearing. Balance 120.50: fine 50.00 adjusted to 0.00 + towing 120.50.",
    ),
    (
        {"towing": "100", "tax": "5", "paid": "149.99"},
        ("50", "5.01", "0", "0.0000"),
        "Balance 5.01: fine 50.00 + towing 100.00 + tax 5.00 - paid 149.99.",
    ),
    (
        {"adjusted": "40", "towing": "1", "tax": "2", "fees": "3", "discount": "4", "early": "5", "paid": "6"},
        ("50", "31", "0", "0.0000"),
        f"Hearing. Balance 31.00: fine 50.00 adjusted to 40.00 + towing 1.00 + tax 2.00 + fees 3.00{_TAKEN_OFF}",
    ),
    ({"fine": "0", "fees": "25"}, ("0", "25", "0", "0.0000"), "Balance 25.00: fine 0.00 + fees 25.00."),
    ({"fine": "0", "towing": "99"}, ("0", "0", "99", "0.0000"), None),
]


def compose(town: Client, ticket: str, made_up: Composition) -> None:
    """A ticket whose balance is made up like this. In the client's scope."""
    amounts = {name: Decimal(amount) for name, amount in made_up.items()}
    issue(
        town,
        ticket,
        fine=made_up.get("fine", "50.00"),
        towing=amounts.get("towing", Decimal(0)),
        tax=amounts.get("tax", Decimal(0)),
        discount=made_up.get("early", "0"),
        discount_hours=24 * 365,
    )
    if "adjusted" in amounts:
        adjust_fine(town, ticket, amount=amounts["adjusted"], reason="Hearing.", at=NOON, by="judge")
    if amounts.get("fees"):
        add_fee(town, ticket, amount=amounts["fees"], kind="late", reason="", at=NOON, by="system")
    if amounts.get("discount"):
        grant_discount(town, ticket, amount=amounts["discount"], reason="Goodwill.", at=NOON, by="clerk")
    if amounts.get("paid"):
        record_payment(town, ticket, amount=amounts["paid"], at=NOON, by="clerk")


def to_collect(record: dict[str, Any]) -> Decimal:
    """What the contract tells an agency to collect."""
    fine = Decimal(record["AdjustedFine"]) or Decimal(record["Fine"])
    return fine + Decimal(record["Towing"]) + Decimal(record["taxAmount"])


@pytest.mark.parametrize(
    ("made_up", "amounts", "reason"),
    CASES,
    ids=[" ".join(f"{name} {amount}" for name, amount in case[0].items()) or "the fine alone" for case in CASES],
)
def test_the_amounts_say_what_to_collect_and_the_reason_how_it_is_made_up(
    town: Client, made_up: Composition, amounts: tuple[str, str, str, str], reason: str | None
) -> None:
    with client_scope(town.pk):
        compose(town, "A", made_up)
    handoff = call(town)
    (record,) = exact(body(handoff))["records"]
    fine, adjusted, towing, tax = amounts
    assert (record["Fine"], record["AdjustedFine"], record["Towing"]) == (
        Number(fine),
        Number(adjusted),
        Number(towing),
    )
    assert (record["taxAmount"], record["AdjustmentReason"]) == (tax, reason)
    (as_sums,) = records(handoff)
    assert to_collect(as_sums) == handoff.total


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("50.00", "50"),
        ("50.50", "50.5"),
        ("50.25", "50.25"),
        ("0.01", "0.01"),
        ("100.00", "100"),
        ("22304.10", "22304.1"),
        ("9999999999.99", "9999999999.99"),
    ],
)
def test_money_is_a_number_without_idle_zeros(town: Client, amount: str, written: str) -> None:
    with client_scope(town.pk):
        issue(town, fine=amount)
    (record,) = exact(body(call(town)))["records"]
    assert (record["Fine"], record["Towing"], record["AdjustedFine"]) == (Number(written), Number("0"), Number("0"))
    assert record["details"][0]["offenceFine"] == Number(written)


@pytest.mark.parametrize(("tax", "written"), [("0.00", "0.0000"), ("6.5", "6.5000"), ("1234.56", "1234.5600")])
def test_tax_alone_is_a_string_with_four_decimals(town: Client, tax: str, written: str) -> None:
    with client_scope(town.pk):
        issue(town, tax=Decimal(tax))
    (record,) = records(call(town))
    assert record["taxAmount"] == written


def test_the_amounts_are_those_of_the_placement_whatever_moved_since(town: Client) -> None:
    with client_scope(town.pk):
        compose(town, "A", {"fees": "15"})
        issued = Violation.objects.get(ticket="A")
    handoff = call(town)
    with client_scope(town.pk):
        record_payment(town, "A", amount=Decimal(65), at=NOON, by="clerk")
        issued.refresh_from_db()
    assert issued.balance == 0
    (record,) = records(handoff)
    assert to_collect(record) == placement(issued).balance == Decimal("65.00")


_cents = st.integers(0, 20_000).map(lambda cents: str(Decimal(cents) / 100))
_compositions = st.lists(
    st.fixed_dictionaries(
        {"fine": _cents},
        optional=dict.fromkeys(("adjusted", "towing", "tax", "fees", "discount", "early", "paid"), _cents),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=12)
@given(compositions=_compositions)
def test_whatever_it_is_made_up_of_the_sum_is_the_placed_balance(town: Client, compositions: list[Composition]) -> None:
    with transaction.atomic():
        with client_scope(town.pk):
            for number, made_up in enumerate(compositions):
                compose(town, f"T-{number}", made_up)
        handoff = call(town)
        found = {record["ViolationID"]: to_collect(record) for record in records(handoff)}
        with client_scope(town.pk):
            placed = dict(Placement.objects.values_list("violation_id", "balance"))
        transaction.set_rollback(True)
    assert found == placed
    assert sum(placed.values(), Decimal(0)) == handoff.total
