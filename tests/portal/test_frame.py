"""What every page has in common: headers, language, errors, and that the API knows nothing of it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client as Browser
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from curbledger.clients.client import Client
from curbledger.clients.user import User
from curbledger.database.scope import client_scope
from curbledger.errors import Conflict, Invalid
from curbledger.permissions import Permission
from curbledger.portal.page import Page, page
from curbledger.portal.visit import Visit
from curbledger.violations.models import Violation
from tests import cast
from tests.portal.staff import signed_in, staff


def ask(view: Page, user: User) -> HttpResponse:
    request = RequestFactory().get("/portal/violations")
    request.user = user
    request.session = {}  # type: ignore[assignment]
    answer = view(request)
    assert isinstance(answer, HttpResponse)
    return answer


@pytest.fixture
def user(town: Client) -> User:
    return staff(town, "manager")


def test_scripts_and_styles_come_from_here_alone(clerk: Browser) -> None:
    policy = clerk.get("/portal/violations")["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["violations", "sign-in", "no/such/page", "password", "clients"])
def test_every_answer_is_framed_by_nobody_and_kept_in_no_cache(clerk: Browser, path: str) -> None:
    answer = clerk.get(f"/portal/{path}")
    assert (answer["X-Frame-Options"], answer["Cache-Control"]) == ("DENY", "no-store")
    assert "Content-Security-Policy" in answer


def test_what_a_page_did_is_undone_when_it_fails(town: Client, user: User) -> None:
    @page(Permission.VIOLATIONS_READ)
    def broken(visit: Visit) -> HttpResponse:
        cast.issue(visit.client, "GHOST")
        raise Conflict("Somebody was faster.")

    answer = ask(broken, user)
    assert answer.status_code == 409
    assert "Somebody was faster." in answer.content.decode()
    with client_scope(town.pk):
        assert not Violation.objects.exists()


def test_what_nobody_foresaw_is_logged_and_tells_nothing(user: User, caplog: pytest.LogCaptureFixture) -> None:
    @page(Permission.VIOLATIONS_READ)
    def broken(_visit: Visit) -> HttpResponse:
        raise RuntimeError("the secret is 4711-0815-2342")

    answer = ask(broken, user)
    assert answer.status_code == 500
    assert "4711-0815-2342" not in answer.content.decode()
    assert "the secret is 4711-0815-2342" in caplog.text


def test_a_value_that_cannot_be_is_told_apart_from_a_page_that_is_not(user: User) -> None:
    @page(Permission.VIOLATIONS_READ)
    def broken(_visit: Visit) -> HttpResponse:
        raise Invalid("A fine is a number.")

    assert ask(broken, user).status_code == 400


def test_a_page_runs_in_the_scope_of_the_members_client(town: Client, campus: Client, user: User) -> None:
    seen: list[str] = []

    @page(Permission.VIOLATIONS_READ)
    def look(visit: Visit) -> HttpResponse:
        seen.extend(Violation.objects.values_list("ticket", flat=True))
        return HttpResponse(visit.client.code)

    for client in (town, campus):
        with client_scope(client.pk):
            cast.issue(client, f"OF-{client.code}")
    assert ask(look, user).content == b"OC_TOMA"
    assert seen == ["OF-OC_TOMA"]


def test_who_belongs_nowhere_is_told_so(db: None) -> None:
    lost = staff(None)
    User.objects.filter(pk=lost.pk).update(is_system_administrator=False)
    browser = Browser()
    browser.force_login(lost)
    answer = browser.get("/portal/violations")
    assert answer.status_code == 403
    assert "a member of no client" in answer.content.decode()


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(db: None) -> None:
    answer = Browser().get("/portal/violations", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/portal/sign-in")


def test_a_method_that_a_page_does_not_know_is_refused(clerk: Browser) -> None:
    assert clerk.post("/portal/violations").status_code == 405


class TestLanguage:
    def test_a_browser_is_answered_in_its_own(self, db: None) -> None:
        assert "Se connecter" in Browser(headers={"Accept-Language": "fr-CA"}).get("/portal/sign-in").content.decode()
        assert 'lang="en"' in Browser(headers={"Accept-Language": "de"}).get("/portal/sign-in").content.decode()

    def test_a_persons_choice_is_kept_everywhere(self, town: Client) -> None:
        user = staff(town)
        browser = Browser(headers={"Accept-Language": "en"})
        browser.force_login(user)
        answer = browser.post("/portal/language", {"language": "fr", "next": "/portal/violations?x=1"})
        assert answer["Location"] == "/portal/violations?x=1"
        assert '<html lang="fr">' in browser.get("/portal/violations").content.decode()
        elsewhere = Browser(headers={"Accept-Language": "en"})
        elsewhere.force_login(User.objects.get(pk=user.pk))
        assert "Infractions" in elsewhere.get("/portal/violations").content.decode()

    def test_the_sign_in_page_remembers_it_too(self, db: None) -> None:
        browser = Browser(headers={"Accept-Language": "en"})
        browser.post("/portal/language", {"language": "fr", "next": "/portal/sign-in"})
        assert "Se connecter" in browser.get("/portal/sign-in").content.decode()

    @pytest.mark.parametrize("elsewhere", ["https://evil.example/portal/", "//evil.example", "/api/docs"])
    def test_it_sends_nobody_elsewhere(self, clerk: Browser, elsewhere: str) -> None:
        assert clerk.post("/portal/language", {"language": "fr", "next": elsewhere})["Location"] == "/portal/"

    def test_one_that_is_not_there_is_refused(self, clerk: Browser) -> None:
        assert clerk.post("/portal/language", {"language": "tlh"}).status_code == 400

    def test_the_page_after_that_is_in_nobody_elses(self, town: Client) -> None:
        """The language belongs to the request, not to the thread that answers it."""
        signed_in(town, language="fr").get("/portal/violations")
        assert "Sign in" in Browser().get("/portal/sign-in").content.decode()


class TestSystemAdministrator:
    def test_picks_a_client_first(self, town: Client, campus: Client) -> None:
        browser = signed_in(None)
        assert browser.get("/portal/violations")["Location"] == "/portal/clients"
        assert "Town of CAMPUS" in browser.get("/portal/clients").content.decode()
        assert browser.post("/portal/clients", {"client": "CAMPUS"}).status_code == 302
        page = browser.get("/portal/violations").content.decode()
        assert "Town of CAMPUS" in page
        assert "System administrator" in page

    def test_a_client_that_is_not_there_cannot_be_picked(self, db: None) -> None:
        assert signed_in(None).post("/portal/clients", {"client": "NOWHERE"}).status_code == 404

    def test_nobody_else_picks(self, clerk: Browser, campus: Client) -> None:
        assert clerk.get("/portal/clients").status_code == 403
        assert clerk.post("/portal/clients", {"client": "CAMPUS"}).status_code == 403
        assert "Town of OC_TOMA" in clerk.get("/portal/violations").content.decode()


class TestApi:
    def test_a_call_of_the_api_reads_no_session_and_gets_no_cookie(self, town: Client, clerk: Browser) -> None:
        token = cast.caller(town).secret
        with CaptureQueriesContext(connection) as asked:
            answer = clerk.get("/api/OC_TOMA/v1/collections/preview", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        assert not answer.cookies
        assert "Content-Security-Policy" not in answer
        assert asked.captured_queries
        said = " ".join(one["sql"] for one in asked.captured_queries)
        assert "django_session" not in said
        assert "staff_user" not in said

    @pytest.mark.parametrize("path", ["/api/OC_TOMA/v1/no/such", "/api/docs", "/"])
    def test_a_form_of_the_api_needs_no_token_against_other_sites(self, db: None, path: str) -> None:
        assert Browser(enforce_csrf_checks=True).post(path).status_code != 403
