"""Put a message's words together: the text, the tickets, the sender, in the person's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import formats, translation

from curbledger.kit import clock
from curbledger.notices.placeholders import TABLE, fill
from curbledger.violations.standing import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from curbledger.clients.client import Client
    from curbledger.notices.letterhead import Letterhead
    from curbledger.notices.text import Wording

# Where nobody's name is known.
_NOBODY = {"en": "To whom it may concern", "fr": "Madame, Monsieur"}
# A subject names so many tickets at most.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes, and when."""

    client: Client
    head: Letterhead
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """What a notice says of one ticket, in its language."""

    ticket: str
    issued: str
    plate: str
    place: str
    offences: str
    owed: str


def compose(
    sender: Sender, text: Wording, *, name: str, lines: Sequence[Line], total: Decimal, language: str, kind: int
) -> tuple[str, str]:
    """Subject and body with everything put in. A letter's body keeps a mark where its table goes."""
    client, head = sender.client, sender.head
    values = {
        "name": " ".join(name.split()) or _NOBODY[language],
        "tickets": TABLE if kind == Notice.LETTER else "\n".join(map(in_a_mail, lines)),
        "numbers": ", ".join(line.ticket for line in lines[:_NAMED]) + (", …" if len(lines) > _NAMED else ""),
        "count": str(len(lines)),
        "total": show_money(total, client.currency, language),
        "today": show_day(sender.at, client, language),
        "client": client.name,
        "phone": head.phone,
        "website": head.website,
        "email": head.email,
    }
    # A value with a line break in it must not begin a header of its own.
    return " ".join(fill(text.subject, values).split()), fill(text.body, values)


def show_money(amount: Decimal, currency: str, language: str) -> str:
    """`1,234.50 CAD`, as the language writes it."""
    with translation.override(language):
        shown = formats.number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{shown}\N{NO-BREAK SPACE}{currency}"


def show_day(moment: datetime, client: Client, language: str) -> str:
    """`May 20, 2026`, or `20 mai 2026`, where the client is."""
    with translation.override(language):
        return formats.date_format(clock.local_day(moment, client.zone), "DATE_FORMAT")


def in_a_mail(line: Line) -> str:
    """A ticket in running text."""
    what = ", ".join(filter(None, (line.issued, line.plate, line.place)))
    return f"{line.ticket}: {what}\n    {line.offences}: {line.owed}"
