"""The server dies, or its database does: what had not arrived comes again, whoever answers next."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psycopg

from curbledger.database.embedded import EmbeddedDatabase
from tests.stories.house import PATIENCE, Answer, House, Server, read_answer, request
from tests.stories.ledger import check_answer, check_once, token

WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def _collect_until_it_comes(house: House, server: Server, secret: str) -> list[Answer]:
    """Call as an agency does, day after day, until the dead process is known to be dead and everything came."""
    answers = [server.collect(secret)]
    while not answers[-1].ids and house.query("SELECT 1 FROM batch WHERE state = 'delivering' AND revision = 1"):
        answers.append(server.collect(secret))
    return answers


def test_killed_before_the_first_byte_it_leaves_nothing_half_done(small_town: House) -> None:
    server, secret = small_town.serve(), token(small_town)
    with psycopg.connect(small_town.url) as clerk, server.connect() as connection:
        clerk.execute("SELECT set_config('curbledger.client_id', id::text, true) FROM client")
        clerk.execute("SELECT 1 FROM violation ORDER BY id FOR UPDATE")
        connection.sendall(request(secret))
        small_town.wait_for(WAITING)
        server.kill()
        assert read_answer(connection).body == b""
    assert small_town.query("SELECT 1 FROM violation WHERE sent_at IS NOT NULL") == []
    assert small_town.query("SELECT 1 FROM batch") == []
    after = small_town.serve().collect(secret)
    check_answer(after)
    assert len(after.ids) == 20
    assert after.headers["x-batch-revision"] == "1"


def test_killed_in_the_middle_the_next_server_sends_everything_again(large_town: House) -> None:
    server, secret = large_town.serve(), token(large_town)
    with server.connect(receive_buffer=4096) as connection:
        connection.sendall(request(secret))
        begun = connection.recv(1024)
        server.kill()
        broken = read_answer(connection, begun)
    assert not broken.whole
    answers = _collect_until_it_comes(large_town, large_town.serve(), secret)
    assert answers[-1].headers["x-batch-revision"] == "2"
    assert len(check_once(answers)) == 6000


def test_killed_after_the_last_byte_the_receiver_replaces_what_it_had(small_town: House) -> None:
    server, secret = small_town.serve(), token(small_town)
    with server.connect() as connection:
        connection.sendall(request(secret))
        # The server waits for this end to close, and dies in that moment.
        small_town.wait_for("SELECT 1 FROM batch_revision WHERE digest IS NOT NULL")
        os.killpg(server.process.pid, signal.SIGSTOP)
        server.kill()
        first = read_answer(connection)
    answers = [first, *_collect_until_it_comes(small_town, small_town.serve(), secret)]
    assert {answer.headers["x-batch-id"] for answer in answers if answer.ids} == {answers[-1].headers["x-batch-id"]}
    assert answers[-1].headers["x-batch-revision"] == "2"
    assert len(check_once(answers)) == 20


def test_ended_in_order_it_finishes_the_answer_under_way(large_town: House) -> None:
    server, secret = large_town.serve(CURBLEDGER_STALL_TIMEOUT="60"), token(large_town)
    with server.connect(receive_buffer=65536) as connection:
        connection.sendall(request(secret))
        first = connection.recv(1024)
        server.process.terminate()
        rest = read_answer(connection, first)
    check_answer(rest)
    server.process.wait(PATIENCE)
    assert large_town.query("SELECT state FROM batch") == [("delivered",)]
    assert large_town.query("SELECT 1 FROM deliverer") == []


def test_the_database_is_killed_in_the_middle_and_nothing_is_lost(tmp_path: Path) -> None:
    house = House("", tmp_path)
    house.run("migrate")
    house.run("demo", "OC_TOMA", "--violations", "6500", "--overdue", "6000")
    secret = token(house)
    database = EmbeddedDatabase(tmp_path)
    server = house.serve(CURBLEDGER_STALL_TIMEOUT="60")
    try:
        with server.connect(receive_buffer=4096) as connection:
            connection.sendall(request(secret))
            first = connection.recv(1024)
            killed = database.postmaster_pid()
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            answers = [read_answer(connection, first)]
        house.url = " ".join(f"{name}={value}" for name, value in database.connection_parameters().items())
        if not answers[0].whole:
            house.wait_for("SELECT 1 FROM batch WHERE state = 'undelivered'")
            answers.append(server.collect(secret))
        assert len(check_once(answers)) == 6000
        assert database.postmaster_pid() not in (None, killed)
    finally:
        house.url = ""
        house.close()


def test_two_servers_die_and_a_third_takes_up_both_batches(small_town: House) -> None:
    first, secret = small_town.serve(), token(small_town)
    with first.connect() as connection:
        connection.sendall(request(secret))
        connection.recv(1024)
        first.kill()
    small_town.run("demo", "OC_TOMA", "--violations", "10", "--overdue", "10", "--seed", "2")
    second = small_town.serve()
    with second.connect() as connection:
        connection.sendall(request(secret))
        connection.recv(1024)
        second.kill()
    third = small_town.serve()
    answers: list[Answer] = []
    while len(check_once(answers)) < 30:
        answers.append(third.collect(secret))
    assert len(check_once(answers)) == 30


def test_a_process_that_was_taken_for_dead_cannot_write_on(large_town: House) -> None:
    server, secret = large_town.serve(), token(large_town)
    other = large_town.serve()
    with server.connect(receive_buffer=4096) as connection:
        connection.sendall(request(secret))
        first = connection.recv(1024)
        os.killpg(server.process.pid, signal.SIGSTOP)
        answers = _collect_until_it_comes(large_town, other, secret)
        os.killpg(server.process.pid, signal.SIGCONT)
        late = read_answer(connection, first)
    large_town.wait_for("SELECT 1 FROM batch WHERE state = 'delivered' AND revision = 2")
    assert len(check_once([late, *answers])) == 6000
    assert {(answer.headers["x-batch-revision"]) for answer in answers if answer.ids} == {"2"}
