"""Two calls that lock each other out: PostgreSQL ends one, which is made once more, and nobody is told to ask again."""

from __future__ import annotations

from functools import partial

from django.db import connection

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.registry.models import Person
from tests.violations.races import Other, second_connection
from tests.wire.pushing import Integrator, integrator


def push(gate: Integrator, unique_id: str, email: str) -> int:
    body = {"unique_id": unique_id, "login_source": "OPSCOM", "first_name": "A", "last_name": "B", "email": email}
    return gate.push("profiles/push", **body)[0]


def test_a_push_that_is_ended_to_resolve_a_deadlock_is_made_once_more(committed_town: Client) -> None:
    gate = integrator(committed_town, "profile-push")
    assert [push(gate, "u-1", "one@x.org"), push(gate, "u-2", "two@x.org")] == [200, 200]
    with second_connection(committed_town) as other:
        # Somebody gives the second person another address, which leaves theirs to the first, once it is committed.
        other.execute("UPDATE person SET email = 'three@x.org' WHERE unique_id = 'u-2'")
        pushing = Other(partial(push, gate, "u-1", "two@x.org"))
        pushing.wait_until_blocked()
        # Both wait for each other now. The push has waited longer, so it is the one that is ended.
        other.execute("UPDATE person SET city = 'Toma' WHERE unique_id = 'u-1'")
        other.commit()
        assert pushing.result() == 200
    with client_scope(committed_town.pk):
        found = Person.objects.order_by("unique_id").values_list("email", "city")
        assert list(found) == [("two@x.org", "Toma"), ("three@x.org", None)]
    connection.close()
