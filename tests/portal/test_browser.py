"""The pages in a real browser, in both languages, on a desk and on a phone, with the keyboard, open to everybody."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from curbledger.demo.dice import Dice
from curbledger.demo.pictures import paint
from tests.stories.conftest import move_in, small_town
from tests.stories.house import House

__all__ = ["move_in", "small_town"]

PASSWORD = "three quiet herons"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, PHONE = {"width": 1280, "height": 850}, {"width": 390, "height": 844}


@dataclass
class Office:
    """Somebody at a browser. Collects what the browser complains of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def sign_in(self, email: str) -> None:
        """With the keyboard alone: the first field has the focus."""
        self.page.goto(f"{self.url}/portal/")
        self.page.keyboard.type(email)
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(re.compile(r"^http://[^/]+/portal/$"))

    def go(self, path: str) -> None:
        self.page.goto(f"{self.url}/portal/{path}", wait_until="networkidle")

    def check(self) -> None:
        """Nothing keeps anybody from the page, nothing sticks out of it, and the browser found nothing wrong."""
        found = Axe().run(self.page).response["violations"]
        grave = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in {"serious", "critical"}]
        assert grave == [], self.page.url
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(width) <= 0, f"{self.page.url} is wider than the screen"
        assert self.complaints == []


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None or not Path(program).exists():
        assert "chromium" not in os.environ.get("TESTS_REQUIRE", "").split(), "Chromium was to be here"
        pytest.skip("there is no Chromium here: install it (Debian: chromium), or name one in CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


def let_in(house: House, email: str, role: str) -> None:
    """A member of the town who can sign in."""
    command = [sys.executable, "-m", "curbledger", "user", "add", email]
    subprocess.run(
        [*command, "--client", "OC_TOMA", "--role", role, "--password-stdin"],
        input=f"{PASSWORD}\n",
        text=True,
        env=house.variables(),
        check=True,
        stdout=subprocess.DEVNULL,
    )


@pytest.fixture
def url(small_town: House) -> str:
    small_town.environment["CURBLEDGER_HTTPS"] = "0"
    let_in(small_town, "maud@example.org", "manager")
    return f"http://127.0.0.1:{small_town.serve().port}"


def office(chromium: Browser, url: str, screen: dict[str, int], language: str) -> Office:
    context = chromium.new_context(viewport=screen, locale=language)  # type: ignore[arg-type]
    made = Office(context.new_page(), url)
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    made.page.on("console", lambda said: made.complaints.append(said.text) if said.type == "error" else None)
    return made


@pytest.mark.parametrize(("language", "screen"), [("en", DESK), ("fr", PHONE)], ids=["desk", "phone"])
def test_every_page_is_open_to_everybody(
    chromium: Browser, small_town: House, url: str, language: str, screen: dict[str, int]
) -> None:
    somebody = office(chromium, url, screen, language)
    somebody.page.goto(f"{url}/portal/sign-in")
    assert somebody.page.locator("html").get_attribute("lang") == language
    somebody.check()
    somebody.sign_in("maud@example.org")
    somebody.check()
    ((ticket,),) = small_town.query("SELECT max(id) FROM violation")
    acts = ("pay", "appeal", "hold", "adjust", "link", "add-files", "cancel", "warn", "spoil", "reverse", "release")
    reports = ("reports", "reports/receivables", "reports/payments?since=2020-01-01&until=2020-12-31")
    for path in ("violations?state=held", "issue", "password", "audit", f"violations/{ticket}", *reports):
        somebody.go(path)
        somebody.check()
    somebody.go(f"violations/{ticket}")
    somebody.page.emulate_media(media="print")
    # Paper has no buttons.
    assert [somebody.page.locator(name).is_visible() for name in ("#money", ".acts", "#bar")] == [True, False, False]
    somebody.page.emulate_media(media="screen")
    for act in acts:
        somebody.go(f"violations/{ticket}/{act}")
        somebody.check()
    somebody.page.context.close()


@pytest.mark.parametrize(("language", "paid"), [("en", "The payment is recorded."), ("fr", "Le paiement est inscrit.")])
def test_a_ticket_is_found_while_its_number_is_typed_and_paid_once_with_two_clicks(
    chromium: Browser, small_town: House, url: str, language: str, paid: str
) -> None:
    clerk = office(chromium, url, DESK, language)
    clerk.sign_in("maud@example.org")
    ((number, owed),) = small_town.query(
        "SELECT ticket, balance FROM violation WHERE balance > 0 AND NOT warning AND cancelled_at IS NULL "
        "AND NOT spoiled AND paid_total = 0 ORDER BY id LIMIT 1"
    )
    clerk.go("violations")
    clerk.page.keyboard.press("/")
    clerk.page.keyboard.type(number)
    # Without Enter: the rows change by themselves, and the address with them.
    clerk.page.wait_for_url(re.compile(rf"[?&]q={number}"))
    clerk.page.locator("table.list tbody tr").nth(1).wait_for(state="detached")
    clerk.page.get_by_role("link", name=number, exact=True).click()
    clerk.page.locator("a[href*='/pay']").click()
    assert clerk.page.locator("#id_amount").input_value() in {str(owed), str(owed).replace(".", ",")}
    clerk.page.locator("main form button[type=submit]").dblclick()
    clerk.page.get_by_text(paid).wait_for()
    assert small_town.query(
        "SELECT count(*) FROM payment p JOIN violation v ON v.id = p.violation_id WHERE v.ticket = %s", number
    ) == [(1,)]
    # The way back is to what was looked for.
    clerk.page.locator("#content > p > a").click()
    clerk.page.wait_for_url(re.compile(rf"/violations\?q={number}$"))
    assert clerk.complaints == []
    clerk.page.context.close()


def test_a_ticket_is_written_on_a_phone_with_a_photo(
    chromium: Browser, small_town: House, url: str, tmp_path: Path
) -> None:
    officer = office(chromium, url, PHONE, "fr")
    officer.sign_in("maud@example.org")
    picture = tmp_path / "street.png"
    picture.write_bytes(paint(Dice(1)))
    officer.page.get_by_role("button", name="Menu").click()
    officer.page.locator("nav a[href='/portal/issue']").click()
    officer.page.locator("#id_plate").fill("PHONE 1")
    for choice in officer.page.locator("[name=offences]").all()[:2]:
        choice.check()
    officer.page.locator("#id_evidence").set_input_files(picture)
    officer.page.locator("main form button[type=submit]").click()
    officer.page.get_by_text(re.compile("est émis")).wait_for()
    photo = officer.page.locator(".photos img")
    photo.scroll_into_view_if_needed()
    officer.page.wait_for_function("document.querySelector('.photos img').naturalWidth > 0")
    officer.check()
    assert small_town.query(
        "SELECT count(*) FROM violation_detail d JOIN violation v ON v.id = d.violation_id "
        "JOIN vehicle h ON h.id = v.vehicle_id WHERE h.plate_key = 'PHONE1'"
    ) == [(2,)]
    officer.page.context.close()


OLD = """Ticket No,Issue Date,Amount,Plate,Make
OLD-1,25/03/2026,$50.00,abc 123,FORD
OLD-2,26/03/2026,a lot,,KIA
OLD-1,25/03/2026,50,ABC123,FORD
"""


@pytest.mark.parametrize(("language", "screen"), [("en", DESK), ("fr", PHONE)], ids=["desk", "phone"])
def test_a_file_is_brought_mapped_checked_and_imported_and_the_audit_says_by_whom(
    chromium: Browser, small_town: House, url: str, language: str, screen: dict[str, int]
) -> None:
    """With the queue at work: the page goes on by itself."""
    assert url
    somebody = office(chromium, f"http://127.0.0.1:{small_town.serve(queue=True).port}", screen, language)
    page = somebody.page
    somebody.sign_in("maud@example.org")
    somebody.go("imports")
    somebody.check()
    brought = {"name": "old.csv", "mimeType": "text/csv", "buffer": OLD.encode()}
    page.locator("input[type=file]").set_input_files(brought)  # type: ignore[arg-type]  # as Playwright's own dict
    page.locator("form.bring button[type=submit]").click()
    page.wait_for_url("**/mapping")
    somebody.check()
    page.locator("summary").nth(0).focus()
    page.keyboard.press("Enter")
    page.locator("details.more > summary").first.click()
    somebody.check()
    page.locator("#id_keep_as").fill("Old system")
    page.locator("form.mapping button.primary").click()
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    # It waits, is checked, and says so without a reload.
    start = page.locator("form:has(input[value=import]) button")
    start.wait_for(timeout=60_000)
    somebody.check()
    start.click()
    page.locator(".import-state .badge.good").wait_for(timeout=60_000)
    somebody.check()
    assert [dd.inner_text() for dd in page.locator(".counts dd").all()] == ["1", "1", "1"]
    somebody.go("imports")
    somebody.check()
    page.locator("a[href$='/change']").click()
    page.locator("button[value=remove]").wait_for()
    somebody.check()
    page.locator("button[value=remove]").click()
    page.locator(".said.success").wait_for()
    assert small_town.query("SELECT count(*) FROM import_mapping") == [(0,)]
    somebody.go("audit?who=maud%40example.org&what=violation")
    assert page.locator(".list.audit tbody tr").count() == 1
    assert "OLD-1" in page.locator(".audit-what").inner_text()
    somebody.check()
    page.context.close()


@pytest.mark.parametrize(("language", "screen"), [("en", DESK), ("fr", PHONE)], ids=["desk", "phone"])
def test_today_draws_its_charts_and_has_their_figures_below(
    chromium: Browser, small_town: House, url: str, language: str, screen: dict[str, int]
) -> None:
    somebody = office(chromium, url, screen, language)
    somebody.sign_in("maud@example.org")
    for canvas in somebody.page.locator("canvas[data-chart]").all():
        drawn = "one => new Uint32Array(one.getContext('2d').getImageData(0, 0, one.width, one.height).data.buffer)"
        assert canvas.evaluate(f"one => ({drawn})(one).some((pixel) => pixel !== 0)")
        # As wide as the screen leaves room for.
        assert canvas.evaluate("one => one.clientWidth <= one.parentElement.clientWidth")
    for details in somebody.page.locator("main details").all():
        details.locator("summary").press("Enter")
    assert somebody.page.locator("table.figures:visible").count() == 3
    somebody.check()
    somebody.page.context.close()


def test_a_report_is_found_for_other_days_and_downloaded(chromium: Browser, small_town: House, url: str) -> None:
    manager = office(chromium, url, DESK, "en")
    manager.sign_in("maud@example.org")
    manager.page.locator("nav a[href='/portal/reports']").click()
    manager.page.get_by_role("link", name="Payments by day and person").click()
    manager.page.locator("#id_since").fill("2026-01-01")
    manager.page.locator("#id_until").fill("2026-12-31")
    manager.page.get_by_role("button", name="Show").click()
    manager.page.wait_for_url(re.compile(r"since=2026-01-01&until=2026-12-31"))
    manager.check()
    with manager.page.expect_download() as download:
        manager.page.get_by_role("link", name="XLSX").click()
    assert download.value.suggested_filename == "payments-OC_TOMA-2026-01-01-2026-12-31.xlsx"
    manager.page.context.close()
