"""The client scope: what it opens, what it leaves behind (nothing), and that it never becomes another's."""

from __future__ import annotations

from functools import partial

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.errors import ScopeViolation
from curbledger.violations.models import Violation
from tests import cast
from tests.violations.races import Other, another_town, second_connection

SETTING = "SELECT current_setting('curbledger.client_id', true)"


def setting() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(SETTING)
        (value,) = cursor.fetchone()
    found: str | None = value
    return found


def seen() -> int:
    return Violation.objects.count()


@pytest.fixture
def ticketed(committed_town: Client) -> Client:
    """A town with one ticket."""
    with client_scope(committed_town.pk):
        cast.issue(committed_town)
    return committed_town


def test_inside_its_rows_exist_and_outside_they_do_not(ticketed: Client) -> None:
    assert seen() == 0
    with client_scope(ticketed.pk):
        assert seen() == 1
    assert seen() == 0


def test_after_a_scope_the_setting_is_empty(ticketed: Client) -> None:
    with client_scope(ticketed.pk):
        assert setting() == str(ticketed.pk)
    assert setting() == ""


def test_the_setting_ends_with_the_transaction_however_it_ends(ticketed: Client) -> None:
    """Behind a pooler the next transaction of this session is somebody else's."""
    for ending in ("COMMIT", "ROLLBACK"):
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT set_config('curbledger.client_id', %s, true)", [str(ticketed.pk)])
            assert seen() == 1
            cursor.execute(ending)
        assert not setting()
        assert seen() == 0


def test_a_scope_is_a_transaction_that_commits_at_its_end(ticketed: Client) -> None:
    with client_scope(ticketed.pk):
        cast.issue(ticketed, ticket="1-NEW")
        with second_connection(ticketed) as other:
            assert other.execute("SELECT 1 FROM violation WHERE ticket = '1-NEW'").fetchall() == []
    with second_connection(ticketed) as other:
        assert other.execute("SELECT 1 FROM violation WHERE ticket = '1-NEW'").fetchall() == [(1,)]


def test_an_exception_rolls_back_and_goes_on(ticketed: Client) -> None:
    def break_off() -> None:
        with client_scope(ticketed.pk):
            cast.issue(ticketed)
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert (setting(), seen()) == ("", 0)
    with client_scope(ticketed.pk):
        assert seen() == 1


def test_it_nests_for_the_same_client_as_a_savepoint(ticketed: Client) -> None:
    def break_off() -> None:
        with client_scope(ticketed.pk):
            cast.issue(ticketed)
            raise KeyError

    with client_scope(ticketed.pk):
        cast.issue(ticketed)
        with pytest.raises(KeyError):
            break_off()
        assert seen() == 2, "the inner one is undone, the outer one is not"
        with client_scope(ticketed.pk):
            cast.issue(ticketed)
        assert seen() == 3, "after the inner one the outer one goes on"
    with client_scope(ticketed.pk):
        assert seen() == 3


def test_it_does_not_nest_for_another_client_and_the_outer_one_goes_on(ticketed: Client) -> None:
    stranger = another_town()
    with client_scope(ticketed.pk):
        with pytest.raises(ScopeViolation, match=f"{stranger.pk} .* inside that of client {ticketed.pk}"):
            client_scope(stranger.pk).__enter__()
        assert (setting(), seen()) == (str(ticketed.pk), 1)
    assert setting() == ""


def test_one_scope_after_another_is_no_nesting(ticketed: Client) -> None:
    stranger = another_town()
    for client, count in ((ticketed, 1), (stranger, 0), (ticketed, 1)):
        with client_scope(client.pk):
            assert seen() == count


def test_within_a_transaction_of_somebody_else_nothing_stays_open(ticketed: Client) -> None:
    """A setting outlives a released savepoint, so the scope takes it back itself."""
    with transaction.atomic():
        with client_scope(ticketed.pk):
            assert seen() == 1
        assert (setting(), seen()) == ("", 0)
        with client_scope(ticketed.pk):
            assert seen() == 1


def test_within_a_transaction_of_somebody_else_an_exception_leaves_nothing_open(ticketed: Client) -> None:
    def fail() -> None:
        with client_scope(ticketed.pk):
            Violation.objects.create(client_id=ticketed.pk, fine=-1, issued_at=cast.NOON, due_at=cast.NOON)

    with transaction.atomic():
        with pytest.raises(IntegrityError):
            fail()
        assert not setting()
        assert seen() == 0


def test_a_scope_of_a_client_who_does_not_exist_is_empty(ticketed: Client) -> None:
    with client_scope(2**62):
        assert seen() == 0


def test_another_connection_sees_nothing_meanwhile(ticketed: Client) -> None:
    with client_scope(ticketed.pk):
        with second_connection() as other:
            assert other.execute("SELECT count(*) FROM violation").fetchall() == [(0,)]
        assert Other(seen).result() == 0
        assert Other(setting).result() is None


def test_two_threads_are_in_two_scopes_at_once(ticketed: Client) -> None:
    stranger = another_town()

    def look() -> tuple[str | None, int]:
        with client_scope(stranger.pk):
            return setting(), seen()

    with client_scope(ticketed.pk):
        assert Other(partial(look)).result() == (str(stranger.pk), 0)
        assert (setting(), seen()) == (str(ticketed.pk), 1)


@pytest.mark.parametrize("value", ["", "0", "-1"])
def test_a_setting_that_names_no_client_opens_nothing(ticketed: Client, value: str) -> None:
    with second_connection() as other:
        other.execute("SELECT set_config('curbledger.client_id', %s, true)", [value])
        assert other.execute("SELECT client_id FROM violation").fetchall() == []


def test_a_setting_that_is_no_number_is_an_error_and_opens_nothing(ticketed: Client) -> None:
    with second_connection() as other:
        other.execute("SELECT set_config('curbledger.client_id', '1 OR true', true)")
        with pytest.raises(psycopg.DataError):
            other.execute("SELECT client_id FROM violation")
