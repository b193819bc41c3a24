"""The rule in words, for one violation: eligible, or every reason why not, with dates and amounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext, gettext_noop

from curbledger.kit import clock, money
from curbledger.violations.lock import no_ticket
from curbledger.violations.overdue import QUERIES, Rule, rule_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from decimal import Decimal

    from curbledger.clients.client import Client


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a violation would go out now. `reasons` pairs each code with its words; empty: it goes.

    `person_holds` are the kinds and reasons of the holds on a person that keep it back, whatever else does.
    `approved_first`: what goes, goes only once a second person has approved it.
    """

    violation_id: int
    ticket: str
    owed: Decimal
    sum: str
    reasons: tuple[tuple[str, str], ...]
    person_holds: tuple[tuple[str, str], ...] = ()
    approved_first: bool = False

    @property
    def eligible(self) -> bool:
        """Whether it would be handed over by the next call, or, where that is asked for, proposed for approval."""
        return not self.reasons


def explain(client: Client, ticket: str, *, at: datetime, with_people: bool = True) -> Explanation:
    """What would become of that ticket now. In the client's scope. Raises NotFound.

    Without `with_people` it does not say why a person is held back, only that they are.
    """
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["find"], {"ticket": ticket})
        row = cursor.fetchone()
        if row is None:
            raise no_ticket(client, ticket)
        rule = rule_for(client, at=at)
        cursor.execute(QUERIES["judge"], rule.parameters([row[0]]))
        columns = [column.name for column in cursor.description or ()]
        facts = dict(zip(columns, cursor.fetchone(), strict=True))
    holds = facts["holds"] or []
    for hold in holds:
        if hold["on_person"] and not with_people:
            hold["reason"] = ""
    return Explanation(
        violation_id=facts["id"],
        ticket=facts["ticket"],
        owed=facts["owed"],
        sum=_sum(facts, client.currency),
        reasons=tuple((code, WORDS[code](facts, rule, client)) for code in facts["reasons"]),
        person_holds=tuple((hold["kind"], hold["reason"]) for hold in holds if hold["on_person"]),
        approved_first=rule.policy.second_person,
    )


def _sum(facts: dict[str, Any], currency: str) -> str:
    """How the balance is made up: `fine 50.00 + late fees 20.00 - paid 7.50 = 62.50 CAD`."""
    adjusted = facts["adjusted_fine"]
    fine = gettext("fine {amount}").format(amount=money.show(facts["fine"]))
    if adjusted is not None:
        fine += gettext(" adjusted to {amount}").format(amount=money.show(adjusted))
    parts = [fine]
    for sign, name, column in (
        ("+", gettext("towing"), "towing"),
        ("+", gettext("tax"), "tax"),
        ("+", gettext("fees"), "fees_total"),
        ("-", gettext("discount granted"), "discounts_total"),
        ("-", gettext("discount that still holds"), "open_discount"),
        ("-", gettext("paid"), "paid_total"),
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
        return gettext("It is due today, {day}: it is overdue from tomorrow.").format(day=due)
    return gettext("It is not due before {day}.").format(day=due)


def _already_sent(facts: dict[str, Any], rule: Rule, _client: Client) -> str:
    if facts["recalled_at"] is not None:
        return gettext("It was recalled on {day}, and goes out again only in a new cycle.").format(
            day=_day(facts["recalled_at"], rule)
        )
    return gettext("It was handed over on {day}, and goes out once.").format(day=_day(facts["sent_at"], rule))


def _recently_due(facts: dict[str, Any], rule: Rule, _client: Client) -> str:
    days = _age(facts["due_at"], rule)
    return gettext("It was due on {day}, {days} days ago; the policy waits for {wait}.").format(
        day=_day(facts["due_at"], rule), days=days, wait=rule.policy.days_past_due
    )


def _nothing_owed(facts: dict[str, Any], _rule: Rule, client: Client) -> str:
    # Less than nothing may also be owed because more was taken off than there was.
    if 0 < -facts["owed"] <= facts["paid_total"]:
        over = money.show(-facts["owed"], client.currency)
        return gettext("Nothing is owed: {amount} too much was paid.").format(amount=over)
    return gettext("Nothing is owed: {sum}.").format(sum=_sum(facts, client.currency))


def _below_minimum(facts: dict[str, Any], rule: Rule, client: Client) -> str:
    return gettext("{amount} is owed; the policy hands over from {least}.").format(
        amount=money.show(facts["owed"], client.currency),
        least=money.show(rule.policy.minimum_balance, client.currency),
    )


def _on_hold(facts: dict[str, Any], _rule: Rule, _client: Client) -> str:
    return " ".join(_one_hold(hold) for hold in facts["holds"])


def _one_hold(hold: dict[str, Any]) -> str:
    name = KIND_NAMES[hold["kind"]]
    kind = gettext(name)
    whose = gettext("A hold on the person") if hold["on_person"] else gettext("A hold")
    end = gettext(" until {day}").format(day=hold["until"]) if hold["until"] else ""
    petition = gettext(", petition of {day}").format(day=hold["petition_on"]) if hold["petition_on"] else ""
    if not hold["reason"]:
        return gettext("{whose}{end} keeps it back ({kind}{petition}).").format(
            whose=whose, end=end, kind=kind, petition=petition
        )
    return gettext("{whose}{end} keeps it back ({kind}{petition}): {reason}.").format(
        whose=whose, end=end, kind=kind, petition=petition, reason=hold["reason"].rstrip(". ")
    )


# As they stand in sentences.
KIND_NAMES = {
    "appeal": gettext_noop("appeal"),
    "dispute": gettext_noop("dispute"),
    "bankruptcy": gettext_noop("bankruptcy"),
    "deceased": gettext_noop("deceased"),
    "payment_plan": gettext_noop("payment plan"),
    "court": gettext_noop("court"),
    "other": gettext_noop("other"),
    "unprintable": gettext_noop("unprintable"),
}

WORDS: dict[str, Callable[[dict[str, Any], Rule, Client], str]] = {
    "collections_off": lambda _facts, _rule, client: gettext(
        "Collections are off for {code}. `curbledger client collect {code} on` switches them on."
    ).format(code=client.code),
    "spoiled": lambda *_: gettext("It is spoiled: a void form."),
    "warning": lambda *_: gettext("It is a warning, which never owes anything."),
    "cancelled": lambda *_: gettext("It was cancelled."),
    "already_sent": _already_sent,
    "nothing_owed": _nothing_owed,
    "below_minimum": _below_minimum,
    "not_due": _not_due,
    "recently_due": _recently_due,
    "too_old": lambda facts, rule, _client: gettext(
        "It was issued on {day}, {days} days ago; the policy places none older than {oldest} days."
    ).format(
        day=_day(facts["issued_at"], rule),
        days=_age(facts["issued_at"], rule),
        oldest=rule.policy.oldest_age_days,
    ),
    "no_notice": lambda *_: gettext("No notice was sent, and the policy asks for one."),
    "recent_notice": lambda facts, rule, _client: gettext(
        "The notice of {day} is {days} days old; the policy waits for {wait}."
    ).format(
        day=_day(facts["noticed_at"], rule),
        days=_age(facts["noticed_at"], rule),
        wait=rule.policy.notice_age_days,
    ),
    "appeal_open": lambda *_: gettext("An appeal is open."),
    "on_hold": _on_hold,
    "category_left_out": lambda *_: gettext("The policy leaves out its category."),
    "location_left_out": lambda *_: gettext("The policy leaves out its location."),
}
