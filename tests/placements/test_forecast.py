"""What will be handed over on which day: the same that a call on that day would take."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements.forecast import DAYS, Foreseen, forecast
from curbledger.placements.preview import preview
from curbledger.placements.switch import switch_collections
from curbledger.violations.hold import hold_violation
from curbledger.violations.notice import record_notice
from tests.cast import NOON, issue
from tests.placements.aged import age, plans

if TYPE_CHECKING:
    from curbledger.clients.client import Client

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)


def days(client: Client, *, at: datetime = NOON) -> dict[date, tuple[int, Decimal]]:
    """The days on which something goes."""
    with client_scope(client.pk):
        return {one.day: (one.count, one.total) for one in forecast(client, at=at) if one.count}


def at(day: int, hour: int) -> datetime:
    """An hour of a day of May in Toronto."""
    return datetime(2026, 5, day, 4, tzinfo=UTC) + timedelta(hours=hour)


def test_today_comes_first_and_each_day_is_there_once(town: Client) -> None:
    with client_scope(town.pk):
        found = forecast(town, at=NOON)
    assert [one.day for one in found] == [TODAY + n * DAY for n in range(DAYS + 1)]
    assert {(one.count, one.total) for one in found} == {(0, Decimal(0))}


def test_what_may_go_now_goes_today(town: Client) -> None:
    with client_scope(town.pk):
        issue(town)
    assert days(town) == {TODAY: (1, Decimal("50.00"))}


@pytest.mark.parametrize(
    ("due", "goes"),
    [
        (at(19, 23), date(2026, 5, 20)),
        (at(20, 0), date(2026, 5, 21)),
        (at(20, 23), date(2026, 5, 21)),
        (at(21, 0), date(2026, 5, 22)),
    ],
    ids=["late yesterday", "the first of today", "the last of today", "the first of tomorrow"],
)
def test_one_goes_on_the_day_after_it_fell_due_where_the_client_is(town: Client, due: datetime, goes: date) -> None:
    with client_scope(town.pk):
        issue(town, due_at=due)
    assert days(town) == {goes: (1, Decimal("50.00"))}


def test_the_last_day_counts_and_the_one_after_does_not(town: Client) -> None:
    with client_scope(town.pk):
        issue(town, due_at=NOON + DAY * (DAYS - 1))
        issue(town, due_at=NOON + DAY * DAYS)
    assert days(town) == {TODAY + DAYS * DAY: (1, Decimal("50.00"))}


def test_the_policy_s_days_are_waited_for(town: Client) -> None:
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=NOON, by="test", days_past_due=5)
        issue(town, due_at=NOON)
    assert days(town) == {TODAY + 5 * DAY: (1, Decimal("50.00"))}


def test_a_notice_grows_old_enough(town: Client) -> None:
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=NOON, by="test", notice_required=True, notice_age_days=10)
        told = issue(town)
        record_notice(town, told.ticket, kind=1, sent_at=NOON - 3 * DAY, address="x")
        issue(town)
    assert days(town) == {TODAY + 7 * DAY: (1, Decimal("50.00"))}


def test_a_hold_ends(town: Client) -> None:
    with client_scope(town.pk):
        held, for_good = issue(town), issue(town)
        hold_violation(town, held.ticket, kind="dispute", reason="x", until=TODAY + 2 * DAY, at=NOON, by="t")
        hold_violation(town, for_good.ticket, kind="court", reason="x", at=NOON, by="t")
    assert days(town) == {TODAY + 3 * DAY: (1, Decimal("50.00"))}


def test_a_discount_that_ends_makes_it_owe_more(town: Client) -> None:
    with client_scope(town.pk):
        issue(town, issued_at=NOON - DAY, created_at=NOON - DAY, discount="50.00", discount_hours=4 * 24)
    assert days(town) == {TODAY + 3 * DAY: (1, Decimal("50.00"))}


def test_one_that_is_too_old_in_a_week_goes_today_or_never(town: Client) -> None:
    with client_scope(town.pk):
        change_policy(client_id=town.pk, at=NOON, by="test", oldest_age_days=66)
        issue(town)
        issue(town, due_at=NOON + 7 * DAY)
    assert days(town) == {TODAY: (1, Decimal("50.00"))}


def test_what_never_owes_never_goes(town: Client) -> None:
    with client_scope(town.pk):
        issue(town, warning=True)
        issue(town, spoiled=True)
        issue(town, cancelled_at=NOON)
        issue(town, fine="0.00")
    assert days(town) == {}


def test_nothing_goes_while_collections_are_off(town: Client) -> None:
    with client_scope(town.pk):
        issue(town)
        switch_collections(town, on=False)
    assert days(town) == {}


def test_the_clock_changes_and_days_stay_days(town: Client) -> None:
    # On Sunday, 1 November 2026, Toronto's clocks go back.
    saturday = datetime(2026, 10, 31, 16, tzinfo=UTC)
    with client_scope(town.pk):
        issue(town, at=saturday, due_at=datetime(2026, 11, 2, 4, 30, tzinfo=UTC))
    assert days(town, at=saturday) == {date(2026, 11, 2): (1, Decimal("50.00"))}


def test_each_day_agrees_with_the_preview_of_that_day(town: Client) -> None:
    """Found by the preview with a moved clock: what goes by a day is what went by the day before, and that day's."""
    with client_scope(town.pk):
        for number in range(20):
            issue(town, due_at=NOON + (number - 4) * DAY, fine=str(10 + number))
        foreseen = forecast(town, at=NOON)
        count, total = 0, Decimal(0)
        for one in foreseen:
            count, total = count + one.count, total + one.total
            found = preview(town, at=clock.day_start(one.day, town.zone) + timedelta(hours=12))
            assert (found.goes.count, found.goes.total) == (count, total), one


def test_history_is_never_read(town: Client) -> None:
    age(town)
    with client_scope(town.pk), plans() as found:
        assert isinstance(forecast(town, at=NOON)[0], Foreseen)
    assert "violation" in found.tables()
    assert found.scans_to_find() == []
