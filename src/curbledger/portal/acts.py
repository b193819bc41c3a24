"""What can be done to a ticket: each act is a page with a form, and one verb of the domain behind it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curbledger.errors import NotFound
from curbledger.kit import clock, money
from curbledger.permissions import Permission
from curbledger.placements.cycle import start_new_cycle, with_agency
from curbledger.placements.recall import recall
from curbledger.placements.selection import Selection
from curbledger.portal import act_forms as forms
from curbledger.portal.page import Page
from curbledger.portal.way_back import carried, looked_for
from curbledger.violations.adjust import adjust_fine
from curbledger.violations.appeal import decide_appeal, open_appeal
from curbledger.violations.attach import attached
from curbledger.violations.hold import hold_violation, release_hold
from curbledger.violations.link import link_person
from curbledger.violations.lock import lock_violation
from curbledger.violations.payment import record_payment, reverse_payment
from curbledger.violations.state import owed_now
from curbledger.violations.violation import Violation
from curbledger.violations.void import cancel, spoil, turn_into_warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpResponse
    from django.utils.functional import _StrPromise as Lazy

    from curbledger.portal.visit import Visit
    from curbledger.violations.attach import NewFile

    Do = Callable[[Visit, Violation, dict[str, Any]], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act. `do` calls the verb and says what was done; `fits` says whether the ticket could take it."""

    # A template would call it, and know nothing of its name.
    do_not_call_in_templates: ClassVar[bool] = True
    name: str
    title: Lazy
    icon: str
    permission: Permission
    form: type[forms.OnTicket]
    do: Do
    fits: Callable[[Violation], bool]
    grave: bool = False

    def __call__(self, visit: Visit, violation_id: int) -> HttpResponse:
        """The page: shows the form; sent, does what it asks for, once."""
        violation = Violation.objects.select_related("person").filter(pk=violation_id).first()
        if violation is None:
            raise NotFound(_("There is no such ticket."))
        request = visit.request
        found = looked_for(request)
        back = reverse("portal:violation", args=[violation.pk]) + carried(found)
        data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = self.form(data, files, visit=visit, violation=violation)
        if form.is_valid():
            said = visit.act(form, lambda: self.do(visit, violation, form.cleaned_data))
            if not form.errors:
                return visit.go(back, said)
        context = {
            "title": self.title,
            "act": self,
            "form": form,
            "violation": violation,
            "back": back,
            "q": request.GET.get("q", ""),
            "looked_for": found,
        }
        return visit.show("portal/act.html", context, status=422 if form.is_bound else 200)


@dataclass(frozen=True, slots=True)
class Link:
    """An act as it is offered on the page of a ticket."""

    url: str
    title: Lazy
    icon: str
    grave: bool


def links_for(visit: Visit, violation: Violation) -> list[Link]:
    """What this person may do to this ticket as it stands."""
    end = carried(looked_for(visit.request))
    return [
        Link(reverse(f"portal:{act.name}", args=[violation.pk]) + end, act.title, act.icon, act.grave)
        for act in ACTS
        if visit.may(act.permission) and act.fits(violation)
    ]


def _pay(visit: Visit, violation: Violation, said: dict[str, Any]) -> str:
    client = visit.client
    today = clock.local_day(visit.at, client.zone)
    # Of an earlier day the hour is not known: its noon.
    noon = clock.day_start(said["paid_on"], client.zone) + timedelta(hours=12)
    done = record_payment(
        client,
        violation.ticket,
        amount=said["amount"],
        at=visit.at,
        by=visit.by,
        paid_at=visit.at if said["paid_on"] == today else noon,
        reference=said["reference"] or None,
        method=said["method"],
        sure=said.get("sure", False),
    )
    if done.already_there:
        messages.warning(visit.request, _("A payment with this reference was recorded before; nothing was added."))
        return ""
    if done.balance < 0:
        over = money.show(-done.balance, client.currency)
        messages.warning(visit.request, _("{amount} too much was paid.").format(amount=over))
    return _("The payment is recorded. {left} is left to pay.").format(left=_left(visit, violation))


