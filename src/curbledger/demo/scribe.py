"""Writes what is planned: the vehicle, the ticket on it, what follows, and the pictures; batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curbledger.demo import texts
from curbledger.demo import town_data as data
from curbledger.demo.aftermath import Aftermath
from curbledger.demo.case import Case
from curbledger.demo.garage import Garage, HeldCar
from curbledger.demo.outcomes import Outcome
from curbledger.demo.people import People
from curbledger.demo.rows import Batch
from curbledger.demo.tickets import Tickets
from curbledger.demo.vehicles import Vehicles
from curbledger.kit.money import ZERO
from curbledger.violations.standing import Hold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from curbledger.demo.bounds import Bounds
    from curbledger.demo.calendar import Calendar
    from curbledger.demo.dice import Dice
    from curbledger.demo.pictures import Pictures
    from curbledger.demo.plan import Planned
    from curbledger.demo.town import Town

# Fewer tickets than this mislead no plan; later, statistics are renewed when the town has doubled.
_REFRESH_AT = 1000


class Scribe:
    """Keeps the town's books while it is filled."""

    def __init__(
        self, town: Town, bounds: Bounds, calendar: Calendar, pictures: Pictures, dice: Dice, *, tickets: int
    ) -> None:
        self._town = town
        self._bounds = bounds
        self._calendar = calendar
        self._pictures = pictures
        self._dice = dice
        self._batch = Batch()
        people = People(town, dice, self._batch)
        self._garage = Garage(people, Vehicles(town, people, dice, self._batch), dice, tickets=tickets)
        self._tickets = Tickets(town, dice)
        self._aftermath = Aftermath(bounds, calendar, dice)
        self._written = 0
        self._refresh_at = _REFRESH_AT

    def write(self, part: Sequence[Planned]) -> Decimal:
        """Write these tickets, and return what the overdue ones owe together."""
        owing = ZERO
        for planned in part:
            case = self._open(planned)
            self._aftermath.follow(case, planned.outcome)
            if self._dice.happens(0.2):
                self._batch.add(*self._pictures.take(case.violation, self._dice))
            if planned.outcome is Outcome.OVERDUE:
                owing += case.owed
        self._batch.insert()
        self._note_growth(len(part))
        return owing

    def _note_growth(self, tickets: int) -> None:
        self._written += tickets
        if self._written >= self._refresh_at:
            self._batch.refresh_statistics()
            self._refresh_at = 2 * self._written

    def _open(self, planned: Planned) -> Case:
        """The ticket as it was written on the street."""
        dice = self._dice
        if planned.outcome is Outcome.SPOILED and dice.happens(0.6):
            return Case(self._tickets.blank(planned), [], None, self._calendar, self._batch)
        if planned.outcome is Outcome.PERSON_HELD:
            return self._open_held(planned)
        car = self._garage.pick(before=planned.issued)
        charges = self._bounds.charges if planned.outcome is Outcome.OVERDUE else self._town.charges
        violation, details = self._tickets.write(planned, charges, car)
        if car.drivers and dice.happens(0.01):
            # Written to a person: the vehicle was gone, or there was none.
            violation.vehicle_id, violation.person_id = None, car.drivers[0].id
        return Case(violation, details, car, self._calendar, self._batch)

    def _open_held(self, planned: Planned) -> Case:
        """A ticket on a vehicle that is kept apart, so that its driver's hold reaches no other."""
        dice = self._dice
        day = self._calendar.day(planned.issued)
        held = self._garage.pick_held(day=day) or self._hold_somebody(planned.issued)
        violation, details = self._tickets.write(planned, self._town.charges, held.car)
        violation.person_id = held.person.id if dice.happens(0.4) else None
        return Case(violation, details, held.car, self._calendar, self._batch)

    def _hold_somebody(self, issued: datetime) -> HeldCar:
        dice, calendar = self._dice, self._calendar
        kind = dice.choice(self._bounds.person_holds)
        starts_at = calendar.past(issued + (calendar.at - issued) * dice.between(0.05, 0.95))
        petition_on = calendar.day(starts_at) if kind == "bankruptcy" else None
        held = self._garage.add_held(petition_on=petition_on, before=issued)
        self._batch.add(
            Hold(
                client_id=self._town.client_id,
                person_id=held.person.id,
                kind=kind,
                reason=dice.choice(texts.HOLDS[kind]),
                placed_by=dice.choice(data.CLERKS),
                starts_at=starts_at,
                petition_on=petition_on,
                created_at=starts_at,
            )
        )
        return held
