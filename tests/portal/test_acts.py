"""What members do to a ticket: each act once, with its reason, by those who may, whole or not at all."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.portal import forms
from curbledger.violations.models import Act, Appeal, Attachment, Hold, Payment, Violation
from tests import cast
from tests.cast import issue
from tests.portal.staff import signed_in
from tests.violations.races import Other

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


@pytest.fixture
def ticket(town: Client) -> Violation:
    with client_scope(town.pk):
        return issue(town, "T-1", at=clock.now())


@pytest.fixture
def inside(town: Client) -> Iterator[Client]:
    with client_scope(town.pk):
        yield town


def do(browser: Browser, ticket: Violation, act: str, key: str | None = None, **typed: Any) -> HttpResponse:
    """Send the form of an act."""
    data = {"form_key": key or forms.new_key(), **typed}
    answer: HttpResponse = browser.post(f"/portal/violations/{ticket.pk}/{act}", data)  # type: ignore[assignment]
    return answer


def said(browser: Browser, ticket: Violation) -> str:
    """What the next page says was done."""
    page = browser.get(f"/portal/violations/{ticket.pk}").content.decode()
    found = re.search(r'id="messages".*?</div>', page, re.DOTALL)
    assert found is not None
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


def offered(browser: Browser, ticket: Violation) -> str:
    """The amount that the form of a payment begins with."""
    page = browser.get(f"/portal/violations/{ticket.pk}/pay").content.decode()
    found = re.search(r'name="amount"[^>]*?(?:value="([^"]*)"[^>]*)?>', page)
    assert found is not None
    return found[1] or ""


def pay(browser: Browser, ticket: Violation, amount: str = "50.00", **typed: Any) -> HttpResponse:
    return do(browser, ticket, "pay", **{"amount": amount, "paid_on": "2026-05-01", "method": "cash", **typed})


def balance(ticket: Violation) -> Decimal:
    ticket.refresh_from_db()
    return Decimal(ticket.balance)


class TestPayment:
    def test_it_is_recorded_with_who_took_it(self, inside: Client, ticket: Violation, clerk: Browser) -> None:
        assert pay(clerk, ticket, "20", reference="R-1").status_code == 302
        assert "30.00 CAD is left to pay" in said(clerk, ticket)
        payment = Payment.objects.get()
        assert (payment.amount, payment.method, payment.reference) == (Decimal("20.00"), "cash", "R-1")
        assert payment.recorded_by.startswith("clerk-")
        # Noon in Toronto.
        assert payment.paid_at.isoformat() == "2026-05-01T16:00:00+00:00"

    def test_the_form_begins_with_what_settles_the_ticket_now(self, town: Client, clerk: Browser) -> None:
        now = clock.now()
        with client_scope(town.pk):
            early = issue(town, "EARLY", issued_at=now, due_at=now, discount="15.00")
            void = issue(town, "VOID", warning=True)
        assert offered(clerk, early) == "35.00"
        assert offered(clerk, void) == ""

    def test_the_same_form_twice_is_one_payment(self, inside: Client, ticket: Violation, clerk: Browser) -> None:
        key = forms.new_key()
        for _ in range(2):
            assert pay(clerk, ticket, "20", key=key).status_code == 302
        assert "done already" in said(clerk, ticket)
        assert balance(ticket) == Decimal("30.00")

    def test_a_form_of_another_day_or_made_up_is_refused(
        self, inside: Client, ticket: Violation, clerk: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        good = forms.new_key()
        for key in (uuid.uuid4().hex, good[:-1] + "~", signing.TimestampSigner(salt="other").sign(uuid.uuid4().hex)):
            answer = pay(clerk, ticket, key=key)
            assert answer.status_code == 422
            assert "more than a day old" in answer.content.decode()
        monkeypatch.setattr(forms, "GOOD_FOR", -1)
        assert pay(clerk, ticket, key=good).status_code == 422
        assert balance(ticket) == Decimal("50.00")

    def test_a_form_that_was_too_old_can_be_sent_as_it_is_shown_again(
        self, inside: Client, ticket: Violation, clerk: Browser
    ) -> None:
        shown = pay(clerk, ticket, "20", key="too old").content.decode()
        found = re.search(r'name="form_key" value="([^"]+)"', shown)
        assert found is not None
        assert pay(clerk, ticket, "20", key=found[1]).status_code == 302
        assert balance(ticket) == Decimal("30.00")

    def test_what_looks_like_the_same_money_is_asked_about(
        self, inside: Client, ticket: Violation, clerk: Browser
    ) -> None:
        pay(clerk, ticket, "20", reference="R-1")
        again = pay(clerk, ticket, "20", paid_on="2026-05-03", reference="R-2")
        assert again.status_code == 422
        assert "was paid on 2026-05-01 already (R-1). Is this another payment?" in again.content.decode()
        assert pay(clerk, ticket, "20", paid_on="2026-05-03", reference="R-2", sure="on").status_code == 302
        # Later, it is another instalment.
        assert pay(clerk, ticket, "5", paid_on="2026-05-11").status_code == 302
        assert balance(ticket) == Decimal("5.00")

    def test_more_than_is_owed_is_asked_about_and_seen(self, inside: Client, ticket: Violation, clerk: Browser) -> None:
        over = pay(clerk, ticket, "50.01")
        assert "50.00 CAD is owed: this pays 0.01 CAD too much." in over.content.decode()
        assert balance(ticket) == Decimal("50.00")
        pay(clerk, ticket, "50.01", sure="on")
        assert "0.01 CAD too much was paid" in said(clerk, ticket)

    def test_the_same_reference_is_the_same_payment(self, inside: Client, ticket: Violation, clerk: Browser) -> None:
        for _ in range(2):
            pay(clerk, ticket, "20", reference="R-1")
        assert "recorded before" in said(clerk, ticket)
        assert balance(ticket) == Decimal("30.00")

    def test_what_is_left_is_what_the_page_says_is_owed(self, town: Client, clerk: Browser) -> None:
        """With a discount that still holds, that is less than the balance."""
        now = clock.now()
        with client_scope(town.pk):
            early = issue(town, "EARLY", issued_at=now, due_at=now, discount="15.00")
        pay(clerk, early, "20", paid_on=f"{clock.local_day(now, town.zone)}")
        assert "15.00 CAD is left to pay" in said(clerk, early)
        assert offered(clerk, early) == "15.00"

    def test_what_is_left_after_a_reversal_is_what_the_page_says_is_owed(
        self, town: Client, clerk: Browser, officer: Browser
    ) -> None:
        now = clock.now()
        with client_scope(town.pk):
            early = issue(town, "EARLY", issued_at=now, due_at=now, discount="15.00")
            pay(clerk, early, "20", paid_on=f"{clock.local_day(now, town.zone)}")
            paid = Payment.objects.get().pk
        do(officer, early, "reverse", payment=paid, reason="Bounced")
        assert "35.00 CAD is left to pay" in said(officer, early)

    @pytest.mark.parametrize("amount", ["1,234.50", "1234.50", " 1234.5 "])
    def test_an_amount_is_read_as_the_pages_write_it(
        self, inside: Client, ticket: Violation, clerk: Browser, amount: str
    ) -> None:
        assert pay(clerk, ticket, amount, sure="on").status_code == 302
        assert balance(ticket) == Decimal("-1184.50")

    def test_nobody_is_asked_whether_they_are_sure_before_there_is_a_doubt(
        self, inside: Client, ticket: Violation, clerk: Browser
    ) -> None:
        assert b"Record it all the same" not in pay(clerk, ticket, "x").content
        assert b"Record it all the same" in pay(clerk, ticket, "50.01").content
        assert b"Record it all the same" in pay(clerk, ticket, "x", sure="on").content

    @pytest.mark.parametrize(
        "amount", ["0", "-1", "0.001", "x", "", "10000000000000", "NaN", "1e1", "12,50", "1,23", "٣", "5 CAD"]
    )
    def test_an_amount_that_cannot_be_is_refused_where_it_stands(
        self, inside: Client, ticket: Violation, clerk: Browser, amount: str
    ) -> None:
        answer = pay(clerk, ticket, amount)
        assert answer.status_code == 422
        assert balance(ticket) == Decimal("50.00")

    def test_nobody_pays_tomorrow(self, inside: Client, ticket: Violation, clerk: Browser) -> None:
        assert "yet to come" in pay(clerk, ticket, paid_on="2100-01-01").content.decode()

    def test_nobody_paid_before_there_were_cars(self, inside: Client, ticket: Violation, clerk: Browser) -> None:
        for day in ("0001-01-01", "0026-05-01"):
            assert "too long ago" in pay(clerk, ticket, paid_on=day).content.decode()

    def test_it_is_reversed_with_who_and_why(
        self, inside: Client, ticket: Violation, clerk: Browser, officer: Browser
    ) -> None:
        pay(clerk, ticket)
        payment = Payment.objects.get()
        assert do(officer, ticket, "reverse", payment=payment.pk, reason="").status_code == 422
        assert do(officer, ticket, "reverse", payment=payment.pk, reason="Bounced").status_code == 302
        assert balance(ticket) == Decimal("50.00")
        act = Act.objects.get(kind="reversed")
        assert (act.about, act.reason) == (payment.pk, "Bounced")
        assert "Bounced" in officer.get(f"/portal/violations/{ticket.pk}").content.decode()


class TestOthers:
    def test_a_fine_is_set(self, inside: Client, ticket: Violation, manager: Browser) -> None:
        assert do(manager, ticket, "adjust", amount="20", reason="First offence").status_code == 302
        assert balance(ticket) == Decimal("20.00")

    @pytest.mark.parametrize("act", ["cancelled", "spoiled", "warned"])
    def test_what_takes_a_debt_away_says_why_and_who(
        self, inside: Client, ticket: Violation, manager: Browser, act: str
    ) -> None:
        name, column = {
            "cancelled": ("cancel", "cancelled_at"),
            "spoiled": ("spoil", "spoiled"),
            "warned": ("warn", "warning"),
        }[act]
        assert do(manager, ticket, name, reason="   ").status_code == 422
        assert not Act.objects.exists()
        assert do(manager, ticket, name, reason="Wrong plate").status_code == 302
        ticket.refresh_from_db()
        assert getattr(ticket, column)
        done = Act.objects.get()
        assert (done.kind, done.reason, done.done_by.startswith("manager-")) == (act, "Wrong plate", True)

    def test_what_the_domain_refuses_is_said_and_nothing_is_done(
        self, inside: Client, ticket: Violation, manager: Browser
    ) -> None:
        pay(manager, ticket, "10")
        key = forms.new_key()
        answer = do(manager, ticket, "spoil", key=key, reason="Wrong plate")
        assert answer.status_code == 422
        assert "Ticket T-1 has payments. Cancel it instead" in answer.content.decode()
        # The form was not used up by what it could not do.
        assert do(manager, ticket, "cancel", key=key, reason="Wrong plate").status_code == 302

    def test_a_hold_is_placed_and_released(self, inside: Client, ticket: Violation, officer: Browser) -> None:
        assert do(officer, ticket, "hold", kind="court", reason="A hearing", until="2099-01-01").status_code == 302
        hold = Hold.objects.get()
        assert (hold.kind, str(hold.until)) == ("court", "2099-01-01")
        assert do(officer, ticket, "hold", kind="court", reason="x", until="2020-01-01").status_code == 422
        # Nobody picks a kind by leaving the field as it was.
        assert do(officer, ticket, "hold", kind="", reason="x").status_code == 422
        assert do(officer, ticket, "release", hold=hold.pk, reason="Heard").status_code == 302
        hold.refresh_from_db()
        assert hold.release_reason == "Heard"

    def test_a_hold_of_another_ticket_cannot_be_released_here(
        self, inside: Client, ticket: Violation, officer: Browser
    ) -> None:
        other = issue(inside)
        do(officer, other, "hold", kind="court", reason="A hearing")
        assert do(officer, ticket, "release", hold=Hold.objects.get().pk, reason="x").status_code == 422

    def test_an_appeal_is_opened_with_evidence_and_decided(
        self, inside: Client, ticket: Violation, clerk: Browser, manager: Browser
    ) -> None:
        photo = SimpleUploadedFile("sign.png", PNG)
        assert do(clerk, ticket, "appeal", text="The sign was hidden.", evidence=[photo]).status_code == 302
        assert do(clerk, ticket, "appeal", text="Again.").status_code == 422
        assert Attachment.objects.get().name == "sign"
        assert do(clerk, ticket, "decide", decision="dismissed", reason="True").status_code == 403
        assert do(manager, ticket, "decide", decision="dismissed", reason="The sign was hidden").status_code == 302
        ticket.refresh_from_db()
        assert ticket.cancelled_at is not None
        assert Appeal.objects.get().decision == "dismissed"

    @pytest.mark.parametrize("content", [b"<html>", b"", b"GIF89a", b"MZ"])
    def test_a_file_that_is_no_photo_is_refused_and_not_kept(
        self, inside: Client, ticket: Violation, clerk: Browser, content: bytes
    ) -> None:
        answer = do(clerk, ticket, "appeal", text="See.", evidence=[SimpleUploadedFile("photo.png", content)])
        assert answer.status_code == 422
        assert not Appeal.objects.exists()

    def test_files_of_what_failed_are_gone_again(self, inside: Client, ticket: Violation, clerk: Browser) -> None:
        do(clerk, ticket, "appeal", text="Open.")
        before = set(self.files())
        do(clerk, ticket, "appeal", text="Again.", evidence=[SimpleUploadedFile("sign.png", PNG)])
        assert set(self.files()) == before

    def files(self) -> list[Path]:
        return [path for path in (Path(settings.CURBLEDGER.home) / "files").rglob("*") if path.is_file()]

    def test_a_person_is_found_and_named(self, inside: Client, ticket: Violation, officer: Browser) -> None:
        robin = cast.person(inside, first_name="Robin", last_name="Okafor")
        page = officer.get(f"/portal/violations/{ticket.pk}/link?q=okaf").content.decode()
        assert '<input class="control" type="search" id="q" name="q" value="okaf"' in page
        assert "Robin Okafor" in page
        data = {"form_key": forms.new_key(), "person": robin.pk, "reason": "Registry"}
        assert officer.post(f"/portal/violations/{ticket.pk}/link?q=okaf", data).status_code == 302
        ticket.refresh_from_db()
        assert ticket.person_id == robin.pk
        assert Act.objects.get().about == robin.pk

    def test_in_french_it_is_said_in_french(self, inside: Client, ticket: Violation) -> None:
        browser = signed_in(inside, "manager", language="fr")
        pay(browser, ticket, "10")
        assert "Il reste 40,00 CAD" in said(browser, ticket).replace("\xa0", " ")
        answer = do(browser, ticket, "spoil", reason="Erreur").content.decode()
        assert "a des paiements" in answer


def test_two_clicks_at_once_are_one_payment(committed_town: Client) -> None:
    """Two server threads, one form: the second waits for the first one's transaction, and finds the key used."""
    with client_scope(committed_town.pk):
        ticket = issue(committed_town, at=clock.now())
    browser, key = signed_in(committed_town), forms.new_key()
    others = [Other(lambda: pay(browser, ticket, "20", key=key).status_code) for _ in range(4)]
    assert [other.result() for other in others] == [302] * 4
    with client_scope(committed_town.pk):
        assert Payment.objects.filter(violation_id=ticket.pk).count() == 1
