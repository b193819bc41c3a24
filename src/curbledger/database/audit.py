"""Which tables are audited, and how: triggers that are made from the tables as they are after each `migrate`.

A client's table is audited unless it stands below with its reason, and so is each of its columns: a new table or
column needs nothing. The functions are made by a migration (clients/0005), from audit.sql.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from curbledger.kit import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

QUERIES = sql.load("curbledger.database", "audit.sql")
FUNCTIONS = ("difference", "label", "who", "added", "removed", "changed", "changed_for_everybody")
# Made by a later one (clients/0007).
GUARDS = ("only_by_triggers", "not_emptied")
# Rows of one statement that are written down one by one; more are a load.
MANY = 500

# Tables whose rows are not audited.
UNAUDITED = {
    "audit_entry": "the audit itself: only ever added",
    "personal_data_access": "a record of its own: only ever added",
    "file_look": "a record of its own: only ever added",
    "spent_key": "forms that were sent, so that none counts twice",
    "idempotency_key": "calls that bore a key, so that none counts twice",
    "lookup_counter": "follows the entries of lists, which are audited",
    "today_figures": "worked out from other rows, again and again",
    "batch_chunk": "bytes of a handoff: their digest stands in its revision, and what was erased in batch_erasure",
}
# Tables whose new rows say by themselves what was done, by whom and when. What changes in them or goes is audited.
SELF_EVIDENT = {
    "violation_act": "says who did what to a ticket, and why",
    "batch": "a handoff, told by its revisions",
    "batch_revision": "says who asked for what, and what was in it",
    "batch_erasure": "says which bytes were erased, and when",
    "placement": "says what was handed over and why",
    "notice_message": "says what the queue is to send; a notice that was sent is audited",
    "notice_ticket": "says what a message is about",
    "file_import": "says who brought which file, and what became of it; what it brought in is audited",
    "report_sending": "says which report went to whom, and when",
}
# Columns that say how far something is. A row that changes in nothing else leaves no entry.
PROGRESS = {
    "violation": ("sent_at",),
    "api_token": ("last_used_at", "last_used_from"),
    "batch": ("state", "revision", "attempt", "deliverer", "delivered_at"),
    "batch_revision": (*("record_count", "total", "bounds", "digest", "size", "rendered_at", "outcome", "ended_at"),),
    "notice_message": (
        *("state", "language", "address", "subject", "body", "run_id", "attempts", "tries_left"),
        *("next_try_at", "began_at", "ended_at", "fault"),
    ),
    "notice_ticket": ("line", "owed", "notice_id"),
    "file_import": (
        *("mapping", "state", "dry", "asked_at", "asked_by", "attempt", "attempts", "position", "beat_at", "imported"),
        *("already_there", "rejected", "not_utf8_from", "fault", "ended_at", "file_erased_at", "rejected_erased_at"),
    ),
    "report_sending": ("state", "attempts", "tries_left", "next_try_at", "began_at", "ended_at", "fault"),
    "staff_user": ("last_login", "language"),
}
# Columns that triggers keep, from other rows.
KEPT = {
    "violation": (
        *("fees_total", "discounts_total", "paid_total", "discount_until", "noticed_at", "hold_count", "appeal_count"),
    ),
}
# Columns that say how a row's time ended, once.
ENDING = {"placement": ("state", "ended_at", "ended_reason")}
# Columns that nobody is to read in an audit; bytes are not readable either.
SECRET = {"staff_user": ("password",), "violation": ("pin",)}
# Tables of no client that are audited all the same, at the clients that a row is about.
FOR_EVERYBODY = ("client", "membership", "staff_user")


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: tuple[str, ...]
    secret: tuple[str, ...]


def functions(names: Iterable[str] = FUNCTIONS) -> Iterator[str]:
    """The statements that make the functions, for the migration."""
    for name in names:
        yield QUERIES[name].replace("{many}", str(MANY)).replace("{{", "{").replace("}}", "}")


def wanted_triggers() -> dict[tuple[str, str], str]:
    """What makes each trigger, by table and name, for the tables as they are."""
    wanted: dict[tuple[str, str], str] = {}
    for name, owned, columns, binary in _rows("columns"):
        table = _Table(name, tuple(columns), (*SECRET.get(name, ()), *binary))
        if owned or name in FOR_EVERYBODY:
            wanted[name, "audit_emptied"] = QUERIES["on_emptied"].format(table=name)
        if owned and name not in UNAUDITED:
            wanted.update(_of_a_client(table))
        elif name in FOR_EVERYBODY:
            wanted.update(_of_everybody(table))
    return wanted


def install_triggers() -> None:
    """Make the triggers what they should be, in one transaction. Touches no table whose triggers are right.

    Before the functions that they call are there, there is nothing to install.
    """
    wanted = {key: (statement, _digest(statement)) for key, statement in wanted_triggers().items()}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc('audit_not_emptied') IS NOT NULL")
        if cursor.fetchone() != (True,):
            return
        there = {(table, name): digest for table, name, digest in _rows("triggers")}
        for key in there.keys() - {key for key, (_, digest) in wanted.items() if there.get(key) == digest}:
            cursor.execute(f"DROP TRIGGER {key[1]} ON {key[0]}")
        for key, (statement, digest) in wanted.items():
            if there.get(key) != digest:
                cursor.execute(statement)
                cursor.execute(f"COMMENT ON TRIGGER {key[1]} ON {key[0]} IS '{digest}'")


def drop_triggers() -> None:
    """Take the triggers away while migrations run: PostgreSQL changes no column that a trigger names."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table, name, _ in _rows("triggers"):
            cursor.execute(f"DROP TRIGGER {name} ON {table}")


