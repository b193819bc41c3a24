"""In a real browser: a handoff of two people, past a guard, delivered again, recalled and started anew."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from tests.portal.test_browser import DESK, PHONE, Office, chromium, let_in, office, url
from tests.stories.conftest import move_in, small_town
from tests.stories.house import House

__all__ = ["chromium", "move_in", "small_town", "url"]

SCREENS = pytest.mark.parametrize(("language", "screen"), [("en", DESK), ("fr", PHONE)], ids=["desk", "phone"])


def submit(somebody: Office, reason: str | None = None) -> None:
    if reason is not None:
        somebody.page.locator("#id_reason").fill(reason)
    somebody.check()
    somebody.page.locator("main form[method=post] button[type=submit]").first.click()


@SCREENS
def test_one_proposes_and_another_approves_what_has_changed_since(
    chromium: Browser,  # the fixture
    small_town: House,  # the fixture
    url: str,  # the fixture
    language: str,
    screen: dict[str, int],
) -> None:
    small_town.run("token", "add", "OC_TOMA", "--name", "nightly", "--permission", "violations-collect")
    small_town.run("policy", "set", "OC_TOMA", "--second-person", "--reason", "Council")
    let_in(small_town, "otto@example.org", "collections-officer")
    maud, otto = (office(chromium, url, screen, language) for _ in range(2))
    maud.sign_in("maud@example.org")
    maud.check()
    maud.go("workbench")
    maud.page.locator("nav.acts a").first.click()
    maud.page.locator("[name=way][value=file]").check()
    submit(maud)
    maud.page.wait_for_url(re.compile("/proposals/"))
    # Whoever proposed it can drop it, and no more.
    assert [one.get_attribute("value") for one in maud.page.locator("button[name=decision]").all()] == ["drop"]
    maud.check()
    ((ticket, amount),) = small_town.query(
        "SELECT ticket, balance FROM violation WHERE sent_at IS NULL AND balance > 0 AND due_at < now() AND id = ANY "
        "(SELECT unnest(violations) FROM handoff_proposal_slice) ORDER BY id LIMIT 1"
    )
    small_town.run("payment", "add", "OC_TOMA", "--ticket", ticket, "--amount", str(amount), "--reference", "R-1")
    otto.sign_in("otto@example.org")
    otto.go("workbench")
    otto.page.locator("a[href*='/proposals/']").click()
    otto.page.get_by_role("link", name=ticket, exact=True).wait_for()
    otto.check()
    otto.page.locator("[name=decision][value=approve]").click()
    otto.page.wait_for_url(re.compile("/batches/"))
    otto.check()
    assert small_town.query(
        "SELECT state, proposed_by, decided_by FROM handoff_proposal WHERE batch_id IS NOT NULL"
    ) == [("approved", "maud@example.org", "otto@example.org")]
    # A file, which is said to be there, was lost, goes again, is recalled and starts anew.
    batch = otto.page.url.split("?")[0]
    otto.page.locator("button[value=arrived]").click()
    otto.page.locator("a[href$='/again']").click()
    submit(otto, "Their disk broke.")
    otto.page.wait_for_url(batch)
    assert "Their disk broke." in otto.page.locator(".sendings").inner_text()
    otto.check()
    maud.go("batches")
    maud.page.locator("table.list a").first.click()
    maud.page.locator("a[href*='/batches/recall?batch=']").click()
    submit(maud, "Wrong signs.")
    maud.page.locator(".said.success").wait_for()
    maud.go(f"batches/new-cycles?batch={batch.rpartition('/')[2]}")
    submit(maud, "The judge said so.")
    maud.page.locator(".said.success").wait_for()
    maud.check()
    assert small_town.query("SELECT count(*) > 0 FROM violation WHERE cycle = 2 AND sent_at IS NULL") == [(True,)]
    for somebody in (maud, otto):
        somebody.page.context.close()


@SCREENS
def test_a_call_that_a_guard_refused_is_let_through_once(
    chromium: Browser,  # the fixture
    small_town: House,  # the fixture
    url: str,  # the fixture
    language: str,
    screen: dict[str, int],
) -> None:
    token = small_town.run("token", "add", "OC_TOMA", "--name", "nightly", "--permission", "violations-collect")
    small_town.run("policy", "set", "OC_TOMA", "--guard-payment-hours", "1", "--reason", "Council")
    server = small_town.servers[0]
    assert server.collect(token).status == 503
    maud = office(chromium, url, screen, language)
    maud.sign_in("maud@example.org")
    maud.check()
    maud.go("workbench")
    maud.page.locator("#goes").wait_for()
    maud.check()
    maud.page.locator("a[href*='/allow/']").click()
    submit(maud, "The bank is closed.")
    maud.page.wait_for_url(re.compile("/workbench"))
    maud.check()
    assert maud.page.locator("a[href*='/allow/']").count() == 0
    assert server.collect(token).status == 200
    maud.page.context.close()
