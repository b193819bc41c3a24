"""What is overdue, edge by edge: days, amounts, notices, appeals, what the policy leaves out. Holds are next door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.violations.appeal import decide_appeal, open_appeal
from curbledger.violations.models import Appeal, Category, Location, Notice, Violation
from curbledger.violations.overdue import rule_for
from tests import cast
from tests.cast import NOON
from tests.violations.verdicts import TORONTO, judge, local, move_to, owed, policy, reasons

INSTANT = timedelta(microseconds=1)


def day_of(days_ago: int) -> str:
    return (NOON.astimezone(TORONTO).date() - timedelta(days=days_ago)).isoformat()


def test_a_ticket_past_its_due_day_is_overdue_and_owes_its_fine(inside: Client) -> None:
    violation = cast.issue(inside)
    assert judge(inside, [violation.pk], at=NOON)[violation.pk] == (Decimal("50.00"), (), None)


def test_only_what_is_asked_about_is_judged(inside: Client) -> None:
    asked, other = cast.issue(inside), cast.issue(inside)
    assert set(judge(inside, [asked.pk], at=NOON)) == {asked.pk}
    assert set(judge(inside, [asked.pk, other.pk], at=NOON)) == {asked.pk, other.pk}
    assert judge(inside, [], at=NOON) == {}


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("2026-05-19T23:59:59.999999", ()),
        ("2026-05-19T00:00", ()),
        ("2026-05-20T00:00", ("not_due",)),
        ("2026-05-20T11:59", ("not_due",)),
        ("2026-05-20T12:00", ("not_due",)),
        ("2026-05-20T23:59:59.999999", ("not_due",)),
        ("2026-05-21T00:00", ("not_due",)),
    ],
)
def test_due_yesterday_is_overdue_and_due_today_is_not_whatever_the_hour(
    inside: Client, due: str, expected: tuple[str, ...]
) -> None:
    violation = cast.issue(inside, due_at=datetime.fromisoformat(due).replace(tzinfo=TORONTO))
    assert reasons(inside, violation) == expected


def test_late_in_the_evening_the_day_is_that_of_the_client(inside: Client) -> None:
    """21:30 in Toronto is tomorrow in Greenwich, both for the due moment and for the present one."""
    violation = cast.issue(inside, due_at=datetime(2026, 5, 20, 1, 30, tzinfo=UTC))
    assert reasons(inside, violation, at=datetime(2026, 5, 20, 3, 59, 59, 999999, tzinfo=UTC)) == ("not_due",)
    assert reasons(inside, violation, at=datetime(2026, 5, 20, 4, 0, tzinfo=UTC)) == ()


@pytest.mark.parametrize(
    ("zone", "due", "first_moment"),
    [
        ("America/Toronto", ("2026-05-19", "23:59"), "2026-05-20T04:00"),
        # The day of 23 hours, the day of 25, and the days after them.
        ("America/Toronto", ("2026-03-07", "23:59"), "2026-03-08T05:00"),
        ("America/Toronto", ("2026-03-08", "00:00"), "2026-03-09T04:00"),
        ("America/Toronto", ("2026-11-01", "00:30"), "2026-11-02T05:00"),
        ("America/Toronto", ("2026-10-31", "23:59"), "2026-11-01T04:00"),
        # Where the clock skips midnight, the day begins at one.
        ("America/Santiago", ("2026-09-05", "23:59"), "2026-09-06T04:00"),
        # Where midnight comes twice, the day begins with the first.
        ("America/Havana", ("2026-10-31", "23:59"), "2026-11-01T04:00"),
        ("Asia/Kathmandu", ("2026-05-20", "12:00"), "2026-05-20T18:15"),
        ("America/St_Johns", ("2026-05-20", "12:00"), "2026-05-21T02:30"),
        ("Pacific/Kiritimati", ("2026-05-20", "12:00"), "2026-05-20T10:00"),
        ("Pacific/Pago_Pago", ("2026-05-20", "12:00"), "2026-05-21T11:00"),
        ("UTC", ("2026-05-20", "12:00"), "2026-05-21T00:00"),
    ],
)
def test_overdue_begins_with_the_first_moment_of_the_next_day_there(
    inside: Client, zone: str, due: tuple[str, str], first_moment: str
) -> None:
    move_to(inside, zone)
    moment = datetime.fromisoformat(first_moment).replace(tzinfo=UTC)
    violation = cast.issue(inside, due_at=local(*due, zone), issued_at=local("2026-01-05"))
    assert reasons(inside, violation, at=moment - INSTANT) == ("not_due",)
    assert reasons(inside, violation, at=moment) == ()


@pytest.mark.parametrize(
    ("days_past_due", "days_ago", "expected"),
    [
        (0, 1, ()),
        (0, 0, ("not_due",)),
        (1, 1, ()),
        (1, 0, ("not_due",)),
        (2, 2, ()),
        (2, 1, ("recently_due",)),
        (2, 0, ("not_due",)),
        (30, 31, ()),
        (30, 30, ()),
        (30, 29, ("recently_due",)),
        (30, -1, ("not_due",)),
    ],
)
def test_the_policy_waits_for_whole_days_since_the_due_day(
    inside: Client, days_past_due: int, days_ago: int, expected: tuple[str, ...]
) -> None:
    policy(inside, days_past_due=days_past_due)
    for clock in ("00:00", "23:59:59.999999"):
        violation = cast.issue(inside, due_at=local(day_of(days_ago), clock))
        assert reasons(inside, violation) == expected


@pytest.mark.parametrize(
    ("fine", "minimum", "expected"),
    [
        ("24.99", "25.00", ("below_minimum",)),
        ("25.00", "25.00", ()),
        ("25.01", "25.00", ()),
        ("0.01", "0.01", ()),
        ("0.00", "0.01", ("nothing_owed",)),
        # One reason for one fact: what owes nothing is not also too little.
        ("0.00", "25.00", ("nothing_owed",)),
        ("9999999999.99", "9999999999.99", ()),
    ],
)
def test_the_minimum_is_compared_to_the_cent(
    inside: Client, fine: str, minimum: str, expected: tuple[str, ...]
) -> None:
    policy(inside, minimum_balance=Decimal(minimum))
    assert reasons(inside, cast.issue(inside, fine=fine)) == expected


def test_the_minimum_is_compared_with_what_is_left_after_a_discount_that_holds(inside: Client) -> None:
    policy(inside, minimum_balance=Decimal("50.00"))
    violation = cast.issue(inside, discount="0.01", discount_hours=24 * 90)
    assert (owed(inside, violation), reasons(inside, violation)) == ("49.99", ("below_minimum",))


def notice(violation: Violation, days_ago: int, *, returned: bool = False, clock: str = "12:00") -> None:
    Notice.objects.create(
        client_id=violation.client_id,
        violation=violation,
        kind=Notice.LETTER,
        sent_at=local(day_of(days_ago), clock),
        returned_at=NOON if returned else None,
    )


@pytest.mark.parametrize(
    ("age", "notices", "expected"),
    [
        (0, [], ("no_notice",)),
        (0, [(0, False)], ()),
        (0, [(0, True)], ("no_notice",)),
        (30, [(29, False)], ("recent_notice",)),
        (30, [(30, False)], ()),
        (30, [(31, False)], ()),
        # The first that told somebody counts: not one that came back, and not a reminder.
        (30, [(31, True), (29, False)], ("recent_notice",)),
        (30, [(31, True)], ("no_notice",)),
        (30, [(31, False), (1, False)], ()),
        (30, [(1, False), (31, False)], ()),
        (30, [(31, False), (40, True)], ()),
    ],
)
def test_a_notice_must_have_been_there_for_whole_days(
    inside: Client, age: int, notices: list[tuple[int, bool]], expected: tuple[str, ...]
) -> None:
    policy(inside, notice_required=True, notice_age_days=age)
    for clock in ("00:00", "23:59"):
        violation = cast.issue(inside)
        for days_ago, returned in notices:
            notice(violation, days_ago, returned=returned, clock=clock)
        assert reasons(inside, violation) == expected


def test_a_policy_that_asks_for_no_notice_does_not_mind_a_recent_one(inside: Client) -> None:
    policy(inside, notice_required=False, notice_age_days=30)
    unnoticed, noticed = cast.issue(inside), cast.issue(inside)
    notice(noticed, 0)
    assert (reasons(inside, unnoticed), reasons(inside, noticed)) == ((), ())


@pytest.mark.parametrize(
    ("oldest", "days_ago", "expected"),
    [(None, 20_000, ()), (365, 364, ()), (365, 365, ()), (365, 366, ("too_old",)), (36_500, 20_000, ())],
)
def test_what_is_older_than_the_policy_places_stays(
    inside: Client, oldest: int | None, days_ago: int, expected: tuple[str, ...]
) -> None:
    policy(inside, oldest_age_days=oldest)
    for clock in ("00:00", "23:59"):
        violation = cast.issue(inside, issued_at=local(day_of(days_ago), clock))
        assert reasons(inside, violation) == expected


@pytest.mark.parametrize(
    ("model", "column", "policy_field", "reason"),
    [
        (Category, "category", "excluded_categories", "category_left_out"),
        (Location, "location", "excluded_locations", "location_left_out"),
    ],
)
def test_the_policy_leaves_out_what_it_names_and_nothing_else(
    inside: Client, model: type[Category | Location], column: str, policy_field: str, reason: str
) -> None:
    out, kept = (model.objects.create(client_id=inside.pk, name=name) for name in ("Campus", "Street"))
    policy(inside, **{policy_field: [out.pk]})
    of_out, of_kept = cast.issue(inside), cast.issue(inside)
    for violation, entry in ((of_out, out), (of_kept, kept)):
        setattr(violation, column, entry)
        violation.save(update_fields=[column])
    assert (reasons(inside, of_out), reasons(inside, of_kept)) == ((reason,), ())
    assert reasons(inside, cast.issue(inside)) == ()


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"warning": True}, "warning"),
        ({"spoiled": True}, "spoiled"),
        ({"cancelled_at": NOON}, "cancelled"),
        ({"sent_at": NOON}, "already_sent"),
    ],
)
def test_a_ticket_that_is_no_debt_or_was_sent_stays(inside: Client, columns: dict[str, Any], expected: str) -> None:
    assert reasons(inside, cast.issue(inside, **columns)) == (expected,)


def test_an_appeal_keeps_a_ticket_back_while_it_is_open(inside: Client) -> None:
    violation = cast.issue(inside)
    open_appeal(inside, violation.ticket, text="I paid the meter.", at=NOON)
    assert reasons(inside, violation) == ("appeal_open",)
    decide_appeal(inside, violation.ticket, decision="upheld", reason="The meter says no.", at=NOON, by="clerk")
    assert reasons(inside, violation) == ()


def test_a_second_appeal_keeps_it_back_again(inside: Client) -> None:
    violation = cast.issue(inside)
    for decided_at, decision in ((NOON, "upheld"), (None, None)):
        Appeal.objects.create(
            client_id=inside.pk, violation=violation, opened_at=NOON, decided_at=decided_at, decision=decision
        )
    assert reasons(inside, violation) == ("appeal_open",)


def test_with_collections_off_everything_stays(inside: Client) -> None:
    violation = cast.issue(inside)
    inside.collecting = False
    assert reasons(inside, violation) == ("collections_off",)


def test_every_reason_is_named_not_the_first_alone(inside: Client) -> None:
    policy(inside, notice_required=True, oldest_age_days=1)
    inside.collecting = False
    violation = cast.issue(inside, fine="0", due_at=NOON, spoiled=True, warning=True, cancelled_at=NOON, sent_at=NOON)
    open_appeal(inside, violation.ticket, text="", at=NOON)
    assert set(reasons(inside, violation)) == {
        *("collections_off", "spoiled", "warning", "cancelled", "already_sent", "nothing_owed", "not_due"),
        *("too_old", "no_notice", "appeal_open"),
    }


def test_the_newest_version_of_the_policy_judges(inside: Client) -> None:
    violation = cast.issue(inside)
    policy(inside, minimum_balance=Decimal("50.01"))
    assert reasons(inside, violation) == ("below_minimum",)
    policy(inside, minimum_balance=Decimal("50.00"))
    assert reasons(inside, violation) == ()
    assert rule_for(inside, at=NOON).policy.version == 3
