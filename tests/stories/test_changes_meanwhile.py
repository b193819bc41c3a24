"""Somebody pays, holds or appeals while a claim waits, or between a broken delivery and the next call."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.stories.house import House, request
from tests.stories.ledger import check_answer, token

Change = Callable[[psycopg.Connection[Any], int], None]


def _pay(clerk: psycopg.Connection[Any], violation: int) -> None:
    clerk.execute(
        "INSERT INTO payment (client_id, violation_id, amount, recorded_by, paid_at, method) "
        "SELECT client_id, id, balance, 'clerk', now(), '' FROM violation WHERE id = %s",
        [violation],
    )


def _hold(clerk: psycopg.Connection[Any], violation: int) -> None:
    clerk.execute(
        "INSERT INTO hold (client_id, violation_id, kind, reason, placed_by, starts_at) "
        "SELECT client_id, id, 'court', 'summons', 'clerk', now() - interval '1 minute' FROM violation WHERE id = %s",
        [violation],
    )


def _hold_person(clerk: psycopg.Connection[Any], violation: int) -> None:
    clerk.execute(
        "INSERT INTO hold (client_id, person_id, kind, reason, placed_by, starts_at) "
        "SELECT v.client_id, coalesce(v.person_id, d.person_id), 'deceased', 'told', 'clerk', now() - interval '1 h' "
        "FROM violation v LEFT JOIN driver d ON d.vehicle_id = v.vehicle_id WHERE v.id = %s LIMIT 1",
        [violation],
    )


def _appeal(clerk: psycopg.Connection[Any], violation: int) -> None:
    clerk.execute(
        "INSERT INTO appeal (client_id, violation_id, opened_at, text) "
        "SELECT client_id, id, now(), 'not mine' FROM violation WHERE id = %s",
        [violation],
    )


CHANGES = pytest.mark.parametrize("change", [_pay, _hold, _hold_person, _appeal])


def _clerk(house: House) -> psycopg.Connection[Any]:
    clerk = psycopg.connect(house.url)
    clerk.execute("SELECT set_config('curbledger.client_id', id::text, true) FROM client")
    return clerk


def _one_that_goes(house: House) -> int:
    """A violation that is eligible and has a person, so that a person's hold can hold it."""
    rows = house.query(
        "SELECT v.id, v.ticket FROM violation v WHERE v.sent_at IS NULL AND v.balance > 0 AND (v.person_id IS NOT NULL "
        "OR EXISTS (SELECT 1 FROM driver d WHERE d.vehicle_id = v.vehicle_id)) ORDER BY v.id DESC"
    )
    for violation, ticket in rows:
        if "is eligible" in house.run("explain", "OC_TOMA", ticket):
            return int(violation)
    raise AssertionError("the town has none")


@CHANGES
def test_what_is_committed_while_the_claim_waits_for_the_row_counts(small_town: House, change: Change) -> None:
    server, secret = small_town.serve(), token(small_town)
    spared = _one_that_goes(small_town)
    with ThreadPoolExecutor(1) as pool, _clerk(small_town) as clerk:
        change(clerk, spared)
        answer = pool.submit(server.collect, secret)
        small_town.wait_for(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        clerk.commit()
        got = answer.result()
    check_answer(got)
    assert spared not in got.ids
    assert len(got.ids) >= 1


@CHANGES
def test_what_is_committed_after_a_broken_delivery_leaves_the_batch(small_town: House, change: Change) -> None:
    server, secret = small_town.serve(), token(small_town)
    with server.connect() as connection:
        connection.sendall(request(secret))
        connection.recv(1024)
    small_town.wait_for("SELECT 1 FROM batch WHERE state = 'undelivered'")
    (spared,) = small_town.query(
        "SELECT v.id FROM violation v WHERE v.sent_at IS NOT NULL AND (v.person_id IS NOT NULL "
        "OR EXISTS (SELECT 1 FROM driver d WHERE d.vehicle_id = v.vehicle_id)) ORDER BY v.id DESC LIMIT 1"
    )[0]
    with _clerk(small_town) as clerk:
        change(clerk, spared)
    got = server.collect(secret)
    check_answer(got)
    assert got.headers["x-batch-revision"] == "2"
    assert spared not in got.ids
    assert small_town.query(
        "SELECT p.state, p.ended_reason <> '' FROM placement p WHERE p.violation_id = %s", spared
    ) == [("withdrawn", True)]
    assert small_town.query("SELECT sent_at FROM violation WHERE id = %s", spared) == [(None,)]


def test_a_part_that_was_paid_after_a_broken_delivery_is_no_longer_billed(small_town: House) -> None:
    server, secret = small_town.serve(), token(small_town)
    with server.connect() as connection:
        connection.sendall(request(secret))
        connection.recv(1024)
    small_town.wait_for("SELECT 1 FROM batch WHERE state = 'undelivered'")
    ((ticket, balance),) = small_town.query(
        "SELECT v.ticket, p.balance FROM violation v JOIN placement p ON p.violation_id = v.id "
        "WHERE p.balance > 10 ORDER BY v.id LIMIT 1"
    )
    small_town.run("payment", "add", "OC_TOMA", "--ticket", ticket, "--amount", "5.25")
    got = server.collect(secret)
    check_answer(got)
    (record,) = (record for record in got.records if record["Ticket"] == ticket)
    assert Decimal(record["AdjustedFine"]) == balance - Decimal("5.25")
    assert "paid" in record["AdjustmentReason"]


def test_what_became_overdue_since_comes_with_what_did_not_arrive(small_town: House) -> None:
    server, secret = small_town.serve(), token(small_town)
    with server.connect() as connection:
        connection.sendall(request(secret))
        connection.recv(1024)
    small_town.wait_for("SELECT 1 FROM batch WHERE state = 'undelivered'")
    small_town.run("demo", "OC_TOMA", "--violations", "7", "--overdue", "5", "--seed", "9")
    got = server.collect(secret)
    check_answer(got)
    assert (got.headers["x-batch-revision"], len(got.ids)) == ("2", 25)


def test_collections_switched_off_after_a_broken_delivery_let_nothing_out(small_town: House) -> None:
    server, secret = small_town.serve(), token(small_town)
    with server.connect() as connection:
        connection.sendall(request(secret))
        connection.recv(1024)
    small_town.wait_for("SELECT 1 FROM batch WHERE state = 'undelivered'")
    small_town.run("client", "collect", "OC_TOMA", "off")
    assert server.collect(secret).ids == []
    assert small_town.query("SELECT count(*) FROM violation WHERE sent_at IS NOT NULL") == [(0,)]
    small_town.run("client", "collect", "OC_TOMA", "on")
    assert len(server.collect(secret).ids) == 20
