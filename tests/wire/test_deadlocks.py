"""Two calls that lock each other out: PostgreSQL ends one, which is made once more, and nobody is told to ask again."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import psycopg
import pytest
from django.db import OperationalError

from curbledger.clients.client import Client
from curbledger.database.deadlocks import outlive_deadlocks
from curbledger.database.scope import client_scope
from curbledger.registry.models import Person
from tests.violations.races import Other, second_connection
from tests.wire.pushing import Integrator, integrator

# PostgreSQL chooses whom it ends; mostly it is the one that has waited longer, which is the push.
ROUNDS = 10


def push(gate: Integrator, unique_id: str, email: str) -> int:
    body = {"unique_id": unique_id, "login_source": "OPSCOM", "first_name": "A", "last_name": "B", "email": email}
    return gate.push("profiles/push", **body)[0]


def lock_each_other_out(client: Client, gate: Integrator) -> int:
    """What a push is answered that waits for somebody who then waits for it. Raises where they are ended instead."""
    with second_connection(client) as other:
        # The first person's push wants this address, and waits to learn whether it stays the second's.
        other.execute("UPDATE person SET email = 'three@x.org' WHERE unique_id = 'u-2'")
        pushing = Other(partial(push, gate, "u-1", "two@x.org"))
        pushing.wait_until_blocked()
        try:
            other.execute("UPDATE person SET city = 'Toma' WHERE unique_id = 'u-1'")
        except psycopg.errors.DeadlockDetected:
            other.rollback()
            pushing.result()
            raise
        other.commit()
        return pushing.result()


def test_a_push_that_is_ended_to_resolve_a_deadlock_is_made_once_more(committed_town: Client) -> None:
    gate = integrator(committed_town, "profile-push")
    for _ in range(ROUNDS):
        assert [push(gate, "u-1", "one@x.org"), push(gate, "u-2", "two@x.org")] == [200, 200]
        with suppress(psycopg.errors.DeadlockDetected):
            assert lock_each_other_out(committed_town, gate) == 200
            break
    with client_scope(committed_town.pk):
        found = Person.objects.order_by("unique_id").values_list("email", "city")
        assert list(found) == [("two@x.org", "Toma"), ("three@x.org", None)]


@pytest.mark.parametrize(("deadlocks", "succeeds"), [(0, True), (1, True), (3, True), (4, False)])
def test_work_that_is_ended_by_deadlocks_is_done_again_a_few_times(deadlocks: int, succeeds: bool) -> None:
    left = [OperationalError("deadlock detected")] * deadlocks

    def work() -> str:
        if left:
            raise left.pop() from psycopg.errors.DeadlockDetected()
        return "done"

    if succeeds:
        assert outlive_deadlocks(work) == "done"
    else:
        with pytest.raises(OperationalError):
            outlive_deadlocks(work)
    assert not left


def test_another_fault_is_not_tried_again() -> None:
    faults = [OperationalError("the connection is lost")]

    def work() -> None:
        raise faults.pop()

    with pytest.raises(OperationalError, match="lost"):
        outlive_deadlocks(work)
