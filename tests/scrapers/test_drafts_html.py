"""Drafts in HTML: pages as Metanorma, Asciidoctor and people write them, all invented, and the recorded preview."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.drafts import html, read_draft
from scrapers.errors import UnreadableFileError
from scrapers.records import Draft
from tests.scrapers.draft_trees import outline, show, tree

METANORMA = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Sample lanterns</title><style>p {color: red}</style></head><body>
<div class="title-section"><p class="zzCover">ISO/CD 99001-1:2025(E)</p>
<div class="copyright">© ISO 2025 <p>Committee members only</p></div></div>
<nav><h1>Table of contents</h1><ul id="toc-list"><li>1 Scope</li></ul></nav>
<main class="main-section">
<div id="f"><h1 class="ForewordTitle">Foreword</h1><p>Invented.</p></div>
<div id="i"><h1 class="IntroTitle">Introduction</h1><p>Lanterns differ.</p></div>
<p class="zzSTDTitle1">Sample lanterns</p>
<div id="s"><h1>1  Scope</h1><p>This document specifies <i>frames</i>.</p></div>
<div><h1>2  Normative references</h1><p>The following documents are referred to in the text.</p>
<p class="NormRef">SAMPLE 99000:2019, <i>Lanterns</i></p></div>
<div><h1>3  Terms and definitions</h1><p>The following terms apply.</p>
<p class="TermNum" id="t1">3.1</p><p class="Terms" style="text-align:left;"><b>lantern</b></p>
<p class="AltTerms">carried lamp</p><p class="DeprecatedTerms">DEPRECATED: lamp box</p>
<p>portable light</p>
<div class="Note"><p>Note 1 to entry: No candle.</p><p>Nor a torch.</p></div>
<div class="example"><p class="example-title">EXAMPLE</p><p>Storm lantern.</p></div>
<p>[SOURCE: SAMPLE 99000:2019, 3.4]</p></div>
<div><h1>4  Frames</h1>
<div><h2>4.1  General</h2>
<p>Each frame shall have<a class="FootnoteRef" href="#fn:1"><sup>1</sup></a> a header:</p>
<div class="ol_wrap"><ol type="a"><li><p>the version</p><div class="ol_wrap"><ol type="1"><li>short</li></ol></div></li>
<li>the length</li></ol></div>
<div class="ul_wrap"><ul><li><p>one</p><p>more of one</p></li></ul></div>
<div class="Note"><p><span class="note_label">NOTE</span>  Bytes have 8 bits.</p></div>
<div class="Admonition"><p>WARNING — Glass shall be cold.</p></div>
</div>
<div><h2>4.2</h2><p>Red shall be last.</p>
<p class="TableTitle">Table 1 — Colours</p>
<table><thead><tr><th>Code</th><th>Colour</th></tr></thead>
<tfoot><tr><td colspan="2"><p>Blue shall not be used.</p><div class="Note"><p>NOTE 1  Grey.</p></div></td></tr></tfoot>
<tbody><tr><td>1</td><td>red<a href="#fn:2"><sup>a</sup></a></td></tr></tbody></table>
<div class="formula"><p><span class="stem">(#(a = b/c)#)</span>  (1)</p></div>
<figure><img src="x.png"><p class="FigureTitle">Figure 1 — A lantern</p></figure>
<pre class="sourcecode">lantern on;
lantern off;</pre><blockquote><p>Light shall be.</p></blockquote></div></div>
<h1 class="Annex"><b>Annex A</b><br><span class="obligation">(informative)</span><br><br><b>Advice</b></h1>
<h2>A.1  Oil</h2><p>Oil can smell.</p>
<div><h1>Bibliography</h1><p class="Biblio">[1]  SAMPLE 99009, <i>Wicks</i></p></div>
<aside id="fn:1" class="footnote"><p>1) Not the file header.</p></aside>
<aside id="fn:2" class="footnote"><p>a Dark red.</p></aside>
</main><script>alert(1)</script></body></html>"""

METANORMA_TREE = """
    - Foreword <~foreword>
      . paragraph: Invented.
    - Introduction <~introduction>
      . paragraph: Lanterns differ.
    1 Scope <clause>
      . paragraph: This document specifies frames.
    2 Normative references <~clause>
      . paragraph: The following documents are referred to in the text.
      . reference: SAMPLE 99000:2019, Lanterns
    3 Terms and definitions <terms>
      . paragraph: The following terms apply.
      3.1 lantern <term>
        . term_name: carried lamp
        . term_name[DEPRECATED]: lamp box
        . definition: portable light
        . note_to_entry[Note 1 to entry]: No candle.
        . note_to_entry: Nor a torch.
        . example[EXAMPLE]: Storm lantern.
        . term_source[SOURCE]: SAMPLE 99000:2019, 3.4
    4 Frames <clause>
      4.1 General <clause>
        . paragraph: Each frame shall have a header:
        . footnote[1]: Not the file header.
        . list_item[a)]: the version
        . list_item[1)]: short
        . list_item[b)]: the length
        . list_item[—]: one
        . list_item: more of one
        . note[NOTE]: Bytes have 8 bits.
        . warning[WARNING]: Glass shall be cold.
      4.2 - <clause>
        . paragraph: Red shall be last.
        . table_title[Table 1]: Colours
        . table_row: Code | Colour
        . table_row: 1 | red
        . paragraph: Blue shall not be used.
        . table_note[NOTE 1]: Grey.
        . table_footnote[a]: Dark red.
        . formula[(1)]: a = b/c
        . figure_title[Figure 1]: A lantern
        . code: lantern on; lantern off;
        . example: Light shall be.
    A Advice <~annex>
      A.1 Oil <~annex>
        . paragraph: Oil can smell.
    - Bibliography <~bibliography>
      . reference[[1]]: SAMPLE 99009, Wicks
"""

