"""Texts: sensible ones for every notice, and a client's own, whose faults are found when they are saved."""

from __future__ import annotations

from typing import Any

import pytest

from curbledger.clients.client import Client
from curbledger.clients.policy import LANGUAGES
from curbledger.errors import Invalid
from curbledger.notices.placeholders import PLACEHOLDERS, check, fill
from curbledger.notices.text import NoticeText, reset_text, save_text, wording
from curbledger.violations.models import Notice
from tests.cast import NOON

VALUES = dict.fromkeys(PLACEHOLDERS, "x")


def save(client: Client, subject: str = "Overdue", body: str = "Pay:\n{tickets}", **where: Any) -> NoticeText:
    wanted = {"stage": 1, "kind": Notice.MAIL, "language": "en", **where}
    return save_text(client, subject=subject, body=body, at=NOON, by="chief", **wanted)


@pytest.mark.parametrize("language", [code for code, _ in LANGUAGES])
@pytest.mark.parametrize("stage", [1, 2, 9])
@pytest.mark.parametrize("kind", [Notice.MAIL, Notice.LETTER])
def test_there_are_words_for_every_notice_that_could_be_saved_as_they_are(
    inside: Client, language: str, stage: int, kind: int
) -> None:
    words = wording(stage=stage, kind=kind, language=language)
    assert not words.own
    kept = save(inside, words.subject, words.body, stage=stage, kind=kind, language=language)
    assert (kept.subject, kept.body) == (words.subject, words.body)


def test_a_clients_own_text_goes_before_the_default_there_and_nowhere_else(inside: Client) -> None:
    save(inside, "Please pay")
    assert wording(stage=1, kind=Notice.MAIL, language="en").subject == "Please pay"
    for other in ({"stage": 2}, {"kind": Notice.LETTER}, {"language": "fr"}):
        assert not wording(**{"stage": 1, "kind": Notice.MAIL, "language": "en", **other}).own  # type: ignore[arg-type]
    save(inside, "Pay")
    assert NoticeText.objects.get().subject == "Pay"
    assert reset_text(stage=1, kind=Notice.MAIL, language="en")
    assert not reset_text(stage=1, kind=Notice.MAIL, language="en")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{tickets}\n{nmae}", "There is no placeholder {nmae}. There are: {name}, {tickets}"),
        ("{tickets}\n{name.__class__}", "There is no placeholder {name.__class__}"),
        ("{tickets}\n{name!r}", "There is no placeholder {name!r}"),
        ("{tickets}\n{total:>9}", "There is no placeholder {total:>9}"),
        ("{tickets}\n{}", "There is no placeholder {}"),
        ("{tickets}\n{name", "A brace stands alone."),
        ("{tickets}\n}", "A brace stands alone."),
        ("Dear {name}", "put {tickets} on a line of its own"),
        ("You owe {tickets}", "{tickets} is a list: it stands on a line of its own."),
        ("{tickets}\n{tickets}", "twice"),
        (" ", "The body is empty."),
        ("{tickets}" + "x" * 10_000, "at most 10000"),
    ],
)
def test_a_fault_in_a_text_is_found_when_it_is_saved(inside: Client, body: str, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        save(inside, body=body)
    assert says in refused.value.message
    assert refused.value.field == "body"
    assert not NoticeText.objects.exists()


@pytest.mark.parametrize("subject", ["", "x" * 151, "{tickets}", "{nmae}"])
def test_a_fault_in_a_subject_is_too(inside: Client, subject: str) -> None:
    with pytest.raises(Invalid) as refused:
        save(inside, subject)
    assert refused.value.field == "subject"


@pytest.mark.parametrize(("field", "value"), [("stage", 0), ("stage", 10), ("kind", 3), ("language", "de")])
def test_a_place_that_no_notice_has_is_refused(inside: Client, field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        save(inside, **{field: value})
    assert refused.value.field == field


def test_a_subject_is_one_line(inside: Client) -> None:
    assert save(inside, "Overdue\r\nBcc: x@example.org").subject == "Overdue Bcc: x@example.org"


def test_a_brace_written_twice_is_a_brace() -> None:
    assert check("{{name}} {name}", field="body") == {"name"}
    assert fill("{{name}} {name}", VALUES) == "{name} x"


def test_a_value_with_a_brace_in_it_stays_as_it_is() -> None:
    assert fill("{name}", {**VALUES, "name": "{total}"}) == "{total}"


def test_a_line_whose_value_is_missing_is_left_out() -> None:
    assert fill("A\nPhone: {phone}\nB", {**VALUES, "phone": ""}) == "A\nB"
