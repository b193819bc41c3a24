"""What needs a person's attention about a client's handoffs. `curbledger doctor` and the page *Today* say the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from curbledger.kit import clock, sql
from curbledger.placements.claim import DID_NOT_ARRIVE
from curbledger.placements.forecast import CANDIDATES, goes
from curbledger.placements.guards import open_refusals
from curbledger.placements.kept_words import in_words
from curbledger.placements.payment_feed import last_payment_at, payments_stale
from curbledger.placements.slices import slices
from curbledger.violations.models import Violation
from curbledger.violations.overdue import OPEN_DEBT, Rule, rule_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from curbledger.clients.client import Client

QUERIES = sql.load("curbledger.placements", "alarms.sql")
_UNDELIVERED = QUERIES["undelivered"].format(did_not_arrive=DID_NOT_ARRIVE)
_CONTRADICTING = QUERIES["contradicting"].format(open_debt=OPEN_DEBT)
# What is usual is read off so many of an agency's last calls, once there are enough of them.
_CALLS, _ENOUGH = 12, 4
_FOR_THE_OFFICE = frozenset({"payments_stale", "unsent", "no_call"})
# Slices of candidates that are looked through for what waits: that something waits is the alarm, not how much.
_LOOKED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What is stuck. `alarm_words.py` says it, and what to do about it.

    `since` is a moment where the client is, to the minute; `allowed` the days or hours of the client's policy; `found`
    what a guard found.
    """

    kind: str
    count: int = 0
    ticket: str = ""
    agency: str = ""
    since: str = ""
    allowed: int = 0
    found: str = ""
    # Nobody counted any further.
    more: bool = False

    @property
    def for_the_office(self) -> bool:
        """Whether it is about what the office does or waits for, and nothing of a handoff broke."""
        return self.kind in _FOR_THE_OFFICE


def alarms(client: Client, *, at: datetime) -> Iterator[Alarm]:
    """Everything that is stuck. In the client's scope."""
    rule = rule_for(client, at=at)
    yield from _stuck(client, at=at)
    if payments_stale(client, at=at):
        last = last_payment_at()
        since = "" if last is None else _moment(client, last)
        yield Alarm(kind="payments_stale", since=since, allowed=rule.policy.payments_stale_hours)
    if client.collecting:
        yield from _unsent(client, rule)
        yield from _silent(client, rule)


def _stuck(client: Client, *, at: datetime) -> Iterator[Alarm]:
    with connection.cursor() as cursor:
        cursor.execute(_UNDELIVERED, {"stale": settings.CURBLEDGER.deliverer_stale})
        count, since = cursor.fetchone()
        if count:
            yield Alarm(kind="undelivered", count=count, since=_moment(client, since))
        cursor.execute(QUERIES["unconfirmed"])
        count, since = cursor.fetchone()
        if count:
            yield Alarm(kind="unconfirmed", count=count, since=_moment(client, since))
        for refused in open_refusals(at=at):
            since = _moment(client, refused.last_at)
            yield Alarm(kind="refused", agency=refused.agency.name, since=since, found=in_words(refused.found))
        for kind, query in (("set_aside", QUERIES["set_aside"]), ("contradicting", _CONTRADICTING)):
            cursor.execute(query)
            count, ticket = cursor.fetchone()
            if count:
                yield Alarm(kind=kind, count=count, ticket=ticket)


def _unsent(client: Client, rule: Rule) -> Iterator[Alarm]:
    """What may go now, and might have gone days ago by what is known today, and was known then."""
    days = rule.policy.unsent_days
    then = replace(rule, at=rule.at - timedelta(days=days), day=rule.day - timedelta(days=days))
    # Nothing has waited here for longer than the client is there.
    if not days or then.at < client.created_at:
        return
    count, first, looked = 0, None, 0
    for ids in islice(slices(CANDIDATES, then.parameters(())), _LOOKED):
        looked += 1
        waiting = goes(rule, list(goes(then, ids)))
        known = Violation.objects.filter(pk__in=waiting, created_at__lte=then.at).order_by("pk")
        found = list(known.values_list("ticket", flat=True))
        count, first = count + len(found), first or next(iter(found), None)
    if first is not None:
        yield Alarm(kind="unsent", count=count, ticket=first, allowed=days, more=looked == _LOOKED)


def _silent(client: Client, rule: Rule) -> Iterator[Alarm]:
    """Agencies that are later than they ever were by more than the policy allows."""
    allowed = rule.policy.missed_call_days
    if not allowed:
        return
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["calls"], {"calls": _CALLS, "enough": _ENOUGH})
        calls = cursor.fetchall()
    for agency, last, usual in calls:
        if rule.at - last > usual + timedelta(days=allowed):
            yield Alarm(
                kind="no_call",
                agency=agency,
                since=_moment(client, last),
                count=max(round(usual / timedelta(days=1)), 1),
                allowed=allowed,
            )


def _moment(client: Client, at: datetime) -> str:
    return clock.local_minute(at, client.zone)
