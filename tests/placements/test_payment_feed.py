"""Whether payments stopped coming in."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.placements.payment_feed import last_payment_at, payments_stale
from curbledger.violations.payment import record_payment
from tests.cast import NOON, issue, town

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client

HOURS = timedelta(hours=96)


def pay(client: Client, *, at: datetime, paid_at: datetime | None = None) -> None:
    ticket = issue(client).ticket
    record_payment(client, ticket, amount=Decimal(1), at=at, by="maud", paid_at=paid_at)


def test_payments_are_stale_once_none_was_recorded_for_longer_than_the_policy_allows(db: None) -> None:
    client = town()
    with client_scope(client.pk):
        pay(client, at=NOON)
        assert last_payment_at() == NOON
        assert not payments_stale(client, at=NOON + HOURS)
        assert payments_stale(client, at=NOON + HOURS + timedelta(seconds=1))


def test_the_moment_of_recording_counts_and_not_the_day_it_was_paid(db: None) -> None:
    client = town()
    with client_scope(client.pk):
        pay(client, at=NOON + HOURS, paid_at=NOON - timedelta(days=30))
        assert not payments_stale(client, at=NOON + HOURS + timedelta(hours=1))


def test_where_no_payment_ever_came_the_client_s_own_age_counts(db: None) -> None:
    client = town()
    with client_scope(client.pk):
        assert last_payment_at() is None
        assert not payments_stale(client, at=NOON + HOURS)
        assert payments_stale(client, at=NOON + HOURS + timedelta(seconds=1))


@pytest.mark.parametrize(("hours", "stale"), [(0, False), (1, True), (1000, False)])
def test_the_client_says_how_long_is_too_long(db: None, hours: int, stale: bool) -> None:  # a case
    client = town()
    with client_scope(client.pk):
        change_policy(client_id=client.pk, at=NOON, by="maud", payments_stale_hours=hours)
        assert payments_stale(client, at=NOON + timedelta(days=10)) is stale


def test_another_client_s_payments_are_no_sign_of_life(db: None) -> None:
    client, other = town(), town("CAMPUS")
    with client_scope(other.pk):
        pay(other, at=NOON + timedelta(days=10))
    with client_scope(client.pk):
        assert payments_stale(client, at=NOON + timedelta(days=10))
