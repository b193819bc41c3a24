"""What the codes of notices are called on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from curbledger.notices.message import State

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Lazy

# In the order in which somebody should look at them.
STATE_NAMES: dict[str, Lazy] = {
    State.UNADDRESSED: _("No address"),
    State.FAILED: _("Failed"),
    State.RETURNED: _("Came back"),
    State.QUEUED: _("Waiting"),
    State.SENDING: _("Being sent"),
    State.PRINTING: _("Printed, not posted"),
    State.SENT: _("Sent"),
    State.CANCELLED: _("Not needed any more"),
}
STATE_TONES: dict[str, str] = {
    State.UNADDRESSED: "warn",
    State.FAILED: "bad",
    State.RETURNED: "bad",
    State.QUEUED: "info",
    State.SENDING: "info",
    State.PRINTING: "info",
    State.SENT: "good",
    State.CANCELLED: "none",
}
KIND_NAMES: dict[int, Lazy] = {1: _("Mail"), 2: _("Letter")}
WAY_NAMES: dict[str, Lazy] = {
    "mail": _("by mail"),
    "letter": _("by letter"),
    "either": _("by mail, or by letter where there is no address for it"),
}
FAULT_NAMES: dict[str, Lazy] = {
    "nobody_known": _("Nobody is known for the ticket."),
    "no_email": _("The e-mail address is missing."),
    "no_street": _("The street, or the town, is missing."),
    "no_address": _("Both the e-mail address and the street are missing."),
}
LANGUAGE_NAMES: dict[str, Lazy] = {"en": _("English"), "fr": _("French")}
PLACEHOLDER_NAMES: dict[str, Lazy] = {
    "name": _("the person's name"),
    "tickets": _("the tickets, one a line; a table in a letter"),
    "numbers": _("the tickets' numbers"),
    "count": _("how many tickets there are"),
    "total": _("what is owed in all, with the currency"),
    "today": _("the day on which it is written"),
    "client": _("the client's name"),
    "phone": _("the letterhead's phone number"),
    "website": _("the letterhead's website"),
    "email": _("the letterhead's e-mail address"),
}
