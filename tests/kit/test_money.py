"""Amounts are read strictly and shown plainly."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curbledger.kit import money


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("52", "52.00"),
        ("52.5", "52.50"),
        ("52.05", "52.05"),
        ("-0.01", "-0.01"),
        ("0", "0.00"),
        ("0052", "52.00"),
        ("9999999999.99", "9999999999.99"),
    ],
)
def test_a_plain_amount_is_read_to_the_cent(text: str, amount: str) -> None:
    assert str(money.parse(text)) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "$52.00",
        "52.00 CAD",
        "1,234.50",
        "1e3",
        "NaN",
        "Infinity",
        "+5",
        "--5",
        ".5",
        "5.",
        "52.001",
        " 52",
        "52 ",
        "52\n",
        "5_2",
        "\N{ARABIC-INDIC DIGIT FIVE}",
        "\N{FULLWIDTH DIGIT FIVE}",
        "10000000000",
    ],
)
def test_anything_else_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="is not an amount such as"):
        money.parse(text)


def test_the_largest_amount_fits_its_column() -> None:
    assert money.parse(str(money.LARGEST)) == money.LARGEST


@pytest.mark.parametrize("text", ["-0", "-0.0", "-0.00"])
def test_nothing_has_no_sign(text: str) -> None:
    assert str(money.parse(text)) == "0.00"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0.00"),
        ("-0.001", "0.00"),
        ("1234.5", "1,234.50"),
        ("-1234567.89", "-1,234,567.89"),
        ("9999999999.99", "9,999,999,999.99"),
    ],
)
def test_people_see_cents_and_thousands(amount: str, shown: str) -> None:
    assert money.show(Decimal(amount)) == shown


def test_people_see_the_currency_where_it_matters() -> None:
    assert money.show(Decimal("1234.5"), "CAD") == "1,234.50 CAD"


@settings(deadline=None)
@given(st.decimals(-money.LARGEST, money.LARGEST, allow_nan=False, places=2))
def test_what_is_written_plainly_is_read_again(amount: Decimal) -> None:
    assert money.parse(f"{amount:f}") == amount
