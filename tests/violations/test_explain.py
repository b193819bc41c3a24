"""The rule in words: each reason has some, with its dates and amounts; and the sum says how it is made up."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import NotFound
from curbledger.violations.adjust import add_fee, adjust_fine, grant_discount
from curbledger.violations.appeal import open_appeal
from curbledger.violations.explain import WORDS, Explanation, explain
from curbledger.violations.models import Category, Location, Violation
from curbledger.violations.notice import record_notice
from curbledger.violations.overdue import QUERIES
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import NOON
from tests.violations.verdicts import hold, local, policy


def told(client: Client, violation: Violation) -> Explanation:
    return explain(client, violation.ticket, at=NOON)


def words(client: Client, violation: Violation, code: str) -> str:
    return dict(told(client, violation).reasons)[code]


def test_every_code_of_the_query_has_words_and_no_words_are_left_over() -> None:
    array = QUERIES["judge"].partition("AS reasons")[0].rpartition("ARRAY[")[2]
    codes = re.findall(r"THEN\s+'([a-z_]+)'\s+END", array)
    assert len(codes) == len(set(codes)) == array.count("CASE")
    assert set(codes) == set(WORDS)


def test_what_goes_is_eligible_and_has_no_reasons(inside: Client) -> None:
    violation = cast.issue(inside, ticket="1-000777")
    assert told(inside, violation) == Explanation(
        violation_id=violation.pk, ticket="1-000777", owed=Decimal("50.00"), sum="fine 50.00 = 50.00 CAD", reasons=()
    )
    assert told(inside, violation).eligible


def test_what_stays_is_not_eligible_and_names_every_reason(inside: Client) -> None:
    violation = cast.issue(inside, warning=True, spoiled=True)
    assert [code for code, _ in told(inside, violation).reasons] == ["spoiled", "warning"]
    assert not told(inside, violation).eligible


def test_a_ticket_that_does_not_exist_is_not_found_and_another_clients_neither(town: Client, campus: Client) -> None:
    with client_scope(campus.pk):
        strange = cast.issue(campus)
    with client_scope(town.pk), pytest.raises(NotFound, match=f"OC_TOMA has no ticket {strange.ticket}"):
        told(town, strange)


@pytest.mark.parametrize(
    ("columns", "code", "expected"),
    [
        ({"spoiled": True}, "spoiled", "It is spoiled: a void form."),
        ({"warning": True}, "warning", "It is a warning, which never owes anything."),
        ({"cancelled_at": NOON}, "cancelled", "It was cancelled."),
        # 02:00 in Greenwich is the evening before in Toronto.
        (
            {"sent_at": local("2026-03-01", "21:00")},
            "already_sent",
            "It was handed over on 2026-03-01, and goes out once.",
        ),
        (
            {"due_at": local("2026-05-20", "23:59")},
            "not_due",
            "It is due today, 2026-05-20: it is overdue from tomorrow.",
        ),
        ({"due_at": local("2026-05-21", "00:00")}, "not_due", "It is not due before 2026-05-21."),
        ({"fine": "0"}, "nothing_owed", "Nothing is owed: fine 0.00 = 0.00 CAD."),
    ],
)
def test_the_words_of_what_the_ticket_itself_says(
    inside: Client, columns: dict[str, Any], code: str, expected: str
) -> None:
    assert words(inside, cast.issue(inside, **columns), code) == expected


@pytest.mark.parametrize(
    ("changes", "columns", "code", "expected"),
    [
        (
            {"days_past_due": 30},
            {"due_at": local("2026-05-01", "21:00")},
            "recently_due",
            "It was due on 2026-05-01, 19 days ago; the policy waits for 30.",
        ),
        (
            {"minimum_balance": Decimal("1250.00")},
            {"fine": "1249.99"},
            "below_minimum",
            "1,249.99 CAD is owed; the policy hands over from 1,250.00 CAD.",
        ),
        (
            {"oldest_age_days": 365},
            {"issued_at": local("2025-05-19")},
            "too_old",
            "It was issued on 2025-05-19, 366 days ago; the policy places none older than 365 days.",
        ),
        ({"notice_required": True}, {}, "no_notice", "No notice was sent, and the policy asks for one."),
    ],
)
def test_the_words_of_what_the_policy_asks(
    inside: Client, changes: dict[str, Any], columns: dict[str, Any], code: str, expected: str
) -> None:
    policy(inside, **changes)
    assert words(inside, cast.issue(inside, **columns), code) == expected


def test_the_words_of_a_recent_notice(inside: Client) -> None:
    policy(inside, notice_required=True, notice_age_days=30)
    violation = cast.issue(inside)
    record_notice(inside, violation.ticket, kind=2, sent_at=local("2026-05-01", "21:00"))
    expected = "The notice of 2026-05-01 is 19 days old; the policy waits for 30."
    assert words(inside, violation, "recent_notice") == expected


def test_the_words_of_collections_that_are_off_say_how_to_switch_them_on(inside: Client) -> None:
    violation = cast.issue(inside)
    inside.collecting = False
    assert words(inside, violation, "collections_off") == (
        "Collections are off for OC_TOMA. `curbledger client collect OC_TOMA on` switches them on."
    )


def test_the_words_of_an_open_appeal_and_of_what_is_left_out(inside: Client) -> None:
    category = Category.objects.create(client_id=inside.pk, name="Campus")
    location = Location.objects.create(client_id=inside.pk, name="Lot 7")
    policy(inside, excluded_categories=[category.pk], excluded_locations=[location.pk])
    violation = cast.issue(inside, category=category, location=location)
    open_appeal(inside, violation.ticket, text="", at=NOON)
    assert dict(told(inside, violation).reasons) == {
        "appeal_open": "An appeal is open.",
        "category_left_out": "The policy leaves out its category.",
        "location_left_out": "The policy leaves out its location.",
    }


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, "A hold keeps it back (dispute): Wrong plate."),
        ({"until": date(2026, 6, 1)}, "A hold until 2026-06-01 keeps it back (dispute): Wrong plate."),
        ({"kind": "payment_plan"}, "A hold keeps it back (payment plan): Wrong plate."),
    ],
)
def test_the_words_of_a_hold(inside: Client, columns: dict[str, Any], expected: str) -> None:
    violation = cast.issue(inside)
    hold(inside, violation=violation, reason="Wrong plate", **columns)
    assert words(inside, violation, "on_hold") == expected


def test_every_hold_that_counts_has_its_words_and_no_other(inside: Client) -> None:
    robin = cast.person(inside)
    violation = cast.issue(inside, person=robin)
    hold(inside, violation=violation, reason="Wrong plate")
    hold(inside, violation=violation, reason="Long over", until=date(2026, 5, 19))
    hold(inside, person=robin, kind="bankruptcy", petition_on=date(2026, 4, 1), reason="Chapter 7")
    assert words(inside, violation, "on_hold") == (
        "A hold keeps it back (dispute): Wrong plate. "
        "A hold on the person keeps it back (bankruptcy, petition of 2026-04-01): Chapter 7."
    )


def test_a_reason_that_ends_in_a_full_stop_gets_no_second_one(inside: Client) -> None:
    violation = cast.issue(inside)
    hold(inside, violation=violation, reason="The plate was read wrong.")
    assert words(inside, violation, "on_hold").endswith("read wrong.")
    assert not words(inside, violation, "on_hold").endswith("..")


def test_the_sum_says_how_it_is_made_up(inside: Client) -> None:
    violation = cast.issue(
        inside,
        fine="1100.00",
        towing=Decimal("120.00"),
        tax=Decimal("6.50"),
        issued_at=NOON - timedelta(hours=1),
        discount="5.00",
    )
    adjust_fine(inside, violation.ticket, amount=Decimal("60.00"), reason="Officer.", at=NOON, by="clerk")
    add_fee(inside, violation.ticket, amount=Decimal("20.00"), kind="late", reason="", at=NOON, by="clerk")
    grant_discount(inside, violation.ticket, amount=Decimal("3.00"), reason="", at=NOON, by="clerk")
    record_payment(inside, violation.ticket, amount=Decimal("10.25"), at=NOON, by="clerk")
    assert told(inside, violation).sum == (
        "fine 1,100.00 adjusted to 60.00 + towing 120.00 + tax 6.50 + fees 20.00 - discount granted 3.00 "
        "- discount that still holds 5.00 - paid 10.25 = 188.25 CAD"
    )
    assert told(inside, violation).owed == Decimal("188.25")


def test_a_fine_adjusted_to_nothing_is_said_to_be(inside: Client) -> None:
    violation = cast.issue(inside, adjusted_fine=Decimal(0))
    assert words(inside, violation, "nothing_owed") == "Nothing is owed: fine 50.00 adjusted to 0.00 = 0.00 CAD."


def test_what_was_paid_too_much_is_said_as_an_amount(inside: Client) -> None:
    violation = cast.issue(inside)
    record_payment(inside, violation.ticket, amount=Decimal("1060.00"), at=NOON, by="clerk")
    assert words(inside, violation, "nothing_owed") == "Nothing is owed: 1,010.00 CAD too much was paid."


def test_a_negative_balance_without_payments_is_not_called_paid(inside: Client) -> None:
    violation = cast.issue(inside)
    grant_discount(inside, violation.ticket, amount=Decimal("60.00"), reason="", at=NOON, by="clerk")
    said = words(inside, violation, "nothing_owed")
    assert said == "Nothing is owed: fine 50.00 - discount granted 60.00 = -10.00 CAD."
