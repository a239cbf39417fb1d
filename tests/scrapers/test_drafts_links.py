"""Links inside a draft lead to clauses, in every format that has links; and the text is as printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.drafts import read_draft
from scrapers.drafts.marks import LINK_END, link, link_start, take_links, without_links
from scrapers.records import Draft
from tests.scrapers.drafts_docx.build import Docx, p, r
from workbench.standards.clause_nodes import clause_nodes

STS = """<standard xml:lang="en"><body>
<sec id="s1"><label>1</label><title>Scope</title><p>See <xref rid="s2">2</xref>, Clause <xref rid="s2">2</xref>,
<xref rid="f">A.1</xref>, Tables 7 and <xref rid="t" ref-type="table">A.2</xref>, <xref rid="a">Annex A</xref>,
<xref rid="s21">2.1</xref> and <xref rid="gone">9.9</xref>.</p></sec>
<sec id="s2"><label>2</label><title>Frames</title><sec id="s21"><label>2.1</label><p>Text.</p></sec></sec></body>
<back><app-group><app id="a"><label>Annex A</label><title>Pictures</title>
<sec id="a1"><label>A.1</label><title>Sets</title><fig id="f"><label>Figure A.1</label><caption><title>A lantern</title>
</caption></fig><table-wrap id="t"><label>Table A.2</label><table><tr><td>1</td></tr></table></table-wrap></sec></app>
</app-group></back></standard>"""
HTML = """<html><body><h1 id="_scope">1 Scope</h1><p>See <a href="#_frames">Clause 2</a>,
<a href="#t">Table 1</a> and <a href="#none">9.9</a>, not <a href="https://example.org">this</a>.</p>
<div class="sect1"><h1 id="_frames">2 Frames</h1>
<p>Text.</p><table id="t"><tr><td>1</td></tr></table></div></body></html>"""
ADOC = """= Lanterns
:docnumber: 99001
:mn-document-class: iso

== Scope

See <<frames>>, <<t>> and <<_frames,the frames>>; <<none>> is lost.

[[frames]]
== Frames

