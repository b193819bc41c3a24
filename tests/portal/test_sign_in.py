"""Signing in: who gets in, who is kept out, and what a guesser learns."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client as Browser

from curbledger.clients.client import Client
from tests.portal.staff import PASSWORD, signed_in, staff

SIGN_IN = "/portal/sign-in"


def try_in(browser: Browser, email: str, password: str = PASSWORD, **more: str) -> HttpResponse:
    answer: HttpResponse = browser.post(SIGN_IN, {"email": email, "password": password, **more})  # type: ignore[assignment]
    return answer


@pytest.mark.parametrize("typed", ["robin@example.org", "Robin@Example.ORG", "  robin@example.org "])
def test_the_right_password_lets_in_however_the_address_is_written(town: Client, typed: str) -> None:
    staff(town, email="robin@example.org")
    browser = Browser()
    answer = try_in(browser, typed)
    assert (answer.status_code, answer["Location"]) == (302, "/portal/")
    assert browser.get("/portal/violations").status_code == 200


def test_after_signing_in_one_is_where_one_wanted_to_go(town: Client) -> None:
    staff(town, email="robin@example.org")
    browser = Browser()
    asked = browser.get("/portal/violations?status=owing")
    assert asked["Location"] == "/portal/sign-in?next=/portal/violations%3Fstatus%3Dowing"
    assert try_in(browser, "robin@example.org", next="/portal/violations?status=owing")["Location"] == (
        "/portal/violations?status=owing"
    )


@pytest.mark.parametrize("elsewhere", ["https://evil.example/portal/", "//evil.example/portal/", "/api/docs", "x"])
def test_nobody_is_sent_elsewhere_after_signing_in(town: Client, elsewhere: str) -> None:
    staff(town, email="robin@example.org")
    assert try_in(Browser(), "robin@example.org", next=elsewhere)["Location"] == "/portal/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(town: Client) -> None:
    staff(town, email="robin@example.org")
    said = "Address and password do not belong together."
    for email in ("robin@example.org", "nobody@example.org"):
        answer = try_in(Browser(), email, "a wrong password")
        assert answer.status_code == 422
        assert said in answer.content.decode()


def test_who_was_disabled_is_kept_out_and_thrown_out(town: Client) -> None:
    user = staff(town, email="robin@example.org")
    inside = Browser()
    inside.force_login(user)
    user.is_active = False
    user.save()
    assert inside.get("/portal/violations").status_code == 302
    assert try_in(Browser(), "robin@example.org").status_code == 422


def test_after_five_wrong_passwords_the_right_one_is_refused_too(town: Client) -> None:
    staff(town, email="robin@example.org")
    staff(town, email="kim@example.org")
    browser = Browser()
    assert [try_in(browser, "robin@example.org", "wrong").status_code for _ in range(5)] == [422] * 4 + [429]
    locked = try_in(browser, "robin@example.org")
    assert locked.status_code == 429
    assert "Wait a quarter of an hour" in locked.content.decode()
    # Another browser at the same place, another spelling: it is the address and where it is typed that counts.
    assert try_in(Browser(), "ROBIN@example.org ").status_code == 429
    assert try_in(browser, "kim@example.org").status_code == 302


def test_the_right_password_forgets_the_wrong_ones(town: Client) -> None:
    staff(town, email="robin@example.org")
    for _ in range(3):
        assert [try_in(Browser(), "robin@example.org", "wrong").status_code for _ in range(3)] == [422] * 3
        assert try_in(Browser(), "robin@example.org").status_code == 302


def test_who_signed_out_is_out(clerk: Browser) -> None:
    assert clerk.post("/portal/sign-out")["Location"] == SIGN_IN
    assert clerk.get("/portal/violations").status_code == 302


def test_signing_out_takes_a_post(clerk: Browser) -> None:
    """A picture on another site must not sign anybody out."""
    assert clerk.get("/portal/sign-out").status_code == 405


def test_a_form_of_another_site_is_refused(town: Client) -> None:
    staff(town, email="robin@example.org")
    careful = Browser(enforce_csrf_checks=True)
    answer = try_in(careful, "robin@example.org")
    assert answer.status_code == 403
    assert "Open the page again" in answer.content.decode()
    assert "CURBLEDGER_HTTPS=0" in answer.content.decode()


def test_a_form_sent_from_its_own_page_is_taken(town: Client) -> None:
    staff(town, email="robin@example.org")
    careful = Browser(enforce_csrf_checks=True)
    careful.get(SIGN_IN)
    token = careful.cookies["curbledger_csrf"].value
    assert try_in(careful, "robin@example.org", csrfmiddlewaretoken=token).status_code == 302


def test_a_new_password_ends_other_sessions_and_keeps_this_one(town: Client) -> None:
    user = staff(town, email="robin@example.org")
    here, there = Browser(), Browser()
    here.force_login(user)
    there.force_login(user)
    changed = here.post("/portal/password", {"old": PASSWORD, "new": "four loud geese", "again": "four loud geese"})
    assert changed.status_code == 302
    assert here.get("/portal/violations").status_code == 200
    assert there.get("/portal/violations").status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", "four loud geese", "four loud geese", "This is not your present password."),
        (PASSWORD, "four loud geese", "four loud goose", "The two are not the same."),
        (PASSWORD, "short", "short", "too short"),
        (PASSWORD, "12345678901234", "12345678901234", "entirely numeric"),
    ],
)
def test_a_password_that_is_wrong_or_easy_is_refused(town: Client, old: str, new: str, again: str, said: str) -> None:
    browser = signed_in(town)
    answer = browser.post("/portal/password", {"old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_cookies_go_to_the_pages_only_and_to_no_script(town: Client) -> None:
    staff(town, email="robin@example.org")
    browser = Browser()
    browser.get(SIGN_IN)
    try_in(browser, "robin@example.org")
    for name in ("curbledger_session", "curbledger_csrf"):
        cookie = browser.cookies[name]
        assert (cookie["path"], cookie["samesite"]) == ("/portal/", "Lax")
        assert cookie["httponly"]
        assert cookie["secure"]
