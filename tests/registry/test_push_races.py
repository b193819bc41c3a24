"""Many push at once, and staff work meanwhile: the database decides, and nobody is answered wrongly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import pytest
from django.db import connection

from curbledger.clients.client import Client
from curbledger.database.constraints import Taken
from curbledger.database.scope import client_scope
from curbledger.registry.models import Colour, Driver, LookupCounter, Make, Person, Vehicle
from curbledger.registry.push_person import Details, Pushed, push_person
from curbledger.registry.push_vehicle import push_vehicle
from curbledger.violations.hold import hold_person
from tests import cast
from tests.violations.races import Other

T = TypeVar("T")
MANY = 20
ROBIN = Details(first_name="Robin", last_name="Okafor", email="robin@example.org", user_name="robin")


def pushed(client: Client, unique_id: str = "u-1", **details: Any) -> Pushed:
    merged: Details = {**ROBIN, **details}  # type: ignore[typeddict-item]  # the caller names what it changes
    return push_person(client.pk, unique_id, login_source="OPSCOM", details=merged, at=cast.NOON)


def at_once(client: Client, work: Callable[[int], T]) -> list[T | Exception]:
    """What came of each of many that do the same at once, every one in a scope and on a connection of its own."""

    def one(number: int) -> T | Exception:
        try:
            with client_scope(client.pk):
                return work(number)
        except Exception as error:  # noqa: BLE001  It is the result.
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


@pytest.mark.parametrize("round_", range(3))
def test_twenty_identical_profiles_make_one_person(committed_town: Client, round_: int) -> None:
    results = at_once(committed_town, lambda _: pushed(committed_town))
    assert {type(result) for result in results} == {Pushed}
    assert Counter(result.created for result in results if isinstance(result, Pushed)) == {True: 1, False: MANY - 1}
    with client_scope(committed_town.pk):
        assert {result.person_id for result in results if isinstance(result, Pushed)} == {Person.objects.get().pk}


@pytest.mark.parametrize("column", ["email", "user_name"])
def test_of_twenty_people_with_one_address_or_name_one_is_created(committed_town: Client, column: str) -> None:
    def push(number: int) -> Pushed:
        own = {"email": f"{number}@example.org", "user_name": f"user {number}"}
        return pushed(committed_town, f"u-{number}", **{**own, column: "the same one"})

    results = at_once(committed_town, push)
    refused = [result for result in results if isinstance(result, Taken)]
    assert len(refused) == MANY - 1
    assert {error.field for error in refused} == {column}
    with client_scope(committed_town.pk):
        assert Person.objects.count() == 1


def test_twenty_identical_vehicles_make_one(committed_town: Client) -> None:
    def push(_: int) -> int:
        return push_vehicle(
            committed_town.pk, "ABC 123", plate_type="Passenger", province="ON", make="Nobody's", at=cast.NOON
        )

    results = at_once(committed_town, push)
    assert sum(isinstance(result, Taken) for result in results) == MANY - 1
    with client_scope(committed_town.pk):
        assert Vehicle.objects.get().pk in results
        assert Make.objects.filter(name="Nobody's").count() == 1


@pytest.mark.parametrize("has_counter", [True, False])
def test_twenty_vehicles_with_one_new_colour_add_it_once(committed_town: Client, has_counter: bool) -> None:
    with client_scope(committed_town.pk):
        if not has_counter:
            Colour.objects.all().delete()
            LookupCounter.objects.filter(list_name="colour").delete()
        before = Colour.objects.count()

    def push(number: int) -> int:
        spelt = "Chameleon" if number % 2 else "CHAMELEON"
        return push_vehicle(
            committed_town.pk, f"P {number}", plate_type=4, province=9, colour=spelt, make=f"M {number}", at=cast.NOON
        )

    results = at_once(committed_town, push)
    assert not [result for result in results if isinstance(result, Exception)]
    with client_scope(committed_town.pk):
        (added,) = Colour.objects.filter(name__iexact="chameleon")
        assert Colour.objects.count() == before + 1
        assert set(Vehicle.objects.values_list("colour", flat=True)) == {added.pk}
        numbers = sorted(Make.objects.values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        if has_counter:
            assert added.number == before + 1


def test_a_hold_and_a_new_driver_do_not_wait_for_a_profile_that_is_being_pushed(committed_town: Client) -> None:
    """A hold locks the person's tickets, and a new driver those of the vehicle; neither may wait for the profile."""
    town = committed_town
    with client_scope(town.pk):
        robin = Person.objects.get(pk=pushed(town).person_id)
        held = cast.vehicle(town)
        cast.issue(town, person=robin)

    def hold_and_drive() -> int:
        with client_scope(town.pk):
            hold_person(town, robin.pk, kind="court", reason="summons", at=cast.NOON, by="staff")
            Driver.objects.create(client_id=town.pk, vehicle=held, person=robin)
            return 1

    with client_scope(town.pk):
        pushed(town, city="Elsewhere", email="new@example.org", user_name=None)
        assert Other(hold_and_drive).result() == 1
    with client_scope(town.pk):
        assert Person.objects.get().city == "Elsewhere"


def test_a_profile_that_is_held_and_drives_is_pushed_while_a_hold_is_placed(committed_town: Client) -> None:
    town = committed_town
    with client_scope(town.pk):
        robin = Person.objects.get(pk=pushed(town).person_id)
        cast.vehicle(town, None, robin)
        cast.issue(town, person=robin)

    def push() -> Pushed:
        with client_scope(town.pk):
            return pushed(town, city="Elsewhere")

    with client_scope(town.pk):
        hold_person(town, robin.pk, kind="court", reason="summons", at=cast.NOON, by="staff")
        assert Other(push).result() == Pushed(robin.pk, "u-1", created=False)


def test_who_pushes_second_waits_and_changes_what_the_first_said(committed_town: Client) -> None:
    def push() -> Pushed:
        with client_scope(committed_town.pk):
            return pushed(committed_town, city="Second")

    with client_scope(committed_town.pk):
        first = pushed(committed_town, city="First")
        assert first.created
        second = Other(push)
        second.wait_until_blocked()
    assert second.result() == Pushed(first.person_id, "u-1", created=False)
    with client_scope(committed_town.pk):
        assert Person.objects.get().city == "Second"


def test_who_pushes_second_creates_where_the_first_is_undone(committed_town: Client) -> None:
    def push() -> Pushed:
        with client_scope(committed_town.pk):
            return pushed(committed_town)

    with suppress(ZeroDivisionError), client_scope(committed_town.pk):
        pushed(committed_town)
        second = Other(push)
        second.wait_until_blocked()
        raise ZeroDivisionError
    assert second.result().created
