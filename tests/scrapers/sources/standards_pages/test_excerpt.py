"""Watched parts of pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.errors import DriftError
from scrapers.sources.standards_pages.excerpt import hash_of, read_excerpt

PAGE = b"""<html><body><nav>Menu %d</nav><main id="news"><div class="wrap"><div><h2>News</h2>
<p>The sample plenary is on <b>12&nbsp;October</b>.</p><script>var t = %d;</script></div></div></main>
<ul><li>one</li><li>two</li></ul></body></html>"""


def page(number: int = 1) -> bytes:
    return PAGE % (number, number)


def test_text_of_the_watched_part() -> None:
    assert read_excerpt(page(), "#news") == "News\nThe sample plenary is on 12 October."


def test_what_stands_around_it_changes_nothing() -> None:
    other = page(2).replace(b'class="wrap"', b'class="shell"').replace(b"</nav>", b"</nav><p>Cookies?</p>")
    assert hash_of(read_excerpt(other, "#news")) == hash_of(read_excerpt(page(), "#news"))


@pytest.mark.parametrize(
    ("selector", "reason"), [("#gone", "found nothing"), ("li", "several parts"), ("nav:empty", "found nothing")]
)
def test_a_part_that_is_not_there_is_drift(selector: str, reason: str) -> None:
    with pytest.raises(DriftError, match=reason):
        read_excerpt(page(), selector)


def test_an_empty_part_is_drift() -> None:
    with pytest.raises(DriftError, match="no text"):
        read_excerpt(b"<div id='a'><script>x</script></div>", "#a")


@pytest.mark.parametrize("selector", ["", "#", "li[", "::nonsense("])
def test_what_is_no_selector_is_told_in_one_line(selector: str) -> None:
    with pytest.raises(ValueError, match="no CSS selector") as caught:
        read_excerpt(page(), selector)
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        assert read_excerpt(content, "p")
    except DriftError:
        return
