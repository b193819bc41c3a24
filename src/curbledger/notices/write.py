"""Write a message: what its tickets owe now, in the person's language; or find that nothing of it is owed any more."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from curbledger.database.scope import bound_waiting
from curbledger.kit import money
from curbledger.notices.compose import Line, Sender, compose, show_day, show_money
from curbledger.notices.letterhead import letterhead_of
from curbledger.notices.message import Message, MessageTicket, State
from curbledger.notices.plan import QUERIES
from curbledger.notices.text import wording
from curbledger.registry.person import Person
from curbledger.violations.lock import lock_violations
from curbledger.violations.overdue import AT_REST, rule_for
from curbledger.violations.overdue import QUERIES as RULE
from curbledger.violations.standing import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from curbledger.clients.client import Client

_PATIENCE_SECONDS = 60.0


class _Facts(NamedTuple):
    """What the query `standing` says of one ticket."""

    ticket: str
    issued_at: datetime
    owed: Decimal
    at_rest: bool
    plate: str | None
    place: str | None
    offences: list[str]


def write_messages(client: Client, messages: Sequence[Message], *, at: datetime) -> list[Message]:
    """Fill in what each message says, and return those that still have something to say. In the client's scope.

    Tickets on which nothing is owed any more, or that are held, appealed or placed by now, leave their message; a
    message without any is cancelled, one whose person has lost the address is put with those without one. All of the
    tickets are locked, in id order, until the scope ends: a payment is seen, or waits.
    """
    bound_waiting(lock_seconds=_PATIENCE_SECONDS)
    items = list(MessageTicket.objects.filter(message__in=messages).order_by("violation_id"))
    facts = _facts(client, [item.violation_id for item in items], at)
    gone = [item.pk for item in items if facts[item.violation_id].at_rest]
    MessageTicket.objects.filter(pk__in=gone).delete()
    left: dict[int, list[tuple[MessageTicket, _Facts]]] = defaultdict(list)
    for item in items:
        if not facts[item.violation_id].at_rest:
            left[item.message_id].append((item, facts[item.violation_id]))
    people = Person.objects.select_related("province").in_bulk({message.person_id for message in messages})
    sender = Sender(client, letterhead_of(client), at)
    written = []
    for message in messages:
        person = people[message.person_id]
        message.address = _address(person, message.kind)
        if left[message.pk] and message.address:
            _fill_in(sender, message, person, left[message.pk])
            written.append(message)
        else:
            _set_aside(message, owing=bool(left[message.pk]), at=at)
    return written


def _set_aside(message: Message, *, owing: bool, at: datetime) -> None:
    if owing:
        message.state, message.next_try_at = State.UNADDRESSED, None
        message.fault = "no_email" if message.kind == Notice.MAIL else "no_street"
    else:
        message.state, message.next_try_at, message.ended_at = State.CANCELLED, None, at
    message.save(update_fields=["state", "next_try_at", "ended_at", "fault", "address"])


def _facts(client: Client, ids: list[int], at: datetime) -> dict[int, _Facts]:
    lock_violations(ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH judged AS ({RULE['judge']}) {QUERIES['standing']}",
            rule_for(client, at=at).parameters(ids) | {"at_rest": list(AT_REST)},
        )
        return {row[0]: _Facts._make(row[1:]) for row in cursor.fetchall()}


def _fill_in(sender: Sender, message: Message, person: Person, items: list[tuple[MessageTicket, _Facts]]) -> None:
    kind = message.kind or Notice.MAIL
    lines = []
    for item, facts in items:
        item.owed = facts.owed
        line = Line(
            ticket=facts.ticket,
            issued=show_day(facts.issued_at, sender.client, message.language),
            plate=facts.plate or "",
            place=facts.place or "",
            offences=", ".join(dict.fromkeys(facts.offences)),
            owed=show_money(facts.owed, sender.client.currency, message.language),
        )
        item.line = asdict(line)
        lines.append(line)
    MessageTicket.objects.bulk_update([item for item, _ in items], ["owed", "line"], batch_size=500)
    message.subject, message.body = compose(
        sender,
        wording(stage=message.stage, kind=kind, language=message.language),
        name=full_name(person),
        lines=lines,
        total=sum((facts.owed for _, facts in items), money.ZERO),
        language=message.language,
        kind=kind,
    )


def full_name(person: Person) -> str:
    """First and last name, as far as they are known."""
    return " ".join(" ".join(filter(None, (person.first_name, person.last_name))).split())


def _address(person: Person, kind: int | None) -> str:
    """Where it goes: an e-mail address, or the lines of an envelope; empty where it is not known."""
    if kind == Notice.MAIL:
        email = (person.email or "").strip()
        return email if "@" in email else ""
    street, city, postal = ((part or "").strip() for part in (person.street, person.city, person.postal))
    if not street or not (city or postal):
        return ""
    province = person.province.code if person.province is not None else ""
    town = " ".join(filter(None, (city, province, postal)))
    return "\n".join(" ".join(line.split()) for line in (full_name(person), street, town) if line)
