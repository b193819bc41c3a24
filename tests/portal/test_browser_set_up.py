"""The set-up in a real browser, in both languages, and a policy that is looked at before it is saved."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.portal.test_browser import DESK, PHONE, chromium, let_in, office
from tests.stories.conftest import move_in, small_town
from tests.stories.house import House

__all__ = ["chromium", "move_in", "small_town"]

PATHS = (
    "set-up/",
    "set-up/policy",
    "set-up/policy/versions",
    "set-up/collections",
    "set-up/agencies",
    "set-up/agencies/add",
    "set-up/lists/offences",
    "set-up/lists/offences/add",
    "set-up/lists/lots/1",
    "set-up/lots/1/zones",
    "set-up/offences/1/fees",
    "set-up/office",
    "set-up/issuing",
    "set-up/letterhead",
    "set-up/tokens",
    "set-up/tokens/add",
    "set-up/members",
    "set-up/members/add",
)


@pytest.fixture
def url(small_town: House) -> str:
    small_town.environment["CURBLEDGER_HTTPS"] = "0"
    let_in(small_town, "ada@example.org", "administrator")
    return f"http://127.0.0.1:{small_town.serve().port}"


@pytest.mark.parametrize(("language", "screen"), [("en", DESK), ("fr", PHONE)], ids=["desk", "phone"])
def test_every_page_of_the_set_up_is_open_to_everybody(
    chromium: Browser, small_town: House, url: str, language: str, screen: dict[str, int]
) -> None:
    ada = office(chromium, url, screen, language)
    ada.sign_in("ada@example.org")
    ((lot, offence),) = small_town.query("SELECT (SELECT min(id) FROM lot), (SELECT min(id) FROM offence)")
    for path in PATHS:
        ada.go(path.replace("lots/1", f"lots/{lot}").replace("offences/1", f"offences/{offence}"))
        ada.check()
    ada.page.context.close()


def test_a_policy_is_looked_at_while_it_is_typed_and_then_put_in_force(
    chromium: Browser, small_town: House, url: str
) -> None:
    ada = office(chromium, url, DESK, "en")
    ada.sign_in("ada@example.org")
    ada.go("set-up/policy")
    foreseen = ada.page.locator("#foreseen")
    foreseen.get_by_text("The form says what is in force.").wait_for()
    ada.page.locator("#id_minimum_balance").fill("9000")
    ada.page.keyboard.press("Tab")
    foreseen.get_by_text("Below the minimum").wait_for()
    assert foreseen.locator("tr", has_text="Would go").locator("td").first.inner_text() == "0"
    assert small_town.query("SELECT max(version) FROM collections_policy") == [(1,)]
    ada.check()
    ada.page.locator("#id_reason").fill("Council of May")
    ada.page.get_by_role("button", name="Put it in force").dblclick()
    ada.page.get_by_text("Version 2 of the policy is in force.").wait_for()
    assert small_town.query("SELECT count(*), max(reason) FROM collections_policy") == [(2, "Council of May")]
    ada.page.context.close()


def test_a_token_is_made_in_the_browser_shown_once_and_rotated(chromium: Browser, small_town: House, url: str) -> None:
    ada = office(chromium, url, PHONE, "fr")
    ada.sign_in("ada@example.org")
    ada.go("set-up/tokens/add")
    ada.page.locator("#id_name").fill("Agence")
    ada.page.locator("input[value=violations-collect]").check()
    ada.page.locator("main form button[type=submit]").click()
    first = ada.page.locator("#secret").input_value()
    ada.check()
    ada.page.get_by_role("link", name="Il est à sa place").click()
    ada.page.get_by_role("button", name="Renouveler").click()
    second = ada.page.locator("#secret").input_value()
    assert len({first, second}) == 2
    ada.page.get_by_role("link", name="Il est à sa place").click()
    ada.check()
    assert small_town.query("SELECT count(*), count(replaces_id), count(expires_at) FROM api_token") == [(2, 1, 1)]
    ada.page.context.close()


@pytest.mark.parametrize(("language", "screen"), [("en", DESK), ("fr", PHONE)], ids=["desk", "phone"])
def test_a_member_is_added_given_a_role_and_kept_out_and_an_agency_gets_its_category(
    chromium: Browser, small_town: House, url: str, language: str, screen: dict[str, int]
) -> None:
    ada = office(chromium, url, screen, language)
    page = ada.page
    ada.sign_in("ada@example.org")
    ada.go("set-up/members/add")
    page.locator("#id_email").fill("new@example.org")
    page.locator("#id_role").select_option("clerk")
    page.locator("main form button[type=submit]").click()
    # The link by which they choose a password is shown once.
    page.locator("#link").wait_for()
    ada.check()
    ada.go("set-up/members")
    ada.check()
    page.get_by_role("link", name="new@example.org").click()
    ada.check()
    page.locator("#id_role").select_option("manager")
    page.locator("button[value=role]").click()
    page.locator(".said.success").wait_for()
    assert small_town.query(
        "SELECT role FROM membership m JOIN staff_user u ON u.id = m.user_id WHERE email = 'new@example.org'"
    ) == [("manager",)]
    page.locator("button[value=disable]").click()
    page.locator("button[value=enable]").wait_for()
    ada.check()
    ada.go("set-up/agencies/add")
    page.locator("#id_name").fill("North Collections")
    page.locator("#id_assigned_only").check()
    page.locator("main form button[type=submit]").click()
    # It is the first agency, and takes only its own: everything else is nobody's.
    page.locator("#id_sure").check()
    # The browser notes the 422 with which the page asks.
    assert [complaint for complaint in ada.complaints if "422" not in complaint] == []
    ada.complaints.clear()
    ada.check()
    page.locator("main form button[type=submit]").click()
    page.locator("table.list").wait_for()
    ada.check()
    page.locator("select[name^=category_]").first.select_option(label="North Collections")
    page.locator("main form button[type=submit]").click()
    page.locator(".said.success").wait_for()
    ada.check()
    page.get_by_role("link", name="North Collections").click()
    page.locator("#id_assigned_only").wait_for()
    ada.check()
    assert small_town.query("SELECT count(*) FROM agency_category") == [(1,)]
    page.context.close()
