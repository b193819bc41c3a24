"""The start of a day where the client is, at the edges that clocks have."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curbledger.kit.clock import day_start, local_day, now


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("UTC", date(2026, 8, 1), "2026-08-01T00:00:00+00:00"),
        ("America/Toronto", date(2026, 1, 15), "2026-01-15T05:00:00+00:00"),
        ("America/Toronto", date(2026, 7, 15), "2026-07-15T04:00:00+00:00"),
        # Both days of the change itself still begin by the clock of the day before.
        ("America/Toronto", date(2026, 3, 8), "2026-03-08T05:00:00+00:00"),
        ("America/Toronto", date(2026, 11, 1), "2026-11-01T04:00:00+00:00"),
        ("Asia/Kathmandu", date(2026, 8, 1), "2026-07-31T18:15:00+00:00"),
    ],
)
def test_a_day_starts_at_midnight_of_its_zone(zone: str, day: date, start: str) -> None:
    assert day_start(day, ZoneInfo(zone)).isoformat() == start


@pytest.mark.parametrize(
    ("zone", "day", "start", "reads"),
    [
        # 00:00 became 01:00.
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T03:00:00+00:00", "01:00"),
        ("Africa/Cairo", date(2024, 4, 26), "2024-04-25T22:00:00+00:00", "01:00"),
        # 23:30 became 00:30: the gap begins in the day before.
        ("America/Toronto", date(1919, 3, 31), "1919-03-31T04:30:00+00:00", "00:30"),
        # A whole day was left out, so it is as long as nothing, and starts with the next.
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-30T10:00:00+00:00", "00:00"),
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30T10:00:00+00:00", "00:00"),
    ],
)
def test_a_day_without_a_midnight_starts_right_after_the_gap(zone: str, day: date, start: str, reads: str) -> None:
    moment = day_start(day, ZoneInfo(zone))

    assert moment.isoformat() == start
    assert moment.astimezone(ZoneInfo(zone)).strftime("%H:%M") == reads


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        # 01:00 became 00:00: midnight comes twice.
        ("America/Havana", date(2023, 11, 5), "2023-11-05T04:00:00+00:00"),
        # 00:01 became 23:01 of the day before: the day begins twice.
        ("America/St_Johns", date(2010, 11, 7), "2010-11-07T02:30:00+00:00"),
    ],
)
def test_a_day_with_two_midnights_starts_at_the_first(zone: str, day: date, start: str) -> None:
    assert day_start(day, ZoneInfo(zone)).isoformat() == start


def test_midnight_that_was_put_off_by_an_hour_comes_once() -> None:
    # 00:00 became 23:00 of the day before, so the moment that would have been midnight belongs to that day still.
    start = day_start(date(2019, 2, 17), ZoneInfo("America/Sao_Paulo"))

    assert start.isoformat() == "2019-02-17T03:00:00+00:00"


@settings(deadline=None)
@given(
    day=st.dates(date(1900, 1, 2), date(2100, 1, 1)),
    zone=st.sampled_from(
        ["America/Sao_Paulo", "Africa/Cairo", "America/Toronto", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe"]
    ),
)
def test_the_second_before_a_day_starts_belongs_to_an_earlier_day(day: date, zone: str) -> None:
    start = day_start(day, ZoneInfo(zone))

    assert local_day(start, ZoneInfo(zone)) == day
    assert local_day(start - timedelta(seconds=1), ZoneInfo(zone)) < day


def test_a_moment_is_in_the_day_of_the_clients_calendar() -> None:
    late = datetime(2026, 8, 2, 3, 59, 59, tzinfo=UTC)

    assert local_day(late, ZoneInfo("America/Toronto")) == date(2026, 8, 1)
    assert local_day(late + timedelta(seconds=1), ZoneInfo("America/Toronto")) == date(2026, 8, 2)


def test_now_is_aware_and_in_utc() -> None:
    assert now().tzinfo is UTC
