"""Write a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from curbledger.database.constraints import named_errors, sums_that_fit
from curbledger.errors import Invalid
from curbledger.kit import clock, money
from curbledger.kit.plates import plate_key
from curbledger.registry.lookups import PlateType
from curbledger.registry.vehicle import Vehicle
from curbledger.violations.act import note_act
from curbledger.violations.lists import Offence
from curbledger.violations.numbering import draw_number
from curbledger.violations.violation import Detail, Violation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from curbledger.clients.client import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stands on a ticket before it has a number. Ids are of the client's rows."""

    plate: str
    province_id: int
    offence_ids: Sequence[int]
    make_id: int | None = None
    colour_id: int | None = None
    category_id: int | None = None
    location_id: int | None = None
    warning: bool = False
    towing: Decimal = money.ZERO
    drive_away: bool = False
    comment: str = ""


def issue_ticket(client: Client, draft: Draft, *, at: datetime, by: str) -> Violation:
    """Write the ticket, with the client's next number. In the client's scope.

    The vehicle is found by its plate and province, or made. Each offence costs, and has the discount, that the list
    says today; on a warning nothing. Raises Invalid for a plate without a letter or digit, without an offence or
    with one twice, and for towing on a warning.
    """
    towing = money.check(draft.towing, _("Towing"), zero=True)
    if draft.warning and towing:
        raise Invalid(_("A warning owes nothing: leave the towing out."), field="towing")
    offences = _offences(draft.offence_ids)
    costs = {offence.pk: money.ZERO if draft.warning else offence.default_cost for offence in offences}
    vehicle = _vehicle(client, draft, at=at)
    ticket, due_days = draw_number(client, at=at)
    # Due at the end of that day: due that day is not overdue.
    due_on = clock.local_day(at, client.zone) + timedelta(days=due_days)
    violation = Violation(
        client_id=client.pk,
        ticket=ticket,
        vehicle=vehicle,
        category_id=draft.category_id,
        location_id=draft.location_id,
        warning=draft.warning,
        towing=towing,
        drive_away=draft.drive_away,
        comment=draft.comment or None,
        issued_at=at,
        due_at=clock.day_start(due_on, client.zone),
        created_at=at,
        fine=sum(costs.values(), money.ZERO),
    )
    with named_errors(), sums_that_fit(field="towing"):
        violation.save(force_insert=True)
    for offence in offences:
        Detail.objects.create(
            client_id=client.pk,
            violation=violation,
            offence=offence,
            location_id=draft.location_id,
            fine=costs[offence.pk],
            discount_flag=offence.discount_flag and not draft.warning,
            discount_amount=offence.discount_amount,
            discount_hours=offence.discount_hours,
            created_at=at,
        )
    note_act(violation, "issued", at=at, by=by)
    return violation


def _offences(ids: Sequence[int]) -> list[Offence]:
    found = list(Offence.objects.filter(pk__in=ids).order_by("number"))
    if not found or len(found) != len(ids):
        raise Invalid(_("A ticket has at least one offence, each once and out of the list."), field="offences")
    return found


def _vehicle(client: Client, draft: Draft, *, at: datetime) -> Vehicle:
    key = plate_key(draft.plate)
    if not key:
        raise Invalid(_("A plate has a letter or a digit."), field="plate")
    same = Vehicle.objects.filter(plate_key=key, province_id=draft.province_id).order_by("plate_type__number", "pk")
    known = same.first()
    if known is not None:
        return known
    # Somebody else may write the same vehicle's first ticket now: their row is taken, then.
    Vehicle.objects.bulk_create(
        [
            Vehicle(
                client_id=client.pk,
                plate=draft.plate,
                plate_key=key,
                province_id=draft.province_id,
                plate_type=PlateType.objects.order_by("number").first(),
                make_id=draft.make_id,
                colour_id=draft.colour_id,
                created_at=at,
                last_update=at,
                modified=at,
            )
        ],
        ignore_conflicts=True,
    )
    return same.get()
