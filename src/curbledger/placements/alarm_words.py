"""An alarm in words, in the language of whoever reads it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from curbledger.placements.alarms import Alarm


def what_is_wrong(alarm: Alarm) -> str:
    """What is stuck, in a sentence."""
    values = asdict(alarm)
    count = alarm.count
    if alarm.kind == "undelivered":
        said = ngettext(
            "%(count)s batch did not arrive: that of %(since)s.",
            "%(count)s batches did not arrive, the oldest of %(since)s.",
            count,
        )
    elif alarm.kind == "unconfirmed":
        said = ngettext(
            "%(count)s batch went out as a file, and nobody said that it arrived: that of %(since)s.",
            "%(count)s batches went out as a file, and nobody said that it arrived, the oldest of %(since)s.",
            count,
        )
    elif alarm.kind == "refused":
        said = _("A guard refuses the calls of %(agency)s, the latest on %(since)s: %(found)s")
    elif alarm.kind == "set_aside":
        said = ngettext(
            "%(count)s violation could not be printed and is set aside: ticket %(ticket)s.",
            "%(count)s violations could not be printed and are set aside, ticket %(ticket)s among them.",
            count,
        )
    elif alarm.kind == "contradicting":
        said = ngettext(
            "%(count)s violation was handed over, but is not marked as sent: ticket %(ticket)s.",
            "%(count)s violations were handed over, but are not marked as sent, ticket %(ticket)s among them.",
            count,
        )
    elif alarm.kind == "unsent" and alarm.more:
        said = _(
            "At least %(count)s violations may go and have waited for more than %(allowed)s days, "
            "ticket %(ticket)s among them."
        )
    elif alarm.kind == "unsent":
        said = ngettext(
            "%(count)s violation may go and has waited for more than %(allowed)s days: ticket %(ticket)s.",
            "%(count)s violations may go and have waited for more than %(allowed)s days, ticket %(ticket)s among them.",
            count,
        )
    elif alarm.kind == "no_call":
        said = ngettext(
            "%(agency)s calls every day, and has not since %(since)s.",
            "%(agency)s calls about every %(count)s days, and has not since %(since)s.",
            count,
        )
    elif alarm.since:
        said = _("No payment was recorded since %(since)s: for more than %(allowed)s hours.")
    else:
        said = _("No payment was ever recorded.")
    return said % values


def what_to_do(alarm: Alarm) -> str:
    """What helps."""
    return {
        "undelivered": _("The agency's next call takes the oldest up again. Ask the agency why it has not called."),
        "unconfirmed": _("Say on the batch's page whether the agency has the file. No call takes it up before."),
        "refused": _("Mend the cause, or let the next call through on the workbench, with a reason."),
        "set_aside": _("`curbledger explain` says what is wrong with each. Mend it, and release the hold."),
        "contradicting": _("They stay out of every batch. Somebody changed the mark by hand: set it again."),
        "unsent": _("Ask the agency why it does not call, or look whether an agency takes their category."),
        "no_call": _("Ask the agency whether its run failed, and whether its token still works."),
        "payments_stale": _(
            "Ask whether the feed of payments has stopped: who has paid elsewhere would be handed over."
        ),
    }[alarm.kind]
