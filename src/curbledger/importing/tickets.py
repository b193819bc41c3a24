"""What a row of a violations file says, checked: the ticket before it is anything in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_noop as _

from curbledger.importing.fault import BadRow
from curbledger.importing.vehicles import Car, read_car
from curbledger.kit import money

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from curbledger.importing.cells import Values
    from curbledger.importing.days import Days
    from curbledger.importing.lists import Lists

_AMOUNTS = frozenset({"fine", "adjusted_fine", "towing", "tax", "fees", "discount", "paid", "placed"})


class Money(NamedTuple):
    """What a ticket costs, and what came in."""

    fine: Decimal
    adjusted: Decimal | None
    towing: Decimal
    tax: Decimal
    fees: Decimal
    discount: Decimal
    paid: Decimal

    @property
    def owed(self) -> Decimal:
        """What is left."""
        return self.whole - self.paid

    @property
    def whole(self) -> Decimal:
        """What was asked for before anything was paid."""
        fine = self.fine if self.adjusted is None else self.adjusted
        return fine + self.towing + self.tax + self.fees - self.discount


class Sent(NamedTuple):
    """Where a ticket went before the office moved in, and what the agency was asked to collect."""

    agency: str
    day: date
    at: datetime
    balance: Decimal


class Ticket(NamedTuple):
    """One ticket. Lists by name; `values` holds what is kept as it stands."""

    number: str
    made_up: bool
    issued_at: datetime
    due_at: datetime
    money: Money
    status: str
    status_at: datetime | None
    paid_at: datetime
    noticed_at: datetime | None
    sent: Sent | None
    car: Car | None
    person: str | None
    category: str | None
    location: str | None
    offence: str | None
    values: Values


def read_ticket(
    values: Values,
    lists: Lists,
    days: Days,
    *,
    number: str | None,
    due_days: int | None,
    car_province: str = "province",
) -> Ticket:
    """Make sense of a row. `number` is the one that was made for it, if any. Raises BadRow."""
    issued_at = days.past("issued", values["issued"], values.get("issued_time"))
    due_at = _due(values, days, issued_at, due_days)
    amounts = _money(values)
    status = values.get("status") or "open"
    if status == "paid":
        amounts = _paid_off(amounts, values.get("paid") is not None)
    paid_on, status_on, noticed_on = (
        days.past(name, values[name]) if values.get(name) is not None else None
        for name in ("paid_on", "status_on", "noticed_on")
    )
    if status == "paid":
        paid_on = paid_on or status_on
    sent = _sent(values, lists, days, amounts, paid_on=paid_on)
    days.follow("noticed_on", noticed_on, issued_at=issued_at)
    days.follow("sent_on", sent and sent.at, issued_at=issued_at)
    return Ticket(
        number=number or values["ticket"],
        made_up=number is not None,
        issued_at=issued_at,
        due_at=due_at,
        money=amounts,
        status=status,
        status_at=status_on,
        paid_at=paid_on or days.at,
        noticed_at=noticed_on,
        sent=sent,
        car=read_car(values, lists, province=car_province),
        person=values.get("person"),
        category=lists.name("category", values.get("category")),
        location=lists.name("location", values.get("location")),
        offence=lists.name("offence", values.get("offence")),
        values=values,
    )


def _due(values: Values, days: Days, issued_at: datetime, due_days: int | None) -> datetime:
    if due_days is not None:
        return days.later(issued_at, due_days)
    return days.due(values["due"], issued_at=issued_at)


def _money(values: Values) -> Money:
    for name in _AMOUNTS & values.keys():
        amount = values[name]
        if amount is not None and amount < 0:
            raise BadRow(_("{amount} is less than nothing"), name, amount=amount)
    found = Money(
        fine=values["fine"],
        adjusted=values.get("adjusted_fine"),
        towing=values.get("towing") or money.ZERO,
        tax=values.get("tax") or money.ZERO,
        fees=values.get("fees") or money.ZERO,
        discount=values.get("discount") or money.ZERO,
        paid=values.get("paid") or money.ZERO,
    )
    if found.whole < 0:
        raise BadRow(_("{amount} is more than the ticket costs"), "discount", amount=found.discount)
    if found.whole > money.LARGEST:
        raise BadRow(_("the ticket costs more than {most}"), "fine", most=money.LARGEST)
    return found


def _paid_off(amounts: Money, amount_is_known: bool) -> Money:  # noqa: FBT001 - one caller, which names it.
    """A ticket that the old system calls paid: where the file has no amounts, all of it was."""
    if not amount_is_known:
        return amounts._replace(paid=amounts.whole)
    if amounts.owed > 0:
        raise BadRow(
            _("the file calls the ticket paid, and {owed} of {whole} were not"),
            "status",
            owed=amounts.owed,
            whole=amounts.whole,
        )
    return amounts


def _sent(values: Values, lists: Lists, days: Days, amounts: Money, *, paid_on: datetime | None) -> Sent | None:
    if values.get("sent_on") is None:
        return None
    at = days.past("sent_on", values["sent_on"])
    agency = lists.name("agency", values.get("agency"))
    if agency is None:
        raise BadRow(
            _("the ticket was sent on {day}, and the row does not say to whom"),
            "agency",
            day=days.day_of(at).isoformat(),
        )
    balance = values.get("placed") or _owed_when_sent(amounts, at, paid_on)
    return Sent(agency=agency, day=days.day_of(at), at=at, balance=balance)


def _owed_when_sent(amounts: Money, sent_at: datetime, paid_on: datetime | None) -> Decimal:
    """All of it where the payment came later, or must have: nothing is sent that is paid. Else what is still owed."""
    paid_later = paid_on is not None and paid_on > sent_at
    return amounts.whole if paid_later or amounts.owed <= 0 else amounts.owed