def _reverse(visit: Visit, violation: Violation, said: dict[str, Any]) -> str:
    reverse_payment(
        visit.client, violation.ticket, payment_id=said["payment"], reason=said["reason"], at=visit.at, by=visit.by
    )
    return _("The payment is reversed. {left} is left to pay.").format(left=_left(visit, violation))


def _left(visit: Visit, violation: Violation) -> str:
    """What settles it from now on: the sum that its page ends with."""
    violation.refresh_from_db()
    return money.show(max(owed_now(visit.client, violation, at=visit.at), money.ZERO), visit.client.currency)


def _adjust(visit: Visit, violation: Violation, said: dict[str, Any]) -> str:
    adjust_fine(visit.client, violation.ticket, amount=said["amount"], reason=said["reason"], at=visit.at, by=visit.by)
    return _("The fine is {amount} now.").format(amount=money.show(said["amount"], visit.client.currency))


def _hold(visit: Visit, violation: Violation, said: dict[str, Any]) -> str:
    hold_violation(visit.client, violation.ticket, **_words(said, "kind", "until", "reason"), at=visit.at, by=visit.by)
    return _("The ticket is held back.")


def _release(visit: Visit, violation: Violation, said: dict[str, Any]) -> str:
    lock_violation(visit.client, violation.ticket)
    release_hold(said["hold"], reason=said["reason"], at=visit.at, by=visit.by)
    return _("The hold is released.")


def _appeal(visit: Visit, violation: Violation, said: dict[str, Any]) -> str:
    with _evidence(visit, violation, said["evidence"]):
        open_appeal(visit.client, violation.ticket, text=said["text"], at=visit.at, person_id=violation.person_id)
    return _("The appeal is open. The ticket stays with you until it is decided.")


def _decide(visit: Visit, violation: Violation, said: dict[str, Any]) -> str:
    with _evidence(visit, violation, said["evidence"]):
        decide_appeal(visit.client, violation.ticket, **_words(said, "decision", "reason"), at=visit.at, by=visit.by)
    return _("The appeal is decided.")


def _add_files(visit: Visit, violation: Violation, said: dict[str, Any]) -> str:
    with _evidence(visit, violation, said["evidence"]):
        lock_violation(visit.client, violation.ticket)
    return _("The files are with the ticket.")


def _link(visit: Visit, violation: Violation, said: dict[str, Any]) -> str:
    link_person(
        visit.client, violation.ticket, person_id=said["person"], reason=said["reason"], at=visit.at, by=visit.by
    )
    return _("The ticket names this person now.")


def _spoil(visit: Visit, violation: Violation, said: dict[str, Any]) -> str:
    spoil(visit.client, violation.ticket, reason=said["reason"], at=visit.at, by=visit.by)
    return _("The form is spoiled. Its number stays accounted for.")


def _cancel(visit: Visit, violation: Violation, said: dict[str, Any]) -> str:
    cancel(visit.client, violation.ticket, reason=said["reason"], at=visit.at, by=visit.by)
    return _("The ticket is cancelled.")


def _warn(visit: Visit, violation: Violation, said: dict[str, Any]) -> str:
    turn_into_warning(visit.client, violation.ticket, reason=said["reason"], at=visit.at, by=visit.by)
    return _("The ticket is a warning now.")


def _recall(visit: Visit, violation: Violation, said: dict[str, Any]) -> str:
    recall(visit.client, Selection(tickets=(violation.ticket,)), reason=said["reason"], at=visit.at, by=visit.by)
    return _("The ticket is recalled. It goes out again only in a new cycle.")


def _new_cycle(visit: Visit, violation: Violation, said: dict[str, Any]) -> str:
    start_new_cycle(visit.client, violation.ticket, reason=said["reason"], at=visit.at, by=visit.by)
    return _("A new cycle is started. The ticket goes to collections again where the rule lets it.")


def _words(said: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: said[name] for name in names}


def _evidence(visit: Visit, violation: Violation, files: Iterable[NewFile]) -> ExitStack:
    stack = ExitStack()
    stack.enter_context(attached(visit.client, violation, files, at=visit.at))
    return stack


