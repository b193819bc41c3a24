"""A client with a long history and a little that is overdue, and the plans of what runs on it."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection

from curbledger.database.scope import client_scope
from tests import cast
from tests.cast import NOON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from curbledger.clients.client import Client

# Tables that grow with the years.
LARGE = frozenset(
    {
        "attachment",
        "driver",
        "payment",
        "person",
        "placement",
        "vehicle",
        "violation",
        "violation_detail",
    }
)
# Their own condition leaves only what is open.
OPEN_DEBT = frozenset({"violation_open_debt", "violation_open_debt_by_issue"})
# The policy, as a plan writes it.
_OWN_ROWS = "client_id = (NULLIF(current_setting('curbledger.client_id'::text, true), ''::text))::bigint"
PAID = 5_000
DUE = 20

_HISTORY = """
INSERT INTO person (client_id, first_name, status, staff_faculty, staff_mail_permit, uuid, mail_permit_to, plate_alert,
    people_alert, force_password_change, login_source)
SELECT %(client)s, 'P' || n, 1, false, false, gen_random_uuid(), '', false, false, false, ''
FROM generate_series(1, %(paid)s / 2) n;
INSERT INTO vehicle (client_id, active, plate, plate_key, total_violations, total_unpaid, total_warnings)
SELECT %(client)s, true, 'OLD' || n, 'OLD' || n, 0, 0, 0 FROM generate_series(1, %(paid)s / 2) n;
INSERT INTO driver (client_id, vehicle_id, person_id)
SELECT client_id, id, (SELECT min(id) FROM person) + row_number() OVER (ORDER BY id) - 1 FROM vehicle;
INSERT INTO violation (client_id, ticket, permit_number, vehicle_id, spoiled, warning, issued_at, due_at, fine, towing,
    tax, fees_total, discounts_total, paid_total, hold_count, appeal_count, cycle, offence_number, appeal_type,
    created_at, appeal_person, appeal_admin, auto_notice, drive_away, uuid, fail_to_identify, duplicate)
SELECT %(client)s, 'old-' || n, 0, (SELECT min(id) FROM vehicle) + n / 2 - 1 + n %% 2, false, false,
    %(at)s - interval '60 days', %(at)s - interval '40 days', 50, 0, 0, 0, 0, CASE WHEN n <= %(due)s THEN 0 ELSE 50 END,
    0, 0, 1, -1, 0, %(at)s, 0, 0, 0, false, gen_random_uuid(), false, false
FROM generate_series(1, %(paid)s) n;
INSERT INTO violation_detail (client_id, violation_id, offence_id, fine, discount_flag, discount_amount, discount_hours)
SELECT client_id, id, %(offence)s, fine, false, 0, 0 FROM violation;
INSERT INTO attachment (client_id, violation_id, storage_location, name, extension, mime, unique_id)
SELECT client_id, id, 'x', 'x', 'png', 'image/png', gen_random_uuid() FROM violation;
ALTER TABLE payment DISABLE TRIGGER USER;
INSERT INTO payment (client_id, violation_id, amount, recorded_by, paid_at, method)
SELECT client_id, id, 50, 'clerk', %(at)s, '' FROM violation WHERE paid_total > 0;
ALTER TABLE payment ENABLE TRIGGER USER;
WITH made AS (
    INSERT INTO batch (client_id, uuid, agency_id, state, revision, attempt)
    SELECT %(client)s, gen_random_uuid(), id, 'delivered', 1, gen_random_uuid() FROM agency RETURNING id)
INSERT INTO batch_revision (client_id, batch_id, number, claimed_at, record_count, total, bounds, tail, token_name,
    remote_address, user_agent)
SELECT %(client)s, id, 1, %(at)s, 0, 0, ARRAY[]::bigint[], '', '', '', '' FROM made;
INSERT INTO placement (client_id, revision_id, violation_id, cycle, state, balance, decided_at, issued_at, due_at, fine,
    towing, tax, fees, discount, paid)
