"""What is known of a plate: permits on it, and entries and alarms on it or on who drives it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.database.constraints import Taken
from curbledger.database.scope import client_scope
from curbledger.errors import Invalid, NotFound
from curbledger.permits.alarm import clear_alarm, raise_alarm
from curbledger.permits.delete import delete_permit
from curbledger.permits.do_not_ticket import leave_alone, stop_leaving_alone
from curbledger.permits.marked import Marked, Plate, Someone
from curbledger.permits.models import DoNotTicket, Permit
from curbledger.permits.update import update_permit
from curbledger.permits.validate import Known, validate_plate
from tests import cast
from tests.permits.parking import HOUR, grant, push, zone

NOTHING = Known((), (), ())


@pytest.fixture
def scoped(town: Client) -> Iterator[Client]:
    with client_scope(town.pk):
        yield town


def known(plate: str = "ABC 123") -> Known:
    return validate_plate(plate, at=cast.NOON)


def leave(client: Client, whom: Marked, **options: Any) -> DoNotTicket:
    period = {"starts_at": cast.NOON - HOUR, "ends_at": cast.NOON + HOUR, **options}
    return leave_alone(client.pk, whom, location="Main Campus", notes="Speaker.", at=cast.NOON, **period)


def test_nothing_is_nothing(scoped: Client) -> None:
    assert known() == NOTHING
    assert not known()


def test_standard_permits_come_first_and_the_longest_of_each_type(scoped: Client) -> None:
    push(scoped)
    push(scoped, ends_at=cast.NOON + 2 * HOUR, zone="lot4")
    grant(scoped, "abc-123", short_name="Month", ends_at=cast.NOON + 3 * HOUR)
    grant(scoped, short_name="Year")
    zone(scoped, "Lot 4")
    assert [(permit.kind, permit.short_name) for permit in known().permits] == [
        ("standard", "Year"),
        ("standard", "Month"),
        ("temp", "Lot 4"),
        ("temp", "Temporary Permit"),
    ]


def test_only_what_holds_now(scoped: Client) -> None:
    second = timedelta(seconds=1)
    over: dict[str, Any] = {"ends_at": cast.NOON}
    later: dict[str, Any] = {"starts_at": cast.NOON + second}
    for period in (over, later):
        push(scoped, **period)
        leave(scoped, Plate("ABC 123"), **period)
    delete_permit(push(scoped, zone="A"), at=cast.NOON)
    moved = push(scoped, zone="B")
    update_permit(moved, {"plate": "ELSE"}, at=cast.NOON)
    cleared = raise_alarm(scoped.pk, Plate("ABC 123"), text="Over.", at=cast.NOON)
    clear_alarm(cleared.pk, at=cast.NOON)
    stop_leaving_alone(leave(scoped, Plate("ABC 123")).pk)
    assert known() == NOTHING
    assert len(known("ELSE").permits) == 1


def test_what_is_on_a_person_is_on_all_they_drive(scoped: Client) -> None:
    robin, kim = cast.person(scoped), cast.person(scoped)
    cast.vehicle(scoped, "abc-123", robin)
    cast.vehicle(scoped, "XYZ 9", robin, kim)
    raise_alarm(scoped.pk, Someone(robin.pk), text=" Wanted to talk with. ", at=cast.NOON)
    raise_alarm(scoped.pk, Someone(kim.pk), text="Another.", at=cast.NOON + HOUR)
    raise_alarm(scoped.pk, Plate("xyz9"), text="Leaks oil.", at=cast.NOON - HOUR)
    leave(scoped, Someone(robin.pk))
    assert known().alarms == ("Wanted to talk with.",)
    assert known("XYZ9").alarms == ("Leaks oil.", "Wanted to talk with.", "Another.")
    assert [entry.notes for entry in known("xyz 9").left_alone] == ["Speaker."]
    assert known("ABC 124") == NOTHING


def test_another_client_knows_nothing(town: Client, campus: Client) -> None:
    with client_scope(town.pk):
        raise_alarm(town.pk, Plate("ABC 123"), text="Ours.", at=cast.NOON)
        grant(town)
        leave(town, Plate("ABC 123"))
        robin = cast.person(town)
    with client_scope(campus.pk):
        assert known() == NOTHING
        with pytest.raises(NotFound):
            raise_alarm(campus.pk, Someone(robin.pk), text="Theirs.", at=cast.NOON)


@pytest.mark.parametrize("plate", ["", "- -", "x" * 51])
def test_an_entry_is_on_a_plate(scoped: Client, plate: str) -> None:
    for mark in (
        lambda: raise_alarm(scoped.pk, Plate(plate), text="x", at=cast.NOON),
        lambda: leave(scoped, Plate(plate)),
        lambda: grant(scoped, plate),
    ):
        with pytest.raises(Invalid):
            mark()


def test_what_says_nothing_or_ends_before_it_begins_is_refused(scoped: Client) -> None:
    with pytest.raises(Invalid):
        raise_alarm(scoped.pk, Plate("A"), text=" ", at=cast.NOON)
    with pytest.raises(Invalid):
        leave(scoped, Plate("A"), ends_at=cast.NOON - HOUR)
    faults: list[dict[str, Any]] = [
        {"ends_at": cast.NOON - HOUR},
        {"short_name": " "},
        {"short_name": "x" * 101},
    ]
    for fault in faults:
        with pytest.raises(Invalid):
            grant(scoped, **fault)


def test_what_is_not_there_is_not_ended(scoped: Client) -> None:
    cleared = raise_alarm(scoped.pk, Plate("A"), text="x", at=cast.NOON)
    clear_alarm(cleared.pk, at=cast.NOON)
    for end in (
        lambda: clear_alarm(cleared.pk, at=cast.NOON),
        lambda: clear_alarm(424242, at=cast.NOON),
        lambda: stop_leaving_alone(424242),
    ):
        with pytest.raises(NotFound):
            end()  # type: ignore[no-untyped-call]


def test_a_number_is_carried_by_one_live_permit_of_either_type(scoped: Client) -> None:
    first = grant(scoped, number="7")
    with pytest.raises(Taken):
        grant(scoped, "OTHER", number="7")
    with pytest.raises(Taken):
        push(scoped, number="7")
    assert Permit.objects.count() == 1
    delete_permit(first, at=cast.NOON)
    assert push(scoped, number="7") != first
    # Without a number, each grant is another permit.
    assert grant(scoped) != grant(scoped)
