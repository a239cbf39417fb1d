"""Plain text of HTML fragments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.text import clean_html


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("", None),
        ("  <p>\u00a0</p> ", None),
        ("plain  text", "plain text"),
        ("<p>one</p>\n<p>two <b>bold</b></p>", "one\ntwo bold"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<ul><li>a<li>b</ul>after", "a\nb\nafter"),
        (
            '<p class="Mso" style="x"><!-- [if !x]--><span lang="EN-GB">\u2014\u00a0\u00a0 a</span><!--[endif]--></p>',
            "\u2014 a",
        ),
        ("<script>alert(1)</script><style>p{}</style>kept", "kept"),
        ("<iframe src='x'>no</iframe><object>no</object>yes", "yes"),
        ("a &amp; b &lt;c&gt; &nbsp; d", "a & b <c> d"),
        ("<p>open <i>never closed", "open never closed"),
        ("https://example.org/x", "https://example.org/x"),
    ],
)
def test_clean_html(fragment: str, text: str | None) -> None:
    assert clean_html(fragment) == text


def test_depth_and_length_do_no_harm() -> None:
    clean_html("<div>" * 30_000 + "deep")
    assert len(clean_html("x" * 1_000_000) or "") <= 200_000


@given(st.text())
def test_lines_are_folded_and_never_empty(fragment: str) -> None:
    text = clean_html(fragment)
    assert text is None or all(line and line == " ".join(line.split()) for line in text.split("\n"))
