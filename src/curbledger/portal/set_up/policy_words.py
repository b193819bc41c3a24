"""What a policy says, and how versions differ, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curbledger.clients.policy import LANGUAGES, differences
from curbledger.clients.schedule import read_schedule
from curbledger.kit import money
from curbledger.portal.set_up.policy_form import WAY_NAMES, PolicyForm
from curbledger.portal.words import DETAIL_NAMES, REASON_NAMES
from curbledger.violations.lists import Category, Location

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curbledger.clients.policy import CollectionsPolicy

# Why a ticket stays (violations/overdue.sql), said of many.
# Every reason of the rule; a list of tickets is narrowed by those of open debts alone.
EVERY_REASON = {
    **REASON_NAMES,
    "spoiled": gettext_lazy("Spoiled"),
    "warning": gettext_lazy("Warning"),
    "cancelled": gettext_lazy("Cancelled"),
    "already_sent": gettext_lazy("Handed over before"),
}


def changes_in_words(before: CollectionsPolicy, after: CollectionsPolicy, currency: str) -> list[tuple[str, str, str]]:
    """What differs: the field's name, what it said, and what it says."""
    return [
        (_label(name), _value(name, old, currency), _value(name, new, currency))
        for name, (old, new) in differences(before, after).items()
    ]


def _label(name: str) -> str:
    return _("Notices") if name == "notice_schedule" else str(PolicyForm.base_fields[name].label)


def _value(name: str, value: Any, currency: str) -> str:  # noqa: ANN401, PLR0911  # any column's; one line for each kind
    if name == "notice_schedule":
        steps = [_("{days} days {way}").format(days=step.days, way=WAY_NAMES[step.by]) for step in read_schedule(value)]
        return _listed(steps)
    if name in {"excluded_categories", "excluded_locations"}:
        model = Category if name == "excluded_categories" else Location
        return _listed(model.objects.filter(pk__in=value).order_by("name").values_list("name", flat=True))
    if name == "hold_kinds":
        return _listed(str(DETAIL_NAMES[kind]) for kind in value)
    if name == "notice_language":
        return dict(LANGUAGES)[value]
    if name == "minimum_balance":
        return money.show(value, currency)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None:
        return _("none") if name.startswith("guard_") else _("any")
    return str(value)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or _("none")
