"""A client's turn: fees, notices and mails, through a real mail server, with committed rows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.conf import settings as product

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.notices.message import MOST_TRIES, Message, State
from curbledger.reports import today
from curbledger.reports.report import Form
from curbledger.reports.subscription import Every, Sending, subscribe
from curbledger.violations.late_fee_rule import add_late_fee_rule
from curbledger.violations.models import Notice, Violation
from curbledger.work import rounds
from tests import cast
from tests.notices.town import DAY, by_mail, schedule
from tests.portal.staff import staff
from tests.work.conftest import MailServer


@pytest.fixture
def owing(committed_town: Client) -> Client:
    """A town with two tickets whose notices are due."""
    at = clock.now()
    with client_scope(committed_town.pk):
        schedule(committed_town, (14, "mail"))
        for name in ("good", "bad"):
            person = by_mail(committed_town, email=f"{name}@example.org", first_name="Zoë")
            cast.issue(committed_town, f"1-{name}", at=at, person=person)
    return committed_town


def states(client: Client) -> dict[str, str]:
    with client_scope(client.pk):
        return dict(Message.objects.values_list("address", "state"))


def test_people_are_told_and_it_is_recorded(owing: Client, mail_server: MailServer) -> None:
    rounds.plan(owing)
    assert rounds.send(owing) == 2
    assert rounds.send(owing) == 0
    assert [address for address, _ in mail_server.received] == ["good@example.org", "bad@example.org"]
    _, mail = mail_server.received[0]
    assert mail["Subject"] == "Overdue: 1-good"
    assert mail["Auto-Submitted"] == "auto-generated"
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().startswith("Zoë Okafor,")
    with client_scope(owing.pk):
        assert Notice.objects.count() == 2
        assert Violation.objects.filter(noticed_at__isnull=True).count() == 0


def test_an_address_that_the_server_refuses_stops_nobody_elses_mail(owing: Client, mail_server: MailServer) -> None:
    mail_server.answers["bad"] = "550 no such user"
    rounds.plan(owing)
    assert rounds.send(owing) == 1
    assert states(owing) == {"good@example.org": State.SENT, "bad@example.org": State.FAILED}
    with client_scope(owing.pk):
        assert Message.objects.get(state=State.FAILED).fault == "550 no such user"
        assert Violation.objects.get(ticket="1-bad").noticed_at is None


def test_while_the_server_is_away_no_mail_loses_a_try(owing: Client, mail_server: MailServer) -> None:
    product.EMAIL_PORT = 1
    rounds.plan(owing)
    assert rounds.send(owing) == 0
    with client_scope(owing.pk):
        assert set(Message.objects.values_list("state", "tries_left")) == {(State.QUEUED, MOST_TRIES)}


def test_without_a_mail_server_mails_wait(owing: Client) -> None:
    assert not product.EMAIL_HOST
    rounds.plan(owing)
    assert not rounds.has_mail(owing)
    assert rounds.send(owing) == 0
    assert set(states(owing).values()) == {State.QUEUED}


def test_late_fees_follow_the_notice(owing: Client, mail_server: MailServer) -> None:
    at = clock.now()
    with client_scope(owing.pk):
        add_late_fee_rule(
            cast.offence(owing),
            days_after_due=14,
            amount=Decimal("20.00"),
            issued_from=at - DAY * 400,
            at=at,
            by="chief",
        )
    assert rounds.accrue(owing) == 0
    rounds.plan(owing)
    rounds.send(owing)
    assert rounds.accrue(owing) == 2
    assert rounds.accrue(owing) == 0


class TestReports:
    """A report that is mailed every week, from a subscription of a month ago."""

    @pytest.fixture
    def reader(self, committed_town: Client) -> str:
        email = staff(committed_town, "manager").email
        with client_scope(committed_town.pk):
            at = clock.now() - 30 * DAY
            subscribe(
                committed_town,
                email=email,
                report="payments",
                every=Every.WEEK,
                form=Form.CSV,
                language="fr",
                at=at,
            )
        return email

    def test_it_arrives_once_with_its_file(self, committed_town: Client, reader: str, mail_server: MailServer) -> None:
        assert rounds.report(committed_town) == 1
        assert rounds.report(committed_town) == 0
        ((address, mail),) = mail_server.received
        assert address == reader
        _whole, _words, file = mail.walk()
        assert str(file.get_filename()).startswith("payments-RACE-")
        content = file.get_payload(decode=True)
        assert isinstance(content, bytes)
        assert content.decode("utf-8-sig").startswith("Jour,Inscrit par,")
        with client_scope(committed_town.pk):
            assert [one.state for one in Sending.objects.all()] == ["sent"]

    def test_while_the_server_is_away_it_waits(
        self, committed_town: Client, reader: str, mail_server: MailServer
    ) -> None:
        product.EMAIL_PORT = 1
        assert rounds.report(committed_town) == 0
        with client_scope(committed_town.pk):
            assert [(one.state, one.attempts) for one in Sending.objects.all()] == [("queued", 0)]

    def test_without_a_mail_server_nobody_is_woken(self, committed_town: Client, reader: str) -> None:
        assert not rounds.has_reports(committed_town)
        assert rounds.report(committed_town) == 0


def test_the_figures_of_today_are_kept_where_they_are_many(
    committed_town: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(today, "FEW", 1)
    with client_scope(committed_town.pk):
        cast.issue(committed_town, at=clock.now())
    rounds.keep(committed_town)
    with client_scope(committed_town.pk):
        kept = today.figures_today(committed_town, at=clock.now())
    assert kept is not None
    assert kept.owing[0].total == Decimal("50.00")
