"""The main journeys, in a real browser over the demo."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def test_a_first_visit_shows_what_is_due_and_what_changed(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("This week")
    expect(page.get_by_role("complementary", name="Sample data")).to_be_visible()
    due = page.locator("#due")
    expect(due).to_contain_text("ISO/IEC FDIS 99003")
    expect(due).to_contain_text("est.")
    expect(page.locator("#changed")).to_contain_text("ISO/IEC DIS 99001")


def test_filter_the_work_items_and_open_one(page: Page) -> None:
    page.goto("/")
    page.get_by_role("navigation", name="Places").get_by_role("link", name="Standards").click()
    page.get_by_label("Text").fill("interoperability interface")
    page.get_by_role("button", name="Filter").click()
    expect(page).to_have_url(re.compile(r"q=interoperability"))
    expect(page.locator("table.data tbody tr")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="ISO/IEC DIS 99001").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ISO/IEC DIS 99001")
    expect(page.locator("main")).to_contain_text("40.20")
    expect(page.locator("main")).to_contain_text("est.")
    expect(page.locator("main svg").first).to_be_visible()


def test_sort_and_page_through_a_table_then_go_back(page: Page) -> None:
    page.goto("/mapping/?label=DIS")
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile(r"page=2"))
    expect(page.locator("#results")).to_contain_text("51–100")
    page.go_back()
    expect(page.locator("#results")).to_contain_text("1–50")
    page.goto("/standards/")
    page.get_by_role("columnheader", name="Stage").get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"sort=stage"))
    expect(page.get_by_role("columnheader", name="Stage")).to_have_attribute("aria-sort", "ascending")


def test_the_keyboard_alone_reaches_search_and_opens_a_row(page: Page) -> None:
    page.goto("/standards/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox").first).to_be_focused()
    page.keyboard.type("能力")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search"))
    expect(page.locator("main")).to_contain_text("DIS (ja)")
    page.goto("/standards/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/standards/items/\d+"))


def test_follow_a_match_to_its_claim_and_its_clause(page: Page) -> None:
    page.goto("/mapping/?label=DIS")
    page.locator("table.data").last.locator("tbody a.open").first.click()
    expect(page).to_have_url(re.compile(r"/mapping/matches/\d+/\d+/\d+"))
    expect(page.locator("main mark").first).to_be_visible()
    address = page.url
    page.locator("main a[href*='/patents/publications/']").first.click()
    expect(page).to_have_url(re.compile(r"/patents/publications/"))
    expect(page.locator("main")).to_contain_text("Claims")
    page.goto(address)
    page.locator("main a[href*='/standards/drafts/']").first.click()
    expect(page).to_have_url(re.compile(r"/standards/drafts/"))


def test_the_language_follows_the_reader_and_can_be_changed(page: Page) -> None:
    page.goto("/standards/items/9900001")
    page.get_by_role("button", name="日本語").click()
    expect(page).to_have_url(re.compile(r"/standards/items/9900001$"))
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    expect(page.locator("main")).to_contain_text("年")
    expect(page.locator("nav.places")).to_contain_text("今週")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_preview_the_digest(page: Page) -> None:
    page.goto("/digest/")
    expect(page.locator("main")).to_contain_text("WORKBENCH_SMTP_HOST")
    page.get_by_role("link", name="Preview").first.click()
    expect(page.locator("main")).to_contain_text("ISO/IEC")
    html = page.frame_locator("iframe").first.locator("body")
    expect(html).to_contain_text("ISO/IEC")


def test_the_pages_work_without_script(page: Page) -> None:
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False, locale="en-GB", base_url=_origin(page))
    plain = context.new_page()
    plain.goto("/standards/")
    plain.get_by_label("Text").fill("99001")
    plain.get_by_role("button", name="Filter").click()
    expect(plain.locator("table.data tbody tr")).to_have_count(1)
    plain.get_by_role("button", name="日本語").click()
    expect(plain.locator("html")).to_have_attribute("lang", "ja")
    context.close()


def _origin(page: Page) -> str:
    page.goto("/")
    return page.url.rstrip("/")
