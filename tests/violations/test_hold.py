"""Holds: placed, released, refused; and that a hold and a claim never pass each other by."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import psycopg
import pytest

from curbledger.clients.client import Client
from curbledger.clients.policy import HOLD_KINDS
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, Invalid, NotFound
from curbledger.registry.models import Driver, Person
from curbledger.violations.hold import hold_person, hold_violation, hold_violations, release_hold
from curbledger.violations.models import Hold, Violation
from tests import cast
from tests.cast import NOON
from tests.violations.races import Other, has_to_wait, second_connection

place = partial(hold_violation, kind="dispute", reason="The plate was read wrong.", at=NOON, by="clerk")
place_on_person = partial(hold_person, kind="bankruptcy", reason="Chapter 7.", at=NOON, by="clerk")
release = partial(release_hold, reason="Settled.", at=NOON, by="clerk")


def hold_count(violation: Violation) -> int:
    return Violation.objects.get(pk=violation.pk).hold_count


def test_a_hold_says_who_why_and_until_when(inside: Client) -> None:
    violation = cast.issue(inside)
    placed = place(inside, violation.ticket, until=date(2026, 6, 1))
    found = Hold.objects.get(pk=placed.pk)
    assert (found.violation_id, found.person_id, found.kind) == (violation.pk, None, "dispute")
    assert (found.reason, found.placed_by, found.starts_at) == ("The plate was read wrong.", "clerk", NOON)
    assert (found.until, found.released_at) == (date(2026, 6, 1), None)
    assert hold_count(violation) == 1


def test_a_hold_on_a_person_says_of_which_day_the_petition_is(inside: Client) -> None:
    robin = cast.person(inside)
    placed = place_on_person(inside, robin.pk, petition_on=date(2026, 3, 10), until=date(2027, 1, 1))
    found = Hold.objects.get(pk=placed.pk)
    assert (found.violation_id, found.person_id, found.kind) == (None, robin.pk, "bankruptcy")
    assert (found.petition_on, found.until) == (date(2026, 3, 10), date(2027, 1, 1))


@pytest.mark.parametrize("kind", HOLD_KINDS)
def test_a_kind_may_be_spelt_as_people_spell_it(inside: Client, kind: str) -> None:
    violation = cast.issue(inside)
    for spelling in (kind, kind.upper(), f" {kind} ", kind.replace("_", " "), kind.replace("_", "-").title()):
        assert place(inside, violation.ticket, kind=spelling).kind == kind


@pytest.mark.parametrize(
    ("kind", "reason", "field"), [("holiday", "Because.", "kind"), ("", "Because.", "kind"), ("court", " ", "reason")]
)
def test_a_kind_that_does_not_exist_and_a_missing_reason_are_refused(
    inside: Client, kind: str, reason: str, field: str
) -> None:
    violation, robin = cast.issue(inside), cast.person(inside)
    for attempt in (partial(place, inside, violation.ticket), partial(place_on_person, inside, robin.pk)):
        with pytest.raises(Invalid) as refused:
            attempt(kind=kind, reason=reason)
        assert refused.value.field == field
    assert not Hold.objects.exists()


@pytest.mark.parametrize(("until", "over"), [(NOON.date(), False), (NOON.date() - timedelta(days=1), True)])
def test_a_hold_through_a_day_that_is_over_is_refused_and_through_today_is_none(
    inside: Client, until: date, over: bool
) -> None:
    violation, robin = cast.issue(inside), cast.person(inside)
    many = partial(hold_violations, inside, [violation.pk], kind="court", reason="x", at=NOON, by="clerk")
    attempts = (partial(place, inside, violation.ticket), partial(place_on_person, inside, robin.pk), many)
    for attempt in attempts:
        if over:
            with pytest.raises(Invalid, match="2026-05-19 is over: it is 2026-05-20 already") as refused:
                attempt(until=until)
            assert refused.value.field == "until"
        else:
            attempt(until=until)
    assert Hold.objects.count() == (0 if over else 3)


def test_what_day_it_is_the_clients_clock_says(inside: Client) -> None:
    late = datetime(2026, 5, 21, 3, 59, tzinfo=UTC)
    violation = cast.issue(inside)
    assert place(inside, violation.ticket, at=late, until=date(2026, 5, 20)).until == date(2026, 5, 20)
    with pytest.raises(Invalid):
        place(inside, violation.ticket, at=late + timedelta(minutes=1), until=date(2026, 5, 20))


@pytest.mark.parametrize(
    ("petition_on", "fits"),
    [
        (NOON.date(), True),
        (NOON.date() + timedelta(days=1), False),
        (date(1950, 1, 1), True),
        (date(1949, 12, 31), False),
        (date(26, 5, 1), False),
    ],
)
def test_a_petition_of_a_day_on_which_nobody_filed_it_is_refused(inside: Client, petition_on: date, fits: bool) -> None:
    """A slip of the year would let tickets go that the court has stayed, or keep later ones for ever."""
    robin = cast.person(inside)
    if fits:
        assert place_on_person(inside, robin.pk, petition_on=petition_on).petition_on == petition_on
        return
    with pytest.raises(Invalid, match=f"No petition was filed on {petition_on.isoformat()}") as refused:
        place_on_person(inside, robin.pk, petition_on=petition_on)
    assert refused.value.field == "petition_on"
    assert not Hold.objects.exists()


def test_the_refusal_of_a_kind_lists_those_that_exist(inside: Client) -> None:
    with pytest.raises(Invalid) as refused:
        place(inside, cast.issue(inside).ticket, kind="holiday")
    assert all(kind in refused.value.message for kind in HOLD_KINDS)


def test_what_does_not_exist_cannot_be_held(inside: Client) -> None:
    with pytest.raises(NotFound, match="no ticket 1-NONE"):
        place(inside, "1-NONE")
    with pytest.raises(NotFound, match="no person 999"):
        place_on_person(inside, 999)
    with pytest.raises(NotFound, match="no hold 999"):
        release(999)


def test_another_clients_people_and_holds_do_not_exist(town: Client, campus: Client) -> None:
    with client_scope(campus.pk):
        stranger = cast.person(campus)
        held = place(campus, cast.issue(campus).ticket)
    with client_scope(town.pk):
        with pytest.raises(NotFound):
            place_on_person(town, stranger.pk)
        with pytest.raises(NotFound):
            release(held.pk)


def test_a_release_says_who_and_why_and_happens_once(inside: Client) -> None:
    violation = cast.issue(inside)
    placed = place(inside, violation.ticket)
    release(placed.pk)
    found = Hold.objects.get(pk=placed.pk)
    assert (found.released_at, found.released_by, found.release_reason) == (NOON, "clerk", "Settled.")
    assert hold_count(violation) == 0
    with pytest.raises(Conflict, match="released already"):
        release(placed.pk, reason="Again.")
    assert Hold.objects.get(pk=placed.pk).release_reason == "Settled."


def committed_ticket(town: Client, **columns: Any) -> Violation:
    with client_scope(town.pk):
        return cast.issue(town, **columns)


def test_two_who_release_one_hold_at_once_cannot_both_have_done_it(committed_town: Client) -> None:
    violation = committed_ticket(committed_town)
    with client_scope(committed_town.pk):
        placed = place(committed_town, violation.ticket)

    def release_too() -> None:
        with client_scope(committed_town.pk):
            release(placed.pk, reason="Me too.")

    with client_scope(committed_town.pk):
        release(placed.pk)
        other = Other(release_too)
        other.wait_until_blocked()
    with pytest.raises(Conflict):
        other.result()
    with client_scope(committed_town.pk):
        assert Hold.objects.get(pk=placed.pk).release_reason == "Settled."
        assert hold_count(violation) == 0


CLAIM_LOCK = "SELECT id FROM violation WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE"


def claim(database: psycopg.Connection[object], *violations: Violation) -> None:
    """Lock as a claim does (claim.sql: lock), or fail at once."""
    database.execute(f"{CLAIM_LOCK} NOWAIT", [[one.pk for one in violations]])


def test_a_hold_waits_for_a_claim_that_has_its_ticket(committed_town: Client) -> None:
    violation = committed_ticket(committed_town)
    with second_connection(committed_town) as other:
        claim(other, violation)
        with has_to_wait(committed_town):
            place(committed_town, violation.ticket)


def test_a_claim_waits_for_a_hold_on_its_ticket_and_not_on_its_neighbour(committed_town: Client) -> None:
    held, neighbour = committed_ticket(committed_town), committed_ticket(committed_town)
    with client_scope(committed_town.pk), second_connection(committed_town) as other:
        place(committed_town, held.ticket)
        claim(other, neighbour)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            claim(other, held)


def a_persons_tickets(town: Client) -> tuple[Person, list[Violation], list[Violation]]:
    """Robin, the tickets that a hold on Robin is about, and those that it is not about."""
    with client_scope(town.pk):
        robin, kim = cast.person(town), cast.person(town)
        car = cast.vehicle(town, None, robin, kim)
        mine = [cast.issue(town, person=robin), cast.issue(town, vehicle=car), cast.issue(town, person=robin)]
        others = [cast.issue(town, person=kim), cast.issue(town, vehicle=car, person=kim), cast.issue(town)]
    return robin, mine, others


def test_a_hold_on_a_person_waits_for_a_claim_of_any_of_their_tickets(committed_town: Client) -> None:
    robin, mine, _ = a_persons_tickets(committed_town)
    for violation in mine:
        with second_connection(committed_town) as other:
            claim(other, violation)
            with has_to_wait(committed_town):
                place_on_person(committed_town, robin.pk)


def test_a_claim_of_any_of_a_persons_tickets_waits_for_a_hold_on_them(committed_town: Client) -> None:
    robin, mine, others = a_persons_tickets(committed_town)
    with client_scope(committed_town.pk):
        place_on_person(committed_town, robin.pk)
        with second_connection(committed_town) as other:
            claim(other, *others)
        for violation in mine:
            with second_connection(committed_town) as other, pytest.raises(psycopg.errors.LockNotAvailable):
                claim(other, violation)


def test_a_claim_waits_for_a_driver_who_brings_a_hold_along(committed_town: Client) -> None:
    robin, _, _ = a_persons_tickets(committed_town)
    with client_scope(committed_town.pk):
        place_on_person(committed_town, robin.pk)
        kim = cast.person(committed_town)
        car, other_car = cast.vehicle(committed_town), cast.vehicle(committed_town)
        mine, others = (cast.issue(committed_town, vehicle=one) for one in (car, other_car))
    with client_scope(committed_town.pk), second_connection(committed_town) as other:
        Driver.objects.create(client_id=committed_town.pk, vehicle=car, person=robin)
        Driver.objects.create(client_id=committed_town.pk, vehicle=other_car, person=kim)
        claim(other, others)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            claim(other, mine)


def test_two_holds_on_people_who_share_a_car_do_not_wait_in_a_circle(committed_town: Client) -> None:
    """Each locks the tickets of both in id order, so the second waits for the first, and then goes on."""
    with client_scope(committed_town.pk):
        robin, kim = cast.person(committed_town), cast.person(committed_town)
        car = cast.vehicle(committed_town, None, robin, kim)
        for _ in range(5):
            cast.issue(committed_town, vehicle=car)

    def hold_kim() -> int:
        with client_scope(committed_town.pk):
            return place_on_person(committed_town, kim.pk).pk

    with client_scope(committed_town.pk):
        place_on_person(committed_town, robin.pk)
        other = Other(hold_kim)
        other.wait_until_blocked()
    with client_scope(committed_town.pk):
        assert Hold.objects.filter(pk=other.result()).exists()
