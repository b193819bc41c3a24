"""The workbench in a real browser: held back, handed over as a file, confirmed, fetched again and recalled."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from tests.portal.test_browser import DESK, PHONE, chromium, office, url
from tests.stories.conftest import move_in, small_town
from tests.stories.house import House

__all__ = ["chromium", "move_in", "small_town", "url"]


@pytest.mark.parametrize(("language", "screen"), [("en", DESK), ("fr", PHONE)], ids=["desk", "phone"])
def test_a_handoff_from_the_first_look_to_a_recall(
    chromium: Browser,  # the fixture
    small_town: House,  # the fixture
    url: str,  # the fixture
    language: str,
    screen: dict[str, int],
) -> None:
    small_town.run("token", "add", "OC_TOMA", "--name", "nightly", "--permission", "violations-collect")
    maud = office(chromium, url, screen, language)
    maud.sign_in("maud@example.org")
    maud.go("workbench")
    page = maud.page
    page.locator("#goes").wait_for()
    maud.check()
    page.locator("a[href$='?reason=goes']").first.click()
    page.locator("table.list").wait_for()
    maud.check()
    page.locator("input[name=ticket]").first.check()
    page.locator(".selected button").click()
    page.locator("#id_kind").select_option("dispute")
    page.locator("#id_reason").fill("Look again.")
    maud.check()
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile("reason=goes"))
    page.locator(".said.success").wait_for()
    maud.go("workbench")
    page.locator("nav.acts a").first.click()
    maud.check()
    page.locator("[name=way][value=file]").check()
    page.locator("main form button[type=submit]").dblclick()
    page.wait_for_url(re.compile("/batches/"))
    maud.check()
    with page.expect_download() as fetching:
        page.locator("a[href$='records.csv']").first.click()
    assert fetching.value.path().stat().st_size > 0
    page.locator("button[value=arrived]").click()
    page.locator("a[href$='/again']").wait_for()
    maud.check()
    ((batches, sent),) = small_town.query(
        "SELECT count(DISTINCT b.id), count(*) FROM batch b JOIN batch_revision r ON r.batch_id = b.id "
        "JOIN placement p ON p.revision_id = r.id WHERE b.state = 'delivered' AND r.handed_over_by <> ''"
    )
    assert batches == 1
    page.locator("a[href$='/again']").click()
    maud.check()
    maud.go("batches")
    maud.check()
    page.locator("table.list a").first.click()
    page.locator("a[href*='/batches/recall?batch=']").click()
    maud.check()
    page.locator("#id_reason").fill("Wrong signs.")
    page.locator("main form[method=post] button[type=submit]").click()
    page.locator(".said.success").wait_for()
    assert small_town.query("SELECT count(*) FROM placement WHERE state = 'recalled'") == [(sent,)]
    maud.go("batches/new-cycles")
    maud.check()
    page.context.close()


def test_one_box_picks_all_of_a_list(
    chromium: Browser,  # the fixture
    small_town: House,  # the fixture
    url: str,  # the fixture
) -> None:
    maud = office(chromium, url, DESK, "en")
    maud.sign_in("maud@example.org")
    maud.go("violations?reason=goes")
    boxes = maud.page.locator("input[name=ticket]")
    maud.page.locator("[data-all]").check()
    assert maud.page.locator("input[name=ticket]:checked").count() == boxes.count() > 0
    maud.page.context.close()
