"""What a notice says, for each stage, way and language; sensible words until a client writes its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop

from curbledger.clients.policy import LANGUAGES
from curbledger.clients.schedule import MOST_STAGES
from curbledger.database.owned import ClientOwned
from curbledger.errors import Invalid
from curbledger.notices.default_texts import DEFAULTS
from curbledger.notices.placeholders import check
from curbledger.violations.standing import Notice

if TYPE_CHECKING:
    from datetime import datetime

    from curbledger.clients.client import Client

LONGEST_SUBJECT = 150
LONGEST_BODY = 10_000
KINDS = {Notice.MAIL: "mail", Notice.LETTER: "letter"}


class NoticeText(ClientOwned):
    """A text of a client's own, in place of the default."""

    stage = models.PositiveSmallIntegerField()
    kind = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=2, choices=LANGUAGES)
    subject = models.CharField(max_length=LONGEST_SUBJECT)
    body = models.TextField()
    saved_at = models.DateTimeField()
    saved_by = models.CharField(max_length=200)

    class Meta:
        db_table = "notice_text"
        constraints = (
            models.UniqueConstraint("client", "stage", "kind", "language", name="notice_text_is_unique"),
            models.CheckConstraint(condition=Q(kind__in=(1, 2)), name="notice_text_kind_is_known"),
            models.CheckConstraint(condition=Q(stage__range=(1, MOST_STAGES)), name="notice_text_stage_is_known"),
            models.CheckConstraint(
                condition=Q(language__in=[code for code, _ in LANGUAGES]), name="notice_text_language_is_known"
            ),
        )

    def __str__(self) -> str:
        return self.subject


@dataclass(frozen=True, slots=True)
class Wording:
    """Subject and body, with their placeholders. `own`: the client wrote it."""

    subject: str
    body: str
    own: bool


_EMPTY = {"subject": gettext_noop("The subject is empty."), "body": gettext_noop("The body is empty.")}
_LONG = {
    "subject": gettext_noop("The subject has {long} characters, and at most {most} are taken."),
    "body": gettext_noop("The body has {long} characters, and at most {most} are taken."),
}


def wording(*, stage: int, kind: int, language: str) -> Wording:
    """What a notice says. In the client's scope."""
    own = NoticeText.objects.filter(stage=stage, kind=kind, language=language).first()
    if own is not None:
        return Wording(own.subject, own.body, own=True)
    subject, body = DEFAULTS[language]["first" if stage == 1 else "later"]
    return Wording(subject, body, own=False)


def save_text(
    client: Client, *, stage: int, kind: int, language: str, subject: str, body: str, at: datetime, by: str
) -> NoticeText:
    """Put a text in place of the default, or of the one before. In the client's scope.

    Raises Invalid for a placeholder that does not exist, a text that does not name the tickets, and one that is empty
    or too long.
    """
    _check_place(stage, kind, language)
    subject, body = check_text(subject, body)
    kept, _ = NoticeText.objects.update_or_create(
        client_id=client.pk,
        stage=stage,
        kind=kind,
        language=language,
        defaults={"subject": subject, "body": body, "saved_at": at, "saved_by": by},
    )
    return kept


def check_text(subject: str, body: str) -> tuple[str, str]:
    """A subject and a body as they are kept. Raises Invalid, for the field that is wrong, as `save_text` does."""
    subject, body = " ".join(subject.split()), body.replace("\r\n", "\n").strip()
    for field, text, longest in (("subject", subject, LONGEST_SUBJECT), ("body", body, LONGEST_BODY)):
        if not text:
            raise Invalid(gettext(_EMPTY[field]), field=field)
        if len(text) > longest:
            raise Invalid(
                gettext(_LONG[field]).format(long=len(text), most=longest),
                field=field,
            )
    if "tickets" in check(subject, field="subject"):
        raise Invalid(
            gettext("{tickets} is a list: it stands in the body. The subject takes {numbers}."), field="subject"
        )
    if "tickets" not in check(body, field="body"):
        raise Invalid(gettext("The body must say what it is about: put {tickets} on a line of its own."), field="body")
    if any("{tickets}" in line and line.strip() != "{tickets}" for line in body.split("\n")):
        raise Invalid(gettext("{tickets} is a list: it stands on a line of its own."), field="body")
    if body.count("{tickets}") > 1:
        raise Invalid(gettext("{tickets} stands in the body twice. Once is enough."), field="body")
    return subject, body


def reset_text(*, stage: int, kind: int, language: str) -> bool:
    """Go back to the default. In the client's scope. Returns whether there was a text of the client's own."""
    removed, _ = NoticeText.objects.filter(stage=stage, kind=kind, language=language).delete()
    return removed > 0


def _check_place(stage: int, kind: int, language: str) -> None:
    if not 1 <= stage <= MOST_STAGES:
        raise Invalid(gettext("There are notices 1 to {most}.").format(most=MOST_STAGES), field="stage")
    if kind not in KINDS:
        raise Invalid(gettext("A notice is a mail (1) or a letter (2), not {kind}.").format(kind=kind), field="kind")
    if language not in dict(LANGUAGES):
        said = gettext("A notice is written in {known}; not in {language}.")
        raise Invalid(said.format(known=", ".join(dict(LANGUAGES)), language=repr(language)), field="language")
