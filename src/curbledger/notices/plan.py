"""Find which notices are due by the client's schedule, and put them in the queue."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.db import connection

from curbledger.clients.schedule import read_schedule
from curbledger.kit import clock, sql
from curbledger.notices.message import Message, MessageTicket, State
from curbledger.violations.overdue import AT_REST, OPEN_DEBT, Rule, rule_for
from curbledger.violations.overdue import QUERIES as RULE
from curbledger.violations.standing import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from curbledger.clients.client import Client

QUERIES = sql.load("curbledger.notices", "notices.sql")
_OVERDUE = QUERIES["overdue"].format(open_debt=OPEN_DEBT)
_SLICE = 5000
# In one transaction. What is due beyond it is found the next time.
MOST_TICKETS = 20_000


@dataclass(frozen=True, slots=True)
class Planned:
    """How many messages were put in the queue, about how many tickets; and how many tickets lack an address."""

    mails: int
    letters: int
    tickets: int
    unaddressed: int


class _Due(NamedTuple):
    """What the query `due` says of one ticket."""

    violation: int
    stage: int
    way: str
    person: int | None
    language: str | None
    mail: bool
    street: bool


class _Envelope(NamedTuple):
    """What tickets must share to go in one message. `alone` keeps those apart that nobody is known for."""

    person: int | None
    stage: int
    kind: int | None
    language: str
    lacks: str
    alone: int | None


def plan_notices(client: Client, *, at: datetime) -> Planned:
    """Put every notice that is due in the queue, all of a person's tickets of one stage in one. In the client's scope.

    Again at the same time it changes nothing. Whether a ticket still owes is asked again before its notice goes.
    """
    rule = rule_for(client, at=at)
    stages = read_schedule(rule.policy.notice_schedule)
    with connection.cursor() as cursor:
        cursor.execute(QUERIES["one_planner"], {"client": client.pk})
        cursor.execute(QUERIES["unaddressed_again"])
        cursor.execute(QUERIES["forget_unaddressed"])
    envelopes: dict[_Envelope, list[int]] = defaultdict(list)
    if stages:
        days, ways = [stage.days for stage in stages], [stage.by for stage in stages]
        for due in _due(rule, days, ways):
            envelopes[_envelope(due, rule.policy.notice_language)].append(due.violation)
    _write(client, envelopes, at)
    sizes = {kind: [len(ids) for found, ids in envelopes.items() if found.kind == kind and not found.lacks]
             for kind in (Notice.MAIL, Notice.LETTER)}  # fmt: skip
    return Planned(
        mails=len(sizes[Notice.MAIL]),
        letters=len(sizes[Notice.LETTER]),
        tickets=sum(sizes[Notice.MAIL]) + sum(sizes[Notice.LETTER]),
        unaddressed=sum(len(ids) for found, ids in envelopes.items() if found.lacks),
    )


def language_of(spoken: str | None, otherwise: str) -> str:
    """The language of a notice to a person who is said to speak `spoken`: fr, fr-CA, French, français; en likewise."""
    start = (spoken or "").strip().lower()[:2]
    return start if start in {"en", "fr"} else otherwise


def _due(rule: Rule, days: list[int], ways: list[str]) -> Iterator[_Due]:
    found, after = 0, 0
    # Nothing is due before the first stage's day.
    due_before = clock.day_start(rule.day, rule.zone)
    wanted = {"days": days, "ways": ways, "at_rest": list(AT_REST)}
    with connection.cursor() as cursor:
        while found < MOST_TICKETS:
            cursor.execute(_OVERDUE, {"due_before": due_before, "after": after, "limit": _SLICE})
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                return
            after = ids[-1]
            cursor.execute(f"WITH judged AS ({RULE['judge']}) {QUERIES['due']}", rule.parameters(ids) | wanted)
            rows = cursor.fetchall()
            found += len(rows)
            yield from map(_Due._make, rows)


def _envelope(due: _Due, otherwise: str) -> _Envelope:
    kind, lacks = _way(due)
    language = language_of(due.language, otherwise)
    return _Envelope(due.person, due.stage, kind, language, lacks, due.violation if due.person is None else None)


def _way(due: _Due) -> tuple[int | None, str]:
    """By which way, and what is missing for it."""
    wanted = {"mail": Notice.MAIL, "letter": Notice.LETTER}.get(due.way)
    if due.person is None:
        return wanted, "nobody_known"
    if wanted == Notice.MAIL:
        return wanted, "" if due.mail else "no_email"
    if wanted == Notice.LETTER:
        return wanted, "" if due.street else "no_street"
    if due.mail:
        return Notice.MAIL, ""
    return (Notice.LETTER, "") if due.street else (None, "no_address")


def _write(client: Client, envelopes: dict[_Envelope, list[int]], at: datetime) -> None:
    messages = Message.objects.bulk_create(
        [
            Message(
                client_id=client.pk,
                person_id=envelope.person,
                kind=envelope.kind,
                stage=envelope.stage,
                state=State.UNADDRESSED if envelope.lacks else State.QUEUED,
                language=envelope.language,
                fault=envelope.lacks,
                created_at=at,
                next_try_at=None if envelope.lacks else at,
            )
            for envelope in envelopes
        ],
        batch_size=1000,
    )
    MessageTicket.objects.bulk_create(
        [
            MessageTicket(client_id=client.pk, message_id=message.pk, violation_id=violation, stage=message.stage)
            for message, ids in zip(messages, envelopes.values(), strict=True)
            for violation in ids
        ],
        batch_size=1000,
    )