def missing_triggers() -> list[str]:
    """The tables whose changes are not all written down, by name."""
    there = {(table, name): digest for table, name, digest in _rows("triggers")}
    return sorted({key[0] for key, made in wanted_triggers().items() if there.get(key) != _digest(made)})


def _of_a_client(table: _Table) -> Iterator[tuple[tuple[str, str], str]]:
    progress, kept, ending = (found.get(table.name, ()) for found in (PROGRESS, KEPT, ENDING))
    apart = (*progress, *kept, *ending)
    names = {"table": table.name, "secret": _array(table.secret), "passed_over": _array((*progress, *kept))}
    names["of"] = _columns(table, apart)
    if table.name not in SELF_EVIDENT:
        yield (table.name, "audit_added"), QUERIES["on_added"].format(**names)
    yield (table.name, "audit_removed"), QUERIES["on_removed"].format(**names)
    yield (table.name, "audit_changed"), QUERIES["on_changed"].format(**names)
    if kept:
        yield (
            (table.name, "audit_changed_by_hand"),
            QUERIES["on_changed_by_hand"].format(kept=", ".join(kept), only=_array(kept), **names),
        )
    if ending:
        yield (
            (table.name, "audit_changed_after_its_end"),
            QUERIES["on_changed_after_its_end"].format(ending=", ".join(ending), only=_array(ending), **names),
        )


def _of_everybody(table: _Table) -> Iterator[tuple[tuple[str, str], str]]:
    progress = PROGRESS.get(table.name, ())
    names = {"table": table.name, "secret": _array(table.secret), "passed_over": _array(progress)}
    names["of"] = _columns(table, progress)
    yield (table.name, "audit_changed"), QUERIES["on_changed_for_everybody"].format(**names)
    yield (table.name, "audit_came_or_went"), QUERIES["on_came_or_went"].format(**names)


def _columns(table: _Table, apart: Sequence[str]) -> str:
    """The columns whose change is looked at; all of them without a word where none stands apart."""
    if not apart:
        return ""
    return f" OF {', '.join(name for name in table.columns if name not in apart)}"


def _array(names: Iterable[str]) -> str:
    return f"'{{{','.join(names)}}}'"


def _digest(statement: str) -> str:
    return hashlib.sha256(statement.encode()).hexdigest()[:16]


def _rows(query: str) -> list[Any]:
    with connection.cursor() as cursor:
        # Without parameters: a percent sign is one.
        cursor.execute(QUERIES[query])
        found: list[Any] = cursor.fetchall()
    return found
