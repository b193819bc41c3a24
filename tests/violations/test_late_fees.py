"""Late fees: by the offence's rule, never before the notice, never twice, never on what does not owe."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from curbledger.clients.client import Client
from curbledger.clients.policy import change_policy
from curbledger.database.scope import client_scope
from curbledger.violations.adjust import adjust_fine
from curbledger.violations.appeal import decide_appeal, open_appeal
from curbledger.violations.hold import hold_person, hold_violation, release_hold
from curbledger.violations.late_fee_rule import LateFeeRule, add_late_fee_rule, end_late_fee_rule
from curbledger.violations.late_fees import Accrued, accrue_late_fees
from curbledger.violations.models import Detail, Fee, Notice, Violation
from curbledger.violations.notice import record_notice
from curbledger.violations.payment import record_payment
from curbledger.violations.void import cancel, spoil
from tests import cast
from tests.cast import NOON
from tests.violations.races import Other

DAY = timedelta(days=1)
# Rules of before the tickets of these tests, which are issued 60 days before NOON and due 40 days before it.
LONG_AGO = NOON - DAY * 400
DUE = NOON - DAY * 40


def rule(client: Client, **columns: Any) -> LateFeeRule:
    wanted: dict[str, Any] = {"days_after_due": 14, "issued_from": LONG_AGO, **columns}
    if "percent" not in wanted:
        wanted.setdefault("amount", Decimal("20.00"))
    return add_late_fee_rule(cast.offence(client), at=NOON, by="chief", **wanted)


def told(client: Client, at: datetime = DUE, **columns: Any) -> Violation:
    """A ticket whose person was told, by default on the due day."""
    violation = cast.issue(client, **columns)
    record_notice(client, violation.ticket, kind=Notice.LETTER, sent_at=at)
    return violation


def accrue(client: Client, at: datetime = NOON) -> Accrued:
    return accrue_late_fees(client, at=at, by="test")


def fees(violation: Violation) -> list[Decimal]:
    return list(Fee.objects.filter(violation_id=violation.pk).order_by("occurrence").values_list("amount", flat=True))


def balance(violation: Violation) -> Decimal:
    owed: Decimal = Violation.objects.values_list("balance", flat=True).get(pk=violation.pk)
    return owed


def test_a_fee_is_added_to_what_is_owed_and_says_why(inside: Client) -> None:
    kept, violation = rule(inside), told(inside)
    assert accrue(inside) == Accrued(tickets=1, fees=1, total=Decimal("20.00"), last=None)
    fee = Fee.objects.get()
    assert (fee.violation_id, fee.rule_id, fee.occurrence, fee.kind) == (violation.pk, kept.pk, 1, Fee.LATE)
    assert (fee.created_at, fee.recorded_by) == (NOON, "test")
    assert fee.reason == "Late fee 1, due after 14 days"
    assert balance(violation) == Decimal("70.00")


def test_a_second_time_adds_nothing(inside: Client) -> None:
    rule(inside)
    violation = told(inside)
    accrue(inside)
    assert accrue(inside) == Accrued(0, 0, Decimal(0), None)
    assert accrue(inside, NOON + DAY * 300).fees == 0
    assert fees(violation) == [Decimal("20.00")]


@pytest.mark.parametrize(("days", "count"), [(13, 0), (14, 1)])
def test_it_is_due_on_its_day_and_not_on_the_day_before(inside: Client, days: int, count: int) -> None:
    rule(inside)
    violation = told(inside)
    accrue(inside, DUE + DAY * days)
    assert len(fees(violation)) == count


def test_the_days_are_those_of_the_clients_calendar(inside: Client) -> None:
    """Due on 10 April at 23:30 in Toronto is 11 April in UTC; 14 days later begins at midnight in Toronto."""
    rule(inside)
    violation = told(inside, due_at=datetime.fromisoformat("2026-04-10T23:30:00-04:00"))
    accrue(inside, datetime.fromisoformat("2026-04-23T23:59:00-04:00"))
    assert fees(violation) == []
    accrue(inside, datetime.fromisoformat("2026-04-24T00:01:00-04:00"))
    assert len(fees(violation)) == 1


def test_a_percentage_is_of_the_fine_as_adjusted_to_the_cent(inside: Client) -> None:
    rule(inside, percent=Decimal("12.50"))
    plain, adjusted = told(inside, fine="33.33"), told(inside)
    adjust_fine(inside, adjusted.ticket, amount=Decimal("10.00"), reason="first time", at=NOON, by="clerk")
    accrue(inside)
    assert (fees(plain), fees(adjusted)) == ([Decimal("4.17")], [Decimal("1.25")])


def test_a_percentage_is_of_what_its_own_offence_costs(inside: Client) -> None:
    rule(inside, percent=Decimal("10.00"))
    violation = told(inside, fine="80.00")
    Detail.objects.filter(violation_id=violation.pk).update(fine=Decimal("20.00"))
    other = cast.offence(inside, "No permit", "60.00")
    Detail.objects.create(client_id=inside.pk, violation=violation, offence=other, fine=Decimal("60.00"))
    accrue(inside)
    assert fees(violation) == [Decimal("2.00")]


def test_one_offence_twice_on_a_ticket_is_late_once(inside: Client) -> None:
    rule(inside)
    violation = told(inside)
    Detail.objects.create(client_id=inside.pk, violation=violation, offence=cast.offence(inside), fine=Decimal(5))
    accrue(inside)
    assert len(fees(violation)) == 1


def test_a_fine_of_nothing_is_no_later_for_a_percentage(inside: Client) -> None:
    rule(inside, percent=Decimal("10.00"))
    told(inside, fine="0.00", towing=Decimal("90.00"))
    assert accrue(inside).fees == 0


def test_it_repeats_up_to_its_cap_and_the_last_is_the_rest(inside: Client) -> None:
    rule(inside, every_days=10, cap=Decimal("50.00"))
    violation = told(inside)
    for days, count in ((14, 1), (23, 1), (24, 2), (34, 3), (44, 3), (300, 3)):
        accrue(inside, DUE + DAY * days)
        assert len(fees(violation)) == count, days
    assert fees(violation) == [Decimal("20.00"), Decimal("20.00"), Decimal("10.00")]


def test_days_on_which_nothing_ran_are_made_up(inside: Client) -> None:
    rule(inside, every_days=10, cap=Decimal("50.00"))
    violation = told(inside)
    assert accrue(inside, DUE + DAY * 300) == Accrued(1, 3, Decimal("50.00"), None)
    assert fees(violation) == [Decimal("20.00"), Decimal("20.00"), Decimal("10.00")]


def test_a_cap_below_one_fee_is_the_fee(inside: Client) -> None:
    rule(inside, cap=Decimal("5.00"))
    violation = told(inside)
    accrue(inside)
    assert fees(violation) == [Decimal("5.00")]


def test_several_rules_of_an_offence_each_have_their_day(inside: Client) -> None:
    rule(inside)
    rule(inside, days_after_due=30, amount=Decimal("35.00"))
    violation = told(inside)
    accrue(inside, DUE + DAY * 29)
    assert fees(violation) == [Decimal("20.00")]
    accrue(inside, DUE + DAY * 30)
    assert sorted(fees(violation)) == [Decimal("20.00"), Decimal("35.00")]


def test_without_the_notice_there_is_no_fee_however_late_it_is(inside: Client) -> None:
    rule(inside)
    violation = cast.issue(inside)
    accrue(inside, NOON + DAY * 300)
    assert fees(violation) == []


def test_a_notice_that_came_back_told_nobody(inside: Client) -> None:
    rule(inside)
    violation = told(inside)
    Notice.objects.update(returned_at=NOON)
    accrue(inside)
    assert fees(violation) == []


def test_where_the_law_asks_for_no_notice_none_is_waited_for(inside: Client) -> None:
    rule(inside)
    violation = cast.issue(inside)
    change_policy(client_id=inside.pk, at=NOON, by="chief", fees_after_stage=0)
    accrue(inside)
    assert len(fees(violation)) == 1


def test_the_second_notice_is_waited_for_where_the_law_asks_for_it(inside: Client) -> None:
    rule(inside)
    change_policy(client_id=inside.pk, at=NOON, by="chief", fees_after_stage=2)
    violation = told(inside)
    accrue(inside)
    assert fees(violation) == []
    record_notice(inside, violation.ticket, kind=Notice.LETTER, sent_at=NOON, stage=2)
    accrue(inside)
    assert len(fees(violation)) == 1


@pytest.mark.parametrize(("days", "count"), [(20, 0), (21, 1)])
def test_as_many_days_as_the_law_asks_pass_after_the_notice(inside: Client, days: int, count: int) -> None:
    rule(inside)
    change_policy(client_id=inside.pk, at=NOON, by="chief", fees_notice_age_days=21)
    violation = told(inside)
    accrue(inside, DUE + DAY * days)
    assert len(fees(violation)) == count


def test_nobody_pays_for_days_before_they_were_told(inside: Client) -> None:
    """The notice goes 100 days late: the first fee is due then, and the second one as many days after it."""
    rule(inside, every_days=10, cap=Decimal("500.00"))
    sent = DUE + DAY * 100
    violation = told(inside, at=sent)
    accrue(inside, sent)
    assert len(fees(violation)) == 1
    accrue(inside, sent + DAY * 9)
    assert len(fees(violation)) == 1
    accrue(inside, sent + DAY * 10)
    assert len(fees(violation)) == 2


def test_what_is_paid_spoiled_cancelled_a_warning_placed_held_or_appealed_costs_no_more(inside: Client) -> None:
    rule(inside)
    paid, spoilt, cancelled, warning, placed, held, appealed, owing = (told(inside) for _ in range(8))
    record_payment(inside, paid.ticket, amount=Decimal("50.00"), at=NOON, by="clerk")
    spoil(inside, spoilt.ticket, reason="A wrong form.", at=NOON, by="clerk")
    cancel(inside, cancelled.ticket, reason="wrong car", at=NOON, by="clerk")
    Violation.objects.filter(pk=warning.pk).update(warning=True)
    Violation.objects.filter(pk=placed.pk).update(sent_at=NOON)
    hold_violation(inside, held.ticket, kind="dispute", reason="asks", at=NOON, by="clerk")
    open_appeal(inside, appealed.ticket, text="no", at=NOON)
    assert accrue(inside).tickets == 1
    assert set(Fee.objects.values_list("violation_id", flat=True)) == {owing.pk}


def test_a_discount_that_still_holds_counts_as_taken_off(inside: Client) -> None:
    rule(inside)
    told(inside, discount="50.00", discount_hours=24 * 365)
    assert accrue(inside).fees == 0


def test_a_policy_that_keeps_a_ticket_from_collections_does_not_keep_it_from_fees(inside: Client) -> None:
    rule(inside)
    change_policy(client_id=inside.pk, at=NOON, by="chief", minimum_balance=Decimal("999.00"), oldest_age_days=1)
    told(inside)
    assert accrue(inside).fees == 1


def test_days_under_a_hold_do_not_count(inside: Client) -> None:
    rule(inside)
    violation = told(inside)
    hold = hold_violation(inside, violation.ticket, kind="dispute", reason="asks", at=DUE + DAY * 4, by="clerk")
    release_hold(hold.pk, reason="settled", at=DUE + DAY * 24, by="clerk")
    accrue(inside, DUE + DAY * 33)
    assert fees(violation) == []
    accrue(inside, DUE + DAY * 34)
    assert len(fees(violation)) == 1


def test_days_under_two_holds_at_once_are_left_out_once(inside: Client) -> None:
    rule(inside)
    violation = told(inside)
    for first, last in ((2, 6), (4, 8)):
        hold = hold_violation(inside, violation.ticket, kind="court", reason="x", at=DUE + DAY * first, by="clerk")
        release_hold(hold.pk, reason="settled", at=DUE + DAY * last, by="clerk")
    accrue(inside, DUE + DAY * 19)
    assert fees(violation) == []
    accrue(inside, DUE + DAY * 20)
    assert len(fees(violation)) == 1


def test_days_under_an_appeal_that_was_lost_do_not_count(inside: Client) -> None:
    rule(inside)
    violation = told(inside)
    open_appeal(inside, violation.ticket, text="no", at=DUE)
    decide_appeal(inside, violation.ticket, decision="upheld", reason="yes", at=DUE + DAY * 10, by="chief")
    accrue(inside, DUE + DAY * 23)
    assert fees(violation) == []
    accrue(inside, DUE + DAY * 24)
    assert len(fees(violation)) == 1


@pytest.mark.parametrize(("petition", "count"), [(date(2026, 3, 21), 0), (date(2026, 3, 20), 1)])
def test_a_bankruptcy_keeps_fees_from_tickets_of_before_the_petition(
    inside: Client, petition: date, count: int
) -> None:
    """The ticket is of 21 March: one of the day of the petition is held, one of the day after it is not."""
    rule(inside)
    person = cast.person(inside)
    violation = told(inside, person=person)
    hold_person(inside, person.pk, kind="bankruptcy", reason="court", at=DUE, by="clerk", petition_on=petition)
    accrue(inside)
    assert len(fees(violation)) == count


def test_a_ticket_keeps_the_rules_of_the_day_on_which_it_was_issued(inside: Client) -> None:
    old = rule(inside)
    before = told(inside)
    changed = NOON - DAY * 50
    end_late_fee_rule(old.pk, at=changed)
    rule(inside, amount=Decimal("35.00"), issued_from=changed)
    after = told(inside, issued_at=changed)
    accrue(inside)
    assert (fees(before), fees(after)) == ([Decimal("20.00")], [Decimal("35.00")])


def test_a_new_rule_is_for_new_tickets_unless_it_says_otherwise(inside: Client) -> None:
    add_late_fee_rule(cast.offence(inside), days_after_due=14, amount=Decimal("20.00"), at=NOON, by="chief")
    told(inside)
    assert accrue(inside).fees == 0


def test_slices_follow_one_another_until_there_are_no_more(inside: Client) -> None:
    rule(inside)
    tickets = [told(inside).pk for _ in range(5)]
    first = accrue_late_fees(inside, at=NOON, by="test", limit=2)
    assert (first.tickets, first.last) == (2, tickets[1])
    second = accrue_late_fees(inside, at=NOON, by="test", after=tickets[1], limit=2)
    assert (second.tickets, second.last) == (2, tickets[3])
    third = accrue_late_fees(inside, at=NOON, by="test", after=tickets[3], limit=2)
    assert (third.tickets, third.last) == (1, None)


def test_the_fees_of_another_client_are_not_touched(town: Client, campus: Client) -> None:
    for client in (town, campus):
        with client_scope(client.pk):
            rule(client)
            told(client)
    with client_scope(town.pk):
        assert accrue(town).fees == 1
    with client_scope(campus.pk):
        assert not Fee.objects.exists()


def test_a_payment_that_commits_while_fees_wait_for_its_ticket_is_seen(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        rule(committed_town)
        paid, owing = told(committed_town), told(committed_town)

    def run() -> Accrued:
        with client_scope(committed_town.pk):
            return accrue(committed_town)

    with client_scope(committed_town.pk):
        record_payment(committed_town, paid.ticket, amount=Decimal("50.00"), at=NOON, by="clerk")
        other = Other(run)
        other.wait_until_blocked()
    assert other.result().tickets == 1
    with client_scope(committed_town.pk):
        assert (balance(paid), balance(owing)) == (Decimal("0.00"), Decimal("70.00"))


def test_two_runs_at_once_add_each_fee_once(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        rule(committed_town, every_days=10, cap=Decimal("50.00"))
        tickets = [told(committed_town) for _ in range(3)]

    def run() -> Accrued:
        with client_scope(committed_town.pk):
            return accrue(committed_town)

    with client_scope(committed_town.pk):
        accrue(committed_town)
        other = Other(run)
        other.wait_until_blocked()
    assert other.result().fees == 0
    with client_scope(committed_town.pk):
        assert [balance(one) for one in tickets] == [Decimal("100.00")] * 3


def test_the_database_itself_refuses_a_fee_that_is_there(town: Client) -> None:
    with client_scope(town.pk):
        rule(town)
        told(town)
        accrue(town)
        fee = Fee.objects.get()
    fee.pk = None
    fee._state.adding = True
    with pytest.raises(IntegrityError, match="fee_accrues_once"), client_scope(town.pk):
        fee.save()
