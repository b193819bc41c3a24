"""The rule in words, for one violation: eligible, or every reason why not, with dates and amounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection

from curbledger.errors import NotFound
from curbledger.kit import clock, money
from curbledger.violations.overdue import QUERIES, Rule, rule_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from decimal import Decimal

    from curbledger.clients.client import Client


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a violation would go out now. `reasons` pairs each code with its words; empty: it goes."""

    violation_id: int
    ticket: str
    owed: Decimal
    sum: str
    reasons: tuple[tuple[str, str], ...]

    @property
    def eligible(self) -> bool:
        """Whether it would be handed over by the next call."""
        return not self.reasons


def explain(client: Client, ticket: str, *, at: datetime) -> Explanation:
    """What would become of that ticket now. In the client's scope. Raises NotFound."""
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["find"], {"ticket": ticket})
        row = cursor.fetchone()
        if row is None:
            raise NotFound(f"{client.code} has no ticket {ticket}.")
        rule = rule_for(client, at=at)
        cursor.execute(QUERIES["judge"], rule.parameters([row[0]]))
        columns = [column.name for column in cursor.description or ()]
        facts = dict(zip(columns, cursor.fetchone(), strict=True))
    return Explanation(
        violation_id=facts["id"],
        ticket=facts["ticket"],
        owed=facts["owed"],
        sum=_sum(facts, client.currency),
        reasons=tuple((code, WORDS[code](facts, rule, client)) for code in facts["reasons"]),
    )


def _sum(facts: dict[str, Any], currency: str) -> str:
    """How the balance is made up: `fine 50.00 + late fees 20.00 - paid 7.50 = 62.50 CAD`."""
    adjusted = facts["adjusted_fine"]
    fine = f"fine {money.show(facts['fine'])}"
    parts = [fine if adjusted is None else f"{fine} adjusted to {money.show(adjusted)}"]
    for sign, name, column in (
        ("+", "towing", "towing"),
        ("+", "tax", "tax"),
        ("+", "fees", "fees_total"),
        ("-", "discount granted", "discounts_total"),
        ("-", "discount that still holds", "open_discount"),
        ("-", "paid", "paid_total"),
    ):
        if facts[column]:
            parts.append(f"{sign} {name} {money.show(facts[column])}")
    return f"{' '.join(parts)} = {money.show(facts['owed'], currency)}"


def _day(moment: datetime, rule: Rule) -> str:
    return clock.local_day(moment, rule.zone).isoformat()


def _age(moment: datetime, rule: Rule) -> int:
    return (rule.day - clock.local_day(moment, rule.zone)).days


def _not_due(facts: dict[str, Any], rule: Rule, _client: Client) -> str:
    due = _day(facts["due_at"], rule)
    if due == rule.day.isoformat():
        return f"It is due today, {due}: it is overdue from tomorrow."
    return f"It is not due before {due}."


def _recently_due(facts: dict[str, Any], rule: Rule, _client: Client) -> str:
    days = _age(facts["due_at"], rule)
    return (
        f"It was due on {_day(facts['due_at'], rule)}, {days} days ago; "
        f"the policy waits for {rule.policy.days_past_due}."
    )


def _nothing_owed(facts: dict[str, Any], _rule: Rule, client: Client) -> str:
    # Less than nothing may also be owed because more was taken off than there was.
    if 0 < -facts["owed"] <= facts["paid_total"]:
        return f"Nothing is owed: {money.show(-facts['owed'], client.currency)} too much was paid."
    return f"Nothing is owed: {_sum(facts, client.currency)}."


def _below_minimum(facts: dict[str, Any], rule: Rule, client: Client) -> str:
    return (
        f"{money.show(facts['owed'], client.currency)} is owed; "
        f"the policy hands over from {money.show(rule.policy.minimum_balance, client.currency)}."
    )


def _on_hold(facts: dict[str, Any], _rule: Rule, _client: Client) -> str:
    return " ".join(_one_hold(hold) for hold in facts["holds"])


def _one_hold(hold: dict[str, Any]) -> str:
    kind = hold["kind"].replace("_", " ")
    whose = "A hold on the person" if hold["on_person"] else "A hold"
    end = f" until {hold['until']}" if hold["until"] else ""
    petition = f", petition of {hold['petition_on']}" if hold["petition_on"] else ""
    return f"{whose}{end} keeps it back ({kind}{petition}): {hold['reason'].rstrip('. ')}."


WORDS: dict[str, Callable[[dict[str, Any], Rule, Client], str]] = {
    "collections_off": lambda _facts, _rule, client: (
        f"Collections are off for {client.code}. `curbledger client collect {client.code} on` switches them on."
    ),
    "spoiled": lambda *_: "It is spoiled: a void form.",
    "warning": lambda *_: "It is a warning, which never owes anything.",
    "cancelled": lambda *_: "It was cancelled.",
    "already_sent": lambda facts, rule, _client: (
        f"It was handed over on {_day(facts['sent_at'], rule)}, and goes out once."
    ),
    "nothing_owed": _nothing_owed,
    "below_minimum": _below_minimum,
    "not_due": _not_due,
    "recently_due": _recently_due,
    "too_old": lambda facts, rule, _client: (
        f"It was issued on {_day(facts['issued_at'], rule)}, {_age(facts['issued_at'], rule)} days ago; "
        f"the policy places none older than {rule.policy.oldest_age_days} days."
    ),
    "no_notice": lambda *_: "No notice was sent, and the policy asks for one.",
    "recent_notice": lambda facts, rule, _client: (
        f"The notice of {_day(facts['noticed_at'], rule)} is {_age(facts['noticed_at'], rule)} days old; "
        f"the policy waits for {rule.policy.notice_age_days}."
    ),
    "appeal_open": lambda *_: "An appeal is open.",
    "on_hold": _on_hold,
    "category_left_out": lambda *_: "The policy leaves out its category.",
    "location_left_out": lambda *_: "The policy leaves out its location.",
}
