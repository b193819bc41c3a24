"""The same Idempotency-Key gets the same bytes."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.stories.house import read_answer, request
from tests.stories.ledger import check_answer, check_once, token

if TYPE_CHECKING:
    from tests.stories.house import House

KEY = {"Idempotency_Key": "run-2026-05-20"}


def test_the_same_key_gets_the_same_bytes_and_says_so(small_town: House) -> None:
    server, secret = small_town.serve(), token(small_town)
    first, second = (server.collect(secret, **KEY) for _ in range(2))
    check_answer(first)
    assert second.body == first.body
    assert second.headers["x-batch-revision"] == first.headers["x-batch-revision"] == "1"
    assert second.headers["x-batch-id"] == first.headers["x-batch-id"]
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    assert server.collect(secret).ids == []


def test_a_key_repeats_what_broke_and_finishes_it(large_town: House) -> None:
    server, secret = large_town.serve(), token(large_town)
    with server.connect() as connection:
        connection.sendall(request(secret, **KEY))
        start = connection.recv(8000)
    large_town.wait_for("SELECT 1 FROM batch WHERE state = 'undelivered'")
    again = server.collect(secret, **KEY)
    check_answer(again)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["x-batch-revision"] == "1"
    assert start.split(b"\r\n")[-1] in again.body
    large_town.wait_for("SELECT 1 FROM batch WHERE state = 'delivered'")
    assert server.collect(secret).ids == []


def test_a_key_repeats_a_revision_that_another_has_replaced_meanwhile(large_town: House) -> None:
    server, secret = large_town.serve(), token(large_town)
    with server.connect() as connection:
        connection.sendall(request(secret, **KEY))
        connection.recv(1024)
    large_town.wait_for("SELECT 1 FROM batch WHERE state = 'undelivered'")
    newer = server.collect(secret)
    older = server.collect(secret, **KEY)
    assert (newer.headers["x-batch-revision"], older.headers["x-batch-revision"]) == ("2", "1")
    assert older.headers["idempotent-replayed"] == "true"
    assert len(check_once([older, newer])) == 6000
    large_town.wait_for("SELECT 1 FROM batch WHERE state = 'delivered' AND revision = 2")


def test_an_empty_answer_is_repeated_too(small_town: House) -> None:
    server, secret = small_town.serve(), token(small_town)
    server.collect(secret)
    first = server.collect(secret, **KEY)
    small_town.run("demo", "OC_TOMA", "--violations", "5", "--overdue", "5", "--seed", "4")
    assert first.ids == []
    assert server.collect(secret, **KEY).body == first.body
    assert len(server.collect(secret).ids) == 5


def test_while_the_first_call_runs_the_second_is_told_to_wait(large_town: House) -> None:
    server, secret = large_town.serve(), token(large_town)
    with server.connect(receive_buffer=4096) as connection:
        connection.sendall(request(secret, **KEY))
        connection.recv(1024)
        second = server.collect(secret, **KEY)
    assert second.status == 409
    assert json.loads(second.body)["ErrorCode"] == 9022
    assert int(second.headers["retry-after"]) > 0


def test_two_first_calls_at_once_make_one_batch(small_town: House) -> None:
    server, secret = small_town.serve(), token(small_town)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: server.collect(secret, **KEY), range(8)))
    assert {answer.status for answer in answers} <= {200, 409}
    assert len({answer.body for answer in answers if answer.status == 200}) == 1
    assert small_town.query("SELECT count(*) FROM batch") == [(1,)]


def test_a_key_with_another_body_is_refused_and_changes_nothing(small_town: House) -> None:
    server, secret = small_town.serve(), token(small_town)
    first = server.collect(secret, **KEY)
    with server.connect() as connection:
        body = json.dumps({"apiToken": secret, "extra": 1})
        connection.sendall(
            b"POST /api/OC_TOMA/v1/violations/send_overdue_to_collections HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Idempotency-Key: run-2026-05-20\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body.encode())
        )
        refused = read_answer(connection)
    assert refused.status == 422
    assert json.loads(refused.body)["ErrorField"] == "Idempotency-Key"
    assert server.collect(secret, **KEY).body == first.body


def test_after_a_day_a_key_starts_afresh(small_town: House) -> None:
    server, secret = small_town.serve(), token(small_town)
    first = server.collect(secret, **KEY)
    small_town.query("UPDATE idempotency_key SET created_at = created_at - interval '24 hours'")
    second = server.collect(secret, **KEY)
    assert len(first.ids) == 20
    assert second.ids == []
    assert "idempotent-replayed" not in second.headers


def test_another_token_may_use_the_same_key(small_town: House) -> None:
    server, secret = small_town.serve(), token(small_town)
    first = server.collect(secret, **KEY)
    second = server.collect(token(small_town), **KEY)
    assert len(first.ids) == 20
    assert second.status == 200
    assert "idempotent-replayed" not in second.headers
