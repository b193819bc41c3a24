"""The pictures in the documents are those that a browser takes of the pages: `make pictures` takes them again."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser

from tests.portal.test_browser import DESK, PHONE, chromium, office, url
from tests.stories.conftest import move_in, small_town
from tests.stories.ledger import token

if TYPE_CHECKING:
    from tests.stories.house import House

__all__ = ["chromium", "move_in", "small_town", "url"]

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "docs" / "pictures"
PAGES = {
    "today": "",
    "workbench": "workbench",
    "batch": "batches/{batch}",
    "violations": "violations",
    "violation": "violations/{violation}",
    "receivables": "reports/receivables",
    "policy": "set-up/policy",
    "audit": "audit",
}
ON_A_PHONE = {"phone": "violations/{violation}"}


def named(document: str) -> set[str]:
    """The pictures that a document shows."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return set(re.findall(r"!\[[^\]]+\]\((?:docs/)?pictures/([a-z-]+)\.png\)", text))


def test_the_pictures_of_the_documents_are_taken_of_pages_that_are_there(
    chromium: Browser,  # the fixture
    small_town: House,  # the fixture
    url: str,  # the fixture
    tmp_path: Path,
) -> None:
    folder = KEPT if os.environ.get("PICTURES") == "write" else tmp_path
    folder.mkdir(exist_ok=True)
    assert small_town.servers[0].collect(token(small_town)).whole
    small_town.run("demo", "OC_TOMA", "--violations", "40", "--overdue", "15")
    ((batch,),) = small_town.query("SELECT uuid FROM batch ORDER BY id LIMIT 1")
    ((violation,),) = small_town.query("SELECT violation_id FROM payment ORDER BY id DESC LIMIT 1")
    for screen, pages in ((DESK, PAGES), (PHONE, ON_A_PHONE)):
        manager = office(chromium, url, screen, "en")
        manager.sign_in("maud@example.org")
        for name, path in pages.items():
            manager.go(path.format(batch=batch, violation=violation))
            manager.page.locator("h1").first.wait_for()
            manager.page.screenshot(path=folder / f"{name}.png")
            assert manager.complaints == []
        manager.page.context.close()
    taken = {*PAGES, *ON_A_PHONE}
    assert {file.stem for file in folder.glob("*.png")} == taken
    assert named("docs/portal.md") | named("docs/set-up.md") == taken
    assert len(named("README.md") & taken) == 3