BY_HAND = """<html><body><h1>Lantern rules</h1><h2>Contents</h2><p>1 Scope</p>
<h2>1. Scope</h2>These rules are <b>invented</b>.<ul><li>one<ul><li>two</li></ul>three</li></ul>
<h2>2. Rules</h2><h3>2.1. Oil</h3><p>Oil shall be clean.<p>NOTE It burns.
<h3>2.2. The lamp shall be lit by one person only, at dusk.</h3>
<ol start="3"><li>third<li value="9">ninth</ol><dl><dt>w</dt><dd>is the wick;</dd></dl>
<h2>Annex B (normative) Tests</h2><h3>B.1 Wind</h3><p hidden>secret</p><p>Blow.</p>
<table><tr><td>a</td><td>b</td></tr><tr><td colspan=2>Metals</td></tr></table></body></html>"""

BY_HAND_TREE = """
    1 Scope <clause>
      . paragraph: These rules are invented.
      . list_item[—]: one
      . list_item[—]: two
      . list_item: three
    2 Rules <clause>
      2.1 Oil <clause>
        . paragraph: Oil shall be clean.
        . note[NOTE]: It burns.
      2.2 - <clause>
        . paragraph: The lamp shall be lit by one person only, at dusk.
        . list_item[3)]: third
        . list_item[9)]: ninth
        . list_item: w is the wick;
    B Tests <annex>
      B.1 Wind <annex>
        . paragraph: Blow.
        . table_row: a | b
        . table_row: Metals
"""


def read(text: str | bytes, folder: Path) -> Draft:
    path = folder / "page.html"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_draft(path)


@pytest.mark.parametrize(("page", "expected"), [(METANORMA, METANORMA_TREE), (BY_HAND, BY_HAND_TREE)])
def test_pages_give_their_tree(page: str, expected: str, tmp_path: Path) -> None:
    assert show(read(page, tmp_path)) == tree(expected)


def test_a_page_says_what_the_document_is(tmp_path: Path) -> None:
    draft = read(METANORMA, tmp_path)
    assert (draft.format, draft.reference, draft.title) == ("html", "ISO/CD 99001-1:2025(E)", "Sample lanterns")
    assert (draft.language, draft.copyright) == ("en", "© ISO 2025")
    assert draft.confidentiality == "Committee members only"


def test_old_encodings_are_read(tmp_path: Path) -> None:
    page = '<html><head><meta charset="windows-1252"></head><body><h1>1 Scope</h1><p>Caf\xe9.</p></body></html>'
    assert "Café." in show(read(page.encode("cp1252"), tmp_path))
    japanese = "<html lang=ja><meta charset=shift_jis><body><h1>1 適用範囲</h1><p>見本である。</p></body></html>"
    assert "見本である。" in show(read(japanese.encode("shift_jis"), tmp_path))


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<html></html>", "page.html"),
        ("<!doctype html><p>no heading", "no clause with text"),
        ("<html><body>" + "<div>" * 180 + "<h1>1 Scope</h1><p>x</body></html>", "nested deeper"),
    ],
)
def test_other_pages_are_refused_in_one_line(page: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=said) as caught:
        read(page, tmp_path)
    assert "\n" not in str(caught.value)


def test_large_pages_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "MAX_BYTES", 1000)
    with pytest.raises(UnreadableFileError, match="larger than the limit"):
        read(METANORMA, tmp_path)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, len(METANORMA)), at=st.integers(0, len(METANORMA)), junk=st.text(max_size=20))
def test_damaged_pages_give_a_draft_or_one_line(cut: int, at: int, junk: str, tmp_path: Path) -> None:
    page = "<html>" + METANORMA[:at] + junk + METANORMA[at:cut]
    try:
        draft = read(page.encode("utf-8", "ignore"), tmp_path)
    except UnreadableFileError as error:
        lines = str(error).splitlines()
    else:
        lines = [draft.format]
    assert len(lines) == 1


@pytest.mark.shared
def test_the_recorded_preview_keeps_its_own_numbers(shared: Path) -> None:
    draft = read_draft(shared / "recorded" / "drafts" / "rice.preview.html")
    numbers = [each.number for each in draft.clauses if each.level == 1]
    assert numbers == [None, None, "1", None, *map(str, range(2, 9)), "A", "B", "C", "D", "E", None]
    tests = [each.number for each in draft.clauses if (each.number or "").startswith("5")]
    assert tests == ["5", "5.1", "5.2", "5.3", "5.4", "5.5", "5.5.1", "5.5.2", "5.5.2.1", "5.5.2.2", "5.5.2.3"]
    assert sum(each.kind == "term" for each in draft.clauses) == 15
    untitled = [each.number for each in draft.clauses if each.title is None]
    assert untitled == ["3.2.1", "3.2.2", "B.5.1", "B.5.2", "B.5.3", "B.5.4", "B.5.5"]
    assert [each.title for each in draft.clauses if (each.number or "").startswith("A.2.")][:3] == [
        "Sample divider,",
        "Sieve,",
        "Tweezers.",
    ]
    assert "Table of Contents" not in outline(draft)
    kinds = [block.kind.value for each in draft.clauses for block in each.blocks]
    assert (kinds.count("footnote"), kinds.count("table_footnote"), kinds.count("figure_title")) == (4, 4, 7)
