"""Many call at once: each violation goes to one of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.stories.house import request
from tests.stories.ledger import check_once, token

if TYPE_CHECKING:
    from tests.stories.house import Answer, House


def test_twelve_callers_on_two_servers_share_what_there_is(large_town: House) -> None:
    secret = token(large_town)
    servers = [large_town.serve(workers=2, CURBLEDGER_STALL_TIMEOUT="60") for _ in range(2)]

    def call(number: int) -> Answer:
        return servers[number % 2].collect(secret)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(call, range(12)))
    assert all(answer.status == 200 and answer.whole for answer in answers)
    assert len({answer.headers["x-batch-id"] for answer in answers}) == 12
    assert len(check_once(answers)) == 6000


def test_twelve_callers_of_whom_some_hang_up_lose_nothing(small_town: House) -> None:
    secret = token(small_town)
    servers = [small_town.serve() for _ in range(2)]
    answers: list[Answer] = []
    for round_ in range(3):
        small_town.run("demo", "OC_TOMA", "--violations", "40", "--overdue", "40", "--seed", str(round_ + 5))

        def call(number: int) -> Answer | None:
            server = servers[number % 2]
            if number % 3:
                return server.collect(secret)
            with server.connect() as connection:
                connection.sendall(b"POST / HTTP/1.1\r\n\r\n" if number % 2 else request(secret))
                connection.recv(300)
            return None

        with ThreadPoolExecutor(12) as pool:
            answers += [answer for answer in pool.map(call, range(12)) if answer is not None]
    while small_town.query("SELECT 1 FROM batch WHERE state <> 'delivered'"):
        answers.append(servers[0].collect(secret))
    assert len(check_once(answers)) == 140
