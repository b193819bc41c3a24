"""A town of any size, in minutes: the tickets of a small one of `curbledger demo`, copied by the database itself.

So records are as long, and vehicles have as many drivers, as in the demo, and all figures can be compared. Each copy
has ids, numbers, names and plates of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from benchmarks.installation import CODE
from benchmarks.table import say
from curbledger.clients.client import Client, find_client
from curbledger.database.fields import ClientForeignKey
from curbledger.database.scope import client_scope
from curbledger.kit import clock, sql
from curbledger.registry.models import Driver, Vehicle
from curbledger.registry.person import Person
from curbledger.violations.models import Attachment, Detail, Payment, Violation
from curbledger.violations.overdue import QUERIES as RULE
from curbledger.violations.overdue import rule_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.installation import Installation
    from curbledger.database.owned import ClientOwned

QUERIES = sql.load("benchmarks", "town.sql")

# Tickets made by one statement.
_AT_A_TIME = 50_000
_PEOPLE: tuple[type[ClientOwned], ...] = (Person, Vehicle, Driver)
_TICKETS: tuple[type[ClientOwned], ...] = (Violation, Detail, Attachment, Payment)
# What no two rows of a client may share, or what ought to differ. `k` is the number of the copy.
_OWN: dict[str, dict[str, str]] = {
    "person": {
        "unique_id": "t.unique_id || '-' || k",
        "user_name": "t.user_name || '-' || k",
        "email": "k || '.' || t.email",
        "uuid": "gen_random_uuid()",
    },
    "vehicle": {"plate": "t.plate || 'K' || k", "plate_key": "t.plate_key || 'K' || k"},
    "violation": {"ticket": "t.ticket || '-' || k", "uuid": "gen_random_uuid()"},
    "attachment": {"unique_id": "gen_random_uuid()"},
}


@dataclass(frozen=True)
class Kind:
    """Which tickets of the small town are copied, and how.

    `choose` names the query of their ids; `sent_at` is an expression of `t`, the ticket that is copied. `share` says
    how many copies of the tickets come to one copy of the people and vehicles they are on.
    """

    choose: str
    sent_at: str = "NULL"
    share: int = 1


OVERDUE = Kind("overdue")
# Of a town with a past, people come again.
PAID = Kind("paid", share=4)
SENT = Kind("overdue", sent_at="t.due_at + interval '60 days'", share=4)


class Town:
    """The client, and how many copies there are."""

    def __init__(self, house: Installation, *, violations: int, overdue: int) -> None:
        say(f"a town of {violations:,} tickets, of which {overdue:,} are overdue")
        house.run("demo", CODE, "--violations", str(violations), "--overdue", str(overdue))
        # With its agency.
        self.token = house.token()
        self.client: Client = find_client(CODE)
        with client_scope(self.client.pk), connection.cursor() as cursor:
            cursor.execute(QUERIES["last_id"])
            (self._stride,) = cursor.fetchone()
            self._template = self._stride
        self._copies = 0

    def grow(self, kind: Kind, count: int) -> None:
        """Add so many tickets of a kind, with the people and vehicles they are on."""
        say(f"  {count:,} more: {kind.choose}{' and sent' if kind.sent_at != 'NULL' else ''}")
        made = 0
        while made < count:
            made += self._copy(kind, min(count - made, _AT_A_TIME))
        with client_scope(self.client.pk), connection.cursor() as cursor:
            for model in (*_PEOPLE, *_TICKETS):
                cursor.execute(QUERIES["go_on_counting"].format(table=model._meta.db_table))

    def _copy(self, kind: Kind, count: int) -> int:
        """One statement a table, within one transaction."""
        with client_scope(self.client.pk), connection.cursor() as cursor:
            # Django's reference to the client is checked at the commit, and keeps the triggers from being switched.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            ids = self._overdue() if kind.choose == "overdue" else []
            cursor.execute(QUERIES["chosen"])
            cursor.execute(QUERIES[f"choose_{kind.choose}"], {"template": self._template, "ids": ids})
            cursor.execute(QUERIES["chosen_people"])
            cursor.execute("SELECT count(*) FROM chosen")
            (each,) = cursor.fetchone()
            copies = -(-count // each)
            named = {"first": self._copies + 1, "last": self._copies + copies, "each": each, "count": count}
            for model in (*_PEOPLE, *_TICKETS):
                table = model._meta.db_table
                # Totals, marks and counts come along with the copied ticket: the triggers would count them again.
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                cursor.execute(self._insert(model, kind), named)
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            if kind.sent_at != "NULL":
                cursor.execute(QUERIES["batch"], {"client": self.client.pk, "count": count})
                cursor.execute(
                    QUERIES["placements"], {"client": self.client.pk, "after": (self._copies + 1) * self._stride}
                )
        self._copies += copies
        return count

    def _overdue(self) -> list[int]:
        """The small town's own overdue tickets."""
        candidates = Violation.objects.filter(pk__lte=self._template).values_list("pk", flat=True)
        with connection.cursor() as cursor:
            judged = f"WITH judged AS ({RULE['judge']}) SELECT id FROM judged WHERE reasons <@ ARRAY['already_sent']"
            cursor.execute(judged, rule_for(self.client, at=clock.now()).parameters(list(candidates)))
            return [row[0] for row in cursor.fetchall()]

    def _insert(self, model: type[ClientOwned], kind: Kind) -> str:
        """The statement that copies the chosen rows of a table."""
        columns = dict(self._columns(model, kind))
        people = model in _PEOPLE
        return QUERIES["copy_people" if people else "copy_tickets"].format(
            table=model._meta.db_table,
            columns=", ".join(columns),
            values=", ".join(columns.values()),
            key={Violation: "id", Person: "id", Vehicle: "id", Driver: "vehicle_id"}.get(model, "violation_id"),
            chosen="chosen_person" if model is Person else "chosen_vehicle",
            share=kind.share,
        )

    def _columns(self, model: type[ClientOwned], kind: Kind) -> Iterator[tuple[str, str]]:
        """Each column, and the expression for it."""
        own = _OWN.get(model._meta.db_table, {})
        # The people's copy that belongs to this copy of the tickets.
        shared = f"(k - (k - %(first)s) %% {kind.share}) * {self._stride}"
        for field in model._meta.concrete_fields:
            if field.generated:
                continue
            column = str(field.column)
            target = field.remote_field.model if isinstance(field, ClientForeignKey) else None
            if column in own:
                yield column, own[column]
            elif column == "sent_at" and model is Violation:
                yield column, kind.sent_at
            elif target in _PEOPLE:
                yield column, f"t.{column} + {shared}"
            elif column == "id" or target in _TICKETS:
                yield column, f"t.{column} + k * {self._stride}"
            else:
                yield column, f"t.{column}"
