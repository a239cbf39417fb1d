"""The journey through the portfolio views: from a count of the draft to the assessment behind it, and white space."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect


def _problems(page: Page) -> list[str]:
    return [f"{page.url}: {each['id']}" for each in Axe().run(page).response["violations"]]


def test_from_a_draft_s_coverage_to_the_assessment_behind_a_cell(page: Page) -> None:
    page.goto("/patents/")
    page.get_by_role("link", name="Portfolio", exact=True).click()
    page.get_by_role("link", name="ISO/IEC DIS 99001, DIS", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ISO/IEC DIS 99001, DIS: coverage matrix")
    expect(page.locator(".lede")).to_contain_text("1 of 51 normative clauses are covered")
    page.get_by_label("Columns").first.select_option("party")
    page.get_by_role("button", name="Filter").click()
    assert "by=party" in page.url
    problems = _problems(page)
    page.locator("table.matrix").get_by_role("link", name="Sample AI K.K.").click()
    cell = page.locator("td.square[data-standing=likely_essential]")
    expect(cell).to_have_text("LIK")
    cell.get_by_role("link").click()
    expect(page.locator("p.counts")).to_have_text("1–1 of 1")
    page.get_by_role("link", name=re.compile("^assessment of claim")).click()
    expect(page.locator("main")).to_contain_text("reviewed: likely essential")
    page.set_viewport_size({"width": 380, "height": 900})
    page.goto("/portfolio/white-space/2?own=own")
    expect(page.locator("main")).to_contain_text("Mapped against 13 of 13 families with claims")
    nothing = page.locator("ul.standings li", has_text="no patent found").get_by_role("link")
    count = nothing.inner_text()
    nothing.click()
    expect(page.locator("p.counts")).to_have_text(f"1–{count} of {count}")
    for address in (page.url, "/portfolio/matrix/2", "/portfolio/entries/2"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 380
        problems += _problems(page)
    assert problems == []


def test_every_view_is_a_tab_away(page: Page) -> None:
    page.goto("/portfolio/")
    names = page.locator("nav.tabs a").all_inner_texts()
    assert names == ["Coverage", "Landscape", "Fortress", "Dormant patents", "Metrics"]
    for name in names:
        page.locator("nav.tabs").get_by_role("link", name=name).click()
        expect(page.locator("nav.tabs a[aria-current]")).to_have_text(name)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