[[t]]
.Colours
|===
|red
|===
"""


def links(draft: Draft) -> list[tuple[str, str | None]]:
    """What is linked, in words, and the number of the clause it leads to; None where there is no such place."""
    return [
        (block.text[each.start : each.end], None if each.clause is None else draft.clauses[each.clause].number)
        for clause in draft.clauses
        for block in clause.blocks
        for each in block.references
    ]


def read(path: Path, text: str) -> Draft:
    path.write_text(text, encoding="utf-8")
    return read_draft(path)


def test_sts_gives_a_bare_number_the_word_for_its_target(tmp_path: Path) -> None:
    draft = read(tmp_path / "draft.xml", STS)
    assert links(draft) == [
        ("Clause 2", "2"),
        ("2", "2"),
        ("Figure A.1", "A.1"),
        ("A.2", "A.1"),
        ("Annex A", "A"),
        ("2.1", "2.1"),
        ("9.9", None),
    ]
    assert draft.clauses[0].blocks[0].text == (
        "See Clause 2, Clause 2, Figure A.1, Tables 7 and A.2, Annex A, 2.1 and 9.9."
    )


def test_japanese_sts_has_japanese_words(tmp_path: Path) -> None:
    text = STS.replace('xml:lang="en"', 'xml:lang="ja"').replace("Clause <xref", "箇条<xref")
    assert [words for words, _ in links(read(tmp_path / "draft.xml", text))][:3] == ["箇条2", "2", "図A.1"]


def test_metanorma_links_by_its_targets() -> None:
    draft = read_draft(Path(__file__).parent / "drafts/sample.metanorma.xml")
    assert links(draft) == [("3", "3")]


def test_html_links_to_headings_and_what_stands_below_them(tmp_path: Path) -> None:
    draft = read(tmp_path / "draft.html", HTML)
    assert links(draft) == [("Clause 2", "2"), ("Table 1", "2"), ("9.9", None)]
    assert draft.clauses[0].blocks[0].text == "See Clause 2, Table 1 and 9.9, not this."


def test_asciidoc_links_by_anchors_and_titles(tmp_path: Path) -> None:
    draft = read(tmp_path / "draft.adoc", ADOC)
    assert [number for _, number in links(draft)] == ["2", "2", "2", None]
    assert "Clause 2, Table 1 and the frames; none is lost." in draft.clauses[0].blocks[0].text


FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> REF _Ref7 \\r \\h </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
MARK = '<w:bookmarkStart w:id="1" w:name="_Ref7"/>'


def test_word_links_by_fields_and_bookmarks(tmp_path: Path) -> None:
    simple = '<w:fldSimple w:instr=" REF _Ref7 \\h "><w:r><w:t>Clause 2</w:t></w:r></w:fldSimple>'
    inside = '<w:hyperlink w:anchor="_None"><w:r><w:t>9.9</w:t></w:r></w:hyperlink>'
    page = '<w:fldSimple w:instr=" PAGEREF _Ref7 "><w:r><w:t>4</w:t></w:r></w:fldSimple>'
    file = Docx(
        [
            p("1 Scope", outline=0),
            p(content=f"{r('See ')}{FIELD}{r(', ')}{simple}{r(', ')}{inside}{r(', page ')}{page}{r('.')}"),
            p(content=f"{MARK}{r('2 Frames')}", outline=0),
            p("Text."),
        ]
    )
    draft = read_draft(file.write(tmp_path / "draft.docx"))
    assert links(draft) == [("2", "2"), ("Clause 2", "2"), ("9.9", None)]
    assert draft.clauses[0].blocks[0].text == "See 2, Clause 2, 9.9, page 4."


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            [" ", "a", "Clause 5", "  ", "\n", link_start("x"), LINK_END, link("t", " b c "), link("u", "d")]
        ),
        st.text(alphabet="ab \n", max_size=4),
    ),
    max_size=12,
).map("".join)


@given(PIECES)
def test_marks_are_taken_off_whatever_stands_between_them(text: str) -> None:
    plain, found = take_links(text)
    assert plain == " ".join(without_links(text).split())
    end = 0
    for start, last, _ in found:
        assert end <= start < last <= len(plain)
        assert plain[start:last].strip() == plain[start:last]
        end = last


@pytest.mark.shared
def test_the_model_document_says_the_same_in_both_formats_where_the_files_do(shared: Path) -> None:
    """Provisions of STS and Metanorma, but for white space, of the numbered clauses that hold no terms or references.

    What differs is lost or other in the STS file itself: words of references into other documents ("ISO 24333:2009"
    for "ISO 24333:2009, Clause 5": 4.2.2, 5, 6.3, 8, B.3.1), labels of formulae (A.6, B.6, B.7), the word "where"
    before a legend (6.5.2.2, 6.5.2.3), footnotes that came later (4.2.1), another decimal sign (B.2.4).
    """
    folder = shared / "recorded" / "drafts"
    sts, metanorma = (
        clause_nodes(read_draft(folder / name))
        for name in ("rice-2016.final.niso-sts.xml", "rice-2016.cd.metanorma.xml")
    )
    compared, differing = 0, set()
    for ours, theirs in zip(sts, metanorma, strict=True):
        if ours.number is None or ours.number in ("2", "3") or ours.kind.value == "term":
            continue
        compared += 1
        if ["".join(text.split()) for text in ours.provisions] != ["".join(text.split()) for text in theirs.provisions]:
            differing.add(ours.number)
    assert compared == 63
    assert differing == {
        "4.2.1", "4.2.2", "5", "6.3", "6.5.2.2", "6.5.2.3", "8", "A.6", "B.2.4", "B.3.1", "B.6", "B.7",
    }  # fmt: skip
