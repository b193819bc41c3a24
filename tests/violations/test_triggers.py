"""What the database keeps itself: totals, whatever way rows are written; and rows that stay where they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from hypothesis import given, settings
from hypothesis import strategies as st

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.violations.models import Appeal, Detail, Discount, Fee, Hold, Notice, Payment, Violation
from tests import cast
from tests.cast import NOON
from tests.violations.races import Other, has_to_wait, second_connection
from tests.violations.verdicts import hold

TOTALS = {"payment": "paid_total", "fee": "fees_total", "discount": "discounts_total"}
INSERT = {
    "payment": "INSERT INTO payment (client_id, violation_id, amount, recorded_by, paid_at, method) "
    "VALUES (%s, %s, %s, '', now(), '')",
    "fee": "INSERT INTO fee (client_id, violation_id, amount, recorded_by, kind, reason) "
    "VALUES (%s, %s, %s, '', 'late', '')",
    "discount": "INSERT INTO discount (client_id, violation_id, amount, recorded_by, kind, reason) "
    "VALUES (%s, %s, %s, '', 'granted', '')",
}


def run(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@dataclass(frozen=True)
class Step:
    """One statement on one of the tables that move money."""

    table: str
    verb: str
    amount: Decimal
    which: int


STEPS = st.builds(
    Step,
    table=st.sampled_from(sorted(TOTALS)),
    verb=st.sampled_from(("insert", "insert", "change", "reverse", "restore", "delete", "change all", "touch")),
    amount=st.decimals("0.01", "9999.99", places=2),
    which=st.integers(0, 3),
)


def take(step: Step, violation: Violation) -> None:
    nth = f"(SELECT id FROM {step.table} WHERE violation_id = {violation.pk} ORDER BY id OFFSET {step.which} LIMIT 1)"
    if step.verb in {"reverse", "restore"}:
        value = "now()" if step.verb == "reverse" else "NULL"
        run(f"UPDATE payment SET reversed_at = {value} WHERE id = {nth.replace(step.table, 'payment')}")
        return
    match step.verb:
        case "insert":
            run(INSERT[step.table], violation.client_id, violation.pk, step.amount)
        case "change":
            run(f"UPDATE {step.table} SET amount = %s WHERE id = {nth}", step.amount)
        case "delete":
            run(f"DELETE FROM {step.table} WHERE id = {nth}")
        case "change all":
            run(f"UPDATE {step.table} SET amount = amount + 1 WHERE violation_id = {violation.pk}")
        case _:
            run(f"UPDATE {step.table} SET recorded_by = 'somebody' WHERE id = {nth}")


def sums(violation: Violation) -> dict[str, Decimal]:
    """The totals, added up from their rows."""
    found = {}
    for table, column in TOTALS.items():
        living = "AND reversed_at IS NULL" if table == "payment" else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT coalesce(sum(amount), 0) FROM {table} WHERE violation_id = %s {living}", [violation.pk]
            )
            (found[column],) = cursor.fetchone()
    return found


@pytest.mark.django_db
@settings(max_examples=30)
@given(steps=st.lists(STEPS, max_size=12))
def test_totals_are_the_sums_of_their_rows_whatever_is_done_to_them(town: Client, steps: list[Step]) -> None:
    with client_scope(town.pk):
        violation, neighbour = cast.issue(town), cast.issue(town)
        for step in steps:
            take(step, violation)
        violation.refresh_from_db()
        expected = sums(violation)
        assert {column: getattr(violation, column) for column in expected} == expected
        fees, discounts, paid = (expected[name] for name in ("fees_total", "discounts_total", "paid_total"))
        assert violation.balance == Decimal("50.00") + fees - discounts - paid
        neighbour.refresh_from_db()
        assert neighbour.balance == Decimal("50.00")


def test_one_statement_for_many_tickets_totals_each(inside: Client) -> None:
    violations = [cast.issue(inside) for _ in range(3)]
    run(
        "INSERT INTO payment (client_id, violation_id, amount, recorded_by, paid_at, method) "
        "SELECT client_id, id, generate_series(1, 3), '', now(), '' FROM violation"
    )
    for violation in violations:
        violation.refresh_from_db()
        assert violation.paid_total == Decimal("6.00")
    run("DELETE FROM payment")
    for violation in violations:
        violation.refresh_from_db()
        assert violation.paid_total == Decimal("0.00")


def test_the_balance_cannot_be_written(inside: Client) -> None:
    violation = cast.issue(inside)
    with pytest.raises(Exception, match="can only be updated to DEFAULT"), transaction.atomic():
        run("UPDATE violation SET balance = 0 WHERE id = %s", violation.pk)


def rows_on(violation: Violation) -> dict[str, int]:
    """A row on the ticket in each table that stays in place."""
    on: dict[str, Any] = {"client_id": violation.client_id, "violation": violation}
    money = {**on, "amount": Decimal(1), "recorded_by": "test"}
    rows: tuple[Model, ...] = (
        Payment.objects.create(**money, paid_at=NOON),
        Fee.objects.create(**money, kind="late"),
        Discount.objects.create(**money, kind="granted"),
        Hold.objects.create(**on, kind="court", reason="x", placed_by="x", starts_at=NOON),
        Appeal.objects.create(**on, opened_at=NOON),
        Notice.objects.create(**on, kind=1, sent_at=NOON),
        Detail.objects.get(violation_id=violation.pk),
    )
    return {row._meta.db_table: row.pk for row in rows}


@pytest.mark.parametrize("table", ["payment", "fee", "discount", "hold", "appeal", "notice", "violation_detail"])
def test_a_row_stays_on_its_violation(inside: Client, table: str) -> None:
    violation, other = cast.issue(inside), cast.issue(inside)
    row = rows_on(violation)[table]
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        run(f"UPDATE {table} SET violation_id = %s WHERE id = %s", other.pk, row)
    cause = refused.value.__cause__
    assert isinstance(cause, psycopg.Error)
    assert cause.diag.constraint_name == f"{table}_stays_in_place"
    run(f"UPDATE {table} SET violation_id = violation_id WHERE id = %s", row)


BY_HAND = {
    "payment": INSERT["payment"],
    "fee": INSERT["fee"],
    "discount": INSERT["discount"],
    "violation_detail": "INSERT INTO violation_detail (client_id, violation_id, fine, discount_flag, discount_amount, "
    "discount_hours, offence_id) SELECT %s, %s, 0, true, %s, 24, min(id) FROM offence",
    "notice": "INSERT INTO notice (client_id, violation_id, kind, sent_at, address) VALUES (%s, %s, %s, now(), '')",
    "appeal": "INSERT INTO appeal (client_id, violation_id, person_id, opened_at, text) "
    "VALUES (%s, %s, nullif(%s, 1), now(), '')",
}


@pytest.mark.parametrize("table", sorted(BY_HAND))
def test_a_row_written_by_hand_waits_for_a_claim_that_has_its_ticket(committed_town: Client, table: str) -> None:
    """Verbs lock first. What is written past them locks all the same, before the claim can miss it."""
    with client_scope(committed_town.pk):
        violation = cast.issue(committed_town)
    with second_connection(committed_town) as other:
        other.execute("SELECT id FROM violation WHERE id = %s FOR NO KEY UPDATE", [violation.pk])
        with has_to_wait(committed_town):
            run(BY_HAND[table], committed_town.pk, violation.pk, 1)


def test_rows_that_come_at_once_are_all_counted(committed_town: Client) -> None:
    """Each counts what is there, so the second must not count before the first is committed."""
    with client_scope(committed_town.pk):
        violation = cast.issue(committed_town)

    def add() -> None:
        with client_scope(committed_town.pk):
            hold(committed_town, violation=violation)
            Notice.objects.create(client_id=committed_town.pk, violation=violation, kind=1, sent_at=NOON)

    with client_scope(committed_town.pk):
        hold(committed_town, violation=violation)
        Notice.objects.create(
            client_id=committed_town.pk, violation=violation, kind=1, sent_at=NOON - timedelta(days=9)
        )
        other = Other(add)
        other.wait_until_blocked()
    other.result()
    with client_scope(committed_town.pk):
        violation.refresh_from_db()
    assert (violation.hold_count, violation.noticed_at) == (2, NOON - timedelta(days=9))
