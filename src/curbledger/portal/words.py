"""What the codes of the domain are called on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from curbledger.permissions import Role

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Lazy

ROLE_NAMES: dict[Role | None, Lazy] = {
    Role.CLERK: _("Clerk"),
    Role.COLLECTIONS_OFFICER: _("Collections officer"),
    Role.MANAGER: _("Manager"),
    Role.ADMINISTRATOR: _("Administrator"),
    None: _("System administrator"),
}

# How a ticket stands (violations/state.py), in the order of the filter.
STATE_NAMES: dict[str, Lazy] = {
    "overdue": _("Overdue"),
    "due": pgettext_lazy("standing", "Due"),
    "held": _("On hold"),
    "appealed": _("Under appeal"),
    "sent": _("With an agency"),
    "recalled": _("Recalled"),
    "paid": _("Paid"),
    "overpaid": _("Overpaid"),
    "settled": _("Nothing owed"),
    "cancelled": _("Cancelled"),
    "spoiled": _("Spoiled"),
    "warning": _("Warning"),
}
# What the list can be narrowed to.
SOUGHT_NAMES: dict[str, Lazy] = {"owing": _("Owing, all together"), **STATE_NAMES}
# What colour each stands in.
STATE_TONES = {
    "due": "warn",
    "overdue": "bad",
    "paid": "good",
    "overpaid": "warn",
    "held": "info",
    "appealed": "info",
    "sent": "info",
    "recalled": "warn",
}
# Why a debt goes or stays (placements/by_reason.py, violations/overdue.sql), in the order of a list.
REASON_NAMES: dict[str, Lazy] = {
    "goes": _("Would go now"),
    "collections_off": _("Collections are switched off"),
    "not_due": _("Not due yet"),
    "recently_due": _("Due too recently"),
    "on_hold": _("On hold"),
    "appeal_open": _("Under appeal"),
    "no_notice": _("No notice was sent"),
    "recent_notice": _("The notice is too recent"),
    "below_minimum": _("Below the minimum"),
    "nothing_owed": _("Nothing owed while a discount holds"),
    "too_old": _("Too old"),
    "category_left_out": _("Category left out"),
    "location_left_out": _("Place left out"),
    "no_agency": _("Kept for no agency"),
}
PART_NAMES: dict[str, Lazy] = {
    "fine": _("Fine"),
    "adjustment": _("Adjustment"),
    "towing": _("Towing"),
    "tax": _("Tax"),
    "fees": _("Fees"),
    "discount": _("Discount"),
    "open_discount": _("Discount while it is paid early"),
    "paid": _("Paid"),
}
# What happened, and the Material symbol beside it.
MOMENT_NAMES: dict[str, tuple[Lazy, str]] = {
    "issued": (_("Issued"), "receipt_long"),
    "brought_in": (_("Brought in"), "move_to_inbox"),
    "noticed": (_("Notice sent"), "mail"),
    "returned": (_("Came back"), "undo"),
    "appealed": (_("Appeal opened"), "gavel"),
    "decided": (_("Appeal decided"), "gavel"),
    "adjusted": (_("Fine set"), "tune"),
    "fee": (_("Fee added"), "add_circle"),
    "discount": (_("Discount"), "sell"),
    "paid": (_("Paid"), "payments"),
    "reversed": (_("Payment reversed"), "undo"),
    "held": (_("Held back"), "pause_circle"),
    "released": (_("Hold released"), "play_circle"),
    "person_held": (_("Person held back"), "pause_circle"),
    "person_released": (_("Hold on the person released"), "play_circle"),
    "spoiled": (_("Spoiled"), "block"),
    "cancelled": (_("Cancelled"), "cancel"),
    "warned": (_("Turned into a warning"), "info"),
    "linked": (_("Another person"), "person"),
    "placed": (_("Handed over"), "send"),
    "withdrawn": (_("Withdrawn before delivery"), "undo"),
    "recalled": (_("Recalled"), "undo"),
    "new_cycle": (_("New cycle started"), "restart_alt"),
    "closed": (_("Closed by the agency"), "task_alt"),
}
# Reasons that no person wrote: they are kept in English.
OWN_REASONS: dict[str, Lazy] = {
    "Paid while the early-payment discount held.": _("Paid while the early-payment discount held."),
    "Not paid by the due day.": _("Not paid by the due day."),
    "Owner looked up by plate.": _("Owner looked up by plate."),
    "Before the office moved in.": _("Before the office moved in."),
    "Cancelled before the office moved in.": _("Cancelled before the office moved in."),
    "Open when the office moved in.": _("Open when the office moved in."),
}
# What somebody of the office or the street did: that nobody knows who is worth saying.
DONE_BY_SOMEBODY = frozenset({"issued", "brought_in", "appealed", "cancelled", "reversed"})
# Words of the domain that stand as the detail of something.
DETAIL_NAMES: dict[str, Lazy] = {
    "mail": _("by e-mail"),
    "letter": _("by letter"),
    "upheld": _("the ticket stands"),
    "dismissed": _("the ticket falls"),
    "appeal": _("appeal"),
    "dispute": _("dispute"),
    "bankruptcy": _("bankruptcy"),
    "deceased": _("deceased"),
    "payment_plan": _("payment plan"),
    "court": _("court"),
    "other": _("other"),
    "unprintable": _("cannot be printed"),
    "early_payment": _("paid early"),
    "granted": _("granted"),
    "late": _("late"),
    "search": _("plate looked up"),
    "imported": _("taken over with the ticket"),
    "before moving in": _("before the office moved in"),
    "cash": _("cash"),
    "counter": _("at the counter"),
    "card": _("card"),
    "cheque": _("cheque"),
    "transfer": _("transfer"),
    "online": _("online"),
}
