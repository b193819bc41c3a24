"""A key is let in once, also where two come at the same moment."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import timedelta

import pytest

from curbledger.clients.client import Client
from curbledger.clients.once import REMEMBERED, DoneAlready, SpentKey, spend
from curbledger.database.scope import client_scope
from tests.cast import NOON
from tests.violations.races import Other


def use(client: Client, key: uuid.UUID, *, at_day: int = 0) -> None:
    with client_scope(client.pk):
        spend(client, key, at=NOON + timedelta(days=at_day), by="clerk@example.org")


def test_a_key_is_good_once(town: Client) -> None:
    key = uuid.uuid4()
    use(town, key)
    with pytest.raises(DoneAlready, match="done already"):
        use(town, key)
    use(town, uuid.uuid4())


def test_two_clients_may_have_the_same_key(town: Client, campus: Client) -> None:
    key = uuid.uuid4()
    use(town, key)
    use(campus, key)


def test_what_fails_gives_its_key_back(town: Client) -> None:
    key = uuid.uuid4()
    with suppress(ZeroDivisionError), client_scope(town.pk):
        spend(town, key, at=NOON, by="clerk@example.org")
        raise ZeroDivisionError
    use(town, key)


def test_keys_that_are_no_longer_good_are_forgotten(town: Client) -> None:
    use(town, uuid.uuid4())
    use(town, uuid.uuid4(), at_day=REMEMBERED.days)
    use(town, uuid.uuid4(), at_day=REMEMBERED.days + 1)
    with client_scope(town.pk):
        assert SpentKey.objects.count() == 2


def test_the_second_of_two_clicks_waits_and_is_refused(committed_town: Client) -> None:
    key = uuid.uuid4()
    with client_scope(committed_town.pk):
        spend(committed_town, key, at=NOON, by="clerk@example.org")
        other = Other(lambda: use(committed_town, key))
        other.wait_until_blocked()
    with pytest.raises(DoneAlready):
        other.result()


def test_the_second_of_two_clicks_does_the_work_where_the_first_fails(committed_town: Client) -> None:
    key = uuid.uuid4()
    with suppress(ZeroDivisionError), client_scope(committed_town.pk):
        spend(committed_town, key, at=NOON, by="clerk@example.org")
        other = Other(lambda: use(committed_town, key))
        other.wait_until_blocked()
        raise ZeroDivisionError
    other.result()
    with client_scope(committed_town.pk):
        assert SpentKey.objects.filter(key=key).count() == 1
