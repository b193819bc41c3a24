"""The agency's end misbehaves: what did not arrive comes again, as the next revision of the same batch."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from tests.stories.house import read_answer, request
from tests.stories.ledger import check_answer, check_once, token

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stories.house import House

SIZES = pytest.mark.parametrize("size", [(60, 20), (6500, 6000)], ids=["20 records", "6,000 records"])
BROKEN = "SELECT 1 FROM batch WHERE state = 'undelivered'"
ARRIVED = "SELECT 1 FROM batch WHERE state = 'delivered'"


@SIZES
def test_a_caller_that_hangs_up_after_1_kb_gets_everything_again(
    move_in: Callable[[tuple[int, int]], House], size: tuple[int, int]
) -> None:
    house = move_in(size)
    server, secret = house.serve(), token(house)
    with server.connect() as connection:
        connection.sendall(request(secret))
        first = connection.recv(1024)
    assert b"X-Batch-Revision: 1" in first
    house.wait_for(BROKEN)
    again = server.collect(secret)
    check_answer(again)
    assert again.headers["x-batch-revision"] == "2"
    assert again.headers["x-batch-id"].encode() in first
    assert len(again.ids) == size[1]
    assert server.collect(secret).ids == []


@SIZES
def test_what_was_read_to_the_end_never_comes_again(
    move_in: Callable[[tuple[int, int]], House], size: tuple[int, int]
) -> None:
    house = move_in(size)
    server, secret = house.serve(), token(house)
    answers = [server.collect(secret) for _ in range(3)]
    assert [len(answer.ids) for answer in answers] == [size[1], 0, 0]
    assert len(check_once(answers)) == size[1]
    assert house.query("SELECT DISTINCT state FROM batch") in ([("delivered",)], [("delivered",), ("delivering",)])


def test_a_caller_that_reads_slowly_gets_a_whole_answer_once(large_town: House) -> None:
    server, secret = large_town.serve(CURBLEDGER_STALL_TIMEOUT="60"), token(large_town)
    with server.connect(receive_buffer=65536) as connection:
        connection.sendall(request(secret))
        answer = read_answer(connection)
    check_answer(answer)
    large_town.wait_for(ARRIVED)
    assert server.collect(secret).ids == []


def test_a_caller_that_never_reads_is_given_up_and_gets_everything_later(large_town: House) -> None:
    server, secret = large_town.serve(CURBLEDGER_STALL_TIMEOUT="1"), token(large_town)
    with server.connect(receive_buffer=4096) as connection:
        connection.sendall(request(secret))
        large_town.wait_for(BROKEN)
        again = server.collect(secret)
    assert again.headers["x-batch-revision"] == "2"
    assert len(again.ids) == 6000


def test_a_caller_that_reads_all_but_never_closes_has_it(small_town: House) -> None:
    server, secret = small_town.serve(CURBLEDGER_DELIVERY_TIMEOUT="1"), token(small_town)
    with server.connect() as connection:
        connection.sendall(request(secret))
        answer = read_answer(connection)
        small_town.wait_for(ARRIVED)
    check_answer(answer)
    assert server.collect(secret).ids == []


def test_a_caller_that_closed_its_half_after_asking_still_gets_its_answer(small_town: House) -> None:
    server, secret = small_town.serve(), token(small_town)
    with server.connect() as connection:
        connection.sendall(request(secret))
        connection.shutdown(socket.SHUT_WR)
        answer = read_answer(connection)
    check_answer(answer)
    small_town.wait_for(ARRIVED)
    assert server.collect(secret).ids == []


def test_a_caller_that_closed_its_half_and_hung_up_gets_everything_again(large_town: House) -> None:
    server, secret = large_town.serve(), token(large_town)
    with server.connect() as connection:
        connection.sendall(request(secret))
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1024)
    large_town.wait_for(BROKEN)
    assert len(server.collect(secret).ids) == 6000


def test_a_broken_answer_over_http_1_0_does_not_look_whole(large_town: House) -> None:
    server, secret = large_town.serve(CURBLEDGER_STALL_TIMEOUT="1"), token(large_town)
    with server.connect(receive_buffer=4096) as connection:
        connection.sendall(request(secret, version="1.0"))
        large_town.wait_for(BROKEN)
        with pytest.raises(ConnectionResetError):
            _read_to_the_end(connection)


def test_the_rest_of_a_broken_answer_is_stored_so_that_it_can_be_shown(large_town: House) -> None:
    server, secret = large_town.serve(), token(large_town)
    with server.connect() as connection:
        connection.sendall(request(secret))
        connection.recv(1024)
    large_town.wait_for("SELECT 1 FROM batch_revision WHERE number = 1 AND digest IS NOT NULL")
    assert large_town.query("SELECT sum(record_count) FROM batch_chunk") == [(6000,)]


def test_a_call_while_another_streams_gets_only_what_is_new(large_town: House) -> None:
    server, secret = large_town.serve(CURBLEDGER_STALL_TIMEOUT="60"), token(large_town)
    with server.connect(receive_buffer=4096) as connection:
        connection.sendall(request(secret))
        large_town.wait_for("SELECT 1 FROM batch WHERE state = 'delivering'")
        meanwhile = server.collect(secret)
        first = read_answer(connection)
    assert meanwhile.ids == []
    assert meanwhile.headers["x-batch-id"] != first.headers["x-batch-id"]
    assert len(check_once([first, meanwhile])) == 6000


def _read_to_the_end(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass
