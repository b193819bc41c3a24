"""Loads tickets: which are there already, which number stands for two, and the rest into the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection
from django.utils.translation import gettext_noop as _

from curbledger.database.bulk import draw_ids
from curbledger.importing.aftermath import write_aftermath
from curbledger.importing.fault import BadRow
from curbledger.importing.moved import Moved
from curbledger.importing.numbering import QUERIES
from curbledger.importing.rows import insert
from curbledger.importing.said import Said
from curbledger.importing.tickets import Ticket, read_ticket
from curbledger.importing.vehicles import Garage
from curbledger.importing.verdict import ALREADY_THERE, IMPORTED, Verdict, rejected
from curbledger.registry.person import Person
from curbledger.violations.violation import Detail, Violation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from curbledger.importing.context import Context
    from curbledger.importing.reader import Row
    from curbledger.importing.said import Value


class _Known(NamedTuple):
    """What decides whether a number that is there stands for the same ticket."""

    issued: date
    plate: str | None


class Violations:
    """The loader of violations."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._numbering = context.numbering("ticket")
        self._due_days = context.mapping.fields["due"].days_after_issue
        self._garage = Garage(context.client.pk, context.lists)
        self._moved = Moved(context.client.pk, context.lists)

    def load(self, rows: Sequence[Row]) -> list[Verdict]:
        """Import these rows."""
        verdicts: list[Verdict] = [IMPORTED] * len(rows)
        tickets = self._read(rows, verdicts)
        tickets = self._sort_out(tickets, verdicts)
        people = self._find_people(tickets, verdicts)
        self._write(tickets, people)
        return verdicts

    def forget(self) -> None:
        """Nothing of the last rows is there."""
        self._context.lists.forget()
        self._moved.forget()

    def finish(self) -> None:
        """Nothing is left to do."""

    def _read(self, rows: Sequence[Row], verdicts: list[Verdict]) -> dict[int, Ticket]:
        whole = [place for place, row in enumerate(rows) if row.fault is None]
        numbers: dict[int, str] = {}
        if self._numbering is not None:
            numbers = dict(zip(whole, self._numbering.number([rows[place].cells for place in whole]), strict=True))
        tickets = {}
        context = self._context
        for place, row in enumerate(rows):
            try:
                tickets[place] = read_ticket(
                    context.form.read(row),
                    context.lists,
                    context.days,
                    number=numbers.get(place),
                    due_days=self._due_days,
                )
            except BadRow as fault:
                verdicts[place] = rejected(fault.said)
        return tickets

    def _sort_out(self, tickets: dict[int, Ticket], verdicts: list[Verdict]) -> dict[int, Ticket]:
        """Leave only the new ones. A number that is taken is the same ticket, or another's."""
        known = self._known([ticket.number for ticket in tickets.values()])
        new = {}
        for place, ticket in tickets.items():
            this = _Known(self._context.days.day_of(ticket.issued_at), ticket.car.key if ticket.car else None)
            other = known.setdefault(ticket.number, this)
            if other is this:
                new[place] = ticket
            elif ticket.made_up or (other.issued == this.issued and (other.plate or "") == (this.plate or "")):
                verdicts[place] = ALREADY_THERE
            else:
                verdicts[place] = rejected(_another(ticket.number, other, this))
        return new

    def _known(self, numbers: list[str]) -> dict[str, _Known]:
        with connection.cursor() as cursor:
            cursor.execute(QUERIES["tickets"], {"tickets": numbers})
            return {
                number: _Known(self._context.days.day_of(issued_at), plate)
                for number, issued_at, plate in cursor.fetchall()
            }

    def _find_people(self, tickets: dict[int, Ticket], verdicts: list[Verdict]) -> dict[str, int]:
        wanted = {ticket.person for ticket in tickets.values() if ticket.person is not None}
        if not wanted:
            return {}
        people = dict(Person.objects.filter(unique_id__in=wanted).values_list("unique_id", "pk"))
        for place, ticket in list(tickets.items()):
            if ticket.person is not None and ticket.person not in people:
                said = _("there is no person {person}. Import the people first")
                verdicts[place] = rejected(Said(said, {"person": ticket.person}, "person"))
                del tickets[place]
        return people

    def _write(self, tickets: dict[int, Ticket], people: dict[str, int]) -> None:
        if not tickets:
            return
        lists = self._context.lists
        new = list(tickets.values())
        for name in ("category", "location", "offence"):
            lists.add_missing(name, (getattr(ticket, name) for ticket in new))
        vehicles = self._garage.settle(ticket.car for ticket in new if ticket.car is not None)
        by_id = dict(zip(draw_ids("violation", len(new)), new, strict=True))
        rows = []
        for pk, ticket in by_id.items():
            vehicle = vehicles[self._garage.identity(ticket.car)] if ticket.car is not None else None
            person = people[ticket.person] if ticket.person is not None else None
            rows.append(self._row(pk, ticket, vehicle, person))
        insert(Violation, rows)
        insert(Detail, [self._detail(pk, ticket) for pk, ticket in by_id.items() if ticket.offence is not None])
        write_aftermath(self._context, by_id)
        self._moved.place(by_id, at=self._context.days.at)

    def _row(self, pk: int, ticket: Ticket, vehicle: int | None, person: int | None) -> dict[str, Any]:
        lists, at, values, money = self._context.lists, self._context.days.at, ticket.values, ticket.money
        cancelled = ticket.status == "cancelled"
        in_appeal = ticket.status == "appeal"
        reason = values.get("status_reason") or "Cancelled before the office moved in."
        return {
            "id": pk,
            "client_id": self._context.client.pk,
            "ticket": ticket.number,
            "vehicle_id": vehicle,
            "person_id": person,
            "category_id": lists.id_of("category", ticket.category),
            "location_id": lists.id_of("location", ticket.location),
            "spoiled": ticket.status == "spoiled",
            "warning": ticket.status == "warning",
            "cancelled_at": (ticket.status_at or at) if cancelled else None,
            "cancel_reason": reason if cancelled else None,
            "issued_at": ticket.issued_at,
            "due_at": ticket.due_at,
            "fine": money.fine,
            "adjusted_fine": money.adjusted,
            "adjustment_reason": values.get("adjustment_reason"),
            "towing": money.towing,
            "tax": money.tax,
            "sent_at": ticket.sent.at if ticket.sent else None,
            "appealed_at": (ticket.status_at or ticket.issued_at) if in_appeal else None,
            "appeal_type": 1 if in_appeal else 0,
            "auto_notice": 2 if ticket.noticed_at else 0,
            "writer": values.get("writer"),
            "comment": values.get("comment"),
            "private_comments": values.get("private_comments"),
            "latitude": values.get("latitude"),
            "longitude": values.get("longitude"),
            "created_at": at,
        }

    def _detail(self, pk: int, ticket: Ticket) -> dict[str, Any]:
        return {
            "client_id": self._context.client.pk,
            "violation_id": pk,
            "offence_id": self._context.lists.id_of("offence", ticket.offence),
            "location_id": self._context.lists.id_of("location", ticket.location),
            "fine": ticket.money.fine,
            "created_at": self._context.days.at,
        }


def _another(number: str, other: _Known, this: _Known) -> Said:
    text = _(
        "{number} is the number of another ticket, issued on {other_day} on {other_vehicle}; this one was issued on "
        "{day} on {vehicle}. A prefix in the mapping keeps the numbers of two systems apart"
    )
    values: dict[str, Value] = {
        "number": number,
        "other_day": other.issued.isoformat(),
        "other_vehicle": _on(other),
        "day": this.issued.isoformat(),
        "vehicle": _on(this),
    }
    return Said(text, values, "ticket")


def _on(known: _Known) -> Said:
    return Said(_("the vehicle {plate}"), {"plate": known.plate}) if known.plate else Said(_("no vehicle"))
