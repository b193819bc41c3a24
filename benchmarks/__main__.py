"""Measure one thing, or all of them in turn. Each runs in a process and an installation of its own."""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.installation import Unusable, installation
from benchmarks.paper import keep
from benchmarks.table import machine, say
from curbledger.kit import clock

NAMES = ("handoff", "claim", "memory", "history", "pushes", "pooled", "audit")
_ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run what was asked for, and print its tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?", choices=NAMES, help="one of them; all, if none is named")
    parser.add_argument("--records", type=int, metavar="N", help="how many records, where there is a choice")
    parser.add_argument("--runs", type=int, metavar="R", help="how often each is measured; the median counts")
    parser.add_argument("--full", action="store_true", help="up to a million records and five million tickets")
    parser.add_argument("--write", action="store_true", help="keep the tables in benchmarks/README.md")
    options = parser.parse_args()
    if options.name is None:
        return _all(sys.argv[1:])
    try:
        text = f"{clock.now():%Y-%m-%d}, {machine()}\n\n{_one(options)}"
    except Unusable as reason:
        say(f"{options.name}: {reason}")
        return 1
    print(text, flush=True)
    if options.write:
        keep(options.name, text)
    return 0


def _one(options: argparse.Namespace) -> str:
    with installation() as house:
        # Only now: the models can be imported once Django knows its database.
        try:
            module = import_module(f"benchmarks.{options.name}")
        except ModuleNotFoundError as missing:
            raise Unusable(f"{missing.name} is not installed. `make bench` installs it.") from missing
        tables = module.run(house, records=options.records, runs=options.runs, full=options.full)
    return "\n\n".join(map(str, tables))


def _all(options: list[str]) -> int:
    """Each by itself; one that fails does not keep the others from running."""
    failed = [name for name in NAMES if _run(name, options) != 0]
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def _run(name: str, options: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", "benchmarks", name, *options], cwd=_ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
