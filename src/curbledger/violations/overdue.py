"""What is overdue: one rule, by each client's policy, as a query. `explain.py` puts its answer for one into words.

Overdue (domain.md): owes money, past its due day (due today is not), not a warning, spoiled or cancelled, no
appeal open, no hold; and what the client's policy adds to that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from curbledger.clients.policy import CollectionsPolicy, current_policy
from curbledger.kit import clock, sql

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from curbledger.clients.client import Client

_WRITTEN = sql.load("curbledger.violations", "overdue.sql")
HOLDS = _WRITTEN["holds"]
OWES = _WRITTEN["owes"]
OPEN_DEBT = _WRITTEN["open_debt"].format(owes=OWES)
QUERIES = {**_WRITTEN, "judge": _WRITTEN["judge"].format(holds=HOLDS)}
MAY_GO = QUERIES["may_go"].format(open_debt=OPEN_DEBT)

# Reasons for which nothing is asked of anybody now: no late fee accrues, and no notice is sent. What keeps a ticket
# from collections for the client's own reasons, such as a minimum, is not among them.
AT_REST = (
    "spoiled",
    "warning",
    "cancelled",
    "already_sent",
    "nothing_owed",
    "not_due",
    "appeal_open",
    "on_hold",
)

_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
# Holds whatever the policy says: such a record would break off every answer that it is in.
_UNPRINTABLE = "unprintable"


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule at one moment: a client's policy, with its days turned into moments of the client's calendar."""

    at: datetime
    day: date
    zone: ZoneInfo
    collecting: bool
    policy: CollectionsPolicy

    def due_before(self) -> datetime:
        """What fell due before this moment is past its due day by as many days as the policy asks."""
        waited = max(self.policy.days_past_due, 1)
        return clock.day_start(self.day - timedelta(days=waited - 1), self.zone)

    def parameters(self, ids: Sequence[int]) -> dict[str, Any]:
        """What the query `judge` asks for."""
        policy = self.policy
        oldest = policy.oldest_age_days
        return {
            "ids": sql.array(ids),
            "at": self.at,
            "day": self.day,
            "zone": self.zone.key,
            "today": clock.day_start(self.day, self.zone),
            "collecting": self.collecting,
            "due_before": self.due_before(),
            "minimum_balance": policy.minimum_balance,
            "issued_from": _BEGINNING if oldest is None else self._days_ago(oldest),
            "notice_required": policy.notice_required,
            # A notice of today is 0 days old, whatever the hour.
            "noticed_before": self._days_ago(policy.notice_age_days - 1),
            "excluded_categories": list(policy.excluded_categories),
            "excluded_locations": list(policy.excluded_locations),
            "hold_kinds": [*policy.hold_kinds, _UNPRINTABLE],
        }

    def _days_ago(self, days: int) -> datetime:
        try:
            return clock.day_start(self.day - timedelta(days=days), self.zone)
        except OverflowError:
            return _BEGINNING


def rule_for(client: Client, *, at: datetime) -> Rule:
    """The client's rule in force at `at`. In the client's scope."""
    zone = client.zone
    return Rule(at=at, day=clock.local_day(at, zone), zone=zone, collecting=client.collecting, policy=current_policy())
