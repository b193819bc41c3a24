"""When a client writes to people about a ticket: which notice how many days after the due day, by which way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext

from curbledger.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# `either` is a mail where the person has an address for it, and a letter where not.
WAYS = ("mail", "letter", "either")
MOST_STAGES = 9
MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Stage:
    """One notice. `days` are whole days after the due day, where the client is."""

    number: int
    days: int
    by: str


def read_schedule(kept: Iterable[Mapping[str, Any]]) -> tuple[Stage, ...]:
    """The stages of a policy's `notice_schedule`, in order."""
    return tuple(Stage(number, int(step["days"]), str(step["by"])) for number, step in enumerate(kept, start=1))


def check_schedule(steps: Iterable[tuple[int, str]]) -> list[dict[str, Any]]:
    """A schedule as a policy keeps it. Empty: no notices are sent.

    Raises Invalid for a way that does not exist, days that are not after the due day or not after the step before,
    and too many steps.
    """
    checked: list[dict[str, Any]] = []
    before = 0
    for days, by in steps:
        if by not in WAYS:
            raise Invalid(
                gettext("A notice goes by {ways}; not by {way}.").format(ways=", ".join(WAYS), way=repr(by)),
                field="schedule",
            )
        if not before < days <= MOST_DAYS:
            raise Invalid(
                gettext(
                    "Notice {number} goes {days} days after the due day: take a number from {least} to {most}."
                ).format(number=len(checked) + 1, days=days, least=before + 1, most=MOST_DAYS),
                field="schedule",
            )
        checked.append({"days": days, "by": by})
        before = days
    if len(checked) > MOST_STAGES:
        raise Invalid(
            gettext("A ticket gets at most {most} notices, and these are {count}.").format(
                most=MOST_STAGES, count=len(checked)
            ),
            field="schedule",
        )
    return checked


def in_words(stage: Stage) -> str:
    """Such as `14 days after due by mail`."""
    by = "mail, or letter where there is no address for it" if stage.by == "either" else stage.by
    return f"{stage.days} {'day' if stage.days == 1 else 'days'} after due by {by}"
