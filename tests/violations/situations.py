"""Made-up situations for the rule, crowded around its edges: days, midnights, cents, hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from curbledger.clients.policy import HOLD_KINDS
from tests.violations.oracle import Held, Offence, Policy, Situation, Ticket

T = TypeVar("T")
PEOPLE = 3
VEHICLES = 2
ZONES = (
    *("America/Toronto", "America/St_Johns", "UTC", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago"),
    # Midnight is skipped, or comes twice.
    *("America/Santiago", "America/Havana", "Africa/Cairo"),
)
# Ordinary days, and days on which a clock changes somewhere above.
DAYS = tuple(
    date.fromisoformat(day)
    for day in (
        *("2026-05-20", "2024-02-29", "2026-01-01", "2026-03-08", "2026-03-09", "2026-11-01", "2026-11-02"),
        *("2026-04-05", "2026-09-06", "2026-04-24", "2026-10-30"),
    )
)
CLOCKS = tuple(map(time.fromisoformat, ("00:00", "00:00:01", "00:30", "12:00", "21:30", "23:59:59.999999")))
DAYS_AGO = (-1, 0, 1, 2, 3, 29, 30, 31, 364, 365, 366)
CENTS = tuple(map(Decimal, ("0.01", "5.00", "14.99", "15.00", "20.00", "50.00", "120.00")))
HOURS = (0, 1, 23, 24, 48, 72, 24 * 30, 24 * 400)


def mostly(usual: T, *others: T) -> st.SearchStrategy[T]:
    """The usual nine times in ten: where every oddity came often, nothing would ever be overdue."""
    return st.sampled_from([usual] * 9 * len(others) + list(others))


def moments(today: date, zone: ZoneInfo, days_ago: tuple[int, ...] = DAYS_AGO) -> st.SearchStrategy[datetime]:
    """Moments some days ago, many of them at the edge of a day there."""
    return st.builds(
        lambda ago, clock: datetime.combine(today - timedelta(days=ago), clock, tzinfo=zone).astimezone(UTC),
        st.sampled_from(days_ago),
        st.sampled_from(CLOCKS),
    )


def policies() -> st.SearchStrategy[Policy]:
    kinds = st.just(HOLD_KINDS) | st.lists(st.sampled_from(HOLD_KINDS), unique=True).map(tuple)
    return st.builds(
        Policy,
        days_past_due=mostly(0, 1, 2, 30),
        minimum_balance=mostly(Decimal("0.01"), Decimal("15.00"), Decimal("50.00")),
        notice_required=st.booleans(),
        notice_age_days=mostly(0, 1, 30),
        oldest_age_days=mostly(None, 0, 30, 365),
        hold_kinds=kinds,
        leaves_out_category=mostly(False, True),
        leaves_out_location=mostly(False, True),
    )


def holds(today: date, zone: ZoneInfo) -> st.SearchStrategy[Held]:
    days = st.none() | st.sampled_from(DAYS_AGO).map(lambda ago: today - timedelta(days=ago))
    return st.builds(
        Held,
        kind=st.sampled_from(HOLD_KINDS),
        starts_at=moments(today, zone, (-1, 0, 1, 400)),
        created_at=moments(today, zone, (-1, 0, 1, 400)),
        until=days,
        petition_on=days,
        released=mostly(False, True),
    )


def amounts(most: int = 2) -> st.SearchStrategy[tuple[Decimal, ...]]:
    return st.just(()) | st.lists(st.sampled_from(CENTS), max_size=most).map(tuple)


def tickets(today: date, zone: ZoneInfo) -> st.SearchStrategy[Ticket]:
    return st.builds(
        Ticket,
        issued_at=moments(today, zone),
        due_at=moments(today, zone) | moments(today, zone, (31,)),
        fine=st.sampled_from((Decimal("0.00"), *CENTS)),
        adjusted_fine=mostly(None, Decimal("0.00"), Decimal("15.00")),
        towing=mostly(Decimal("0.00"), Decimal("120.00")),
        tax=mostly(Decimal("0.00"), Decimal("6.50")),
        fees=amounts(),
        granted=amounts(1),
        earned=mostly(None, Decimal("15.00")),
        payments=st.lists(st.tuples(st.sampled_from(CENTS), mostly(False, True)), max_size=2).map(tuple),
        offences=st.lists(
            st.builds(Offence, discount=st.sampled_from(CENTS), hours=st.sampled_from(HOURS), flag=st.booleans()),
            max_size=3,
        ).map(tuple),
        notices=st.lists(st.tuples(moments(today, zone), mostly(False, True)), max_size=2).map(tuple),
        appeals=mostly((), (True,), (False,), (True, False)),
        holds=st.just(()) | st.just(()) | st.lists(holds(today, zone), max_size=2).map(tuple),
        person=st.none() | st.integers(0, PEOPLE - 1),
        vehicle=st.none() | st.integers(0, VEHICLES - 1),
        in_category=st.booleans(),
        at_location=st.booleans(),
        warning=mostly(False, True),
        spoiled=mostly(False, True),
        cancelled=mostly(False, True),
        sent=mostly(False, True),
    )


@st.composite
def situations(draw: st.DrawFn, *, size: int) -> Situation:
    """A client at one moment, with up to so many tickets, and often about as many."""
    zone, today = ZoneInfo(draw(st.sampled_from(ZONES))), draw(st.sampled_from(DAYS))
    pairs = st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, VEHICLES - 1))
    ticket = tickets(today, zone)
    few, many = (st.lists(ticket, min_size=least, max_size=size) for least in (1, size * 2 // 3))
    on_person = st.tuples(st.integers(0, PEOPLE - 1), holds(today, zone))
    return Situation(
        at=draw(moments(today, zone, (0,))),
        zone=zone,
        collecting=draw(mostly(True, False)),
        policy=draw(policies()),
        holds_on_people=tuple(draw(st.lists(on_person, max_size=2))),
        drivers=draw(st.frozensets(pairs, max_size=3)),
        tickets=tuple(draw(few | many)),
    )
