"""Every kind of hold, on a ticket, on a person, and on who drives: from when, until when, and for which tickets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from curbledger.clients.client import Client
from curbledger.clients.policy import HOLD_KINDS
from curbledger.registry.models import Driver
from curbledger.violations.hold import release_hold
from tests import cast
from tests.cast import NOON
from tests.violations.verdicts import hold, local, move_to, policy, reasons

TODAY = date(2026, 5, 20)
HELD = ("on_hold",)
DAY = timedelta(days=1)


@pytest.mark.parametrize("kind", HOLD_KINDS)
def test_every_kind_of_hold_keeps_its_ticket_back_and_no_other(inside: Client, kind: str) -> None:
    held, neighbour = cast.issue(inside), cast.issue(inside)
    hold(inside, violation=held, kind=kind)
    assert (reasons(inside, held), reasons(inside, neighbour)) == (HELD, ())


@pytest.mark.parametrize(("until", "expected"), [(TODAY - DAY, ()), (TODAY, HELD), (TODAY + DAY, HELD), (None, HELD)])
def test_a_hold_lasts_through_its_last_day(inside: Client, until: date | None, expected: tuple[str, ...]) -> None:
    violation = cast.issue(inside)
    hold(inside, violation=violation, until=until)
    assert reasons(inside, violation) == expected


def test_the_last_day_ends_at_midnight_where_the_client_is(inside: Client) -> None:
    violation = cast.issue(inside)
    hold(inside, violation=violation, until=TODAY)
    midnight = datetime(2026, 5, 21, 4, tzinfo=UTC)
    assert reasons(inside, violation, at=midnight - timedelta(microseconds=1)) == HELD
    assert reasons(inside, violation, at=midnight) == ()


@pytest.mark.parametrize(("starts_in", "expected"), [(-1, HELD), (0, HELD), (1, ())])
def test_a_hold_that_was_put_off_begins_at_its_moment(
    inside: Client, starts_in: int, expected: tuple[str, ...]
) -> None:
    violation = cast.issue(inside)
    hold(inside, violation=violation, starts_at=NOON + timedelta(microseconds=starts_in))
    assert reasons(inside, violation) == expected


@pytest.mark.parametrize(("recorded_in", "expected"), [(-1, ()), (0, HELD), (1, HELD)])
def test_a_hold_that_was_not_put_off_has_begun_whatever_two_clocks_say(
    inside: Client, recorded_in: int, expected: tuple[str, ...]
) -> None:
    """It was recorded by a machine whose clock is ahead of the one that asks."""
    violation = cast.issue(inside)
    ahead = NOON + timedelta(seconds=5)
    hold(inside, violation=violation, starts_at=ahead, created_at=ahead + timedelta(microseconds=recorded_in))
    assert reasons(inside, violation) == expected


def test_a_released_hold_holds_no_more_and_the_other_one_still_does(inside: Client) -> None:
    violation = cast.issue(inside)
    first, second = hold(inside, violation=violation), hold(inside, violation=violation, kind="court")
    release_hold(first.pk, reason="Settled.", at=NOON, by="clerk")
    assert reasons(inside, violation) == HELD
    release_hold(second.pk, reason="Settled.", at=NOON, by="clerk")
    assert reasons(inside, violation) == ()


def test_a_hold_on_a_person_keeps_all_of_their_tickets_and_nobody_elses(inside: Client) -> None:
    robin, kim = cast.person(inside), cast.person(inside)
    mine = [cast.issue(inside, person=robin) for _ in range(2)]
    other, nobodys = cast.issue(inside, person=kim), cast.issue(inside)
    placed = hold(inside, person=robin, kind="deceased")
    assert [reasons(inside, one) for one in (*mine, other, nobodys)] == [HELD, HELD, (), ()]
    release_hold(placed.pk, reason="A mistake.", at=NOON, by="clerk")
    assert [reasons(inside, one) for one in mine] == [(), ()]


def test_a_ticket_issued_after_the_hold_on_its_person_is_kept_too(inside: Client) -> None:
    robin = cast.person(inside)
    hold(inside, person=robin)
    assert reasons(inside, cast.issue(inside, person=robin)) == HELD


def test_a_hold_on_a_driver_keeps_what_names_nobody(inside: Client) -> None:
    robin, kim = cast.person(inside), cast.person(inside)
    car, other_car = cast.vehicle(inside, None, robin, kim), cast.vehicle(inside, None, kim)
    hold(inside, person=robin, kind="bankruptcy")
    assert reasons(inside, cast.issue(inside, vehicle=car)) == HELD
    assert reasons(inside, cast.issue(inside, vehicle=car, person=robin)) == HELD
    assert reasons(inside, cast.issue(inside, vehicle=car, person=kim)) == (), "it names somebody who is not held"
    assert reasons(inside, cast.issue(inside, vehicle=other_car)) == ()


def test_a_drivers_hold_stays_off_what_names_somebody_else_also_where_other_holds_are_over(inside: Client) -> None:
    robin, kim = cast.person(inside), cast.person(inside)
    violation = cast.issue(inside, vehicle=cast.vehicle(inside, None, robin), person=kim)
    hold(inside, person=robin)
    hold(inside, person=kim, until=TODAY - DAY)
    hold(inside, violation=violation, until=TODAY - DAY)
    assert reasons(inside, violation) == ()


def test_a_new_driver_brings_their_hold_along_and_takes_it_away(inside: Client) -> None:
    robin = cast.person(inside)
    car = cast.vehicle(inside)
    violation = cast.issue(inside, vehicle=car)
    hold(inside, person=robin)
    assert reasons(inside, violation) == ()
    driver = Driver.objects.create(client_id=inside.pk, vehicle=car, person=robin)
    assert reasons(inside, violation) == HELD
    driver.delete()
    assert reasons(inside, violation) == ()


@pytest.mark.parametrize(
    ("issued", "expected"),
    [
        (("2026-03-09", "12:00"), HELD),
        (("2026-03-10", "00:00"), HELD),
        (("2026-03-10", "23:59:59.999999"), HELD),
        (("2026-03-11", "00:00"), ()),
        (("2026-03-11", "12:00"), ()),
    ],
)
@pytest.mark.parametrize("on_person", [True, False])
def test_a_bankruptcy_holds_what_was_issued_up_to_the_day_of_the_petition(
    inside: Client, issued: tuple[str, str], expected: tuple[str, ...], on_person: bool
) -> None:
    robin = cast.person(inside)
    violation = cast.issue(inside, person=robin, issued_at=local(*issued))
    target = {"person": robin} if on_person else {"violation": violation}
    hold(inside, kind="bankruptcy", petition_on=date(2026, 3, 10), **target)
    assert reasons(inside, violation) == expected


@pytest.mark.parametrize(
    ("zone", "petition_on", "last", "first_after"),
    [
        # 23:30 in Toronto is the next day in Greenwich.
        ("America/Toronto", date(2026, 3, 10), "2026-03-11T03:30", "2026-03-11T04:00"),
        ("Pacific/Kiritimati", date(2026, 3, 10), "2026-03-10T09:59", "2026-03-10T10:00"),
        # The clock skips midnight; midnight comes twice, and the day after begins with the first.
        ("America/Santiago", date(2025, 9, 6), "2025-09-07T03:59", "2025-09-07T04:00"),
        ("America/Havana", date(2025, 11, 1), "2025-11-02T03:59", "2025-11-02T04:00"),
    ],
)
def test_the_day_of_the_petition_is_that_of_the_client(
    inside: Client, zone: str, petition_on: date, last: str, first_after: str
) -> None:
    move_to(inside, zone)
    robin = cast.person(inside)
    hold(inside, person=robin, kind="bankruptcy", petition_on=petition_on)
    before, after = (
        cast.issue(inside, person=robin, issued_at=datetime.fromisoformat(moment).replace(tzinfo=UTC))
        for moment in (last, first_after)
    )
    assert (reasons(inside, before), reasons(inside, after)) == (HELD, ())


def test_a_policy_may_leave_a_kind_of_hold_out(inside: Client) -> None:
    policy(inside, hold_kinds=["court"])
    in_dispute, in_court = cast.issue(inside), cast.issue(inside)
    hold(inside, violation=in_dispute, kind="dispute")
    hold(inside, violation=in_court, kind="court")
    assert (reasons(inside, in_dispute), reasons(inside, in_court)) == ((), HELD)


@pytest.mark.parametrize("kinds", [[], ["court"]])
def test_no_policy_lets_out_what_cannot_be_printed(inside: Client, kinds: list[str]) -> None:
    """It would break the answer off with every call."""
    policy(inside, hold_kinds=kinds)
    violation = cast.issue(inside)
    hold(inside, violation=violation, kind="unprintable")
    assert reasons(inside, violation) == HELD
