"""Many rows at once, under row-level security and past the triggers."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import DataError, IntegrityError, ProgrammingError, connection

from curbledger.clients.client import Client
from curbledger.clients.policy import CollectionsPolicy
from curbledger.database.bulk import draw_ids, insert_rows, refresh_statistics
from curbledger.database.scope import client_scope
from curbledger.registry.lookups import Make
from curbledger.registry.opening import open_client
from curbledger.violations.models import Payment, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

AT = datetime(2026, 3, 16, 18, 30, 1, 234567, tzinfo=UTC)
PLAIN = ("client_id", "name", "colour_key")


@pytest.fixture
def owner(db: None) -> Iterator[Client]:
    """A client, in whose scope the test runs."""
    client = open_client(code="OC_TOMA", name="Town of Toma", at=AT)
    with client_scope(client.pk):
        yield client


def ticket(owner: Client) -> Violation:
    """A ticket of 50."""
    return Violation.objects.create(client_id=owner.pk, ticket="1-100013", issued_at=AT, due_at=AT, fine=Decimal(50))


def test_rows_arrive_as_they_were_given(owner: Client) -> None:
    odd = ["plain", "tab\there", "line\nbreak", "back\\slash", "\\N", "Łódź", "quote'\"", "", "a,b{c}"]

    assert insert_rows("colour", PLAIN, ((owner.pk, f"{n} {text}", text) for n, text in enumerate(odd))) == len(odd)

    with connection.cursor() as cursor:
        cursor.execute("SELECT colour_key FROM colour WHERE colour_key IS NOT NULL ORDER BY id")
        assert [text for (text,) in cursor.fetchall()] == odd


def test_values_of_every_type_the_tables_have(owner: Client) -> None:
    given = {
        "version": 2,
        "days_past_due": 30,
        "minimum_balance": Decimal("12.50"),
        "notice_required": True,
        "notice_age_days": 7,
        "excluded_categories": [1, 2],
        "excluded_locations": [],
        "oldest_age_days": None,
        "hold_kinds": ["court", "other, too"],
        "created_at": AT,
        "created_by": "test",
    }
    # The columns that this test does not speak of have defaults that Django alone knows.
    wanted = CollectionsPolicy(client_id=owner.pk, **given)
    columns = [field.attname for field in CollectionsPolicy._meta.concrete_fields if not field.primary_key]

    insert_rows("collections_policy", columns, [[getattr(wanted, column) for column in columns]])

    policy = CollectionsPolicy.objects.get(version=2)
    assert {name: getattr(policy, name) for name in given} == given


def test_rows_keep_their_order_and_get_ids_in_it(owner: Client) -> None:
    insert_rows("colour", PLAIN, ((owner.pk, f"Shade {n}", str(n)) for n in range(5000)))

    with connection.cursor() as cursor:
        cursor.execute("SELECT colour_key::int FROM colour WHERE colour_key IS NOT NULL ORDER BY id")
        assert [n for (n,) in cursor.fetchall()] == list(range(5000))


def test_triggers_run(owner: Client) -> None:
    violation = ticket(owner)
    columns = ("client_id", "violation_id", "amount", "recorded_by", "paid_at", "method")

    insert_rows(
        "payment", columns, [(owner.pk, violation.pk, amount, "test", AT, "") for amount in (Decimal("7.25"), 10)]
    )

    violation.refresh_from_db()
    assert violation.paid_total == Decimal("17.25")
    assert violation.balance == Decimal("32.75")
    # What is not among the columns gets the table's default.
    assert Payment.objects.filter(created_at__isnull=False).count() == 2


def test_another_clients_row_is_refused(owner: Client) -> None:
    with pytest.raises(ProgrammingError, match="row-level security"):
        insert_rows("make", ("client_id", "name"), [(owner.pk, "Mine"), (owner.pk + 1, "Theirs")])

    assert not Make.objects.filter(name="Mine").exists()


@pytest.mark.django_db
def test_outside_a_scope_every_row_is_refused() -> None:
    client = open_client(code="OC_TOMA", name="Town of Toma", at=AT)

    with pytest.raises(ProgrammingError, match="row-level security"):
        insert_rows("make", ("client_id", "name"), [(client.pk, "Mine")])


@pytest.mark.parametrize(
    ("rows", "error", "words"),
    [
        ([(1, "x", Decimal(1)), (1, "x", "much")], DataError, "line 2, column amount"),
        ([(1, "x")], DataError, "missing data"),
        ([(1, "x", Decimal(1), 2)], DataError, "extra data"),
        ([(1, "nul\0", Decimal(1))], DataError, "NUL"),
        ([(1, object(), Decimal(1))], ProgrammingError, "cannot adapt"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_kept(
    owner: Client, rows: list[tuple[object, ...]], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        insert_rows("fee", ("violation_id", "kind", "amount"), rows)

    # The transaction goes on.
    assert insert_rows("make", ("client_id", "name"), [(owner.pk, "Tatra")]) == 1


def test_one_bad_row_keeps_all_out(owner: Client) -> None:
    with pytest.raises(IntegrityError):
        insert_rows("make", ("client_id", "name"), [(owner.pk, "Tatra"), (owner.pk, "toyota")])

    assert not Make.objects.filter(name="Tatra").exists()


def test_an_error_while_rows_are_made_keeps_all_out(owner: Client) -> None:
    def rows() -> Iterator[tuple[int, str]]:
        yield owner.pk, "Tatra"
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        insert_rows("make", ("client_id", "name"), rows())

    assert not Make.objects.filter(name="Tatra").exists()


def test_no_rows_are_no_error(owner: Client) -> None:
    assert insert_rows("make", ("client_id", "name"), []) == 0


def locks_held() -> int:
    """How many locks this transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid()")
        held: int = cursor.fetchone()[0]
        return held


