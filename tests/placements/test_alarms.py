"""What needs a person's attention."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.utils import translation

from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.placements import slices
from curbledger.placements.alarm_words import what_is_wrong, what_to_do
from curbledger.placements.alarms import Alarm, alarms
from curbledger.placements.handoff import hand_over
from curbledger.placements.switch import switch_collections
from curbledger.violations.hold import hold_violation
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import NOON, issue
from tests.placements.handing import arrived, asked, broken

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client

DAY = timedelta(days=1)


def found(client: Client, kind: str, *, at: datetime = NOON) -> list[Alarm]:
    with client_scope(client.pk):
        return [one for one in alarms(client, at=at) if one.kind == kind]


def test_a_new_client_has_none(town: Client) -> None:
    with client_scope(town.pk):
        assert list(alarms(town, at=NOON)) == []


def test_payments_that_stopped_are_one(town: Client) -> None:
    with client_scope(town.pk):
        record_payment(town, issue(town).ticket, amount=Decimal(50), at=NOON, by="maud")
    assert found(town, "payments_stale", at=NOON + 4 * DAY) == []
    (alarm,) = found(town, "payments_stale", at=NOON + 5 * DAY)
    assert what_is_wrong(alarm) == "No payment was recorded since 2026-05-20 12:00: for more than 96 hours."


def test_that_no_payment_ever_came_is_said_so(town: Client) -> None:
    (alarm,) = found(town, "payments_stale", at=NOON + 5 * DAY)
    assert what_is_wrong(alarm) == "No payment was ever recorded."


class TestUnsent:
    @pytest.fixture
    def town(self, db: None) -> Client:
        """One that has been there for a while."""
        return cast.town(at=NOON - 30 * DAY)

    def test_nothing_waits_for_longer_than_the_client_is_there(self, campus: Client) -> None:
        with client_scope(campus.pk):
            issue(campus)
        assert found(campus, "unsent", at=NOON + 7 * DAY - timedelta(seconds=1)) == []
        assert len(found(campus, "unsent", at=NOON + 7 * DAY)) == 1

    @pytest.mark.parametrize(("days_ago", "waits"), [(7, False), (8, True)])
    def test_what_may_go_waits_for_so_many_days_at_most(self, town: Client, days_ago: int, waits: bool) -> None:
        with client_scope(town.pk):
            issue(town, "WAITS", due_at=NOON - days_ago * DAY)
        assert [one.ticket for one in found(town, "unsent")] == (["WAITS"] if waits else [])

    def test_all_that_wait_are_counted(self, town: Client) -> None:
        with client_scope(town.pk):
            issue(town, "A")
            issue(town, "B")
        assert [(one.count, one.ticket, one.allowed) for one in found(town, "unsent")] == [(2, "A", 7)]

    def test_a_great_many_are_not_counted_to_the_end(self, town: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(slices, "SLICE", 1)
        with client_scope(town.pk):
            for _ in range(6):
                issue(town)
        (alarm,) = found(town, "unsent")
        assert (alarm.count, alarm.more) == (4, True)
        assert what_is_wrong(alarm).startswith("At least 4 violations may go")

    def test_what_may_not_go_does_not_wait(self, town: Client) -> None:
        with client_scope(town.pk):
            hold_violation(town, issue(town).ticket, kind="court", reason="x", at=NOON - 9 * DAY, by="t")
            issue(town, due_at=NOON)
            issue(town, cancelled_at=NOON)
        assert found(town, "unsent") == []

    def test_what_was_imported_yesterday_waits_since_yesterday(self, town: Client) -> None:
        with client_scope(town.pk):
            issue(town, created_at=NOON - DAY)
        assert found(town, "unsent") == []
        assert len(found(town, "unsent", at=NOON + 7 * DAY)) == 1

    def test_nothing_waits_while_collections_are_off_or_nobody_asks(self, town: Client) -> None:
        with client_scope(town.pk):
            issue(town)
            change_policy(client_id=town.pk, at=NOON, by="test", unsent_days=0)
        assert found(town, "unsent") == []
        with client_scope(town.pk):
            change_policy(client_id=town.pk, at=NOON, by="test", unsent_days=1)
        assert len(found(town, "unsent")) == 1
        with client_scope(town.pk):
            switch_collections(town, on=False)
        assert found(town, "unsent") == []


class TestSilence:
    def called(self, client: Client, *days_ago: int) -> None:
        who = cast.caller(client, agency="Acme")
        for days in days_ago:
            hand_over(asked(client, who), at=NOON - days * DAY)

    def test_one_that_calls_every_week_may_be_late_by_two_days(self, town: Client) -> None:
        self.called(town, 30, 23, 16, 9)
        assert found(town, "no_call") == []
        (alarm,) = found(town, "no_call", at=NOON + timedelta(seconds=1))
        assert (alarm.agency, alarm.count, alarm.since) == ("Acme", 7, "2026-05-11 12:00")
        assert what_is_wrong(alarm) == "Acme calls about every 7 days, and has not since 2026-05-11 12:00."

    def test_one_long_pause_is_not_what_is_usual(self, town: Client) -> None:
        self.called(town, 90, 30, 29, 28, 27)
        assert [one.count for one in found(town, "no_call")] == [1]

    def test_of_one_that_called_three_times_nobody_knows_what_is_usual(self, town: Client) -> None:
        self.called(town, 90, 89, 88)
        assert found(town, "no_call") == []

    def test_nobody_asks_where_the_client_says_so(self, town: Client) -> None:
        self.called(town, 90, 89, 88, 87)
        assert len(found(town, "no_call")) == 1
        with client_scope(town.pk):
            change_policy(client_id=town.pk, at=NOON, by="test", missed_call_days=0)
        assert found(town, "no_call") == []


def test_a_batch_that_did_not_arrive_is_one(town: Client) -> None:
    with client_scope(town.pk):
        issue(town)
    broken(town)
    assert [one.count for one in found(town, "undelivered")] == [1]


def test_what_arrived_is_none(town: Client) -> None:
    with client_scope(town.pk):
        issue(town)
    arrived(town)
    with client_scope(town.pk):
        assert list(alarms(town, at=NOON)) == []


KINDS = ("undelivered", "unconfirmed", "refused", "set_aside", "contradicting", "unsent", "no_call", "payments_stale")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 2])
def test_each_is_put_into_words(kind: str, language: str, count: int) -> None:
    with translation.override(language):
        alarm = Alarm(kind=kind, count=count, ticket="T", agency="A", since="2026-05-20 12:00", allowed=7)
        assert "%(" not in what_is_wrong(alarm)
        assert "2026-05-20" in what_is_wrong(alarm) or "T" in what_is_wrong(alarm)
        assert what_to_do(alarm).endswith(".")
