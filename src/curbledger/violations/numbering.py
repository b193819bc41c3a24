"""The numbers of tickets that staff write: by the client's pattern, each drawn once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.db import connection, models
from django.utils.translation import gettext

from curbledger.database.owned import ClientOwned
from curbledger.errors import Invalid
from curbledger.kit import clock, sql
from curbledger.violations.violation import Violation

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client

QUERIES = sql.load("curbledger.violations", "numbering.sql")
PATTERN = "{year}-{number:6}"
DUE_DAYS = 15
_PART = re.compile(r"\{(year|number)(?::([1-9]))?\}")


class IssueRule(ClientOwned):
    """How a client issues: the pattern of its numbers, the last one drawn, and the days until a ticket is due."""

    pattern = models.CharField(max_length=40)
    last = models.PositiveBigIntegerField(default=0)
    due_days = models.PositiveSmallIntegerField(default=DUE_DAYS)

    class Meta:
        db_table = "issue_rule"
        constraints = (models.UniqueConstraint("client", name="issue_rule_is_one"),)

    def __str__(self) -> str:
        return self.pattern


def draw_number(client: Client, *, at: datetime) -> tuple[str, int]:
    """The next number, and the days until its ticket is due. In the client's scope.

    Two who draw at once wait for each other at the rule's row, so no number is drawn twice; one whose transaction
    fails gives its number back. Numbers that an import brought along are passed by.
    """
    year = clock.local_day(at, client.zone).year
    while True:
        with connection.cursor() as cursor:
            cursor.execute(QUERIES["draw"], {"client": client.pk, "pattern": PATTERN, "due_days": DUE_DAYS})
            pattern, number, due_days = cursor.fetchone()
        ticket = write_number(pattern, number, year)
        if not Violation.objects.filter(ticket=ticket).exists():
            return ticket, due_days


def write_number(pattern: str, number: int, year: int) -> str:
    """A number as it stands on a ticket."""

    def fill(part: re.Match[str]) -> str:
        value = year if part[1] == "year" else number
        return str(value).zfill(int(part[2] or 1))

    return _PART.sub(fill, pattern)


def set_issuing(client: Client, *, pattern: str | None = None, due_days: int | None = None) -> IssueRule:
    """Change how the client issues from now on; what is None stays. In the client's scope.

    Raises Invalid for a pattern without `{number}`, with other braces, or too long.
    """
    if pattern is not None:
        rest = _PART.sub("", pattern)
        if not any(part[1] == "number" for part in _PART.finditer(pattern)) or "{" in rest or "}" in rest:
            examples = f"{PATTERN}, P{{number:5}}"
            raise Invalid(
                gettext("{text} is no pattern such as {examples}.").format(text=repr(pattern), examples=examples),
                field="pattern",
            )
        if len(pattern) > 40:  # noqa: PLR2004  # as its column
            raise Invalid(gettext("A pattern has at most 40 characters."), field="pattern")
    rule, _made = IssueRule.objects.select_for_update().get_or_create(
        client_id=client.pk, defaults={"pattern": PATTERN, "due_days": DUE_DAYS}
    )
    rule.pattern = pattern or rule.pattern
    rule.due_days = rule.due_days if due_days is None else due_days
    rule.save(update_fields=["pattern", "due_days"])
    return rule
