"""Fill a client with a town: so many tickets, of which exactly so many are overdue now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.demo.bounds import check_room, read_bounds
from curbledger.demo.calendar import Calendar
from curbledger.demo.dice import Dice
from curbledger.demo.parking import open_parking
from curbledger.demo.pictures import Pictures
from curbledger.demo.plan import Planner
from curbledger.demo.scribe import Scribe
from curbledger.demo.town import build_town
from curbledger.errors import Invalid
from curbledger.kit.money import ZERO
from curbledger.violations.violation import Violation

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from decimal import Decimal
    from pathlib import Path

_TICKETS_AT_A_TIME = 2000


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What was added. `total_owing` is what the overdue ones owe together."""

    violations: int
    overdue: int
    total_owing: Decimal


def fill(
    client: Client,
    *,
    violations: int,
    overdue: int,
    seed: int,
    at: datetime,
    files: Path,
    progress: Callable[[int], None],
) -> DemoResult:
    """Add tickets, with people, vehicles, permits and pictures, of which exactly `overdue` are overdue at `at`.

    One transaction: all of it or nothing. What was there before stays as it is; its vehicles and their drivers may
    get further tickets. The seed and what is there decide everything but the ids. `progress` is told how many more
    tickets are written, some thousands at a time. Pictures lie below `files` under the `storage_location` of their
    rows. Raises Invalid where more are to be overdue than there are to be, or the client's policy lets none through.
    """
    _check(violations, overdue)
    with Pictures(files, client.code.lower()) as pictures, client_scope(client.pk):
        # Two at once would give out the same ticket numbers: the second waits for the first.
        Client.objects.select_for_update(no_key=True).get(pk=client.pk)
        before = Violation.objects.count()
        dice = Dice.of(seed, before)
        calendar = Calendar(at, client.zone)
        town = build_town(client, at=at)
        bounds = read_bounds(town, calendar)
        if overdue:
            check_room(bounds)
        plan = Planner(calendar, bounds, dice).plan(violations, overdue)
        scribe = Scribe(town, bounds, calendar, pictures, dice, tickets=violations)
        owing = ZERO
        for start in range(0, violations, _TICKETS_AT_A_TIME):
            part = plan[start : start + _TICKETS_AT_A_TIME]
            owing += scribe.write(part)
            progress(len(part))
        open_parking(town, calendar, seed=seed, before=before, tickets=violations)
    return DemoResult(violations=violations, overdue=overdue, total_owing=owing)


def _check(violations: int, overdue: int) -> None:
    if violations < 0 or overdue < 0:
        raise Invalid("A town cannot have fewer than no tickets.", field="violations" if violations < 0 else "overdue")
    if overdue > violations:
        raise Invalid(f"Of {violations} tickets, {overdue} cannot be overdue.", field="overdue")
