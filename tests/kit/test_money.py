"""Amounts are read strictly and shown plainly."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from curbledger.errors import Invalid
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


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        ("NaN", "A fee is a number, and NaN is not."),
        ("sNaN", "A fee is a number, and sNaN is not."),
        ("Infinity", "A fee is a number, and Infinity is not."),
        ("-Infinity", "A fee is a number, and -Infinity is not."),
        ("0", "A fee is more than nothing, and 0 is not."),
        ("-0.00", "A fee is more than nothing, and -0.00 is not."),
        ("-0.01", "A fee is more than nothing, and -0.01 is not."),
        ("0.001", "A fee has at most two decimals, and 0.001 has more."),
        ("12.345", "A fee has at most two decimals, and 12.345 has more."),
        ("1E-300", "A fee has at most two decimals, and 1E-300 has more."),
        ("9999999999.995", "A fee is at most 9,999,999,999.99, and 9999999999.995 is more."),
        ("10000000000", "A fee is at most 9,999,999,999.99, and 10000000000 is more."),
        ("1E+300", "A fee is at most 9,999,999,999.99, and 1E+300 is more."),
    ],
)
def test_an_amount_that_cannot_be_written_is_refused_with_the_reason(amount: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        money.check(Decimal(amount), "A fee", field="fee")
    assert (refused.value.message, refused.value.field) == (why, "fee")


@pytest.mark.parametrize(
    ("amount", "kept"), [("0.01", "0.01"), ("5", "5.00"), ("5E+1", "50.00"), ("5.0000", "5.00"), ("9999999999.99",) * 2]
)
def test_an_amount_that_can_is_kept_to_the_cent(amount: str, kept: str) -> None:
    assert str(money.check(Decimal(amount), "A fee")) == kept


def test_nothing_is_an_amount_where_it_may_be() -> None:
    assert str(money.check(Decimal("-0"), "A fine", zero=True)) == "0.00"
    with pytest.raises(Invalid, match=r"A fine is not less than nothing, and -0[.]01 is[.]"):
        money.check(Decimal("-0.01"), "A fine", zero=True)


@given(st.decimals())
def test_whatever_number_it_is_the_column_takes_it_or_it_is_refused(amount: Decimal) -> None:
    try:
        kept = money.check(amount, "A fee")
    except Invalid:
        return
    assert kept == amount
    assert kept.as_tuple().exponent == -2
    assert 0 < kept <= money.LARGEST


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("en", "1,234.50", "1234.50"),
        ("en", "1,234,567", "1234567"),
        ("en", " 1234.5 ", "1234.5"),
        ("en", ".50", "0.50"),
        ("en", "5.", "5"),
        ("fr", "1\N{NO-BREAK SPACE}234,50", "1234.50"),
        ("fr", "1\N{NARROW NO-BREAK SPACE}234,50", "1234.50"),
        ("fr", "1 234,50", "1234.50"),
        ("fr", "12.50", "12.50"),
        ("fr", "-0,01", "-0.01"),
    ],
)
def test_an_amount_that_was_typed_is_read_as_the_language_writes_it(language: str, text: str, amount: str) -> None:
    with translation.override(language):
        assert money.typed(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "12,50"),
        ("en", "1,23,456"),
        ("en", "1.234,50"),
        ("fr", "1,234.50"),
        ("fr", "12,,5"),
        *(("en", text) for text in ("", "1e1", "NaN", "٣", "5 CAD", "$5", ".", "+5")),
    ],
)
def test_what_could_mean_another_amount_is_not_guessed_at(language: str, text: str) -> None:
    with translation.override(language), pytest.raises(ValueError, match="is not an amount"):
        money.typed(text)


@given(st.decimals(min_value=-money.LARGEST, max_value=money.LARGEST, places=2), st.sampled_from(["en", "fr"]))
def test_whatever_is_shown_can_be_typed(amount: Decimal, language: str) -> None:
    with translation.override(language):
        assert money.typed(money.show(amount)) == amount
