"""The command `curbledger work`."""

from __future__ import annotations

from typing import Annotated

import typer

from curbledger.checks import require


def work(
    once: Annotated[bool, typer.Option("--once", help="End when the queue is empty.")] = False,
    child: Annotated[
        bool, typer.Option("--child", help="End with the process that started this one, as `serve` has it.")
    ] = False,
) -> None:
    """Work on the queue: notices, late fees, what is to be erased. `serve` starts such a process by itself."""
    require()
    from curbledger.work.worker import work as run

    run(wait=not once, child=child)
