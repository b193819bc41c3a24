"""A handoff's memory does not grow with what is handed over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tests.stories.ledger import token

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stories.house import House, Server


def _largest(server: Server) -> int:
    """The most memory that a process of the server ever held, in KiB."""
    master = psutil.Process(server.process.pid)
    return max(_peak(process.pid) for process in (master, *master.children(recursive=True)))


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1])


def _hand_over(house: House, size: int) -> int:
    secret = token(house)
    server = house.serve()
    answer = server.collect(secret)
    assert len(answer.ids) == size
    return _largest(server)


def test_ten_times_the_records_take_no_more_memory(move_in: Callable[[tuple[int, int]], House]) -> None:
    few, many = _hand_over(move_in((2100, 2000)), 2000), _hand_over(move_in((20500, 20000)), 20000)
    assert many < few * 1.2
