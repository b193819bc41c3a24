"""Mails: taken, handed over, recorded. Nobody counts as told who was not, and a dead worker's mail goes again."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import mail as outbox
from django.core.mail import get_connection

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.notices.letterhead import save_letterhead
from curbledger.notices.mail import (
    ABANDONED_AFTER,
    Taken,
    fault_of,
    hand_over,
    is_outage,
    is_permanent,
    settle_mail,
    take_mail,
)
from curbledger.notices.message import MOST_TRIES, Message, MessageTicket, State
from curbledger.registry.models import Person
from curbledger.violations.explain import explain
from curbledger.violations.models import Notice, Violation
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import NOON
from tests.notices.town import DAY, by_mail, plan, schedule, send_all, take
from tests.violations.races import Other

REFUSED = smtplib.SMTPRecipientsRefused({"a@example.org": (550, b"no such user")})
PUT_OFF = smtplib.SMTPRecipientsRefused({"a@example.org": (451, b"try later")})
MINUTE = timedelta(minutes=1)


def queued(client: Client, count: int = 1, **columns: object) -> list[Violation]:
    """Tickets whose notices are queued, each to a person of its own."""
    schedule(client, (14, "mail"))
    tickets = [cast.issue(client, person=by_mail(client, **columns)) for _ in range(count)]
    plan(client)
    return tickets


def one_taken(client: Client) -> Taken:
    taken = take(client)
    assert taken is not None
    return taken


def test_a_mail_that_was_sent_is_evidence_on_the_ticket(inside: Client) -> None:
    (violation,) = queued(inside)
    taken = one_taken(inside)
    assert settle_mail(inside, taken, at=NOON + MINUTE, error=None) == State.SENT
    notice = Notice.objects.get()
    assert (notice.violation_id, notice.kind, notice.stage) == (violation.pk, Notice.MAIL, 1)
    assert (notice.sent_at, notice.address) == (NOON + MINUTE, taken.address)
    violation.refresh_from_db()
    assert (violation.noticed_at, violation.auto_notice) == (NOON + MINUTE, Notice.MAIL)
    assert MessageTicket.objects.get().notice_id == notice.pk
    assert Message.objects.get().ended_at == NOON + MINUTE


def test_a_mail_that_was_taken_and_not_sent_is_evidence_of_nothing(inside: Client) -> None:
    schedule(inside, notice_required=True)
    (violation,) = queued(inside)
    one_taken(inside)
    violation.refresh_from_db()
    assert violation.noticed_at is None
    assert [code for code, _ in explain(inside, violation.ticket, at=NOON).reasons] == ["no_notice"]


def test_it_says_what_is_owed_to_whom_and_by_whom(inside: Client) -> None:
    save_letterhead(inside, address="", phone="555-0100", website="", email="parking@example.org")
    (violation,) = queued(inside)
    taken = one_taken(inside)
    hand_over(taken, get_connection("django.core.mail.backends.locmem.EmailBackend"))
    (sent,) = outbox.outbox
    assert sent.subject == f"Overdue: {violation.ticket}"
    assert sent.to == [taken.address]
    assert sent.reply_to == ["parking@example.org"]
    assert sent.from_email == "Town of OC_TOMA <curbledger@localhost>"
    body = str(sent.body)
    assert "Robin Okafor,\n" in body
    assert f"{violation.ticket}: March 21, 2026" in body
    assert "In all: 50.00\N{NO-BREAK SPACE}CAD" in body
    assert "Phone: 555-0100" in body
    assert "online" not in body, "there is no website, so its line is left out"
    message = Message.objects.get()
    assert (message.body, message.address) == (body, taken.address)
    assert sent.extra_headers["Message-ID"] == f"<{message.uuid}@localhost>"


def test_in_french_it_is_french(inside: Client) -> None:
    (violation,) = queued(inside, language="fr")
    taken = one_taken(inside)
    assert taken.mail.subject == f"En retard : {violation.ticket}"
    assert "21 mars 2026" in str(taken.mail.body)
    assert "En tout : 50,00\N{NO-BREAK SPACE}CAD" in str(taken.mail.body)


def test_what_was_paid_meanwhile_is_left_out(inside: Client) -> None:
    schedule(inside, (14, "mail"))
    person = by_mail(inside)
    paid, owing = (cast.issue(inside, person=person) for _ in range(2))
    plan(inside)
    record_payment(inside, paid.ticket, amount=Decimal("50.00"), at=NOON, by="clerk")
    body = str(one_taken(inside).mail.body)
    assert owing.ticket in body
    assert paid.ticket not in body
    assert "In all: 50.00" in body


def test_where_all_was_paid_meanwhile_no_mail_goes(inside: Client) -> None:
    (paid,) = queued(inside)
    record_payment(inside, paid.ticket, amount=Decimal("50.00"), at=NOON, by="clerk")
    assert take(inside) is None
    assert Message.objects.get().state == State.CANCELLED
    assert not MessageTicket.objects.exists()


def test_it_goes_to_the_address_that_the_person_has_then(inside: Client) -> None:
    queued(inside)
    Person.objects.update(email="new@example.org")
    assert one_taken(inside).address == "new@example.org"


def test_a_person_whose_address_was_lost_is_listed(inside: Client) -> None:
    queued(inside)
    Person.objects.update(email=None)
    assert take(inside) is None
    message = Message.objects.get()
    assert (message.state, message.fault) == (State.UNADDRESSED, "no_email")


def test_a_name_with_a_line_break_begins_no_header(inside: Client) -> None:
    queued(inside, last_name="Oka\r\nBcc: x@example.org")
    message = one_taken(inside).mail.message()
    assert "Bcc" not in message
    assert "\n" not in str(message["Subject"])


def test_one_that_the_server_refuses_has_failed_and_is_listed_with_the_reason(inside: Client) -> None:
    (violation,) = queued(inside)
    assert settle_mail(inside, one_taken(inside), at=NOON, error=REFUSED) == State.FAILED
    message = Message.objects.get()
    assert (message.fault, message.ended_at) == ("550 no such user", NOON)
    violation.refresh_from_db()
    assert violation.noticed_at is None
    assert take(inside, NOON + DAY) is None


def test_one_that_is_put_off_is_tried_again_later_and_later_and_then_fails(inside: Client) -> None:
    queued(inside)
    at, waits = NOON, []
    for _ in range(MOST_TRIES):
        taken = take_mail(inside, at=at)
        assert taken is not None
        settle_mail(inside, taken, at=at, error=PUT_OFF)
        message = Message.objects.get()
        if message.next_try_at is not None:
            assert take_mail(inside, at=message.next_try_at - MINUTE) is None
            waits.append(message.next_try_at - at)
            at = message.next_try_at
    assert waits == [timedelta(minutes=5 * 2**n) for n in range(MOST_TRIES - 1)]
    assert (Message.objects.get().state, Message.objects.get().fault) == (State.FAILED, "451 try later")


@pytest.mark.parametrize(
    ("error", "permanent", "outage", "fault"),
    [
        (REFUSED, True, False, "550 no such user"),
        (PUT_OFF, False, False, "451 try later"),
        (smtplib.SMTPDataError(552, b"too\r\nlarge"), True, False, "552 too large"),
        (smtplib.SMTPSenderRefused(553, b"who?", "x"), True, False, "553 who?"),
        (smtplib.SMTPAuthenticationError(535, b"no"), False, True, "535 no"),
        (smtplib.SMTPServerDisconnected("gone"), False, True, "gone"),
        (ConnectionRefusedError(111, "Connection refused"), False, True, "[Errno 111] Connection refused"),
        (TimeoutError(), False, True, "TimeoutError"),
        (ValueError("Invalid address; x"), True, False, "Invalid address; x"),
    ],
)
def test_what_is_the_mails_fault_and_what_the_servers(
    error: Exception, permanent: bool, outage: bool, fault: str
) -> None:
    assert (is_permanent(error), is_outage(error), fault_of(error)) == (permanent, outage, fault)


def test_a_mail_whose_worker_died_goes_again_under_the_same_number(inside: Client) -> None:
    """It may have been sent: twice is better than never, and the number lets a mail server tell."""
    queued(inside)
    dead = one_taken(inside)
    assert take(inside, NOON + ABANDONED_AFTER - MINUTE) is None
    heir = take(inside, NOON + ABANDONED_AFTER)
    assert heir is not None
    assert heir.mail.extra_headers["Message-ID"] == dead.mail.extra_headers["Message-ID"]
    # The first one was only slow. It must not record what is the second's now, nor undo it.
    assert settle_mail(inside, dead, at=NOON, error=REFUSED) is None
    assert settle_mail(inside, heir, at=NOON + DAY, error=None) == State.SENT
    assert settle_mail(inside, dead, at=NOON + DAY, error=None) is None
    assert Notice.objects.get().sent_at == NOON + DAY


def test_a_mail_is_recorded_once(inside: Client) -> None:
    queued(inside)
    taken = one_taken(inside)
    assert settle_mail(inside, taken, at=NOON, error=None) == State.SENT
    assert settle_mail(inside, taken, at=NOON, error=None) is None
    assert Notice.objects.count() == 1


def test_mails_go_one_after_the_other_until_there_are_no_more(inside: Client) -> None:
    queued(inside, 3)
    assert len({taken.message_id for taken in send_all(inside)}) == 3
    assert take(inside) is None


def test_two_workers_at_once_take_different_mails(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        queued(committed_town, 2)

    def run() -> Taken | None:
        with client_scope(committed_town.pk):
            return take(committed_town)

    with client_scope(committed_town.pk):
        first = one_taken(committed_town)
        second = Other(run).result()
        third = Other(run).result()
    assert second is not None
    assert first.message_id != second.message_id
    assert third is None


def test_a_payment_that_commits_while_a_mail_is_written_is_seen(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        (paid,) = queued(committed_town)

    def run() -> Taken | None:
        with client_scope(committed_town.pk):
            return take(committed_town)

    with client_scope(committed_town.pk):
        record_payment(committed_town, paid.ticket, amount=Decimal("50.00"), at=NOON, by="clerk")
        other = Other(run)
        other.wait_until_blocked()
    assert other.result() is None
    with client_scope(committed_town.pk):
        assert Message.objects.get().state == State.CANCELLED
