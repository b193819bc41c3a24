"""Rules for late fees: what they can be, and how they end."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.errors import Conflict, Invalid, NotFound
from curbledger.violations.late_fee_rule import LateFeeRule, end_late_fee_rule
from tests.cast import NOON
from tests.violations.test_late_fees import rule


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, "20.00 14 days after due"),
        ({"percent": Decimal("12.50")}, "12.5 % 14 days after due"),
        ({"percent": Decimal(10)}, "10 % 14 days after due"),
        ({"every_days": 30, "cap": Decimal(60)}, "20.00 14 days after due, again every 30 days, at most 60.00"),
    ],
)
def test_a_rule_says_what_it_is(inside: Client, columns: dict[str, Any], words: str) -> None:
    assert str(rule(inside, **columns)) == words


def test_a_rule_that_was_to_begin_later_ends_where_it_would_have_begun(inside: Client) -> None:
    later = NOON + timedelta(days=30)
    kept = rule(inside, issued_from=later)
    assert end_late_fee_rule(kept.pk, at=NOON).issued_before == later


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"amount": None}, "amount"),
        ({"amount": Decimal(5), "percent": Decimal(5)}, "amount"),
        ({"amount": Decimal(0)}, "amount"),
        ({"percent": Decimal(1000)}, "percent"),
        ({"days_after_due": 0}, "days"),
        ({"every_days": 0, "cap": Decimal(5)}, "every"),
        ({"every_days": 10}, "cap"),
        ({"cap": Decimal(0)}, "cap"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_name(inside: Client, columns: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        rule(inside, **columns)
    assert refused.value.field == field
    assert not LateFeeRule.objects.exists()


def test_a_rule_is_ended_once(inside: Client) -> None:
    kept = rule(inside)
    assert end_late_fee_rule(kept.pk, at=NOON).issued_before == NOON
    with pytest.raises(Conflict):
        end_late_fee_rule(kept.pk, at=NOON)
    with pytest.raises(NotFound):
        end_late_fee_rule(kept.pk + 1, at=NOON)
