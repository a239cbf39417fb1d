"""Reading by keys: from clause to clause, from provision to provision, from change to change, and help."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def open_reader(page: Page) -> None:
    page.goto("/standards/drafts/")
    page.locator("table a.open", has_text=re.compile(r", DIS$")).first.click()
    expect(page.locator(".draft-text")).to_be_visible()


def focused(page: Page, inside: str) -> str:
    return str(page.evaluate(f"(document.activeElement.closest('{inside}') || {{id: ''}}).id"))


def test_keys_step_through_clauses_and_provisions_and_show_help(page: Page) -> None:
    open_reader(page)
    clauses = [str(each.get_attribute("id")) for each in page.locator(".clause").all()]
    page.keyboard.press("j")
    first = focused(page, ".clause")
    assert first in clauses
    page.keyboard.press("j")
    assert clauses.index(focused(page, ".clause")) == clauses.index(first) + 1
    page.keyboard.press("k")
    assert focused(page, ".clause") == first
    page.keyboard.press("n")
    provision = focused(page, ".says")
    assert provision.startswith("p-")
    page.keyboard.press("n")
    assert focused(page, ".says") not in ("", provision)
    page.keyboard.press("p")
    assert focused(page, ".says") == provision
    help_ = page.locator("#keys dl")
    expect(help_).to_be_hidden()
    page.keyboard.press("?")
    expect(help_).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("jn?")
    expect(page.locator("#find")).to_have_value("jn?")


def test_a_citation_leads_to_its_clause(page: Page) -> None:
    open_reader(page)
    cited = page.locator(".draft-text a.cited").first
    target = str(cited.get_attribute("href"))
    cited.click()
    expect(page).to_have_url(re.compile(re.escape(target.rpartition("/")[2]) + "$"))
    assert page.locator(f"[id='{target.partition('#')[2]}']").count() == 1


def test_keys_step_through_changes(page: Page) -> None:
    open_reader(page)
    page.get_by_role("link", name="Compare with").click()
    page.wait_for_url("**/compare/**", wait_until="load")
    page.keyboard.press("n")
    first = page.evaluate("document.activeElement.textContent")
    assert page.evaluate("document.activeElement.tagName") in ("INS", "DEL")
    page.keyboard.press("n")
    page.keyboard.press("p")
    assert page.evaluate("document.activeElement.textContent") == first