SELECT %(client)s, (SELECT max(id) FROM batch_revision), id, 0, 'closed', 1, %(at)s, issued_at, due_at, fine, 0, 0, 0,
    0, 0
FROM violation
"""


def age(client: Client) -> cast.Caller:
    """Give the client a history, and something overdue; returns who may collect it. The planner knows of neither."""
    with client_scope(client.pk), connection.cursor() as cursor:
        offence = cast.offence(client)
        for table in sorted(LARGE):
            # Nor must it learn of them by the way.
            cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    who = cast.caller(client)
    with client_scope(client.pk), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_HISTORY, {"client": client.pk, "paid": PAID, "due": DUE, "at": NOON, "offence": offence.pk})
    return who


@dataclass(frozen=True)
class Step:
    """One step of a plan that reads a table, and by which index."""

    kind: str
    table: str
    index: str | None
    condition: str
    # How often it ran; only where the statement was run to see.
    loops: int

    @property
    def reads_all(self) -> bool:
        """Whether its cost is that of everything the client has in the table."""
        if self.kind == "Seq Scan":
            return True
        # Every index begins with the client, so that its condition alone narrows nothing.
        narrowed = self.condition.replace(_OWN_ROWS, "")
        return self.index not in OPEN_DEBT and not re.search(r"[=<>]", narrowed)


@dataclass
class Plans:
    """The plans of statements, as they were about to run; or with `counting`, as they have run once already."""

    counting: bool = False
    steps: dict[str, list[Step]] = field(default_factory=dict)

    def tables(self) -> set[str]:
        """The large tables that were read."""
        return {step.table for steps in self.steps.values() for step in steps} & LARGE

    def scans(self) -> list[str]:
        """Which statements read all of a large table, and how."""
        return [
            f"{step.kind} of {step.table} by {step.index} on {step.condition or 'nothing'} in: {statement}"
            for statement, steps in self.steps.items()
            for step in steps
            if step.table in LARGE and step.reads_all
        ]

    def scans_to_find(self) -> list[str]:
        """Those of statements that find something, for whoever has not had the planner `analyze`.

        What is judged is named by its ids, and without statistics an index by client alone looks as good for that.
        """
        return [scan for scan in self.scans() if "ANY (%(ids)s" not in scan]

    def often_read(self) -> list[str]:
        """Which statements read a table that is not large more than once, and how often."""
        return [
            f"{step.table} {step.loops} times in: {statement}"
            for statement, steps in self.steps.items()
            for step in steps
            if step.table not in LARGE and step.loops > 1
        ]

    def __call__(
        self, execute: Callable[..., Any], statement: str, parameters: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        """Have PostgreSQL explain a statement before it runs."""
        if re.match(r"(SELECT|WITH|INSERT|UPDATE|DELETE)\b", statement.lstrip()) and not many:
            # By a cursor of its own: the statement's may read JSON in another way.
            with connection.connection.cursor() as cursor:
                how = "ANALYZE, TIMING off, FORMAT JSON" if self.counting else "FORMAT JSON"
                ((plan,),) = cursor.execute(f"EXPLAIN ({how}) {statement}", parameters).fetchall()
            self.steps[statement] = list(_steps(plan[0]["Plan"]))
        return execute(statement, parameters, many, context)


def _steps(node: dict[str, Any], index: str | None = None) -> Iterator[Step]:
    conditions = [node.get(name, "") for name in ("Index Cond", "Recheck Cond")]
    if "Relation Name" in node and "Scan" in node["Node Type"]:
        condition = " ".join(filter(None, conditions))
        loops = node.get("Actual Loops", 0)
        yield Step(node["Node Type"], node["Relation Name"], node.get("Index Name"), condition, loops)
    for below in node.get("Plans", ()):
        yield from _steps(below)


@contextmanager
def plans(*, counting: bool = False) -> Iterator[Plans]:
    """The plans of everything that Django runs on this connection meanwhile; `counting`, which must only read."""
    found = Plans(counting)
    with connection.execute_wrapper(found):
        yield found


def analyze() -> None:
    """Let the planner know all there is to know."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
