"""Reports by mail: when, to whom, once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.core.mail import EmailMessage

from curbledger.clients.membership import Membership
from curbledger.clients.user import User
from curbledger.database.scope import client_scope
from curbledger.errors import NotFound
from curbledger.notices.mail import ABANDONED_AFTER, Taken
from curbledger.reports.mailing import plan_reports, reports_wait, settle_report, take_report
from curbledger.reports.report import Form
from curbledger.reports.subscription import Every, Sending, Subscription, subscribe, subscriptions_of, unsubscribe
from curbledger.violations.payment import record_payment
from tests.cast import NOON, issue
from tests.portal.staff import staff
from tests.violations.races import Other

if TYPE_CHECKING:
    from curbledger.clients.client import Client

# NOON is a Wednesday. The next Monday begins in Toronto at four in the morning, UTC.
MONDAY = datetime(2026, 5, 25, 4, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def reader(client: Client, role: str = "manager", **how: str) -> str:
    """Somebody who gets the payments every week."""
    email = staff(client, role).email
    ask(client, email, **how)
    return email


def ask(client: Client, email: str, report: str = "payments", every: str = "week", form: str = "csv") -> None:
    with client_scope(client.pk):
        subscribe(client, email=email, report=report, every=Every(every), form=Form(form), language="en", at=NOON)


def planned(client: Client, *, at: datetime) -> list[tuple[date, date]]:
    with client_scope(client.pk):
        plan_reports(client, at=at)
        return list(Sending.objects.order_by("id").values_list("since", "until"))


def take(client: Client, *, at: datetime) -> Taken | None:
    with client_scope(client.pk):
        plan_reports(client, at=at)
        return take_report(client, at=at)


def taken(client: Client, *, at: datetime) -> EmailMessage:
    found = take(client, at=at)
    assert found is not None
    return found.mail


def states(client: Client) -> list[str]:
    with client_scope(client.pk):
        return list(Sending.objects.order_by("id").values_list("state", flat=True))


def test_a_week_is_mailed_once_it_is_over_where_the_client_is(town: Client) -> None:
    reader(town)
    assert planned(town, at=MONDAY - SECOND) == []
    assert planned(town, at=MONDAY) == [(date(2026, 5, 18), date(2026, 5, 24))]
    assert planned(town, at=MONDAY + timedelta(days=6)) == [(date(2026, 5, 18), date(2026, 5, 24))]
    assert len(planned(town, at=MONDAY + timedelta(days=7))) == 2


def test_a_month_is_mailed_once_it_is_over(town: Client) -> None:
    reader(town, every="month")
    assert planned(town, at=JUNE - SECOND) == []
    assert planned(town, at=JUNE) == [(date(2026, 5, 1), date(2026, 5, 31))]


def test_after_a_long_silence_there_is_only_the_latest(town: Client) -> None:
    reader(town)
    assert planned(town, at=MONDAY + timedelta(days=30)) == [(date(2026, 6, 15), date(2026, 6, 21))]


def test_the_mail_has_the_report_of_those_days(town: Client) -> None:
    email = reader(town)
    with client_scope(town.pk):
        issue(town, "A")
        record_payment(town, "A", amount=Decimal("12.50"), at=NOON, by="maud")
        record_payment(town, "A", amount=Decimal("1.00"), at=NOON, by="maud", paid_at=NOON - timedelta(days=7))
    mail = taken(town, at=MONDAY)
    assert (mail.to, mail.subject) == ([email], "Payments by day and person, 2026-05-18 to 2026-05-24")
    ((name, content, kind),) = mail.attachments
    assert (name, kind) == ("payments-OC_TOMA-2026-05-18-2026-05-24.csv", "text/csv")
    assert str(content).startswith("\N{ZERO WIDTH NO-BREAK SPACE}Day,")
    assert str(content).splitlines()[1:] == ["2026-05-20,maud,1,12.50,0.00,12.50"]


def test_a_spreadsheet_can_be_asked_for(town: Client) -> None:
    reader(town, form="xlsx", report="receivables")
    ((name, content, _kind),) = taken(town, at=MONDAY).attachments
    assert name == "receivables-OC_TOMA-2026-05-25.xlsx"
    assert isinstance(content, bytes)
    assert content[:2] == b"PK"


def test_what_was_sent_is_recorded_and_not_sent_again(town: Client) -> None:
    reader(town)
    found = take(town, at=MONDAY)
    assert found is not None
    with client_scope(town.pk):
        settle_report(town, found, at=MONDAY + SECOND, error=None)
        sending = Sending.objects.get()
        assert (sending.state, sending.ended_at, sending.attempts) == ("sent", MONDAY + SECOND, 1)
    assert take(town, at=MONDAY + timedelta(hours=5)) is None


def test_one_that_was_put_off_is_tried_later_under_the_same_number(town: Client) -> None:
    reader(town)
    first = take(town, at=MONDAY)
    assert first is not None
    with client_scope(town.pk):
        settle_report(town, first, at=MONDAY, error=OSError("away"))
    assert take(town, at=MONDAY + SECOND) is None
    second = take(town, at=MONDAY + timedelta(minutes=6))
    assert second is not None
    assert second.mail.extra_headers["Message-ID"] == first.mail.extra_headers["Message-ID"]
    # The first worker lives on: its word counts no more.
    with client_scope(town.pk):
        settle_report(town, first, at=MONDAY, error=None)
    assert states(town) == ["sending"]


def test_one_that_a_worker_died_over_is_taken_up(town: Client) -> None:
    reader(town)
    assert take(town, at=MONDAY) is not None
    assert take(town, at=MONDAY + ABANDONED_AFTER - SECOND) is None
    assert take(town, at=MONDAY + ABANDONED_AFTER) is not None


def test_a_refusal_for_good_is_a_failure(town: Client) -> None:
    reader(town)
    found = take(town, at=MONDAY)
    assert found is not None
    with client_scope(town.pk):
        settle_report(town, found, at=MONDAY, error=ValueError("no such address"))
    assert states(town) == ["failed"]
    assert take(town, at=MONDAY + timedelta(days=1)) is None


class TestWhoGetsIt:
    def test_nobody_who_has_left(self, town: Client) -> None:
        email = reader(town)
        User.objects.filter(email=email).update(is_active=False)
        assert take(town, at=MONDAY) is None
        assert states(town) == ["cancelled"]

    def test_nobody_who_works_for_another_client_now(self, town: Client, campus: Client) -> None:
        email = reader(town)
        Membership.objects.filter(user__email=email).update(client=campus)
        assert take(town, at=MONDAY) is None

    def test_nobody_who_may_not_read_reports_any_more(self, town: Client) -> None:
        email = reader(town)
        Membership.objects.filter(user__email=email).update(role="clerk")
        assert take(town, at=MONDAY) is None

    def test_nobody_who_ended_it_meanwhile(self, town: Client) -> None:
        email = reader(town)
        assert len(planned(town, at=MONDAY)) == 1
        with client_scope(town.pk):
            unsubscribe(subscriptions_of(email)[0].pk, email=email, at=MONDAY)
        assert take(town, at=MONDAY) is None
        assert states(town) == ["cancelled"]

    def test_a_system_administrator_too(self, town: Client) -> None:
        ask(town, staff(None).email)
        assert take(town, at=MONDAY) is not None


def test_the_same_wish_twice_is_one_in_the_newest_form(town: Client) -> None:
    email = reader(town)
    ask(town, email, form="xlsx")
    with client_scope(town.pk):
        assert [one.form for one in subscriptions_of(email)] == ["xlsx"]
        assert Subscription.objects.count() == 1


def test_nobody_ends_another_s(town: Client) -> None:
    email, other = reader(town), reader(town)
    with client_scope(town.pk):
        theirs = subscriptions_of(other)[0].pk
        with pytest.raises(NotFound):
            unsubscribe(theirs, email=email, at=NOON)
        with pytest.raises(NotFound):
            unsubscribe(0, email=email, at=NOON)
        assert len(subscriptions_of(other)) == 1


def test_nothing_waits_where_nobody_subscribed(town: Client) -> None:
    with client_scope(town.pk):
        assert not reports_wait(at=NOON)
    reader(town)
    with client_scope(town.pk):
        assert reports_wait(at=NOON)


class TestTwoWorkers:
    def test_they_plan_one_mail(self, committed_town: Client) -> None:
        town = committed_town
        reader(town)
        with client_scope(town.pk):
            plan_reports(town, at=MONDAY)
            other = Other(lambda: planned(town, at=MONDAY))
            other.wait_until_blocked()
        assert len(other.result()) == 1

    def test_they_take_one_mail(self, committed_town: Client) -> None:
        town = committed_town
        reader(town)
        planned(town, at=MONDAY)
        with client_scope(town.pk):
            mine = take_report(town, at=MONDAY)
            # Not even while the first has not committed.
            assert Other(lambda: take(town, at=MONDAY)).result() is None
        assert mine is not None
        assert Other(lambda: take(town, at=MONDAY)).result() is None
