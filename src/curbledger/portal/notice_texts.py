"""What notices say: the texts of each stage, and a preview of a text before it is saved."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from curbledger.clients.policy import LANGUAGES, current_policy
from curbledger.clients.schedule import MOST_STAGES, read_schedule
from curbledger.errors import CurbledgerError, NotFound
from curbledger.notices.compose import Line, Sender, compose, show_day, show_money
from curbledger.notices.letterhead import letterhead_of
from curbledger.notices.text import KINDS, Wording, check_text, reset_text, save_text, wording
from curbledger.permissions import Permission
from curbledger.portal.forms import ActForm
from curbledger.portal.notice_words import KIND_NAMES, LANGUAGE_NAMES, PLACEHOLDER_NAMES
from curbledger.portal.page import page
from curbledger.violations.standing import Notice

if TYPE_CHECKING:
    from django.http import HttpResponse

    from curbledger.portal.visit import Visit


@page(Permission.NOTICES_SEND)
def notice_texts(visit: Visit) -> HttpResponse:
    """Every text of the schedule; of the first two notices where there is none."""
    stages = max(2, len(read_schedule(current_policy().notice_schedule)))
    texts = [
        {
            "stage": stage,
            "kind": KIND_NAMES[kind],
            "language": LANGUAGE_NAMES[language],
            "words": wording(stage=stage, kind=kind, language=language),
            "url": reverse("portal:notice-text", args=[stage, KINDS[kind], language]),
        }
        for stage in range(1, stages + 1)
        for kind in KINDS
        for language, _name in LANGUAGES
    ]
    return visit.show("portal/notice_texts.html", {"title": _("Texts of notices"), "texts": texts})


class TextForm(ActForm):
    """A text, to be looked at, saved, or given up for the default."""

    subject = forms.CharField(label=gettext_lazy("Subject"))
    body = forms.CharField(label=gettext_lazy("Text"), widget=forms.Textarea(attrs={"rows": 18}))
    action = forms.ChoiceField(choices=[("look", ""), ("save", ""), ("default", "")], widget=forms.HiddenInput)


@page(Permission.LISTS_WRITE, methods=("GET", "HEAD", "POST"))
def notice_text(visit: Visit, stage: int, kind: str, language: str) -> HttpResponse:
    """One text, with a preview of what is typed."""
    number = {name: found for found, name in KINDS.items()}.get(kind)
    if number is None or not 1 <= stage <= MOST_STAGES or language not in dict(LANGUAGES):
        raise NotFound(_("There is no such text."))
    words = wording(stage=stage, kind=number, language=language)
    posted = visit.request.method == "POST"
    form = TextForm(visit.request.POST if posted else None, initial={"subject": words.subject, "body": words.body})
    if form.is_valid():
        typed = form.cleaned_data
        if typed["action"] == "look":
            try:
                words = Wording(*check_text(typed["subject"], typed["body"]), own=True)
            except CurbledgerError as error:
                form.refuse(error)
        else:
            where = (stage, number, language)
            said = visit.act(form, lambda: _keep(visit, where, typed))
            if not form.errors:
                return visit.go(reverse("portal:notice-text", args=[stage, kind, language]), said)
    subject, body = _sample(visit, words, language)
    context = {
        "title": _("Text of notice %(stage)s") % {"stage": stage},
        "kind": KIND_NAMES[number],
        "language": LANGUAGE_NAMES[language],
        "language_code": language,
        "form": form,
        "own": words.own,
        "subject": subject,
        "body": body,
        "placeholders": PLACEHOLDER_NAMES.items(),
    }
    return visit.show("portal/notice_text.html", context, status=422 if posted and form.errors else 200)


def _keep(visit: Visit, where: tuple[int, int, str], typed: dict[str, str]) -> str:
    stage, kind, language = where
    if typed["action"] == "default":
        reset_text(stage=stage, kind=kind, language=language)
        return _("The text is that which comes along.")
    subject, body = typed["subject"], typed["body"]
    save_text(
        visit.client, stage=stage, kind=kind, language=language, subject=subject, body=body, at=visit.at, by=visit.by
    )
    return _("The text was saved.")


def _sample(visit: Visit, words: Wording, language: str) -> tuple[str, str]:
    """What somebody made up would read."""
    owed = show_money(Decimal("52.00"), visit.client.currency, language)
    line = Line("1-000123", show_day(visit.at, visit.client, language), "ABC 123", "Main Street", "No permit", owed)
    return compose(
        Sender(visit.client, letterhead_of(visit.client), visit.at),
        words,
        name="Robin Okafor",
        lines=[line],
        total=Decimal("52.00"),
        language=language,
        kind=Notice.MAIL,
    )
