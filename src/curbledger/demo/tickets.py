"""Tickets as they are written: number, offences, place, fine."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from django.db.models import BigIntegerField, Max
from django.db.models.functions import Cast, Left, Substr

from curbledger.demo import texts
from curbledger.demo import town_data as data
from curbledger.demo.dice import Odds
from curbledger.demo.rows import Ids
from curbledger.kit.money import CENT, ZERO
from curbledger.violations.violation import Detail, Violation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curbledger.demo.dice import Dice
    from curbledger.demo.plan import Planned
    from curbledger.demo.town import Charge, Spot, Town
    from curbledger.demo.vehicles import Car

_FIRST_SERIAL = 100_001
_MICRODEGREES = -6
# How many offences stand on a form beside the first.
_FURTHER = Odds.of((0, 1, 2), (86, 11, 3).__getitem__)


class Tickets:
    """Writes tickets, whose numbers go on from those there are."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self._town = town
        self._dice = dice
        self._ids = Ids(Violation)
        self._serials = _last_serials()

    def write(self, planned: Planned, charges: Odds[Charge], car: Car | None) -> tuple[Violation, list[Detail]]:
        """A ticket for one of these charges, mostly on a vehicle; sometimes it names the driver too."""
        dice = self._dice
        first = dice.draw(charges)
        spot = dice.choice(first.spots)
        charged = [first, *self._further(first, charges.options)]
        fine = sum((charge.cost for charge in charged), ZERO)
        violation = self.blank(planned)
        violation.vehicle_id = car.id if car else None
        violation.person_id = dice.choice(car.drivers).id if car and car.drivers and dice.happens(0.15) else None
        violation.category_id, violation.location_id = first.category_id, spot.location_id
        violation.fine = fine
        violation.towing = Decimal(dice.randrange(120, 260, 5)) if dice.happens(0.04) else ZERO
        violation.tax = self._tax(fine) if first.category == data.PRIVATE else ZERO
        violation.drive_away = dice.happens(0.03)
        violation.fail_to_identify = violation.person_id is None and dice.happens(0.01)
        if dice.happens(0.3):
            violation.latitude, violation.longitude = self._position(spot)
        return violation, [self._detail(violation, charge) for charge in charged]

    def blank(self, planned: Planned) -> Violation:
        """The form, before anything is written on it."""
        dice = self._dice
        handheld = dice.choice(data.HANDHELDS)
        self._serials[handheld] = serial = self._serials.get(handheld, _FIRST_SERIAL - 1) + 1
        return Violation(
            id=self._ids.take(),
            client_id=self._town.client_id,
            ticket=f"{handheld}-{serial}",
            issued_at=planned.issued,
            due_at=planned.due,
            created_at=planned.issued + timedelta(seconds=dice.randint(20, 170)),
            fine=ZERO,
            writer=dice.choice(data.WRITERS),
            access_admin=dice.choice(data.DESKS) if dice.happens(0.3) else None,
            comment=dice.choice(texts.COMMENTS) if dice.happens(0.35) else None,
            private_comments=dice.choice(texts.PRIVATE_COMMENTS) if dice.happens(0.04) else None,
            uuid=dice.uuid(),
        )

    def _further(self, first: Charge, charges: Sequence[Charge]) -> list[Charge]:
        """Offences written on the same form: of the same category, each once."""
        dice = self._dice
        count = dice.draw(_FURTHER)
        others = [charge for charge in charges if charge.category == first.category and charge is not first]
        return dice.sample(others, min(count, len(others))) if count else []

    def _detail(self, violation: Violation, charge: Charge) -> Detail:
        return Detail(
            client_id=violation.client_id,
            violation_id=violation.pk,
            offence_id=charge.offence_id,
            location_id=violation.location_id,
            fine=charge.cost,
            discount_flag=charge.discount > 0,
            discount_amount=charge.discount,
            discount_hours=charge.discount_hours,
            created_at=violation.created_at,
        )

    def _tax(self, fine: Decimal) -> Decimal:
        return (fine * self._town.tax_rate).quantize(CENT, ROUND_HALF_UP)

    def _position(self, spot: Spot) -> tuple[Decimal, Decimal]:
        north, east = data.TOWN_CENTRE
        near = self._dice.randint(-900, 900), self._dice.randint(-900, 900)
        latitude, longitude = north + spot.north + near[0], east + spot.east + near[1]
        return Decimal(latitude).scaleb(_MICRODEGREES), Decimal(longitude).scaleb(_MICRODEGREES)


def _last_serials() -> dict[str, int]:
    written = Violation.objects.filter(ticket__regex=rf"^[{''.join(data.HANDHELDS)}]-[0-9]{{6,12}}$")
    last = (
        written.annotate(handheld=Left("ticket", 1))
        .values("handheld")
        .annotate(serial=Max(Cast(Substr("ticket", 3), BigIntegerField())))
    )
    return dict(last.values_list("handheld", "serial"))
