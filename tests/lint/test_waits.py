"""Tests do not sleep."""

from __future__ import annotations

from collections.abc import Callable

from tools.lint.waits import waits

Lines = Callable[..., list[int]]

TEXT = """
    import time
    from asyncio import sleep

    time.sleep(1)
    time.sleep(0.1)  # wait: polls for the socket, at most two seconds
    sleep(1)
    time.monotonic()
"""


def test_a_sleep_without_a_reason_is_found(lines_found: Lines) -> None:
    assert lines_found(waits, "tests/wire/test_collect.py", TEXT) == [4, 6]


def test_the_product_may_sleep(lines_found: Lines) -> None:
    assert lines_found(waits, "src/curbledger/database/embedded.py", TEXT) == []
