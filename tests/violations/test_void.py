"""Spoiled forms and cancelled tickets."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, Invalid, NotFound
from curbledger.violations.models import Violation
from curbledger.violations.payment import record_payment, reverse_payment
from curbledger.violations.void import cancel, spoil
from tests import cast
from tests.cast import NOON
from tests.violations.races import Other
from tests.violations.verdicts import reasons

withdraw = partial(cancel, by="clerk", reason="The sign was missing.", at=NOON)


def test_a_spoiled_form_stays_and_its_number_is_kept(inside: Client) -> None:
    violation = cast.issue(inside)
    spoil(inside, violation.ticket, reason="A wrong form.", at=NOON, by="clerk")
    assert reasons(inside, violation) == ("spoiled",)
    assert Violation.objects.filter(ticket=violation.ticket).count() == 1
    spoil(inside, violation.ticket, reason="A wrong form.", at=NOON, by="clerk")


def test_a_form_that_was_paid_on_cannot_be_spoiled(inside: Client) -> None:
    violation = cast.issue(inside)
    paid = record_payment(inside, violation.ticket, amount=Decimal("0.01"), at=NOON, by="clerk")
    with pytest.raises(Conflict, match="Cancel it instead"):
        spoil(inside, violation.ticket, reason="A wrong form.", at=NOON, by="clerk")
    assert reasons(inside, violation) == ()
    reverse_payment(inside, violation.ticket, payment_id=paid.payment_id, reason="A mistake.", at=NOON, by="clerk")
    spoil(inside, violation.ticket, reason="A wrong form.", at=NOON, by="clerk")


def test_a_cancelled_ticket_says_when_and_why_and_is_not_spoiled(inside: Client) -> None:
    violation = cast.issue(inside)
    withdraw(inside, violation.ticket)
    violation.refresh_from_db()
    assert (violation.cancelled_at, violation.cancel_reason) == (NOON, "The sign was missing.")
    assert reasons(inside, violation) == ("cancelled",)


def test_a_ticket_is_cancelled_once_and_with_a_reason(inside: Client) -> None:
    violation = cast.issue(inside)
    with pytest.raises(Invalid) as refused:
        withdraw(inside, violation.ticket, reason=" ")
    assert refused.value.field == "reason"
    withdraw(inside, violation.ticket)
    with pytest.raises(Conflict, match="already, on 2026-05-20"):
        withdraw(inside, violation.ticket, reason="Another.")
    violation.refresh_from_db()
    assert violation.cancel_reason == "The sign was missing."


def test_a_ticket_that_does_not_exist_is_not_found(inside: Client) -> None:
    with pytest.raises(NotFound):
        spoil(inside, "1-NONE", reason="A wrong form.", at=NOON, by="clerk")
    with pytest.raises(NotFound):
        withdraw(inside, "1-NONE")


def test_a_payment_that_comes_at_once_saves_the_form_from_being_spoiled(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        violation = cast.issue(committed_town)

    def spoil_too() -> None:
        with client_scope(committed_town.pk):
            spoil(committed_town, violation.ticket, reason="A wrong form.", at=NOON, by="clerk")

    with client_scope(committed_town.pk):
        record_payment(committed_town, violation.ticket, amount=Decimal("20.00"), at=NOON, by="clerk")
        other = Other(spoil_too)
        other.wait_until_blocked()
    with pytest.raises(Conflict):
        other.result()


def test_two_cancellations_at_once_leave_the_first(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        violation = cast.issue(committed_town)

    def withdraw_too() -> None:
        with client_scope(committed_town.pk):
            withdraw(committed_town, violation.ticket, reason="Me too.")

    with client_scope(committed_town.pk):
        withdraw(committed_town, violation.ticket)
        other = Other(withdraw_too)
        other.wait_until_blocked()
    with pytest.raises(Conflict):
        other.result()
    with client_scope(committed_town.pk):
        assert Violation.objects.get(pk=violation.pk).cancel_reason == "The sign was missing."
