"""What somebody typed into a form that was refused is in it again."""

from __future__ import annotations

from bs4 import BeautifulSoup, Tag

from workbench.web.typed import refilled

PAGE = """<!doctype html><html><body>
<form method="post" action="/plan/event"><input type="hidden" name="csrf_token" value="new"><input type="hidden" name="name" value="OSS"><input name="day"></form>
<details id="outer"><summary>Change</summary>
<form method="post" action="/plan/event#at"><input type="hidden" name="csrf_token" value="new"><input type="hidden" name="name" value="DECL"><input type="hidden" name="seen" value="9">
  <input name="day" value="2026-01-01"><input name="at" value="1"><input name="at" value="2"><input type="password" name="secret"><input name="code" autocomplete="one-time-code">
  <label><input type="radio" name="state" value="planned" checked> planned</label><label><input type="radio" name="state" value="done"> done</label>
  <input type="checkbox" name="confidential" checked><input type="checkbox" name="office" value="JP"><input type="checkbox" name="office" value="EP">
  <select name="aim"><option value="a" selected>A</option><option>B</option></select>
  <details id="inner"><summary>More</summary><textarea name="evidence">old</textarea></details><details id="shut"><summary>Else</summary><textarea name="note"></textarea></details>
</form></details></body></html>"""  # noqa: E501
SENT = {
    "csrf_token": ["old"],
    "name": ["DECL"],
    "seen": ["8"],
    "day": ["soon"],
    "at": ["3", "4"],
    "state": ["done"],
    "office": ["EP"],
    "aim": ["B"],
    "evidence": ["\nTwo lines,\n<b>bold</b> & \"quoted\""],
    "note": [" "],
    "secret": ["hidden"],
    "code": ["123456"],
}  # fmt: skip


def one(page: BeautifulSoup, selector: str) -> Tag:
    found = page.select(selector)
    assert len(found) == 1, selector
    return found[0]


def test_the_form_that_was_sent_holds_what_was_typed() -> None:
    text = refilled(PAGE, "/plan/event", SENT)
    page = BeautifulSoup(text, "html.parser")
    form = page.select("form")[1]
    assert not page.select("form")[0].select('[name="day"]')[0].get("value"), "the other event's form stays as it was"
    values = {str(each["name"]): each.get("value") for each in form.select("input:not([type])")}
    assert values["day"] == "soon"
    assert values["code"] is None
    assert [each["value"] for each in form.select('[name="at"]')] == ["3", "4"]
    assert one(page, 'form [name="csrf_token"][value="new"] ~ [name="seen"]')["value"] == "9", "hidden fields stay"
    assert one(page, '[name="secret"]').get("value") is None
    assert [each["value"] for each in form.select("[checked]")] == ["done", "EP"]
    assert one(page, "option[selected]").get_text() == "B"
    evidence = one(page, '[name="evidence"]')
    assert evidence.get_text().removeprefix("\n") == SENT["evidence"][0]
    assert "<b>" not in text
    assert "open" in one(page, "#outer").attrs
    assert "open" in one(page, "#inner").attrs
    assert "open" not in one(page, "#shut").attrs


def test_a_page_without_the_form_stays_as_it_was() -> None:
    assert refilled(PAGE, "/elsewhere", SENT) is PAGE