def _stands(violation: Violation) -> bool:
    return not violation.spoiled and violation.cancelled_at is None


ACTS: tuple[Act, ...] = (
    Act(
        name="pay",
        title=gettext_lazy("Record a payment"),
        icon="payments",
        permission=Permission.PAYMENTS_RECORD,
        form=forms.Pay,
        do=_pay,
        fits=lambda violation: not violation.spoiled,
    ),
    Act(
        name="reverse",
        title=gettext_lazy("Reverse a payment"),
        icon="undo",
        permission=Permission.PAYMENTS_REVERSE,
        form=forms.Reverse,
        do=_reverse,
        fits=lambda violation: violation.paid_total > 0,
    ),
    Act(
        name="appeal",
        title=gettext_lazy("Open an appeal"),
        icon="gavel",
        permission=Permission.APPEALS_OPEN,
        form=forms.Appeal,
        do=_appeal,
        fits=lambda violation: violation.appeal_count == 0 and _stands(violation),
    ),
    Act(
        name="decide",
        title=gettext_lazy("Decide the appeal"),
        icon="gavel",
        permission=Permission.APPEALS_DECIDE,
        form=forms.Decide,
        do=_decide,
        fits=lambda violation: violation.appeal_count > 0,
    ),
    Act(
        name="hold",
        title=gettext_lazy("Hold it back"),
        icon="pause_circle",
        permission=Permission.HOLDS_WRITE,
        form=forms.PlaceHold,
        do=_hold,
        fits=_stands,
    ),
    Act(
        name="release",
        title=gettext_lazy("Release a hold"),
        icon="play_circle",
        permission=Permission.HOLDS_WRITE,
        form=forms.Release,
        do=_release,
        fits=lambda violation: violation.hold_count > 0,
    ),
    Act(
        name="adjust",
        title=gettext_lazy("Set the fine"),
        icon="tune",
        permission=Permission.VIOLATIONS_ADJUST,
        form=forms.Adjust,
        do=_adjust,
        fits=_stands,
    ),
    Act(
        name="recall",
        title=gettext_lazy("Recall it"),
        icon="undo",
        permission=Permission.BATCHES_RECALL,
        form=forms.Recall,
        do=_recall,
        fits=with_agency,
        grave=True,
    ),
    Act(
        name="new-cycle",
        title=gettext_lazy("Start a new cycle"),
        icon="restart_alt",
        permission=Permission.BATCHES_RECALL,
        form=forms.Reason,
        do=_new_cycle,
        fits=lambda violation: violation.sent_at is not None and not with_agency(violation),
    ),
    Act(
        name="link",
        title=gettext_lazy("Name a person"),
        icon="person",
        permission=Permission.PEOPLE_LINK,
        form=forms.Link,
        do=_link,
        fits=lambda violation: violation.sent_at is None,
    ),
    Act(
        name="add-files",
        title=gettext_lazy("Add photos or papers"),
        icon="attach_file",
        permission=Permission.VIOLATIONS_ISSUE,
        form=forms.AddFiles,
        do=_add_files,
        fits=lambda _violation: True,
    ),
    Act(
        name="warn",
        title=gettext_lazy("Turn into a warning"),
        icon="info",
        permission=Permission.VIOLATIONS_CANCEL,
        form=forms.Reason,
        do=_warn,
        fits=lambda violation: _stands(violation) and not violation.warning and violation.paid_total == 0,
        grave=True,
    ),
    Act(
        name="cancel",
        title=gettext_lazy("Cancel the ticket"),
        icon="cancel",
        permission=Permission.VIOLATIONS_CANCEL,
        form=forms.Reason,
        do=_cancel,
        fits=_stands,
        grave=True,
    ),
    Act(
        name="spoil",
        title=gettext_lazy("Spoil the form"),
        icon="block",
        permission=Permission.VIOLATIONS_SPOIL,
        form=forms.Reason,
        do=_spoil,
        fits=lambda violation: not violation.spoiled and violation.paid_total == 0,
        grave=True,
    ),
)
PAGES = {act.name: Page(act, act.permission, ("GET", "HEAD", "POST")) for act in ACTS}
