"""The pages of tokens and members: what is shown once, who is signed out, and what a link is good for."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client as Browser

from curbledger.clients.client import Client
from curbledger.clients.membership import Membership
from curbledger.clients.token import ApiToken, authenticate
from curbledger.clients.user import User
from curbledger.database.scope import client_scope
from curbledger.kit import clock
from curbledger.placements.agency import AgencyToken, name_agency
from tests.cast import NOON, caller
from tests.portal.filling_in import fields, hidden, send, text
from tests.portal.staff import PASSWORD, signed_in, staff

TOKENS, MEMBERS = "/portal/set-up/tokens", "/portal/set-up/members"


@pytest.fixture
def boss(town: Client) -> Browser:
    return signed_in(town, "administrator")


def secret_on(page: str) -> str:
    found = re.search(r'id="secret"[^>]* value="([^"]+)"', page)
    assert found is not None
    return found[1]


def link_on(page: str) -> str:
    found = re.search(r'id="link"[^>]* value="http://testserver([^"]+)"', page)
    assert found is not None
    return found[1]


def only(town: Client) -> ApiToken:
    with client_scope(town.pk):
        return ApiToken.objects.get()


def test_a_token_is_made_and_its_secret_shown_once(town: Client, boss: Browser) -> None:
    typed: dict[str, Any] = {
        "name": "Town site",
        "permissions": ["permit-create", "permit-stats"],
        "last_day": "2999-12-31",
    }
    answer = send(boss, f"{TOKENS}/add", **typed)
    secret = secret_on(text(answer))
    made = only(town)
    assert (made.name, made.permissions) == ("Town site", ["permit-create", "permit-stats"])
    assert made.expires_at == datetime(3000, 1, 1, 5, tzinfo=UTC)
    assert authenticate(client_code="OC_TOMA", secret=secret, at=NOON, address=None).token_id == made.pk
    for page in (TOKENS, f"{TOKENS}/{made.pk}"):
        assert secret not in text(boss.get(page))
    with client_scope(town.pk):
        assert not AgencyToken.objects.exists()


def test_a_token_that_collects_is_for_the_agency_that_was_picked(town: Client, boss: Browser) -> None:
    with client_scope(town.pk):
        for name in ("Alpha", "Beta"):
            name_agency(client_id=town.pk, name=name, at=NOON)
    send(boss, f"{TOKENS}/add", name="Beta's", permissions=["violations-collect"], agency="Beta")
    with client_scope(town.pk):
        assert AgencyToken.objects.get().agency.name == "Beta"
    assert "Beta" in text(boss.get(TOKENS))


def test_a_double_click_makes_one_token(town: Client, boss: Browser) -> None:
    known = hidden(boss, f"{TOKENS}/add")
    typed: dict[str, Any] = {"name": "Once", "permissions": ["permit-stats"]}
    assert send(boss, f"{TOKENS}/add", known, **typed).status_code == 200
    assert send(boss, f"{TOKENS}/add", known, **typed).status_code == 302
    assert "was not done again" in text(boss.get(TOKENS))
    assert only(town).name == "Once"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"permissions": []}, "This field is required."),
        ({"permissions": ["root"]}, "not one of the available choices"),
        ({"name": " "}, "This field is required."),
        ({"last_day": "2001-01-01"}, "A token ends later than now."),
        ({"agency": "Nobody"}, "not one of the available choices"),
    ],
)
def test_a_token_that_cannot_be_is_refused(town: Client, boss: Browser, typed: dict[str, Any], said: str) -> None:
    answer = send(boss, f"{TOKENS}/add", **{"name": "x", "permissions": ["permit-stats"], **typed})
    assert (answer.status_code, said in text(answer)) == (422, True)
    with client_scope(town.pk):
        assert not ApiToken.objects.exists()


def test_a_token_is_rotated_and_both_are_one_line(town: Client, boss: Browser) -> None:
    old = caller(town)
    url = f"{TOKENS}/{old.token_id}"
    answer = boss.post(url, {**fields(boss, url), "action": "rotate", "keep_hours": "48"})
    secret = secret_on(text(answer))
    assert "The one before" in text(answer)
    made = authenticate(client_code="OC_TOMA", secret=secret, at=clock.now(), address=None).token_id
    listed, page = text(boss.get(TOKENS)), text(boss.get(url))
    assert f"the one before, {old.token_id}: works until" in listed
    assert (f"{TOKENS}/{old.token_id}" in listed, f"{TOKENS}/{made}" in listed) == (False, True)
    assert f"{TOKENS}/{made}" in page
    answer = boss.post(url, {**fields(boss, url), "action": "rotate", "keep_hours": "48"})
    assert (answer.status_code, "was rotated before" in text(answer)) == (422, True)
    answer = boss.post(f"{TOKENS}/{made}", {**hidden(boss, f"{TOKENS}/{made}"), "action": "rotate", "keep_hours": "x"})
    assert answer.status_code == 422


def test_a_token_is_revoked_once(town: Client, boss: Browser) -> None:
    url = f"{TOKENS}/{caller(town).token_id}"
    assert send(boss, url, action="revoke").status_code == 302
    assert "revoked on" in text(boss.get(url))
    key = hidden(boss, f"{TOKENS}/add")
    answer = send(boss, url, key, action="revoke")
    assert (answer.status_code, "was revoked already" in text(answer)) == (422, True)


def test_tokens_come_a_page_at_a_time(town: Client, boss: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curbledger.portal.set_up.tokens._PAGE", 2)
    numbers = [caller(town).token_id for _ in range(3)]
    first, second = text(boss.get(TOKENS)), text(boss.get(f"{TOKENS}?before={numbers[1]}"))
    assert [f"{TOKENS}/{number}" in first for number in numbers] == [False, True, True]
    assert [f"{TOKENS}/{number}" in second for number in numbers] == [True, False, False]


def test_a_member_is_invited_and_chooses_a_password(town: Client, boss: Browser) -> None:
    answer = send(boss, f"{MEMBERS}/add", email="Ada@Example.org", name="Ada", role="clerk")
    link = link_on(text(answer))
    assert "Has yet to choose a password" in text(boss.get(MEMBERS))
    ada = Browser()
    assert "ada@example.org" in text(ada.get(link))
    assert ada.post(link, {"new": PASSWORD, "again": "x"}).status_code == 422
    assert ada.post(link, {"new": "short", "again": "short"}).status_code == 422
    assert ada.post(link, {"new": PASSWORD, "again": PASSWORD}).status_code == 302
    assert ada.post("/portal/sign-in", {"email": "ada@example.org", "password": PASSWORD}).status_code == 302
    assert ada.get("/portal/violations").status_code == 200
    assert (ada.get(link).status_code, ada.post(link, {"new": "x", "again": "x"}).status_code) == (404, 404)


def test_an_address_in_use_is_refused_at_its_field(town: Client, boss: Browser) -> None:
    staff(town, email="ada@example.org")
    for email, said in (("ADA@example.org", "already"), ("nobody", "is no e-mail address")):
        answer = send(boss, f"{MEMBERS}/add", email=email, name="", role="clerk")
        assert (answer.status_code, said in text(answer)) == (422, True)


def test_whoever_is_demoted_or_kept_out_is_signed_out_at_once_and_stays_so(town: Client, boss: Browser) -> None:
    user = staff(town, "manager")
    inside, url = Browser(), f"{MEMBERS}/{user.pk}"
    inside.force_login(user)
    assert send(boss, url, action="role", role="clerk").status_code == 302
    assert inside.get("/portal/violations").status_code == 302
    inside.force_login(User.objects.get(pk=user.pk))
    assert inside.get("/portal/violations").status_code == 200
    send(boss, url, action="disable")
    assert inside.get("/portal/violations").status_code == 302
    assert "Kept out" in text(boss.get(MEMBERS))
    send(boss, url, action="enable")
    # The session of before does not come back with them.
    assert inside.get("/portal/violations").status_code == 302


def test_a_reset_takes_the_password_and_the_sessions_and_gives_a_link(town: Client, boss: Browser) -> None:
    user = staff(town, email="ada@example.org")
    inside, url = Browser(), f"{MEMBERS}/{user.pk}"
    inside.force_login(user)
    link = link_on(text(send(boss, url, action="reset")))
    assert inside.get("/portal/violations").status_code == 302
    refused = Browser().post("/portal/sign-in", {"email": "ada@example.org", "password": PASSWORD})
    assert refused.status_code == 422
    assert Browser().get(link).status_code == 200


def test_nobody_raises_themselves_and_the_last_administrator_stays(town: Client) -> None:
    user = staff(town, "administrator")
    own, system = Browser(), signed_in(None)
    own.force_login(user)
    system.post("/portal/clients", {"client": "OC_TOMA"})
    url = f"{MEMBERS}/{user.pk}"
    assert "Change the role" not in text(own.get(url))
    key = hidden(own, f"{MEMBERS}/add")
    answer = send(own, url, key, action="role", role="clerk")
    assert (answer.status_code, "Nobody does this to themselves" in text(answer)) == (422, True)
    answer = send(system, url, action="disable")
    assert (answer.status_code, "the last administrator" in text(answer)) == (422, True)
    assert Membership.objects.get(user=user).role == "administrator"


def test_what_is_none_of_the_acts_is_refused(town: Client, boss: Browser) -> None:
    user = staff(town)
    assert send(boss, f"{MEMBERS}/{user.pk}", action="promote").status_code == 422
    assert send(boss, f"{MEMBERS}/{user.pk}", action="role", role="owner").status_code == 422
    assert send(boss, f"{MEMBERS}/{user.pk}", action="role", role="").status_code == 422
    assert Membership.objects.get(user=user).role == "clerk"


def test_the_pages_are_french_for_who_reads_french(town: Client) -> None:
    browser = signed_in(town, "administrator", language="fr")
    assert "Nouveau jeton" in text(browser.get(TOKENS))
    assert "Nouveau membre" in text(browser.get(MEMBERS))
