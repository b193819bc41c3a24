"""Appeals: opened once at a time, decided once, and what becomes of the ticket."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, Invalid, NotFound
from curbledger.violations.appeal import DECISIONS, decide_appeal, open_appeal
from curbledger.violations.models import Appeal, Violation
from curbledger.violations.void import cancel
from tests import cast
from tests.cast import NOON
from tests.violations.races import Other, has_to_wait, second_connection
from tests.violations.verdicts import reasons

contest = partial(open_appeal, text="I paid the meter.", at=NOON)
decide = partial(decide_appeal, reason="The meter says no.", at=NOON, by="clerk")


def test_an_appeal_stands_on_the_ticket_too(inside: Client) -> None:
    robin = cast.person(inside)
    violation = cast.issue(inside)
    appeal = contest(inside, violation.ticket, person_id=robin.pk)
    violation.refresh_from_db()
    assert (appeal.text, appeal.opened_at, appeal.person_id) == ("I paid the meter.", NOON, robin.pk)
    assert (violation.appeal_count, violation.appealed_at, violation.appeal_type) == (1, NOON, 1)
    assert (violation.appeal_person, violation.appeal_comment) == (robin.pk, "I paid the meter.")


def test_a_second_appeal_waits_until_the_first_is_decided(inside: Client) -> None:
    violation = cast.issue(inside)
    contest(inside, violation.ticket)
    with pytest.raises(Conflict, match="open already"), client_scope(inside.pk):
        contest(inside, violation.ticket)
    decide(inside, violation.ticket, decision="upheld")
    contest(inside, violation.ticket)
    assert Appeal.objects.filter(violation_id=violation.pk).count() == 2


def test_after_a_refused_appeal_the_work_can_go_on(inside: Client) -> None:
    """A refusal must not break the transaction that it happens in."""
    violation = cast.issue(inside)
    contest(inside, violation.ticket)
    with pytest.raises(Conflict):
        contest(inside, violation.ticket)
    assert reasons(inside, violation) == ("appeal_open",)


def test_a_person_who_does_not_exist_cannot_appeal(town: Client, campus: Client) -> None:
    with client_scope(campus.pk):
        stranger = cast.person(campus)
    with client_scope(town.pk):
        violation = cast.issue(town)
        for person_id in (stranger.pk, 999):
            with pytest.raises(NotFound, match=f"no person {person_id}"):
                contest(town, violation.ticket, person_id=person_id)


@pytest.mark.parametrize(("decision", "expected"), [("upheld", ()), ("withdrawn", ()), ("dismissed", ("cancelled",))])
def test_the_decision_lets_the_ticket_stand_or_fall(inside: Client, decision: str, expected: tuple[str, ...]) -> None:
    violation = cast.issue(inside)
    contest(inside, violation.ticket)
    appeal = decide(inside, violation.ticket, decision=decision)
    violation.refresh_from_db()
    assert (appeal.decision, appeal.decided_at, appeal.decided_by) == (decision, NOON, "clerk")
    assert (violation.appeal_processed_at, violation.appeal_admin_comment) == (NOON, "The meter says no.")
    assert violation.appeal_count == 0
    assert reasons(inside, violation) == expected
    assert violation.cancel_reason == ("Appeal: The meter says no." if decision == "dismissed" else None)


def test_a_ticket_that_was_cancelled_meanwhile_keeps_its_own_reason(inside: Client) -> None:
    violation = cast.issue(inside)
    contest(inside, violation.ticket)
    cancel(inside, violation.ticket, reason="The sign was missing.", at=NOON - timedelta(days=1), by="clerk")
    decide(inside, violation.ticket, decision="dismissed")
    violation.refresh_from_db()
    assert (violation.cancel_reason, violation.cancelled_at) == ("The sign was missing.", NOON - timedelta(days=1))


def test_a_decision_that_does_not_exist_is_refused(inside: Client) -> None:
    violation = cast.issue(inside)
    contest(inside, violation.ticket)
    with pytest.raises(Invalid, match=", ".join(DECISIONS)) as refused:
        decide(inside, violation.ticket, decision="guilty")
    assert refused.value.field == "decision"
    assert reasons(inside, violation) == ("appeal_open",)


def test_only_an_open_appeal_can_be_decided(inside: Client) -> None:
    violation = cast.issue(inside)
    for _ in range(2):
        with pytest.raises(Conflict, match=r"No appeal .* is open"):
            decide(inside, violation.ticket, decision="upheld")
        contest(inside, violation.ticket)
        decide(inside, violation.ticket, decision="upheld")


def test_a_ticket_that_does_not_exist_has_no_appeal(inside: Client) -> None:
    with pytest.raises(NotFound):
        contest(inside, "1-NONE")
    with pytest.raises(NotFound):
        decide(inside, "1-NONE", decision="upheld")


def committed_ticket(town: Client) -> Violation:
    with client_scope(town.pk):
        return cast.issue(town)


def test_two_appeals_at_once_leave_one(committed_town: Client) -> None:
    violation = committed_ticket(committed_town)

    def contest_too() -> Appeal:
        with client_scope(committed_town.pk):
            return contest(committed_town, violation.ticket)

    with client_scope(committed_town.pk):
        contest(committed_town, violation.ticket)
        other = Other(contest_too)
        other.wait_until_blocked()
    with pytest.raises(Conflict):
        other.result()
    with client_scope(committed_town.pk):
        assert Appeal.objects.filter(violation_id=violation.pk).count() == 1


def test_two_decisions_at_once_leave_the_first(committed_town: Client) -> None:
    violation = committed_ticket(committed_town)
    with client_scope(committed_town.pk):
        contest(committed_town, violation.ticket)

    def dismiss() -> Appeal:
        with client_scope(committed_town.pk):
            return decide(committed_town, violation.ticket, decision="dismissed")

    with client_scope(committed_town.pk):
        decide(committed_town, violation.ticket, decision="upheld")
        other = Other(dismiss)
        other.wait_until_blocked()
    with pytest.raises(Conflict):
        other.result()
    with client_scope(committed_town.pk):
        assert reasons(committed_town, violation) == ()


def test_an_appeal_waits_for_a_claim_that_has_its_ticket(committed_town: Client) -> None:
    violation = committed_ticket(committed_town)
    with second_connection(committed_town) as other:
        other.execute("SELECT id FROM violation WHERE id = %s FOR NO KEY UPDATE", [violation.pk])
        with has_to_wait(committed_town):
            contest(committed_town, violation.ticket)
