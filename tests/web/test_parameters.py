"""Parameters that are given twice, or by another way than a page reads them, change nothing (ASVS 4.0.3, 5.1.1)."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from tests.conftest import CHECKOUT
from tests.web.conftest import token

SOURCES = sorted((CHECKOUT / "workbench" / "web").rglob("*.py"))
CSRF = re.compile(r'value="[^"]*"')


def test_no_page_asks_for_a_parameter_without_saying_where_it_comes_from() -> None:
    """Address, form, cookie and header are never mixed: `request.values` is what would."""
    assert not [str(path) for path in SOURCES if re.search(r"\brequest\.values\b|CombinedMultiDict", path.read_text())]


@pytest.mark.parametrize(
    ("address", "first", "second"),
    [
        ("/standards/", {"q": "evaluation"}, {"q": "nothing"}),
        ("/changes/", {"entity": "work_item"}, {"entity": "publication"}),
        ("/search/", {"q": "records", "kind": "work_item"}, {"q": "x", "kind": "publication"}),
        ("/administration/trail", {"action": "created"}, {"action": "exported"}),
        ("/export/work-items.jsonl", {"q": "evaluation"}, {"q": "nothing"}),
    ],
)
def test_of_a_parameter_given_twice_the_first_one_counts_all_the_way(
    page: FlaskClient, address: str, first: dict[str, str], second: dict[str, str]
) -> None:
    """What is checked is what is used and shown: the page is that of the first value alone."""

    def shown(*values: dict[str, str]) -> str:
        query = "&".join(urlencode(each) for each in values)
        answer = page.get(f"{address}?{query}", buffered=True)
        assert answer.status_code in (200, 400)
        # Only the address that forms lead back to may hold the second.
        return CSRF.sub("", answer.text)

    assert shown(first, second) == shown(first)


def test_a_form_is_not_filled_in_by_the_address_or_a_cookie(page: FlaskClient) -> None:
    forms = token(page)
    page.set_cookie("language", "ja")
    answer = page.post("/language?language=ja", data={"csrf_token": forms})
    assert answer.status_code == 400
    forged = page.post(f"/language?csrf_token={forms}", data={"language": "ja"})
    assert forged.status_code == 400
    twice = [("csrf_token", forms), ("language", "en"), ("language", "ja")]
    answer = page.post("/language", data=urlencode(twice), content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 303
    assert 'lang="en"' in page.get("/").text
