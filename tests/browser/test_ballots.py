"""The journey of a delegate who answers a ballot."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def test_answer_a_ballot(page: Page) -> None:
    page.goto("/")
    page.locator("#answer").get_by_role("link", name="ISO/IEC DIS 99001").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ISO/IEC DIS 99001")
    own = page.locator("#positions form").first
    own.get_by_label("Yes").check()
    own.get_by_label("Reasons; needed for a No").fill("SAMPLE: ready, with editorial comments")
    own.get_by_role("button", name="Set the company's position").click()
    expect(page.get_by_role("heading", name="Company: Yes")).to_be_visible()
    page.goto("/")
    expect(page.locator("#answer")).not_to_contain_text("ISO/IEC DIS 99001")
