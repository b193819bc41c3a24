"""Many push at once: the database decides, and nobody is answered wrongly."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from typing import Any, TypeVar
from uuid import UUID

import pytest
from django.db import connection

from curbledger.clients.client import Client
from curbledger.database.constraints import Taken
from curbledger.database.scope import client_scope
from curbledger.errors import NotFound
from curbledger.permits.delete import delete_permit
from curbledger.permits.models import Permit, Zone
from curbledger.permits.update import update_permit
from tests import cast
from tests.databases import drop_database, new_database, use_database
from tests.permits.parking import HOUR, push, zone
from tests.violations.races import Other
from tests.wire.pushing import Integrator, integrator

T = TypeVar("T")
MANY = 20


def at_once(work: Callable[[int], T]) -> list[T | Exception]:
    """What came of each of many that do the same at once, every one on a connection of its own."""
    together = Barrier(MANY)

    def one(number: int) -> T | Exception:
        try:
            together.wait(60)
            return work(number)
        except Exception as error:  # noqa: BLE001  It is the result.
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(one, range(MANY)))


def in_scope(client: Client, work: Callable[[int], T]) -> Callable[[int], T]:
    def scoped(number: int) -> T:
        with client_scope(client.pk):
            return work(number)

    return scoped


def test_twenty_identical_calls_on_a_fresh_database_are_one_permit(django_db_blocker: Any) -> None:
    """Through the wire, as integrators do it."""
    body = {
        "plate": "ABC 123",
        "startTime": "2026-05-20T09:00:00",
        "endTime": "2026-05-20T17:00:00",
        "permitNo": "7",
        "zone": "Lot 4",
        "amount": "3.50",
    }
    with django_db_blocker.unblock():
        name = new_database()
        with use_database(name):
            client = cast.town()
            gate: Integrator = integrator(client, "permit-create")
            answers = at_once(lambda _: gate.push("permits/push", **body))
            assert len({str(answer) for answer in answers}) == 1
            (status, answer), *_ = (answer for answer in answers if isinstance(answer, tuple))
            assert status == 200
            with client_scope(client.pk):
                assert [str(found.reference) for found in Permit.objects.all()] == [answer["reference_id"]]
        drop_database(name)


@pytest.mark.parametrize("number", [None, "7"])
def test_twenty_identical_pushes_are_one_permit(committed_town: Client, number: str | None) -> None:
    results = at_once(in_scope(committed_town, lambda _: push(committed_town, number=number, zone="Lot 4")))
    with client_scope(committed_town.pk):
        assert set(results) == {Permit.objects.get().reference}


def test_of_twenty_with_one_number_and_other_details_one_is_stored(committed_town: Client) -> None:
    results = at_once(in_scope(committed_town, lambda turn: push(committed_town, f"P {turn}", number="7")))
    assert sum(isinstance(result, Taken) for result in results) == MANY - 1
    with client_scope(committed_town.pk):
        assert Permit.objects.get().reference in results


def test_of_twenty_deletes_one_deletes(committed_town: Client) -> None:
    with client_scope(committed_town.pk):
        reference = push(committed_town)
    results = at_once(in_scope(committed_town, lambda _: delete_permit(reference, at=cast.NOON)))
    assert sum(isinstance(result, NotFound) for result in results) == MANY - 1
    assert results.count(None) == 1


def test_who_pushes_second_waits_and_is_told_of_the_first(committed_town: Client) -> None:
    town = committed_town

    def again() -> UUID:
        with client_scope(town.pk):
            return push(town)

    with client_scope(town.pk):
        first = push(town)
        second = Other(again)
        second.wait_until_blocked()
    assert second.result() == first


def test_who_pushes_second_stores_it_where_the_first_is_undone(committed_town: Client) -> None:
    town = committed_town

    def again() -> UUID:
        with client_scope(town.pk):
            return push(town)

    with suppress(ZeroDivisionError), client_scope(town.pk):
        push(town)
        second = Other(again)
        second.wait_until_blocked()
        raise ZeroDivisionError
    stored = second.result()
    with client_scope(town.pk):
        assert Permit.objects.get().reference == stored


@pytest.mark.parametrize("number", [None, "7"])
def test_who_pushes_while_the_permit_is_deleted_is_told_of_it_or_makes_a_new_one(
    committed_town: Client, number: str | None
) -> None:
    """Never of none: until the delete is committed the permit is there, and then its push is free again."""
    town = committed_town

    def work(turn: int) -> UUID:
        if turn:
            return push(town, number=number)
        delete_permit(first, at=cast.NOON)
        return first

    for _ in range(5):
        with client_scope(town.pk):
            first = push(town, number=number)
        results = at_once(in_scope(town, work))
        with client_scope(town.pk):
            live = set(Permit.objects.live().values_list("reference", flat=True))
        assert len(live) <= 1
        assert set(results) <= {first, *live}


def test_two_updates_are_made_one_after_the_other(committed_town: Client) -> None:
    town = committed_town
    with client_scope(town.pk):
        reference = push(town)

    def shorten() -> None:
        with client_scope(town.pk):
            update_permit(reference, {"ends_at": cast.NOON + HOUR / 2}, at=cast.NOON)

    with client_scope(town.pk):
        update_permit(reference, {"plate": "NEW"}, at=cast.NOON)
        other = Other(shorten)
        other.wait_until_blocked()
    other.result()
    with client_scope(town.pk):
        found = Permit.objects.get()
        assert (found.plate, found.ends_at) == ("NEW", cast.NOON + HOUR / 2)


def test_a_zone_configured_meanwhile_takes_in_a_permit_that_is_being_pushed(committed_town: Client) -> None:
    town = committed_town

    def configure() -> int:
        with client_scope(town.pk):
            return zone(town, "Lot 4").pk

    with client_scope(town.pk):
        push(town, zone="lot4")
        other = Other(configure)
        other.wait_until_blocked()
    made = other.result()
    with client_scope(town.pk):
        assert Permit.objects.get().zone_id == made


def test_a_permit_pushed_meanwhile_finds_the_zone_that_is_being_configured(committed_town: Client) -> None:
    town = committed_town

    def push_it() -> UUID:
        with client_scope(town.pk):
            return push(town, zone="lot4")

    with client_scope(town.pk):
        made = zone(town, "Lot 4")
        other = Other(push_it)
        other.wait_until_blocked()
    other.result()
    with client_scope(town.pk):
        assert Permit.objects.get().zone_id == made.pk


def test_twenty_who_configure_one_zone_make_it_once(committed_town: Client) -> None:
    results = at_once(
        in_scope(committed_town, lambda turn: zone(committed_town, "Lot 4" if turn % 2 else "LOT4").number)
    )
    assert set(results) == {1}
    with client_scope(committed_town.pk):
        assert Zone.objects.count() == 1
        assert zone(committed_town, "Next").number == 2
