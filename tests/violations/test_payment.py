"""Payments: recorded once, whoever sends them how often; reversed; and the discount that paying early earns."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, Invalid, NotFound
from curbledger.violations.models import Discount, Payment, Violation
from curbledger.violations.payment import Settlement, record_payment, reverse_payment
from tests import cast
from tests.cast import NOON
from tests.violations.races import Other
from tests.violations.verdicts import owed

HOUR = timedelta(hours=1)


def pay(client: Client, violation: Violation, amount: str, **options: Any) -> Settlement:
    return record_payment(client, violation.ticket, amount=Decimal(amount), by="clerk", **{"at": NOON, **options})


def rows(violation: Violation) -> list[Decimal]:
    return list(Payment.objects.filter(violation_id=violation.pk).order_by("id").values_list("amount", flat=True))


def early_discount(violation: Violation) -> list[Decimal]:
    found = Discount.objects.filter(violation_id=violation.pk, kind=Discount.EARLY)
    return list(found.values_list("amount", flat=True))


def test_a_payment_is_kept_with_all_that_was_said_and_takes_its_amount_off(inside: Client) -> None:
    violation = cast.issue(inside)
    paid_at = NOON - HOUR
    done = pay(inside, violation, "20.00", paid_at=paid_at, reference="CHQ 7", method="cheque")
    payment = Payment.objects.get(pk=done.payment_id)
    assert (done.balance, done.discount, done.already_there) == (Decimal("30.00"), Decimal("0.00"), False)
    assert (payment.amount, payment.paid_at, payment.created_at) == (Decimal("20.00"), paid_at, NOON)
    assert (payment.reference, payment.method, payment.recorded_by) == ("CHQ 7", "cheque", "clerk")


def test_payments_that_come_to_more_than_a_ticket_can_hold_are_refused_and_leave_what_was(town: Client) -> None:
    with client_scope(town.pk):
        violation = cast.issue(town)
        pay(town, violation, "9999999999.99")
    with pytest.raises(Invalid) as refused, client_scope(town.pk):
        pay(town, violation, "0.01")
    assert str(refused.value) == "All payments on a ticket come to 9,999,999,999.99 at most."
    assert refused.value.field == "amount"
    with client_scope(town.pk):
        assert rows(violation) == [Decimal("9999999999.99")]


def test_a_payment_that_says_no_time_was_made_now(inside: Client) -> None:
    done = pay(inside, cast.issue(inside), "20.00")
    assert Payment.objects.get(pk=done.payment_id).paid_at == NOON


@pytest.mark.parametrize("amount", ["0", "0.00", "-0.01", "NaN", "Infinity", "5.001", "10000000000"])
def test_an_amount_that_cannot_be_is_refused(inside: Client, amount: str) -> None:
    violation = cast.issue(inside)
    with pytest.raises(Invalid) as refused:
        pay(inside, violation, amount)
    assert refused.value.field == "amount"
    assert rows(violation) == []


def test_a_ticket_that_does_not_exist_takes_no_payment(inside: Client) -> None:
    with pytest.raises(NotFound, match="OC_TOMA has no ticket 1-NONE"):
        record_payment(inside, "1-NONE", amount=Decimal(1), at=NOON, by="clerk")


def test_the_same_reference_is_the_same_payment(inside: Client) -> None:
    violation = cast.issue(inside)
    first = pay(inside, violation, "20.00", reference="CHQ 7")
    again = pay(inside, violation, "20.00", reference="CHQ 7", at=NOON + HOUR)
    assert (again.payment_id, again.balance, again.already_there) == (first.payment_id, Decimal("30.00"), True)
    assert rows(violation) == [Decimal("20.00")]


def test_a_repetition_earns_no_discount_of_its_own(inside: Client) -> None:
    violation = cast.issue(inside, issued_at=NOON, discount="15.00")
    first = pay(inside, violation, "35.00", reference="CHQ 7")
    again = pay(inside, violation, "35.00", reference="CHQ 7")
    assert (first.discount, again.discount, again.balance) == (Decimal("15.00"), Decimal("0.00"), Decimal("0.00"))
    assert early_discount(violation) == [Decimal("15.00")]


def test_a_reference_that_stands_for_another_amount_is_refused(inside: Client) -> None:
    violation = cast.issue(inside)
    pay(inside, violation, "20.00", reference="CHQ 7")
    with pytest.raises(Conflict, match=r"CHQ 7 .* is 20\.00 already, not 20\.01"):
        pay(inside, violation, "20.01", reference="CHQ 7")
    assert rows(violation) == [Decimal("20.00")]


def test_one_cheque_may_pay_several_tickets(inside: Client) -> None:
    for violation in (cast.issue(inside), cast.issue(inside)):
        assert not pay(inside, violation, "20.00", reference="CHQ 7").already_there


@pytest.mark.parametrize("reference", [None, ""])
def test_payments_without_a_reference_are_all_payments(inside: Client, reference: str | None) -> None:
    violation = cast.issue(inside)
    for _ in range(2):
        assert not pay(inside, violation, "20.00", reference=reference).already_there
    assert rows(violation) == [Decimal("20.00")] * 2


def test_a_feed_that_sends_a_reversed_payment_again_does_not_bring_it_back(inside: Client) -> None:
    violation = cast.issue(inside)
    first = pay(inside, violation, "50.00", reference="CHQ 7")
    reverse_payment(inside, violation.ticket, payment_id=first.payment_id, reason="Bounced.", at=NOON, by="clerk")
    again = pay(inside, violation, "50.00", reference="CHQ 7")
    assert (again.already_there, again.balance) == (True, Decimal("50.00"))


@pytest.mark.parametrize(
    ("amount", "earned", "balance"),
    [
        ("34.99", "0.00", "15.01"),
        ("35.00", "15.00", "0.00"),
        # As much of the discount as is missing to the whole: paying more must not leave too much paid.
        ("40.00", "10.00", "0.00"),
        ("50.00", "0.00", "0.00"),
        ("60.00", "0.00", "-10.00"),
    ],
)
def test_paying_the_rest_while_the_discount_holds_earns_it(
    inside: Client, amount: str, earned: str, balance: str
) -> None:
    violation = cast.issue(inside, issued_at=NOON, discount="15.00", discount_hours=24)
    done = pay(inside, violation, amount, at=NOON + HOUR)
    assert (done.discount, done.balance) == (Decimal(earned), Decimal(balance))
    assert early_discount(violation) == [Decimal(earned)] * (earned != "0.00")


def test_the_last_of_several_payments_earns_the_discount(inside: Client) -> None:
    violation = cast.issue(inside, issued_at=NOON, discount="15.00", discount_hours=24)
    assert pay(inside, violation, "30.00", at=NOON + HOUR).discount == 0
    last = pay(inside, violation, "5.00", at=NOON + HOUR * 2)
    assert (last.discount, last.balance) == (Decimal("15.00"), Decimal("0.00"))


@pytest.mark.parametrize(("paid_after", "balance"), [(HOUR * 23, "0.00"), (HOUR * 24, "15.00")])
def test_the_time_of_payment_counts_and_not_that_of_its_recording(
    inside: Client, paid_after: timedelta, balance: str
) -> None:
    violation = cast.issue(inside, issued_at=NOON, discount="15.00", discount_hours=24)
    done = pay(inside, violation, "35.00", at=NOON + HOUR * 100, paid_at=NOON + paid_after)
    assert done.balance == Decimal(balance)


def test_a_reversal_keeps_the_row_and_says_why(inside: Client) -> None:
    violation = cast.issue(inside)
    done = pay(inside, violation, "20.00")
    balance = reverse_payment(
        inside, violation.ticket, payment_id=done.payment_id, reason="The cheque bounced.", at=NOON + HOUR, by="clerk"
    )
    payment = Payment.objects.get(pk=done.payment_id)
    assert balance == Decimal("50.00")
    assert (payment.reversed_at, payment.reversal_reason) == (NOON + HOUR, "The cheque bounced.")


def test_a_payment_is_reversed_once(inside: Client) -> None:
    violation = cast.issue(inside)
    done = pay(inside, violation, "20.00")
    reverse = partial(reverse_payment, inside, violation.ticket, payment_id=done.payment_id, reason="", at=NOON, by="a")
    reverse()
    with pytest.raises(Conflict, match=r"reversed already, on 2026-05-20"):
        reverse()


def test_a_payment_on_another_ticket_is_not_reversed_by_this_one(inside: Client) -> None:
    violation, other = cast.issue(inside), cast.issue(inside)
    done = pay(inside, other, "20.00")
    with pytest.raises(NotFound, match=f"has no payment {done.payment_id}"):
        reverse_payment(inside, violation.ticket, payment_id=done.payment_id, reason="", at=NOON, by="clerk")


def test_the_discount_goes_with_the_payment_that_earned_it(inside: Client) -> None:
    violation = cast.issue(inside, issued_at=NOON, discount="15.00", discount_hours=24)
    done = pay(inside, violation, "35.00", at=NOON + HOUR)
    balance = reverse_payment(
        inside, violation.ticket, payment_id=done.payment_id, reason="Bounced.", at=NOON + HOUR * 2, by="clerk"
    )
    assert balance == Decimal("50.00")
    assert owed(inside, violation, at=NOON + HOUR * 2) == "35.00", "while it holds it can be earned again"
    assert owed(inside, violation, at=NOON + HOUR * 24) == "50.00"


def test_a_discount_that_the_other_payments_earned_stays(inside: Client) -> None:
    """Somebody paid in time, and the same payment was recorded twice. Taking back the second must cost them nothing."""
    violation = cast.issue(inside, issued_at=NOON, discount="15.00", discount_hours=24)
    pay(inside, violation, "35.00", at=NOON + HOUR)
    twice = pay(inside, violation, "35.00", at=NOON + HOUR * 2)
    balance = reverse_payment(
        inside,
        violation.ticket,
        payment_id=twice.payment_id,
        reason="Recorded twice.",
        at=NOON + HOUR * 100,
        by="clerk",
    )
    assert balance == Decimal("0.00")
    assert owed(inside, violation, at=NOON + HOUR * 100) == "0.00"


def test_what_the_payments_that_are_left_earn_is_reckoned_anew(inside: Client) -> None:
    """40 earned 10, for no more was missing; without it, the 35 settle the ticket with all of the discount."""
    violation = cast.issue(inside, issued_at=NOON, discount="15.00", discount_hours=24)
    large = pay(inside, violation, "40.00", at=NOON + HOUR)
    pay(inside, violation, "35.00", at=NOON + HOUR * 2)
    assert early_discount(violation) == [Decimal("10.00")]
    balance = reverse_payment(
        inside, violation.ticket, payment_id=large.payment_id, reason="Bounced.", at=NOON + HOUR * 100, by="clerk"
    )
    assert (balance, early_discount(violation)) == (Decimal("0.00"), [Decimal("15.00")])


def test_payments_that_are_left_and_do_not_settle_earn_nothing(inside: Client) -> None:
    violation = cast.issue(inside, issued_at=NOON, discount="15.00", discount_hours=24)
    pay(inside, violation, "34.99", at=NOON + HOUR)
    last = pay(inside, violation, "0.01", at=NOON + HOUR * 2)
    assert (last.discount, last.balance) == (Decimal("15.00"), Decimal("0.00"))
    balance = reverse_payment(
        inside, violation.ticket, payment_id=last.payment_id, reason="Bounced.", at=NOON + HOUR * 100, by="clerk"
    )
    assert balance == Decimal("15.01")


def test_a_payment_after_the_hours_does_not_keep_the_discount_of_one_that_bounced(inside: Client) -> None:
    violation = cast.issue(inside, issued_at=NOON, discount="15.00", discount_hours=24)
    early = pay(inside, violation, "35.00", at=NOON + HOUR)
    pay(inside, violation, "35.00", at=NOON + HOUR * 30)
    balance = reverse_payment(
        inside, violation.ticket, payment_id=early.payment_id, reason="Bounced.", at=NOON + HOUR * 100, by="clerk"
    )
    assert balance == Decimal("15.00")


def test_a_granted_discount_stays_when_a_payment_is_reversed(inside: Client) -> None:
    violation = cast.issue(inside)
    Discount.objects.create(
        client_id=inside.pk, violation=violation, amount=Decimal("5.00"), kind="granted", recorded_by="clerk"
    )
    done = pay(inside, violation, "45.00")
    assert reverse_payment(
        inside, violation.ticket, payment_id=done.payment_id, reason="Bounced.", at=NOON, by="clerk"
    ) == Decimal("45.00")


def pay_in_scope(client: Client, violation: Violation, amount: str, **options: Any) -> Settlement:
    with client_scope(client.pk):
        return pay(client, violation, amount, **options)


def test_the_same_payment_sent_twice_at_once_is_one_payment(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        violation = cast.issue(committed_town)
    twice = partial(pay_in_scope, committed_town, violation, "20.00", reference="CHQ 7")
    with client_scope(committed_town.pk):
        first = pay(committed_town, violation, "20.00", reference="CHQ 7")
        second = Other(twice)
        second.wait_until_blocked()
    assert second.result() == Settlement(first.payment_id, Decimal("30.00"), Decimal("0.00"), already_there=True)
    with client_scope(committed_town.pk):
        assert rows(violation) == [Decimal("20.00")]


def test_two_payments_at_once_both_count_and_only_one_earns_the_discount(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        violation = cast.issue(committed_town, issued_at=NOON, discount="15.00")
    with client_scope(committed_town.pk):
        first = pay(committed_town, violation, "35.00", reference="CHQ 7")
        second = Other(partial(pay_in_scope, committed_town, violation, "35.00", reference="CHQ 8"))
        second.wait_until_blocked()
    assert (first.discount, first.balance) == (Decimal("15.00"), Decimal("0.00"))
    assert (second.result().discount, second.result().balance) == (Decimal("0.00"), Decimal("-35.00"))


def test_many_at_once_with_one_reference_leave_one_row(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        violation = cast.issue(committed_town)
    at_once = [Other(partial(pay_in_scope, committed_town, violation, "20.00", reference="CHQ 7")) for _ in range(4)]
    assert sorted(one.result().already_there for one in at_once) == [False, True, True, True]
    with client_scope(committed_town.pk):
        assert rows(violation) == [Decimal("20.00")]


def test_a_payment_that_was_reversed_is_not_taken_again_by_its_reference(inside: Client) -> None:
    violation = cast.issue(inside)
    done = pay(inside, violation, "20.00", reference="CHQ 7")
    reverse_payment(inside, violation.ticket, payment_id=done.payment_id, reason="bounced", at=NOON + HOUR, by="clerk")
    again = pay(inside, violation, "20.00", reference="CHQ 7", at=NOON + 2 * HOUR)
    assert (again.payment_id, again.already_there, again.reversed_at) == (done.payment_id, True, NOON + HOUR)
    assert again.balance == Decimal("50.00")
    assert rows(violation) == [Decimal("20.00")]
