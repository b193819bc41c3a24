"""How amounts, days and the domain's words look on a page."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import template
from django.utils import formats
from django.utils.translation import gettext

from curbledger.database.actor import Actor
from curbledger.placements.kept_words import in_words
from curbledger.portal import batch_words, words
from curbledger.portal.audit_words import ACTOR_NAMES
from curbledger.reports.report import Kind

if TYPE_CHECKING:
    from curbledger.kit.sheet import Cell
    from curbledger.portal.visit import Visit
    from curbledger.reports.report import Column
    from curbledger.violations.timeline import Moment

register = template.Library()
# Reasons that Curbledger writes with something in them (violations/late_fees.sql, violations/appeal.py).
_LATE_FEE = re.compile(r"Late fee (\d+), due after (\d+) days")
_FALLEN = re.compile(r"Appeal: (.*)", re.DOTALL)
# As the command line signs (cli/inputs.py).
_COMMAND_LINE = "command line"
_AT_THE_COMMAND_LINE = f" ({_COMMAND_LINE})"
# Neither breaks a line between an amount's sign, groups and currency.
_NO_BREAK = "\N{NO-BREAK SPACE}"


@register.simple_tag(takes_context=True)
def amount(context: Any, value: Decimal) -> str:  # noqa: ANN401  # Django's own
    """An amount in the client's currency, as the language writes it, with a real minus."""
    visit: Visit = context["visit"]
    return priced(value, visit.client.currency)


def priced(value: Decimal, currency: str) -> str:
    """The same, for a text that is made elsewhere."""
    return f"{plain_amount(value)}{_NO_BREAK}{currency}"


@register.filter
def plain_amount(value: Decimal) -> str:
    """An amount without its currency, for a column that says it once."""
    shown = formats.number_format(abs(value), 2, use_l10n=True, force_grouping=True)
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    return f"{sign}{shown}".replace(" ", _NO_BREAK)


@register.filter
def plain_count(value: int) -> str:
    """How many, with the groups of the language."""
    return formats.number_format(value, 0, use_l10n=True, force_grouping=True).replace(" ", _NO_BREAK)


@register.filter
def report_cell(cell: Cell, column: Column) -> str:
    """A cell of a report, as its column is shown."""
    if cell is None:
        return ""
    if column.kind is Kind.COUNT and isinstance(cell, int):
        return plain_count(cell)
    return plain_amount(cell) if column.kind is Kind.MONEY and isinstance(cell, Decimal) else str(cell)


@register.simple_tag(takes_context=True)
def moment(context: Any, value: datetime, kind: str = "time") -> str:  # noqa: ANN401  # Django's own
    """A moment where the client is: `day`, or the day with its `time`."""
    visit: Visit = context["visit"]
    local = value.astimezone(visit.client.zone)
    return local.strftime("%Y-%m-%d") if kind == "day" else local.strftime(f"%Y-%m-%d{_NO_BREAK}%H:%M")


@register.filter
def instant(text: str) -> datetime:
    """A moment that stands in evidence as the database wrote it."""
    return datetime.fromisoformat(text)


@register.filter
def state_name(code: str) -> str:
    """How a ticket stands."""
    return str(words.STATE_NAMES.get(code, code))


@register.filter
def state_tone(code: str) -> str:
    """The colour of that."""
    return words.STATE_TONES.get(code, "none")


@register.filter
def part_name(code: str) -> str:
    """A line of the sum."""
    return str(words.PART_NAMES.get(code, code))


@register.filter
def moment_name(code: str) -> str:
    """What happened."""
    return str(words.MOMENT_NAMES[code][0]) if code in words.MOMENT_NAMES else code.replace("_", " ").capitalize()


@register.filter
def moment_icon(code: str) -> str:
    """A sign for what happened."""
    return words.MOMENT_NAMES[code][1] if code in words.MOMENT_NAMES else "circle"


@register.filter
def moment_who(one: Moment) -> str:
    """Who did it; where nobody can say, that they cannot. What the other side did needs no name."""
    if one.by:
        shown = who_name(one.by)
        kind = str(ACTOR_NAMES.get(one.by_kind, one.by_kind))
        return shown if not kind or kind in shown else f"{shown} ({kind})"
    if one.officer is not None:
        return gettext("officer {number}").format(number=one.officer)
    return gettext("by whom is not known") if one.kind in words.DONE_BY_SOMEBODY else ""


@register.filter
def who_name(name: str) -> str:
    """Somebody as the records name them: a person stays as they are, a part of Curbledger is said in words."""
    if name.endswith(_AT_THE_COMMAND_LINE):
        return f"{name.removesuffix(_AT_THE_COMMAND_LINE)} ({ACTOR_NAMES[Actor.COMMAND]})"
    return str(ACTOR_NAMES.get(Actor.COMMAND if name == _COMMAND_LINE else name, name))


@register.filter
def why_words(text: str) -> str:
    """A reason as somebody wrote it; one that Curbledger wrote itself, in the reader's language."""
    if late := _LATE_FEE.fullmatch(text):
        return gettext("Late fee {number}, due after {days} days").format(number=late[1], days=late[2])
    if fallen := _FALLEN.fullmatch(text):
        return gettext("Appeal: {reason}").format(reason=fallen[1])
    return str(words.OWN_REASONS.get(text) or in_words(text))


@register.filter
def detail_name(code: str) -> str:
    """A word of the domain; a text that is none stays as it is."""
    return str(words.DETAIL_NAMES.get(code, code))


@register.filter
def reason_name(code: str) -> str:
    """Why a debt stays, or that it goes."""
    return str(words.REASON_NAMES.get(code, code))


@register.filter
def batch_state(code: str) -> str:
    """How a batch stands."""
    return str(batch_words.BATCH_STATES.get(code, code))


@register.filter
def batch_tone(code: str) -> str:
    """The colour of that."""
    return batch_words.BATCH_TONES.get(code, "none")


@register.filter
def outcome_words(kept: str) -> str:
    """How a delivery ended."""
    return batch_words.outcome_words(kept)


@register.filter
def ended_words(kept: str) -> str:
    """Why a placement ended."""
    return batch_words.ended_words(kept)


@register.filter
def kept_words(kept: str) -> str:
    """What was kept in English, in the language of the page."""
    return in_words(kept)


@register.filter
def placement_state(code: str) -> str:
    """How a placement stands."""
    return str(batch_words.PLACEMENT_STATES.get(code, code))


@register.filter
def placement_tone(code: str) -> str:
    """The colour of that."""
    return batch_words.PLACEMENT_TONES.get(code, "none")