def test_many_calls_in_one_transaction_take_no_more_locks_than_two(owner: Client) -> None:
    for number in range(2):
        insert_rows("colour", PLAIN, [(owner.pk, f"Shade {number}", str(number))])
    after_two = locks_held()

    for number in range(2, 20):
        insert_rows("colour", PLAIN, [(owner.pk, f"Shade {number}", str(number))])

    assert locks_held() == after_two
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM colour WHERE colour_key IS NOT NULL")
        assert cursor.fetchone() == (20,)


def test_a_call_that_failed_leaves_nothing_for_the_next_of_its_shape(owner: Client) -> None:
    columns = ("client_id", "name")
    insert_rows("make", columns, [(owner.pk, "Tatra")])
    with pytest.raises(IntegrityError):
        insert_rows("make", columns, [(owner.pk, "Wartburg"), (owner.pk, "toyota")])

    assert insert_rows("make", columns, [(owner.pk, "Trabant")]) == 1

    assert sorted(Make.objects.filter(name__in=["Tatra", "Wartburg", "Trabant"]).values_list("name", flat=True)) == [
        "Tatra",
        "Trabant",
    ]


def test_shapes_of_one_table_do_not_meet(owner: Client) -> None:
    insert_rows("colour", PLAIN, [(owner.pk, "Ecru", "1")])
    insert_rows("colour", ("client_id", "colour_key", "name"), [(owner.pk, "2", "Puce")])
    insert_rows("make", ("client_id", "name"), [(owner.pk, "Tatra")])

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, colour_key FROM colour WHERE colour_key IS NOT NULL ORDER BY name")
        assert cursor.fetchall() == [("Ecru", "1"), ("Puce", "2")]


def test_twenty_thousand_narrow_rows_take_less_than_seconds(owner: Client) -> None:
    rows = [(owner.pk, 8, f"digest {n}", AT) for n in range(20_000)]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE narrow (client_id bigint, a int, b text, c timestamptz)")
    begun = time.perf_counter()

    insert_rows("narrow", ("client_id", "a", "b", "c"), rows)

    # Measured at a fifth of a second; the rest is for a busy machine.
    assert time.perf_counter() - begun < 3


def test_ids_are_drawn_in_order_and_never_again(owner: Client) -> None:
    first, second = draw_ids("violation", 500), draw_ids("violation", 3)

    assert first == sorted(set(first))
    assert len(first) == 500
    assert min(second) > max(first)
    assert ticket(owner).pk > max(second)
    assert draw_ids("violation", 0) == []


def test_statistics_know_rows_of_this_transaction(owner: Client) -> None:
    insert_rows("colour", PLAIN, ((owner.pk, f"Shade {n}", None) for n in range(3000)))

    refresh_statistics("colour", "make")

    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'colour'")
        assert cursor.fetchone()[0] >= 3000
