"""Drafts in AsciiDoc: an invented Metanorma source with everything in it, odd ones, and a clause of the Directives."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.drafts import asciidoc, read_draft
from scrapers.errors import UnreadableFileError
from scrapers.records import Draft
from tests.scrapers.draft_trees import outline, show, tree

SOURCE = """= Sample lanterns
A. Writer
:docnumber: 99001
:partnumber: 1
:docstage: 30
:copyright-year: 2025
:classification: Confidential
:title-intro-en: Sample lanterns
:title-main-en: Frames
:unit: mm
:!gone:
// a comment

.Foreword
Invented.

ifdef::draft[]
Only in another edition.
endif::[]
ifndef::draft[Also here.]

== Introduction
=== History
Lanterns are old.

== Scope

This document specifies *frames* of _lanterns_, 3 {unit} wide.
// not this

== Terms and definitions

=== General words

==== lantern
alt:[carried lamp]
deprecated:[lamp box]
domain:[lighting]

portable light, used with a {{wick}}

NOTE: No candle.

NOTE: Nor a torch.

[example]
Storm lantern.

[.source]
<<S99000,clause=3.4>>, modified -- shorter.

==== wick

stem:[w_1]

cord

=== Abbreviated terms
L:: lantern

[bibliography]
== Normative references

The following documents are referred to in the text.

* [[[S99000,SAMPLE 99000:2019]]], _Lanterns_

[[frames]]
== Frames

=== General

Each frame shall have a header:footnote:[Not the file header.]

. the version +
and more;
.. short;
... shorter;
.. long;
+
--
More of long.
--
. the length
+
NOTE: In bytes.

* one
** inner

Paragraph with `code`, x^2^, H~2~O, "`quotes`", link:https://example.invalid[a link] and (((hidden)))((shown)) words.

NOTE: Bytes have 8 bits.

[NOTE]
====
Words have 16.

So do others.
====

WARNING: Glass shall be cold.

[[colours]]
=== {blank}

Red shall be last. See <<colours>>, <<t1>>, <<f1>>, <<adv>>, <<oil>>, <<b1>>, <<nowhere>> and <<frames,there>>.

[[t1]]
.Colours
[cols="1,3*^.^",options="header,footer"]
|===
| Code 3+| Colour
.2+| 1 | red footnote:[Dark.] h| dark|rose
| b | c | d

4+| Blue shall not be used.
|===

NOTE: Grey is no colour.

[[f1]]
[stem]
++++
a = b/c
++++

where

a:: is the area;
b:: is
the base.

.A lantern
image::lantern.png[]

NOTE: Not to scale.

[source,ruby]
----
lantern = 1
== not a section
----

____
Light shall be.
____

[reviewer=ann]
****
Is this right?
****

[[adv]]
[appendix%unnumbered,obligation=informative]
== Advice

[[oil]]
=== Oil

Oil can smell.

.Oils
|===
|rape|fish
|===

[stem%unnumbered]
++++
x
++++

[appendix]
== Tests

[appendix]
=== Tables

Blow.

[bibliography]
== Bibliography

* [[[b1,99009]]], _Wicks_
* [[[b2,SAMPLE 99008]]] _Oils_
"""

TREE = """
    - Foreword <~foreword>
      . paragraph: Invented.
      . paragraph: Also here.
    - Introduction <~introduction>
      0.1 History <~introduction>
        . paragraph: Lanterns are old.
    1 Scope <clause>
      . paragraph: This document specifies frames of lanterns, 3 mm wide.
    2 Normative references <~clause>
      . paragraph: The following documents are referred to in the text.
      . reference: SAMPLE 99000:2019, Lanterns
    3 Terms and definitions <terms>
      3.1 General words <terms>
        3.1.1 lantern <term>
          . term_name: carried lamp
          . term_name[DEPRECATED]: lamp box
          . definition: <lighting> portable light, used with a wick (3.1.2)
          . note_to_entry[Note 1 to entry]: No candle.
          . note_to_entry[Note 2 to entry]: Nor a torch.
          . example[EXAMPLE]: Storm lantern.
          . term_source[SOURCE]: SAMPLE 99000:2019, 3.4, modified — shorter.
        3.1.2 wick <term>
          . term_name: w_1
          . definition: cord
      3.2 Abbreviated terms <terms>
        . list_item: L lantern
    4 Frames <clause>
      4.1 General <clause>
        . paragraph: Each frame shall have a header:
        . footnote[1]: Not the file header.
        . list_item[a)]: the version and more;
        . list_item[1)]: short;
        . list_item[i)]: shorter;
        . list_item[2)]: long;
        . list_item: More of long.
        . list_item[b)]: the length
        . note[NOTE 1]: In bytes.
        . list_item[—]: one
        . list_item[—]: inner
        . paragraph: Paragraph with code, x2, H2O, “quotes”, a link and shown words.
        . note[NOTE 2]: Bytes have 8 bits.
        . note[NOTE 3]: Words have 16.
        . note: So do others.
        . warning[WARNING]: Glass shall be cold.
      4.2 - <clause>
        . paragraph: Red shall be last. See 4.2, Table 1, Formula (1), Annex A, A.1, [99009], nowhere and there.
        . table_title[Table 1]: Colours
        . table_row: Code | Colour
        . table_row: 1 | red | dark | rose
        . table_row: b | c | d
        . table_row: Blue shall not be used.
        . table_note[NOTE]: Grey is no colour.
        . table_footnote[a]: Dark.
        . formula[(1)]: a = b/c
        . paragraph: where
        . list_item: a is the area;
        . list_item: b is the base.
        . figure_title[Figure 1]: A lantern
        . figure_note[NOTE]: Not to scale.
        . code: lantern = 1 == not a section
        . example: Light shall be.
    A Advice <~annex>
      A.1 Oil <~annex>
        . paragraph: Oil can smell.
        . table_title[Table A.1]: Oils
        . table_row: rape | fish
        . formula: x
    B Tests <annex>
      - Tables <annex>
        . paragraph: Blow.
    - Bibliography <~bibliography>
      . reference[[1]]: Wicks
      . reference[[2]]: SAMPLE 99008, Oils
