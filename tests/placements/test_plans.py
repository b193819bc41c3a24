"""A call costs what it hands over, never what lies in the archive: every look into a large table is by an index.

Chunks and payments also before PostgreSQL has any statistics. Of a claim's `id = ANY (…)` that cannot be said: without
statistics, an index by client alone looks as good to the planner, unless the ids are few.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.placements.alarms import alarms
from curbledger.placements.batch import Chunk, Placement
from curbledger.placements.by_reason import by_reason
from curbledger.placements.printer import printer
from curbledger.placements.recall import foresee_recall
from curbledger.placements.selection import Selection
from curbledger.reports.receivables import receivables
from curbledger.violations.models import Violation
from curbledger.violations.payment import record_payment
from tests import cast
from tests.cast import NOON, Caller
from tests.databases import drop_database, new_database, use_database
from tests.placements.aged import DUE, LARGE, Plans, age, analyze, plans
from tests.placements.handing import break_off, call, records

Learn = Callable[[], None]
statistics = pytest.mark.parametrize("learn", [analyze, lambda: None], ids=["analyzed", "not analyzed"])


@pytest.fixture
def town(django_db_setup: None, django_db_blocker: Any) -> Iterator[Client]:
    """In a database of its own: what the planner has learned cannot be taken back."""
    with django_db_blocker.unblock():
        name = new_database()
        with use_database(name):
            yield cast.town()
        drop_database(name)


@pytest.fixture
def who(town: Client) -> Caller:
    return age(town)


def by_index(found: Plans) -> None:
    assert found.scans() == []


def test_a_call_looks_into_large_tables_by_index(town: Client, who: Caller) -> None:
    analyze()
    with plans() as found:
        assert call(town, who).count == DUE
    by_index(found)
    assert found.tables() >= LARGE - {"payment"}


@statistics
def test_a_chunk_looks_into_large_tables_by_index(town: Client, who: Caller, learn: Learn) -> None:
    handoff = call(town, who)
    learn()
    with client_scope(town.pk):
        Chunk.objects.all().delete()
    with plans() as found:
        assert len(records(handoff)) == DUE
    by_index(found)
    assert found.tables() >= LARGE - {"payment"}


@statistics
def test_a_chunk_reads_the_short_lists_once_not_for_each_record(town: Client, who: Caller, learn: Learn) -> None:
    handoff = call(town, who)
    learn()
    with client_scope(town.pk):
        ids = list(Placement.objects.filter(revision=handoff.revision).values_list("violation_id", flat=True))
        # Once before: what a process asks about its columns is no chunk.
        printer()(handoff.revision.pk, ids)
        with plans(counting=True) as found:
            printer()(handoff.revision.pk, ids)
    assert {"location", "user_type", "plate_type"} <= {step.table for steps in found.steps.values() for step in steps}
    assert found.often_read() == []


def test_a_call_that_takes_up_what_did_not_arrive_looks_by_index(town: Client, who: Caller) -> None:
    break_off(call(town, who))
    analyze()
    with plans() as found:
        handoff = call(town, who)
    assert handoff.count == DUE
    assert handoff.revision.number == 2
    by_index(found)


def test_the_same_call_again_looks_by_index(town: Client, who: Caller) -> None:
    break_off(call(town, who, key="once"))
    analyze()
    with plans() as found:
        handoff = call(town, who, key="once")
    assert handoff.replayed
    by_index(found)


@statistics
def test_a_payment_looks_by_index(town: Client, who: Caller, learn: Learn) -> None:
    with client_scope(town.pk):
        learn()
        ticket = Violation.objects.filter(balance__gt=0).order_by("-id")[0].ticket
    with client_scope(town.pk):
        before = looked_into()
        # The second time it looks for the first.
        for _ in range(2):
            record_payment(town, ticket, amount=Decimal(20), at=NOON, by="clerk", reference="R-1")
        after = looked_into()
    # Its statements are a function's, whose plans nobody shows: this is how often they read a whole table.
    whole = {table: after[table][0] - before[table][0] for table in ("payment", "violation")}
    by_key = {table: after[table][1] - before[table][1] for table in ("payment", "violation")}
    assert whole == {"payment": 0, "violation": 0}
    assert min(by_key.values()) > 0


def looked_into() -> dict[str, tuple[int, int]]:
    """How often this transaction read each table as a whole, and by an index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, seq_scan, idx_scan FROM pg_stat_xact_user_tables")
        return {table: (whole, by_index or 0) for table, whole, by_index in cursor.fetchall()}


def test_the_alarms_look_by_index(town: Client, who: Caller) -> None:
    analyze()
    with client_scope(town.pk), plans() as found:
        assert [one.kind for one in alarms(town, at=NOON + timedelta(days=7))] == ["unsent"]
    # The last payment is the first that its index shows from behind.
    assert [line for line in found.scans() if 'MAX("payment"."created_at")' not in line] == []
    assert {"violation", "payment"} <= found.tables()


def test_a_scan_is_noticed(town: Client, who: Caller) -> None:
    with client_scope(town.pk), plans() as found:
        assert Violation.objects.filter(comment="none has it").count() == 0
        assert not Violation.objects.filter(ticket="none has it").exists()
    assert len(found.scans()) == 1


def test_a_list_by_reason_looks_by_index(town: Client, who: Caller) -> None:
    with client_scope(town.pk):
        analyze()
        with plans() as found:
            by_reason(town, "on_hold", at=NOON)
    by_index(found)
    assert "violation" in found.tables()


@contextmanager
def merged(town: Client) -> Iterator[Plans]:
    """The plans in the client's scope, where the planner has to walk both tables side by side, as it does in a city."""
    with client_scope(town.pk), connection.cursor() as cursor:
        for other in ("nestloop", "hashjoin", "seqscan"):
            cursor.execute(f"SET LOCAL enable_{other} = off")
        with plans() as found:
            yield found


def test_receivables_go_on_where_a_slice_ended(town: Client, who: Caller) -> None:
    with client_scope(town.pk):
        newest = Violation.objects.order_by("-pk").values_list("pk", flat=True)[:40]
        Violation.objects.filter(pk__in=list(newest)).update(sent_at=NOON, paid_total=0)
        Placement.objects.filter(violation_id__in=list(newest)).update(cycle=1)
    analyze()
    with merged(town) as found:
        receivables(town, at=NOON)
    assert [scan for scan in found.scans() if scan.endswith("LIMIT %(limit)s")] == []
    assert any(statement.endswith("LIMIT %(limit)s") for statement in found.steps)


def test_a_recall_by_rule_goes_on_where_a_slice_ended(town: Client, who: Caller) -> None:
    with client_scope(town.pk):
        newest = Violation.objects.order_by("-pk").values_list("pk", flat=True)[:40]
        Placement.objects.filter(violation_id__in=list(newest)).update(cycle=1, state="open")
    analyze()
    with merged(town) as found:
        assert foresee_recall(town, Selection(issued_from=NOON.date() - timedelta(days=90)), at=NOON).count == 40
    assert [scan for scan in found.scans() if scan.endswith("LIMIT %(limit)s")] == []
    assert any(statement.endswith("LIMIT %(limit)s") for statement in found.steps)
