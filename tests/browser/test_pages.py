"""Every page at both widths, light and dark, in both languages: nothing spills over, nothing bars anyone.

`SCREENSHOTS=1` keeps a picture of each under tests/screenshots, to be looked at.
"""

from __future__ import annotations

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import SCREENSHOTS

PAGES = {
    "week": "/",
    "items": "/standards/",
    "item": "/standards/items/9900001",
    "item-published": "/standards/items/81228",
    "committee": "/committees/6794475",
    "drafts": "/standards/drafts",
    "reader": "/standards/drafts/2",
    "reader-ja": "/standards/drafts/3",
    "requirements": "/standards/drafts/2?only=requirement",
    "clause": "/standards/drafts/2/clauses/24",
    "compare": "/standards/drafts/2/compare/1",
    "compare-beside": "/standards/drafts/2/compare/1?view=beside&only=changed",
    "lineage": "/standards/drafts/2/lineage/1?clause=24",
    "patents": "/patents/",
    "publication": "/patents/publications/EP.9990001.B1",
    "mapping": "/mapping/",
    "match": "/mapping/matches/2/1/24",
    "learning": "/mapping/learning/",
    "changes": "/changes/",
    "sources": "/sources/",
    "source": "/sources/iso_open_data",
    "snapshot": "/sources/snapshots/1",
    "digest": "/digest/",
    "search": "/search/?q=capability",
    "nothing": "/standards/?q=zzzz",
    "missing": "/standards/items/1",
}
READERS = [(1440, "light", "en-GB"), (380, "light", "en-GB"), (1440, "dark", "ja-JP"), (380, "dark", "ja-JP")]


@pytest.mark.parametrize(("width", "scheme", "locale"), READERS)
@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_fits_and_is_accessible(
    browser: Browser, demo: str, name: str, width: int, scheme: str, locale: str
) -> None:
    context = browser.new_context(
        base_url=demo,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        locale=locale,
    )
    page = context.new_page()
    page.goto(PAGES[name])
    if os.environ.get("SCREENSHOTS"):
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}-{locale[:2]}.png", full_page=name != "reader")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    problems = [
        (each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found.response["violations"]
    ]
    assert problems == []
    context.close()
