"""The rule once more, written from the domain's words and not from the query: days are days, no SQL, no moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Policy:
    days_past_due: int
    minimum_balance: Decimal
    notice_required: bool
    notice_age_days: int
    oldest_age_days: int | None
    hold_kinds: tuple[str, ...]
    leaves_out_category: bool
    leaves_out_location: bool


@dataclass(frozen=True)
class Held:
    kind: str
    starts_at: datetime
    created_at: datetime
    until: date | None
    petition_on: date | None
    released: bool


@dataclass(frozen=True)
class Offence:
    discount: Decimal
    hours: int
    flag: bool


@dataclass(frozen=True)
class Ticket:
    issued_at: datetime
    due_at: datetime
    fine: Decimal
    adjusted_fine: Decimal | None
    towing: Decimal
    tax: Decimal
    fees: tuple[Decimal, ...]
    granted: tuple[Decimal, ...]
    earned: Decimal | None
    # Amount, and whether it was reversed.
    payments: tuple[tuple[Decimal, bool], ...]
    offences: tuple[Offence, ...]
    # When it was sent, and whether it came back.
    notices: tuple[tuple[datetime, bool], ...]
    # Whether each was decided; at most one was not.
    appeals: tuple[bool, ...]
    holds: tuple[Held, ...]
    person: int | None
    vehicle: int | None
    in_category: bool
    at_location: bool
    warning: bool
    spoiled: bool
    cancelled: bool
    sent: bool


@dataclass(frozen=True)
class Situation:
    """A client at one moment, with its tickets. People and vehicles are numbered."""

    at: datetime
    zone: ZoneInfo
    collecting: bool
    policy: Policy
    holds_on_people: tuple[tuple[int, Held], ...]
    # Who drives what.
    drivers: frozenset[tuple[int, int]]
    tickets: tuple[Ticket, ...]

    def day(self, moment: datetime) -> date:
        """The day of a moment where the client is."""
        return moment.astimezone(self.zone).date()

    def age(self, moment: datetime) -> int:
        """How many days ago the day of that moment was."""
        return (self.day(self.at) - self.day(moment)).days


def owed(situation: Situation, ticket: Ticket) -> Decimal:
    """Fine as adjusted + towing + tax + fees - discounts - payments."""
    total, _paid = _total(ticket)
    if ticket.earned is None:
        # Not earned yet, but it can still be: nobody is billed for what paying today would take off.
        still = (
            offence.discount
            for offence in ticket.offences
            if offence.flag and situation.at - ticket.issued_at < timedelta(hours=offence.hours)
        )
        fine = ticket.fine if ticket.adjusted_fine is None else ticket.adjusted_fine
        total -= min(fine, sum(still, NOTHING))
    return total


def reasons(situation: Situation, ticket: Ticket) -> set[str]:
    """Every reason why it stays."""
    policy = situation.policy
    flags = {
        "collections_off": not situation.collecting,
        "spoiled": ticket.spoiled,
        "warning": ticket.warning,
        "cancelled": ticket.cancelled,
        "already_sent": ticket.sent,
        "too_old": policy.oldest_age_days is not None and situation.age(ticket.issued_at) > policy.oldest_age_days,
        "appeal_open": not all(ticket.appeals),
        "on_hold": any(_holds(situation, ticket, held) for held in _held_by(situation, ticket)),
        "category_left_out": policy.leaves_out_category and ticket.in_category,
        "location_left_out": policy.leaves_out_location and ticket.at_location,
    }
    found = {code for code, applies in flags.items() if applies}
    return found | _about_money(situation, ticket) | _about_days(situation, ticket) | _about_notice(situation, ticket)


def state(situation: Situation, ticket: Ticket) -> str:
    """How it stands, by the first that is so: void, paid, with an agency, under appeal, held, then its due day."""
    if ticket.spoiled or ticket.cancelled or ticket.warning:
        return "spoiled" if ticket.spoiled else "cancelled" if ticket.cancelled else "warning"
    total, paid = _total(ticket)
    if total <= 0:
        return "settled" if not paid else "overpaid" if total < 0 else "paid"
    if ticket.sent:
        return "sent"
    stays = reasons(situation, ticket)
    if "appeal_open" in stays:
        return "appealed"
    if "on_hold" in stays:
        return "held"
    return "due" if "not_due" in stays else "overdue"


def _total(ticket: Ticket) -> tuple[Decimal, Decimal]:
    """What it owes without a discount that is only open, and what was paid on it."""
    fine = ticket.fine if ticket.adjusted_fine is None else ticket.adjusted_fine
    paid = sum((amount for amount, was_reversed in ticket.payments if not was_reversed), NOTHING)
    granted = sum(ticket.granted, NOTHING) + (ticket.earned or NOTHING)
    return fine + ticket.towing + ticket.tax + sum(ticket.fees, NOTHING) - granted - paid, paid


def _about_money(situation: Situation, ticket: Ticket) -> set[str]:
    balance = owed(situation, ticket)
    if balance <= 0:
        return {"nothing_owed"}
    return {"below_minimum"} if balance < situation.policy.minimum_balance else set()


def _about_days(situation: Situation, ticket: Ticket) -> set[str]:
    days = situation.age(ticket.due_at)
    if days < 1:
        return {"not_due"}
    return {"recently_due"} if days < situation.policy.days_past_due else set()


def _about_notice(situation: Situation, ticket: Ticket) -> set[str]:
    if not situation.policy.notice_required:
        return set()
    ages = [situation.age(sent_at) for sent_at, came_back in ticket.notices if not came_back]
    if not ages:
        return {"no_notice"}
    return set() if max(ages) >= situation.policy.notice_age_days else {"recent_notice"}


def _held_by(situation: Situation, ticket: Ticket) -> list[Held]:
    """Holds on the ticket, on the person it names, or, where it names nobody, on those who drive its vehicle."""
    if ticket.person is not None:
        people = {ticket.person}
    else:
        people = {person for person, vehicle in situation.drivers if vehicle == ticket.vehicle}
    return [*ticket.holds, *(held for person, held in situation.holds_on_people if person in people)]


def _holds(situation: Situation, ticket: Ticket, held: Held) -> bool:
    return (
        not held.released
        and held.kind in {*situation.policy.hold_kinds, "unprintable"}
        # One that was not put off has begun, whatever two machines' clocks say.
        and (held.starts_at <= situation.at or held.starts_at <= held.created_at)
        and (held.until is None or held.until >= situation.day(situation.at))
        and (held.petition_on is None or situation.day(ticket.issued_at) <= held.petition_on)
    )
