"""Which notices are due: by the schedule, one at a time, to whom they can reach, and never twice."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.notices.message import Message, MessageTicket, State
from curbledger.notices.plan import Planned, language_of
from curbledger.registry.models import Person
from curbledger.violations.appeal import open_appeal
from curbledger.violations.hold import hold_violation
from curbledger.violations.models import Notice, Violation
from curbledger.violations.notice import record_notice
from curbledger.violations.payment import record_payment
from curbledger.violations.void import cancel, spoil
from tests import cast
from tests.cast import NOON
from tests.notices.town import DAY, DUE, by_letter, by_mail, plan, schedule, send_all
from tests.violations.races import Other


def only() -> Message:
    return Message.objects.get()


def test_without_a_schedule_nobody_is_written_to(inside: Client) -> None:
    cast.issue(inside, person=by_mail(inside))
    assert plan(inside) == Planned(mails=0, letters=0, tickets=0, unaddressed=0)


@pytest.mark.parametrize(("days", "mails"), [(13, 0), (14, 1)])
def test_a_notice_is_due_on_its_day_and_not_on_the_day_before(inside: Client, days: int, mails: int) -> None:
    schedule(inside, (14, "mail"))
    cast.issue(inside, person=by_mail(inside))
    assert plan(inside, DUE + DAY * days).mails == mails


def test_the_days_are_those_of_the_clients_calendar(inside: Client) -> None:
    schedule(inside, (1, "mail"))
    cast.issue(inside, person=by_mail(inside), due_at=datetime.fromisoformat("2026-04-10T23:30:00-04:00"))
    assert plan(inside, datetime.fromisoformat("2026-04-10T23:59:00-04:00")).mails == 0
    assert plan(inside, datetime.fromisoformat("2026-04-11T00:01:00-04:00")).mails == 1


def test_a_second_time_plans_nothing(inside: Client) -> None:
    schedule(inside, (14, "mail"))
    cast.issue(inside, person=by_mail(inside))
    assert plan(inside).tickets == 1
    assert plan(inside).tickets == 0
    assert MessageTicket.objects.count() == 1


def test_all_of_a_persons_tickets_are_in_one_message(inside: Client) -> None:
    schedule(inside, (14, "mail"))
    somebody, another = by_mail(inside), by_mail(inside)
    for person in (somebody, another, somebody):
        cast.issue(inside, person=person)
    assert plan(inside) == Planned(mails=2, letters=0, tickets=3, unaddressed=0)
    counts = {one.person_id: MessageTicket.objects.filter(message=one).count() for one in Message.objects.all()}
    assert counts == {somebody.pk: 2, another.pk: 1}


def test_who_drives_the_vehicle_is_told_where_the_ticket_names_nobody(inside: Client) -> None:
    schedule(inside, (14, "mail"))
    driver = by_mail(inside)
    cast.issue(inside, vehicle=cast.vehicle(inside, None, driver))
    plan(inside)
    assert only().person_id == driver.pk


def test_the_person_whom_the_ticket_names_goes_before_the_driver(inside: Client) -> None:
    schedule(inside, (14, "mail"))
    named = by_mail(inside)
    cast.issue(inside, vehicle=cast.vehicle(inside, None, by_mail(inside)), person=named)
    plan(inside)
    assert only().person_id == named.pk


def test_of_two_drivers_the_one_who_can_be_reached_is_told(inside: Client) -> None:
    schedule(inside, (14, "letter"))
    far, near = cast.person(inside), by_letter(inside)
    cast.issue(inside, vehicle=cast.vehicle(inside, None, far, near))
    plan(inside)
    assert only().person_id == near.pk


@pytest.mark.parametrize(
    ("way", "known", "kind", "lacks"),
    [
        ("mail", "mail street", Notice.MAIL, ""),
        ("letter", "mail street", Notice.LETTER, ""),
        ("either", "mail street", Notice.MAIL, ""),
        ("either", "street", Notice.LETTER, ""),
        ("mail", "street", Notice.MAIL, "no_email"),
        ("letter", "mail", Notice.LETTER, "no_street"),
        ("either", "", None, "no_address"),
    ],
)
def test_each_way_needs_its_address(inside: Client, way: str, known: str, kind: int | None, lacks: str) -> None:
    schedule(inside, (14, way))
    columns: dict[str, Any] = {"email": "a@example.org"} if "mail" in known else {}
    if "street" in known:
        columns |= {"street": "1 Main Street", "city": "Toma"}
    cast.issue(inside, person=cast.person(inside, **columns))
    planned = plan(inside)
    message = only()
    assert (message.kind, message.fault, message.state) == (
        kind,
        lacks,
        State.UNADDRESSED if lacks else State.QUEUED,
    )
    assert (planned.mails, planned.letters) == (kind == Notice.MAIL and not lacks, kind == Notice.LETTER and not lacks)
    assert planned.unaddressed == bool(lacks)


@pytest.mark.parametrize(
    "columns",
    [
        {"street": "1 Main Street"},
        {"street": "  ", "city": "Toma"},
        {"street": "", "city": "Toma", "postal": "K1A 0B1"},
        {"email": "not an address"},
    ],
)
def test_half_an_address_is_none(inside: Client, columns: dict[str, str]) -> None:
    schedule(inside, (14, "either"))
    cast.issue(inside, person=cast.person(inside, **columns))
    assert plan(inside).unaddressed == 1


def test_a_ticket_for_which_nobody_is_known_is_listed(inside: Client) -> None:
    schedule(inside, (14, "either"))
    for _ in range(2):
        cast.issue(inside, vehicle=cast.vehicle(inside))
    assert plan(inside) == Planned(mails=0, letters=0, tickets=0, unaddressed=2)
    assert [(one.fault, one.person) for one in Message.objects.all()] == [("nobody_known", None)] * 2


def test_an_address_that_was_found_is_used_the_next_time(inside: Client) -> None:
    schedule(inside, (14, "mail"))
    person = cast.person(inside)
    cast.issue(inside, person=person)
    assert plan(inside).unaddressed == 1
    assert plan(inside).unaddressed == 1
    Person.objects.filter(pk=person.pk).update(email="found@example.org")
    assert plan(inside) == Planned(mails=1, letters=0, tickets=1, unaddressed=0)
    assert only().state == State.QUEUED


def test_the_next_notice_follows_the_last_by_as_many_days_as_the_schedule_says(inside: Client) -> None:
    """The first one goes late, on day 40: the second does not go on the same day, but 16 days after it."""
    schedule(inside, (14, "mail"), (30, "mail"))
    cast.issue(inside, person=by_mail(inside))
    plan(inside)
    send_all(inside)
    assert plan(inside, NOON + DAY * 15).tickets == 0
    assert plan(inside, NOON + DAY * 16).tickets == 1
    assert sorted(Message.objects.values_list("stage", flat=True)) == [1, 2]


def test_the_next_notice_waits_for_one_that_was_not_sent(inside: Client) -> None:
    schedule(inside, (14, "letter"), (30, "mail"))
    cast.issue(inside, person=by_letter(inside, email="a@example.org"))
    plan(inside)
    assert plan(inside, NOON + DAY * 100).tickets == 0


def test_one_that_failed_has_had_its_turn(inside: Client) -> None:
    schedule(inside, (14, "mail"), (30, "letter"))
    cast.issue(inside, person=by_letter(inside, email="a@example.org"))
    plan(inside)
    Message.objects.update(state=State.FAILED, ended_at=NOON)
    assert plan(inside, NOON + DAY * 16).letters == 1


def test_after_the_last_notice_there_is_none(inside: Client) -> None:
    schedule(inside, (14, "mail"))
    cast.issue(inside, person=by_mail(inside))
    plan(inside)
    send_all(inside)
    assert plan(inside, NOON + DAY * 1000).tickets == 0


def test_a_notice_that_was_taken_over_or_recorded_by_hand_was_the_first(inside: Client) -> None:
    schedule(inside, (14, "mail"), (30, "mail"))
    violation = cast.issue(inside, person=by_mail(inside))
    record_notice(inside, violation.ticket, kind=Notice.LETTER, sent_at=NOON - DAY * 20)
    plan(inside)
    assert only().stage == 2


def test_what_does_not_owe_now_is_not_written_about(inside: Client) -> None:
    schedule(inside, (14, "mail"))
    paid, spoilt, cancelled, warning, placed, held, appealed, owing = (
        cast.issue(inside, person=by_mail(inside)) for _ in range(8)
    )
    record_payment(inside, paid.ticket, amount=Decimal("50.00"), at=NOON, by="clerk")
    spoil(inside, spoilt.ticket, reason="wrong form", at=NOON, by="clerk")
    cancel(inside, cancelled.ticket, reason="wrong car", at=NOON, by="clerk")
    Violation.objects.filter(pk=warning.pk).update(warning=True)
    Violation.objects.filter(pk=placed.pk).update(sent_at=NOON)
    hold_violation(inside, held.ticket, kind="bankruptcy", reason="court", at=NOON, by="clerk")
    open_appeal(inside, appealed.ticket, text="no", at=NOON)
    assert plan(inside).tickets == 1
    assert MessageTicket.objects.get().violation_id == owing.pk


def test_collections_that_are_off_do_not_keep_people_from_being_told(inside: Client) -> None:
    inside.collecting = False
    schedule(inside, (14, "mail"), minimum_balance=Decimal("999.00"))
    cast.issue(inside, person=by_mail(inside))
    assert plan(inside).mails == 1


@pytest.mark.parametrize(
    ("spoken", "language"),
    [("fr", "fr"), ("fr-CA", "fr"), ("French", "fr"), (" Français", "fr"), ("EN", "en"), ("de", "fr"), (None, "fr")],
)
def test_a_person_is_written_to_in_their_language_or_the_clients(spoken: str | None, language: str) -> None:
    assert language_of(spoken, "fr") == language


def test_the_message_keeps_the_language(inside: Client) -> None:
    schedule(inside, (14, "mail"), notice_language="fr")
    cast.issue(inside, person=by_mail(inside))
    cast.issue(inside, person=by_mail(inside, language="en"))
    plan(inside)
    assert list(Message.objects.order_by("id").values_list("language", flat=True)) == ["fr", "en"]


def test_another_clients_tickets_are_not_written_about(town: Client, campus: Client) -> None:
    with client_scope(campus.pk):
        schedule(campus, (14, "mail"))
        cast.issue(campus, person=by_mail(campus))
    with client_scope(town.pk):
        schedule(town, (14, "mail"))
        assert plan(town).tickets == 0


def test_of_two_planners_at_once_the_second_finds_nothing(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        schedule(committed_town, (14, "mail"))
        cast.issue(committed_town, person=by_mail(committed_town))

    def run() -> Planned:
        with client_scope(committed_town.pk):
            return plan(committed_town)

    with client_scope(committed_town.pk):
        assert plan(committed_town).tickets == 1
        other = Other(run)
        other.wait_until_blocked()
    assert other.result().tickets == 0
    with client_scope(committed_town.pk):
        assert MessageTicket.objects.count() == 1