"""


def read(text: str | bytes, folder: Path) -> Draft:
    path = folder / "source.adoc"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_draft(path)


def test_a_source_of_metanorma_gives_its_tree_with_computed_numbers(tmp_path: Path) -> None:
    assert show(read(SOURCE, tmp_path)) == tree(TREE)


def test_the_header_says_what_the_document_is(tmp_path: Path) -> None:
    draft = read(SOURCE, tmp_path)
    assert (draft.format, draft.reference, draft.stage) == ("asciidoc", "ISO/CD 99001-1", "CD")
    assert (draft.title, draft.language) == ("Sample lanterns — Frames", "en")
    assert (draft.copyright, draft.confidentiality) == ("© ISO 2025", "Confidential")


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    other = b"\xef\xbb\xbf" + SOURCE.replace("\n", "\r\n").encode()
    assert show(read(other, tmp_path)) == tree(TREE)


def test_a_part_of_a_document_takes_its_first_number_from_its_anchors(tmp_path: Path) -> None:
    part = "[[cls-7]]\n== Tests\n\n[[scls-7-1]]\n=== Wind\n\nBlow. See <<scls-9-2>>, <<annexB>>.\n\n=== Rain\n\nPour.\n"
    assert outline(read(part, tmp_path)) == "7 Tests <clause>\n  7.1 Wind <clause>\n  7.2 Rain <clause>"
    assert "See 9.2, Annex B." in show(read(part, tmp_path))
    contradicting = part.replace("scls-7-1", "scls-8-1")
    assert outline(read(contradicting, tmp_path)).startswith("1 Tests")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("== Scope\n\n== Next\n\ninclude::sections/../../../etc/passwd[]\n", "includes another file"),
        ("== Scope\n\n== Next\n", "no clause with text"),
        (b"== Scope\n\n[[a]]\nCaf\xe9\n" + b"x" * 2000, "line 4: not UTF-8"),
        ("== Scope\n\n[[a]]\n" + "=====\n" + "".join(f"{'=' * n}\n" for n in range(6, 40)) + "x\n", "nested deeper"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(text: str | bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=said) as caught:
        read(text, tmp_path)
    assert "\n" not in str(caught.value)


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asciidoc, "MAX_LINE", 100)
    with pytest.raises(UnreadableFileError, match="longer than 100 characters"):
        read(SOURCE, tmp_path)
    monkeypatch.setattr(asciidoc, "MAX_BYTES", 1000)
    with pytest.raises(UnreadableFileError, match="larger than the limit"):
        read(SOURCE, tmp_path)
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        read_draft(tmp_path / "none.adoc", "asciidoc")


@pytest.mark.parametrize(
    "part",
    ' _a! *a!`a !<<a !footnote:[!footnote:[<<a>>!x"!stem:[\\]!stem:[[!{{a!((!2+^!**![x!^a ~b!{a![[[a,'.split("!"),
)
def test_hostile_lines_take_no_time(part: str, tmp_path: Path) -> None:
    begun = time.monotonic()
    read(f"== A\n\n== B\n\n[{part * (150_000 // len(part))}\n\n|===\n|{part * 2000}\n|===\n", tmp_path)
    assert time.monotonic() - begun < 20


def test_other_text_is_not_taken_for_asciidoc(tmp_path: Path) -> None:
    for text in ("Just words.\n", "# Markdown\n\n== one\n", "a == b\n", "<x>\n== A\n== B\n"):
        with pytest.raises(UnreadableFileError, match=r"known format|no clause"):
            read(text, tmp_path)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(0, len(SOURCE)),
    cut=st.integers(0, 60),
    junk=st.text(alphabet='|=*.-_+[]<>:{}()#~^`"\n ab1', max_size=40),
)
def test_damaged_sources_give_a_draft_or_one_line(at: int, cut: int, junk: str, tmp_path: Path) -> None:
    try:
        draft = read("== A\n\n== B\n\nx\n\n" + SOURCE[:at] + junk + SOURCE[at + cut :], tmp_path)
    except UnreadableFileError as error:
        lines = str(error).splitlines()
    else:
        lines = [draft.format]
    assert len(lines) == 1


@pytest.mark.shared
def test_a_clause_of_the_directives_keeps_its_nested_clauses(shared: Path) -> None:
    path = shared / "recorded" / "drafts" / "iso-iec-directives-part1.clause2.adoc"
    draft = read_draft(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    anchors = [
        line.strip("[]").partition("cls-")[2].replace("-", ".")
        for line, following in pairwise(lines)
        if line.startswith("[[") and following.startswith("==")
    ]
    assert [each.number for each in draft.clauses] == anchors
    assert len(anchors) == 88
    assert max(each.level for each in draft.clauses) == 4
    titles = {each.number: each.title for each in draft.clauses}
    assert titles["2"] == "Development of International Standards"
    assert titles["2.3.5"] == "Acceptance requires"
    assert titles["2.14"] == "Reference to patented items (see also Annex I)"
    assert sum(title is None for title in titles.values()) == 59
    by_number = {each.number: each for each in draft.clauses}
    labels = [block.label for block in by_number["2.6.4"].blocks]
    assert labels == [None, "a)", "b)", "c)", "1)", "NOTE", "2)", "3)"]
    assert [block.kind.value for block in by_number["2.1.3.1"].blocks].count("table_row") == 9
