"""Notices: what waits, what did not get through, letters to print, and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from curbledger.clients.policy import current_policy
from curbledger.clients.schedule import read_schedule
from curbledger.notices.again import mark_returned, send_again
from curbledger.notices.compose import Line, in_a_mail
from curbledger.notices.inbox import find_message, letters_wait, open_counts, shelf, tickets_of
from curbledger.notices.letters import drop_run, find_run, make_letter_run, mark_posted
from curbledger.notices.message import Message, State
from curbledger.notices.pdf import print_run
from curbledger.notices.placeholders import TABLE
from curbledger.permissions import Permission
from curbledger.portal.forms import ActForm
from curbledger.portal.notice_words import FAULT_NAMES, KIND_NAMES, STATE_NAMES, STATE_TONES, WAY_NAMES
from curbledger.portal.page import page
from curbledger.registry.access import note_looks
from curbledger.violations.standing import Notice

if TYPE_CHECKING:
    from typing import Any

    from curbledger.portal.visit import Visit

_POST = ("GET", "HEAD", "POST")


@page(Permission.NOTICES_SEND, methods=_POST)
def notices(visit: Visit) -> HttpResponse:
    """What waits, by state. Sent, it puts the letters that wait in a run."""
    form = ActForm(visit.request.POST if visit.request.method == "POST" else None)
    if form.is_valid():
        made = visit.act(form, lambda: _print(visit))
        if not form.errors:
            return visit.go(made or reverse("portal:notices"))
    state = visit.request.GET.get("state", "") or State.UNADDRESSED
    state = state if state in State.values else State.UNADDRESSED
    before = visit.request.GET.get("before", "")
    found = shelf(state, before=int(before) if before.isdecimal() and len(before) < 19 else None)  # noqa: PLR2004  # as a bigint
    note_looks(visit.client, (one.person_id for one in found.messages), what="list", by=visit.by, at=visit.at)
    counts = open_counts()
    context = {
        "title": _("Notices"),
        "form": form,
        "states": [
            {"code": code, "name": name, "count": counts.get(code), "here": code == state}
            for code, name in STATE_NAMES.items()
        ],
        "state_name": STATE_NAMES[state],
        "state": state,
        "lines": [_shown(one) for one in found.messages],
        "next": found.next,
        "letters": letters_wait(),
        "stages": [
            (stage.number, stage.days, WAY_NAMES[stage.by]) for stage in read_schedule(current_policy().notice_schedule)
        ],
    }
    return visit.show("portal/notices.html", context, status=422 if form.is_bound else 200)


class Again(ActForm):
    """What to do with a message that did not get through, or came back."""

    action = forms.ChoiceField(choices=[("mail", ""), ("letter", ""), ("returned", "")], widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("Why did it come back?"), max_length=500, required=False)


@page(Permission.NOTICES_SEND, methods=_POST)
def one_message(visit: Visit, message_id: int) -> HttpResponse:
    """One message: to whom, what it said, what became of it, and what can be done."""
    found = find_message(message_id)
    form = Again(visit.request.POST if visit.request.method == "POST" else None)
    if form.is_valid():
        said = visit.act(form, lambda: _again(visit, found, **form.cleaned_data))
        if not form.errors:
            return visit.go(reverse("portal:message", args=[found.pk]), said)
        found = find_message(message_id)
    note_looks(visit.client, [found.person_id], what="notice", by=visit.by, at=visit.at)
    items = tickets_of(found)
    written = [Line(**item.line) for item in items if item.line]
    context = {
        "title": _("Notice %(number)s") % {"number": found.pk},
        "form": form,
        "line": _shown(found),
        "message": found,
        "items": items,
        "body": found.body.replace(TABLE, "\n".join(map(in_a_mail, written))),
        "again": found.state in {State.FAILED, State.RETURNED},
        "sent": found.state == State.SENT,
    }
    return visit.show("portal/message.html", context, status=422 if form.is_bound else 200)


class Ending(ActForm):
    """What became of a run of letters."""

    action = forms.ChoiceField(choices=[("posted", ""), ("dropped", "")], widget=forms.HiddenInput)


@page(Permission.NOTICES_SEND, methods=_POST)
def letter_run(visit: Visit, run_id: int) -> HttpResponse:
    """A run of letters: its file, and what became of it."""
    run = find_run(run_id)
    form = Ending(visit.request.POST if visit.request.method == "POST" else None)
    if form.is_valid():
        said = visit.act(form, lambda: _end(visit, run.pk, posted=form.cleaned_data["action"] == "posted"))
        if not form.errors:
            return visit.go(reverse("portal:letter-run", args=[run.pk]), said)
        run = find_run(run_id)
    context = {"title": _("Letter run %(number)s") % {"number": run.pk}, "run": run, "form": form}
    return visit.show("portal/letter_run.html", context, status=422 if form.is_bound else 200)


@page(Permission.NOTICES_SEND)
def letters_file(visit: Visit, run_id: int) -> HttpResponse:
    """The letters of a run as PDF."""
    run = find_run(run_id)
    people = Message.objects.filter(run_id=run.pk).values_list("person_id", flat=True)
    note_looks(visit.client, people, what="letters", by=visit.by, at=visit.at)
    name = f"letters-{visit.client.code}-{run.pk}.pdf"
    return HttpResponse(
        print_run(visit.client, run),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _print(visit: Visit) -> str:
    """Put the letters that wait in a run, and say where it is."""
    run = make_letter_run(visit.client, at=visit.at, by=visit.by)
    if run is not None:
        return reverse("portal:letter-run", args=[run.pk])
    messages.info(visit.request, _("No letters wait."))
    return ""


def _again(visit: Visit, found: Message, *, action: str, reason: str, **_key: object) -> str:
    if action == "returned":
        mark_returned(visit.client, found.pk, reason=reason, at=visit.at)
        return _("It is kept that this came back. It counts as a notice no more.")
    send_again(found.pk, kind=Notice.MAIL if action == "mail" else Notice.LETTER, at=visit.at)
    return _("It waits to go out again.")


def _end(visit: Visit, run_id: int, *, posted: bool) -> str:
    if not posted:
        drop_run(run_id, at=visit.at, by=visit.by)
        return _("The letters wait for the next run.")
    count = mark_posted(visit.client, run_id, at=visit.at, by=visit.by)
    said = ngettext("%(count)s ticket has its notice.", "%(count)s tickets have their notice.", count)
    return said % {"count": count}


def _shown(found: Message) -> dict[str, Any]:
    return {
        "id": found.pk,
        "person": found.person,
        "stage": found.stage,
        "kind": KIND_NAMES.get(found.kind or 0, ""),
        "tickets": getattr(found, "tickets", None),
        "state": STATE_NAMES[found.state],
        "tone": STATE_TONES[found.state],
        # A code of ours, or what a mail server said.
        "fault": FAULT_NAMES.get(found.fault, found.fault),
        "when": found.ended_at or found.began_at or found.created_at,
    }
