"""Failed tokens are counted by address, for a minute that begins with the first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from curbledger.clients.attempt import FailedAttempt, record_failed_attempt
from curbledger.throttle import FAILURES_A_MINUTE, refused_token
from tests.violations.races import committed, committed_database

__all__ = ["committed", "committed_database"]

AT = datetime(2026, 3, 1, 12, 0, 50, tzinfo=UTC)
ADDRESS = "203.0.113.9"


@pytest.mark.django_db
def test_a_minute_begins_with_the_first_failure() -> None:
    after = [0, 9, 59, 60, 61]
    assert [record_failed_attempt(ADDRESS, at=AT + timedelta(seconds=each)) for each in after] == [1, 2, 3, 1, 2]


@pytest.mark.django_db
def test_addresses_are_counted_apart() -> None:
    assert [record_failed_attempt(address, at=AT) for address in ("a", "b", "a", "", "")] == [1, 1, 2, 1, 2]


@pytest.mark.django_db
def test_minutes_that_are_over_are_forgotten() -> None:
    record_failed_attempt("old", at=AT)
    record_failed_attempt("new", at=AT + timedelta(hours=1))
    assert list(FailedAttempt.objects.values_list("address", flat=True)) == ["new"]


@pytest.mark.django_db
def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    record_failed_attempt(ADDRESS, at=AT + timedelta(days=1))
    assert record_failed_attempt(ADDRESS, at=AT) == 1


@pytest.mark.django_db
def test_after_twenty_failures_the_next_is_told_to_wait_until_the_minute_is_over() -> None:
    statuses = [refused_token(ADDRESS, at=AT).status for _ in range(FAILURES_A_MINUTE + 2)]
    assert statuses == [403] * 20 + [429] * 2
    told = refused_token(ADDRESS, at=AT)
    assert told.code == 9002
    wait = timedelta(seconds=int(told.headers["Retry-After"]))
    assert refused_token(ADDRESS, at=AT + wait).status == 403


@pytest.mark.django_db
def test_callers_without_an_address_are_counted_as_one() -> None:
    assert [refused_token(None, at=AT).status for _ in range(21)][-1] == 429


def test_no_failure_is_lost_when_many_fail_at_once(committed: str) -> None:
    def fail(_: int) -> int:
        try:
            return record_failed_attempt("203.0.113.10", at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(fail, range(40))) == list(range(1, 41))
