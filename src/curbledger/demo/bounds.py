"""The client's policy as bounds for what is made up: what lies inside them is overdue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from curbledger.clients.policy import current_policy
from curbledger.demo.town import odds_of
from curbledger.errors import Invalid

if TYPE_CHECKING:
    from decimal import Decimal

    from curbledger.demo.calendar import Calendar
    from curbledger.demo.dice import Odds
    from curbledger.demo.town import Charge, Town

# Days to pay, the likely ones first. Any discount is over before the shortest (town_data.py).
GRACES = (15, 20, 30)
# How far back the town goes.
SPAN = 4 * 365

_TICKET_HOLDS = ("dispute", "payment_plan", "court", "appeal", "other")
_PERSON_HOLDS = ("bankruptcy", "deceased")


@dataclass(frozen=True)
class Bounds:
    """What an overdue ticket must be; and the kinds of hold that keep one back."""

    first_issue: date
    last_issue: date
    last_due: date
    # The day by which a notice must have gone out; none where the policy asks for no notice.
    notice_by: date | None
    minimum: Decimal
    charges: Odds[Charge]
    ticket_holds: tuple[str, ...]
    person_holds: tuple[str, ...]

    def graces(self) -> tuple[int, ...]:
        """The days to pay that leave a day of issue."""
        return tuple(grace for grace in GRACES if self.latest_issue(grace) >= self.first_issue)

    def latest_issue(self, grace: int) -> date:
        """The last day of issue with so many days to pay."""
        return min(self.last_issue, self.last_due - timedelta(days=grace))


def read_bounds(town: Town, calendar: Calendar) -> Bounds:
    """The bounds of the policy in force. In the client's scope."""
    policy = current_policy()
    oldest = SPAN if policy.oldest_age_days is None else min(SPAN, policy.oldest_age_days)
    notice_by = calendar.days_ago(policy.notice_age_days) if policy.notice_required else None
    places = frozenset(policy.excluded_locations)
    charges = (
        charge._replace(spots=tuple(spot for spot in charge.spots if spot.location_id not in places))
        for charge in town.charges.options
        if charge.category_id not in policy.excluded_categories
    )
    return Bounds(
        first_issue=calendar.days_ago(oldest),
        # The first notice goes out on the day after the ticket at the earliest.
        last_issue=notice_by - timedelta(days=1) if notice_by else calendar.today,
        last_due=calendar.days_ago(max(policy.days_past_due, 1)),
        notice_by=notice_by,
        minimum=policy.minimum_balance,
        charges=odds_of(charge for charge in charges if charge.spots),
        ticket_holds=tuple(kind for kind in _TICKET_HOLDS if kind in policy.hold_kinds),
        person_holds=tuple(kind for kind in _PERSON_HOLDS if kind in policy.hold_kinds),
    )


def check_room(bounds: Bounds) -> None:
    """Raise Invalid where the policy lets none of the town's tickets through."""
    if not bounds.charges.options:
        raise Invalid("The client's policy leaves out every place or category of the town.", field="overdue")
    if not bounds.graces():
        raise Invalid(
            "The client's policy finds a ticket too old before it finds it overdue: none can be both.", field="overdue"
        )
