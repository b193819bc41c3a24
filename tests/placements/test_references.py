"""A reference that is looked at once for a statement refuses what a foreign key refuses."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.placements.batch import Chunk, Placement, Revision
from tests.cast import issue
from tests.placements.handing import arrived, call
from tests.violations.races import Other, second_connection

KEY = "placement_revision_id_fkey"
AGAIN = """
INSERT INTO placement (
    client_id, revision_id, violation_id, cycle, state, balance, decided_at, issued_at, due_at,
    fine, towing, tax, fees, discount, paid)
SELECT client_id, %(revision)s, violation_id, cycle + 1, state, balance, decided_at, issued_at, due_at,
       fine, towing, tax, fees, discount, paid
FROM placement
"""


def _placed(town: Client, count: int = 3) -> Revision:
    with client_scope(town.pk):
        for _ in range(count):
            issue(town)
    return arrived(town).revision


def _refused(town: Client, statement: str, **parameters: Any) -> None:
    with (
        client_scope(town.pk),
        pytest.raises(IntegrityError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, parameters)
    cause = refused.value.__cause__
    assert isinstance(cause, psycopg.errors.ForeignKeyViolation)
    assert cause.diag.constraint_name == KEY


def test_rows_that_point_at_nothing_are_refused_with_the_whole_statement(town: Client) -> None:
    revision = _placed(town)
    _refused(town, AGAIN, revision=revision.pk + 1000)
    with client_scope(town.pk):
        assert Placement.objects.count() == 3


def test_one_row_of_several_that_points_at_nothing_is_enough(town: Client) -> None:
    _placed(town)
    empty = call(town).revision
    _refused(
        town,
        AGAIN.replace("%(revision)s", "CASE WHEN violation_id = %(one)s THEN %(nowhere)s ELSE %(revision)s END"),
        one=_first_violation(town),
        nowhere=empty.pk + 1000,
        revision=empty.pk,
    )


def test_rows_that_point_at_a_neighbours_are_refused(town: Client, campus: Client) -> None:
    _placed(town)
    _refused(town, AGAIN, revision=_placed(campus).pk)


def test_rows_that_point_at_what_is_there_are_written(town: Client) -> None:
    _placed(town)
    other = _placed(town, 1)
    with client_scope(town.pk), connection.cursor() as cursor:
        cursor.execute(AGAIN + " WHERE revision_id <> %(revision)s", {"revision": other.pk})
        assert Placement.objects.filter(revision_id=other.pk).count() == 4


def test_a_row_does_not_move_to_another(town: Client) -> None:
    first, second = _placed(town), _placed(town)
    _refused(
        town,
        "UPDATE placement SET revision_id = %(second)s WHERE revision_id = %(first)s",
        first=first.pk,
        second=second.pk,
    )


def test_what_is_pointed_at_is_not_deleted(town: Client) -> None:
    _placed(town)
    with client_scope(town.pk):
        Chunk.objects.all().delete()
    _refused(town, "DELETE FROM batch_revision")


def test_what_is_pointed_at_is_not_renumbered(town: Client) -> None:
    revision = _placed(town)
    with client_scope(town.pk):
        Chunk.objects.all().delete()
    _refused(town, "UPDATE batch_revision SET id = id + 1000 WHERE id = %(id)s", id=revision.pk)


def test_what_nothing_points_at_can_go(town: Client) -> None:
    empty = call(town).revision
    with client_scope(town.pk):
        assert Revision.objects.filter(pk=empty.pk).delete()[0] == 1


def test_whoever_deletes_what_somebody_begins_to_point_at_waits_and_is_refused(committed_town: Client) -> None:
    town = committed_town
    first, empty = _placed(town), call(town).revision

    def delete() -> None:
        with client_scope(town.pk):
            Revision.objects.filter(pk=empty.pk).delete()

    with second_connection(town) as writer:
        writer.execute(AGAIN + " WHERE revision_id = %(first)s", {"revision": empty.pk, "first": first.pk})
        deleting = Other(delete)
        deleting.wait_until_blocked()
        writer.commit()
    with pytest.raises(IntegrityError, match=KEY):
        deleting.result()


def _first_violation(town: Client) -> int:
    with client_scope(town.pk):
        return Placement.objects.order_by("violation_id").values_list("violation_id", flat=True)[0]
