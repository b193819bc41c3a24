"""The pages of notices: what waits, letters, what did not get through, and what they say."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.database.scope import client_scope
from curbledger.notices.models import LetterRun, Message, NoticeText
from curbledger.notices.plan import plan_notices
from curbledger.registry.access import PersonalDataAccess
from curbledger.violations.models import Notice, Violation
from tests import cast
from tests.cast import NOON
from tests.notices.town import by_letter, by_mail, schedule, send_all
from tests.portal.staff import signed_in


def form_key(browser: Browser, url: str) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', browser.get(url).content.decode())
    assert found is not None
    return found[1]


def send(browser: Browser, url: str, key: str | None = None, **data: str) -> HttpResponse:
    return browser.post(url, {"form_key": key or form_key(browser, url), **data})  # type: ignore[return-value]


@pytest.fixture
def letters(town: Client) -> Client:
    """Two letters wait."""
    with client_scope(town.pk):
        schedule(town, (14, "letter"))
        for name in ("Zoé", "Robin"):
            cast.issue(town, person=by_letter(town, first_name=name))
        plan_notices(town, at=NOON)
    return town


@pytest.fixture
def mailed(town: Client) -> int:
    """A mail that was sent."""
    with client_scope(town.pk):
        schedule(town, (14, "mail"))
        cast.issue(town, person=by_mail(town))
        plan_notices(town, at=NOON)
        send_all(town)
        return int(Message.objects.get().pk)


def looks(town: Client) -> list[tuple[str, int]]:
    with client_scope(town.pk):
        found = list(PersonalDataAccess.objects.values_list("what", flat=True))
    return sorted({(what, found.count(what)) for what in found})


def test_letters_are_printed_downloaded_and_posted(letters: Client, officer: Browser) -> None:
    assert "Print 2 letters" in officer.get("/portal/notices?state=queued").content.decode()
    answer = send(officer, "/portal/notices")
    url = answer["Location"]
    assert answer.status_code == 302
    file = officer.get(f"{url}/file")
    assert (file["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    assert ".pdf" in file["Content-Disposition"]
    with client_scope(letters.pk):
        assert not Notice.objects.exists()
    assert send(officer, url, action="posted").status_code == 302
    assert "2 tickets have their notice." in officer.get(url).content.decode()
    with client_scope(letters.pk):
        assert Notice.objects.count() == 2
        assert LetterRun.objects.get().posted_by.startswith("collections-officer")  # type: ignore[union-attr]


def test_a_double_click_prints_once(letters: Client, officer: Browser) -> None:
    key = form_key(officer, "/portal/notices")
    assert "Print 2 letters" in officer.get("/portal/notices").content.decode()
    first, second = (send(officer, "/portal/notices", key) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert "Print " not in officer.get("/portal/notices").content.decode()
    with client_scope(letters.pk):
        assert LetterRun.objects.count() == 1


def test_letters_that_were_thrown_away_wait_again(letters: Client, officer: Browser) -> None:
    url = send(officer, "/portal/notices")["Location"]
    send(officer, url, action="dropped")
    assert "Print 2 letters" in officer.get("/portal/notices").content.decode()


def test_whoever_is_shown_is_written_down(letters: Client, officer: Browser) -> None:
    officer.get("/portal/notices?state=queued")
    assert looks(letters) == [("list", 2)]
    with client_scope(letters.pk):
        number = Message.objects.order_by("id")[0].pk
    officer.get(f"/portal/notices/messages/{number}")
    assert looks(letters) == [("list", 2), ("notice", 1)]
    url = send(officer, "/portal/notices")["Location"]
    officer.get(f"{url}/file")
    assert ("letters", 2) in looks(letters)
    with client_scope(letters.pk):
        assert {one.seen_by.partition("-")[0] for one in PersonalDataAccess.objects.all()} == {"collections"}


def test_who_opens_a_ticket_has_seen_its_person_and_a_clerk_has_not(
    letters: Client, officer: Browser, clerk: Browser
) -> None:
    with client_scope(letters.pk):
        number = Violation.objects.order_by("id")[0].pk
    assert clerk.get(f"/portal/violations/{number}").status_code == 200
    assert looks(letters) == []
    assert officer.get(f"/portal/violations/{number}").status_code == 200
    assert looks(letters) == [("ticket", 1)]


def test_a_notice_that_came_back_is_sent_again_as_a_letter(mailed: int, town: Client, officer: Browser) -> None:
    url = f"/portal/notices/messages/{mailed}"
    assert "Say why it came back" in send(officer, url, action="returned").content.decode()
    assert send(officer, url, action="returned", reason="mailbox full").status_code == 302
    page = officer.get(url).content.decode()
    assert "mailbox full" in page
    assert "Came back" in page
    assert send(officer, url, action="letter").status_code == 302
    with client_scope(town.pk):
        message = Message.objects.get()
        assert (message.state, message.kind) == ("queued", Notice.LETTER)


def test_who_has_no_address_is_listed_with_what_is_missing(town: Client, officer: Browser) -> None:
    with client_scope(town.pk):
        schedule(town, (14, "either"))
        cast.issue(town, person=cast.person(town, last_name="Unreachable"))
        cast.issue(town)
        plan_notices(town, at=NOON)
    page = officer.get("/portal/notices").content.decode()
    assert "Robin Unreachable" in page
    assert "Both the e-mail address and the street are missing." in page
    assert "Nobody is known for the ticket." in page


def test_a_text_is_previewed_saved_and_put_back(town: Client, manager: Browser) -> None:
    url = "/portal/notices/texts/1/mail/en"
    assert "Overdue: 1-000123" in manager.get(url).content.decode()
    text = {"subject": "Pay {total}", "body": "{name}:\n{tickets}"}
    preview = send(manager, url, action="look", **text)
    assert (preview.status_code, "Pay 52.00 CAD" in preview.content.decode()) == (200, True)
    with client_scope(town.pk):
        assert not NoticeText.objects.exists()
    assert send(manager, url, action="save", **text).status_code == 302
    with client_scope(town.pk):
        assert NoticeText.objects.get().subject == "Pay {total}"
    assert send(manager, url, action="default", **text).status_code == 302
    with client_scope(town.pk):
        assert not NoticeText.objects.exists()


@pytest.mark.parametrize("action", ["look", "save"])
def test_a_fault_in_a_text_stands_at_its_field_and_what_was_typed_stays(
    town: Client, manager: Browser, action: str
) -> None:
    text = {"subject": "Pay", "body": "{tickets}\n{nmae}"}
    answer = send(manager, "/portal/notices/texts/1/mail/en", action=action, **text)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is no placeholder {nmae}." in page
    assert "{nmae}</textarea>" in page


@pytest.mark.parametrize("url", ["0/mail/en", "10/mail/en", "1/pigeon/en", "1/mail/de"])
def test_a_text_that_no_notice_has_is_not_there(town: Client, manager: Browser, url: str) -> None:
    assert manager.get(f"/portal/notices/texts/{url}").status_code == 404


@pytest.mark.parametrize(("days", "words"), [(1, "1 day after due"), (14, "14 days after due")])
def test_the_schedule_counts_its_days(town: Client, officer: Browser, days: int, words: str) -> None:
    with client_scope(town.pk):
        schedule(town, (days, "letter"))
    assert words in officer.get("/portal/notices").content.decode()


def test_in_french_the_pages_are_french(letters: Client) -> None:
    page = signed_in(letters, "manager", language="fr").get("/portal/notices?state=queued").content.decode()
    assert "Imprimer 2 lettres" in page
    assert "En attente" in page
    assert "Avis 1\N{NO-BREAK SPACE}: 14 jours" in page
