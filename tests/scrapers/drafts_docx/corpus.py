"""Invented Word drafts, each for one thing that real ones do."""

from __future__ import annotations

from tests.scrapers.drafts_docx.build import (
    Docx,
    abstract,
    dele,
    formula,
    ins,
    level,
    num,
    p,
    r,
    style,
    table,
)
from tests.scrapers.drafts_docx.templates import REFERENCES, iso_numbering, iso_styles, word_styles

CONTENTS = (
    '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr><w:sdtContent>'
    + p("1 Scope\t1", "TOC1")
    + "</w:sdtContent></w:sdt>"
)
FRACTION = "<m:f><m:num><m:r><m:t>m</m:t></m:r></m:num><m:den><m:r><m:t>a+b</m:t></m:r></m:den></m:f>"


def template() -> Docx:
    """A whole document in ISO's template."""
    return Docx(
        [
            p("SAMPLE/TC 1/SC 1 N 7", "zzCover"),
            p("ISO/CD 99001-1:2025(E)", "zzCover"),
            p("Sample lanterns — Part 1: Frames", "zzSTDTitle"),
            p("© ISO 2025. All rights reserved. Confidential until published.", "zzCopyright"),
            CONTENTS,
            p("Foreword", "ForewordTitle"),
            p("This text was invented.", "ForewordText"),
            p("Introduction", "IntroTitle"),
            p("Lanterns differ."),
            p("Scope", "Heading1"),
            p("This document specifies frames of lanterns."),
            p("Normative references", "Heading1"),
            p("The following documents are referred to in the text."),
            p("SAMPLE 99000:2019, Lanterns — Words", "RefNorm"),
            p("Terms and definitions", "Heading1"),
            p("For the purposes of this document, the following terms and definitions apply."),
            p("3.1", "TermNum"),
            p("lantern", "Terms"),
            p("carried lamp", "AltTerms"),
            p("DEPRECATED: lamp box", "DeprecatedTerms"),
            p("portable light in a case", "Definition"),
            p("Note 1 to entry: A candle alone is not a lantern.", "Note"),
            p("EXAMPLE\tStorm lantern.", "Example"),
            p("[SOURCE: SAMPLE 99000:2019, 3.4]", "Source"),
            p("Frames", "Heading1"),
            p("General", "Heading2"),
            p("Each frame shall have a header:"),
            p("the version;", "ListNumber1"),
            p("the length.", "ListNumber1"),
            p("NOTE 1\tBytes have 8 bits.", "Note"),
            p("NOTE 2\tWords have 16.", "Note"),
            p("WARNING — Glass shall be cold.", "Warning"),
            p("Colours", "Heading2"),
            p("Red shall be last.", "p3"),
            p("See Table 1.", "p3"),
            p("Table 1 — Colours", "Tabletitle"),
            table(
                ["Code", "Colour"],
                ["1", "red"],
                whole=[
                    [
                        p("Blue shall not be used."),
                        p("NOTE\tGrey is no colour.", "Note"),
                        p("a\tAt night.", "Tablefootnote"),
                    ]
                ],
            ),
            p(content=formula(FRACTION) + r("\t(1)"), style="Formula"),
            p("lantern on;\nlantern off;", "Code"),
            p("Figure 1 — A lantern", "FigureTitle"),
            p("\n(normative)\n\nTests", "ANNEX"),
            p("Sieve", "a2"),
            p("Shake the sieve for 30 s.", "BodyText"),
            p("\n(informative)\n\nAdvice", "ANNEX"),
            p("Lanterns should be kept dry."),
            p("Bibliography", "BiblioTitle"),
            p("SAMPLE 99009, Wicks", "BiblioEntry", num=(REFERENCES, 0)),
            p("Lee, A. On lanterns. 2020", "BiblioEntry", num=(REFERENCES, 0)),
        ],
        iso_styles(),
        iso_numbering(),
        footer="© ISO 2025 – All rights reserved",
    )


TEMPLATE = """
    - Foreword <~foreword>
      . paragraph: This text was invented.
    - Introduction <~introduction>
      . paragraph: Lanterns differ.
    1 Scope <clause>
      . paragraph: This document specifies frames of lanterns.
    2 Normative references <~clause>
      . paragraph: The following documents are referred to in the text.
      . reference: SAMPLE 99000:2019, Lanterns — Words
    3 Terms and definitions <terms>
      . paragraph: For the purposes of this document, the following terms and definitions apply.
      3.1 lantern <term>
        . term_name: carried lamp
        . term_name[DEPRECATED]: lamp box
        . definition: portable light in a case
        . note_to_entry[Note 1 to entry]: A candle alone is not a lantern.
        . example[EXAMPLE]: Storm lantern.
        . term_source[SOURCE]: SAMPLE 99000:2019, 3.4
    4 Frames <clause>
      4.1 General <clause>
        . paragraph: Each frame shall have a header:
        . list_item[a)]: the version;
        . list_item[b)]: the length.
        . note[NOTE 1]: Bytes have 8 bits.
        . note[NOTE 2]: Words have 16.
        . warning[WARNING]: Glass shall be cold.
      4.2 Colours <clause>
        4.2.1 - <clause>
          . paragraph: Red shall be last.
        4.2.2 - <clause>
          . paragraph: See Table 1.
          . table_title[Table 1]: Colours
          . table_row: Code | Colour
          . table_row: 1 | red
          . paragraph: Blue shall not be used.
          . table_note[NOTE]: Grey is no colour.
          . table_footnote[a]: At night.
          . formula[(1)]: m/(a+b)
          . code: lantern on; lantern off;
          . figure_title[Figure 1]: A lantern
    A Tests <annex>
      A.1 Sieve <annex>
        . paragraph: Shake the sieve for 30 s.
    B Advice <~annex>
      . paragraph: Lanterns should be kept dry.
    - Bibliography <~bibliography>
      . reference[[1]]: SAMPLE 99009, Wicks
      . reference[[2]]: Lee, A. On lanterns. 2020
"""


def plain_headings() -> Docx:
    """Word's own headings with automatic numbers, everything else typed."""
    return Docx(
        [
            p("Sample document", "Title"),
            p("Contents", "Heading1", num=(0, 0)),
            p("1 Scope 3"),
            p("Foreword", "Heading1", num=(0, 0)),
            p("Invented."),
            p("Scope", "Heading1"),
            p("This document is a sample."),
            p("Terms and definitions", "Heading1"),
            p("wick", "Heading2"),
            p("cord that burns"),
            p("Note 1 to entry: It is dipped in oil."),
            p("flame", "Heading2"),
            p("burning gas"),
            p("Requirements", "Heading1"),
            p("Oil", "Heading2"),
            p("The oil shall be clean."),
            p("NOTE   Dirt smells."),
            p("EXAMPLE 1   Rape oil."),
            p("EXAMPLE 2   Fish oil."),
            p("— first;"),
            p("— second."),
            p("The lamp shall be filled before use and after each test of long duration.", "Heading2"),
            p("Annex A (informative) Sizes", "Heading1", num=(0, 0)),
            p("Sizes vary."),
            p("Bibliography", "Heading1", num=(0, 0)),
            p("[1]\tSAMPLE 99009, Wicks"),
        ],
        [*word_styles(), style("Title", "Title")],
        iso_numbering(),
    )


PLAIN_HEADINGS = """
    - Foreword <~foreword>
      . paragraph: Invented.
    1 Scope <clause>
      . paragraph: This document is a sample.
    2 Terms and definitions <terms>
      2.1 wick <term>
        . definition: cord that burns
        . note_to_entry[Note 1 to entry]: It is dipped in oil.
      2.2 flame <term>
        . definition: burning gas
    3 Requirements <clause>
      3.1 Oil <clause>
        . paragraph: The oil shall be clean.
        . note[NOTE]: Dirt smells.
        . example[EXAMPLE 1]: Rape oil.
        . example[EXAMPLE 2]: Fish oil.
        . list_item[—]: first;
        . list_item[—]: second.
      3.2 - <clause>
        . paragraph: The lamp shall be filled before use and after each test of long duration.
    A Sizes <~annex>
      . paragraph: Sizes vary.
    - Bibliography <~bibliography>
      . reference[[1]]: SAMPLE 99009, Wicks
"""


def typed_numbers() -> Docx:
    """No lists at all: numbers are typed into the headings."""
    return Docx(
        [
            p("1\tScope", "Heading1"),
            p("Samples."),
            p("2\tNormative references", "Heading1"),
            p("There are no normative references in this document."),
            p("3 Terms and definitions", "Heading1"),
            p("No terms and definitions are listed in this document."),
            p("4. Tests", "Heading1"),
            p("4.1. Water", "Heading2"),
            p("a)\tPour."),
            p("b)\tWait."),
            p("4.1.1\tDepth", "Heading3"),
            p("The depth shall be 3 cm."),
            p("2 samples are enough"),
            p("Annex A", "Heading1"),
            p("(normative)"),
            p("Figure A.1 — Bowl"),
            p("A.1 Bowls", "Heading2"),
            p("Bowls shall be round."),
        ],
        word_styles(numbered=False),
    )


TYPED_NUMBERS = """
    1 Scope <clause>
      . paragraph: Samples.
    2 Normative references <~clause>
      . paragraph: There are no normative references in this document.
    3 Terms and definitions <terms>
      . paragraph: No terms and definitions are listed in this document.
    4 Tests <clause>
      4.1 Water <clause>
        . list_item[a)]: Pour.
        . list_item[b)]: Wait.
        4.1.1 Depth <clause>
          . paragraph: The depth shall be 3 cm.
          . paragraph: 2 samples are enough
    A - <annex>
      . figure_title[Figure A.1]: Bowl
      A.1 Bowls <annex>
        . paragraph: Bowls shall be round.
"""


def tracked() -> Docx:
    """Tracked changes: words, whole clauses, joined paragraphs, styles, rows of a table, comments."""
    comment = '<w:commentRangeStart w:id="1"/><w:commentRangeEnd w:id="1"/><w:r><w:commentReference w:id="1"/></w:r>'
    was_body = '<w:pPrChange w:id="1" w:author="A"><w:pPr><w:pStyle w:val="BodyText"/></w:pPr></w:pPrChange>'
    row = '<w:tr><w:trPr><w:{} w:id="1" w:author="A"/></w:trPr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>'
    rows = row.format("ins", p(content=ins(r("new"))), p(content=ins(r("1")))) + row.format(
        "del", p(content=dele("old")), p(content=dele("2"))
    )
    return Docx(
        [
            p("Scope", "Heading1"),
            p(content=r("The lamp ") + dele("should") + ins(r("shall")) + r(" burn.") + comment),
            p(style="Heading1", content=ins(r("Oil")), mark="ins"),
            p(content=ins(r("Oil shall be new.")), mark="ins"),
            p(style="Heading1", content=dele("Fat"), mark="del"),
            p(content=dele("Fat was used."), mark="del"),
            p("Wicks", "Heading1"),
            p(content=r("Two sentences "), mark="del"),
            p("become one."),
            p("One sentence ", mark="ins"),
            p("becomes two."),
            p("Length", "Heading2", properties=was_body),
            table(["name", "size"], ["kept", "0"]).replace("</w:tbl>", rows + "</w:tbl>"),
        ],
        iso_styles(),
        iso_numbering(),
        extra={"word/comments.xml": b"not read"},
    )


TRACKED_ACCEPTED = """
    1 Scope <clause>
      . paragraph: The lamp shall burn.
    2 Oil <clause>
      . paragraph: Oil shall be new.
    3 Wicks <clause>
      . paragraph: Two sentences become one.
      . paragraph: One sentence
      . paragraph: becomes two.
      3.1 Length <clause>
        . table_row: name | size
        . table_row: kept | 0
        . table_row: new | 1
"""
TRACKED_ORIGINAL = """
    1 Scope <clause>
      . paragraph: The lamp should burn.
    2 Fat <clause>
      . paragraph: Fat was used.
    3 Wicks <clause>
      . paragraph: Two sentences
      . paragraph: become one.
      . paragraph: One sentence becomes two.
      . paragraph: Length
      . table_row: name | size
      . table_row: kept | 0
      . table_row: old | 2
"""


def japanese() -> Docx:
    """A document in the styles of JIS."""
    numbers = [
        abstract(10, *(level(at, ".".join(f"%{place + 1}" for place in range(at + 1))) for at in range(4))),
        num(1, 10),
        abstract(
            20,
            level(0, "附属書%1", "upperLetter"),
            level(1, "%1.%2"),
            level(2, "%1.%2.%3"),
            extra='<w:nsid w:val="1"/>',
        ),
        num(2, 20),
        abstract(30, level(0, "%1)", "lowerLetter"), level(1, "%2)", "decimal")),
        num(3, 30),
        abstract(40, level(0, "%1)", "aiueo")),
        num(4, 40),
    ]
    styles = [
        style("10", "箇条１", num=(1, 0)),
        style("21", "箇条２", num=(1, 1)),
        style("a3", "header"),
        style("a5", "段落"),
        style("a6", "附属書見出し", num=(2, 0)),
        style("a7", "細別符号１", num=(3, 0)),
        style("a8", "細別符号２", num=(3, 1)),
        style("a9", "まえがき"),
    ]
    return Docx(
        [
            p("まえがき", "a9"),
            p("この文書は見本である。", "a5"),
            p("適用範囲", "10"),
            p("この規格は，ランタンの枠について規定する。", "a5"),
            p("用語及び定義", "10"),
            p("2.1", "用語番号"),
            p("ランタン", "用語"),
            p("持ち運びできる灯火", "定義"),
            p("注釈1 ろうそくは含まない。", "注釈"),
            p("試験", "10"),
            p("一般", "21"),
            p("試験片は，蒸留水で2回洗浄する。", "a5"),
            p("注記 水は冷たくてもよい。"),
            p("例 雨水"),
            p("水を入れる。", "a7"),
            p("待つ。", "a8"),
            p("試験体は次によって洗浄しなければならない。", "21"),
            p("五十音", num=(4, 0)),
            p("次", num=(4, 0)),
            p("表1—色"),
            table(["符号", "色"], ["1", "赤"]),
            p("（規定）\nふるい", "a6"),
            p("原理", num=(2, 1)),
            p("ふるいを振る。", "a5"),
            p("参考文献", outline=0),
            p("[1] JIS Z 8301，規格票の様式"),
        ],
        [*styles, style("用語番号", "用語番号"), style("用語", "用語"), style("定義", "定義"), style("注釈", "注釈")],
        numbers,
    )


JAPANESE = """
    - まえがき <~foreword>
      . paragraph: この文書は見本である。
    1 適用範囲 <clause>
      . paragraph: この規格は，ランタンの枠について規定する。
    2 用語及び定義 <terms>
      2.1 ランタン <term>
        . definition: 持ち運びできる灯火
        . note_to_entry[注釈1]: ろうそくは含まない。
    3 試験 <clause>
      3.1 一般 <clause>
        . paragraph: 試験片は，蒸留水で2回洗浄する。
        . note[注記]: 水は冷たくてもよい。
        . example[例]: 雨水
        . list_item[a)]: 水を入れる。
        . list_item[1)]: 待つ。
      3.2 - <clause>
        . paragraph: 試験体は次によって洗浄しなければならない。
        . list_item[ア)]: 五十音
        . list_item[イ)]: 次
        . table_title[表1]: 色
        . table_row: 符号 | 色
        . table_row: 1 | 赤
    A ふるい <annex>
      A.1 原理 <annex>
        . paragraph: ふるいを振る。
    - 参考文献 <~bibliography>
      . reference[[1]]: JIS Z 8301，規格票の様式
"""


def localised() -> Docx:
    """Styles renamed by Word in other languages and by hand: known by number, outline level or the built-in name."""
    numbers = [
        abstract(
            10, *(level(at, ".".join(f"%{place + 1}" for place in range(at + 1)), linked=f"X{at}") for at in range(3))
        ),
        num(1, 10),
    ]
    return Docx(
        [
            p("Anwendungsbereich", "berschrift1"),
            p("Muster."),
            p("Anforderungen", "berschrift1"),
            p("Docht", "berschrift2"),
            p("The wick shall be dry."),
            p("Titel", "X0x"),
            p("Unterpunkt", "X1x"),
            p("Text."),
            p("Gliederung", "Hand", outline=0),
            p("Kopf", "a3"),
            p("Remarque", "Remarque1"),
        ],
        [
            style("berschrift1", "heading 1", num=(1, 0)),
            style("berschrift2", "heading 2", num=(1, 1)),
            style("X0x", "Kapitel", outline=0, num=(1, 0)),
            style("X1x", "Abschnitt", "X0x", outline=1, num=(1, 1)),
            style("Hand", "Von Hand"),
            style("a3", "footer"),
            style("Remarque1", "Note"),
        ],
        numbers,
    )


LOCALISED = """
    1 Anwendungsbereich <clause>
      . paragraph: Muster.
    2 Anforderungen <clause>
      2.1 Docht <clause>
        . paragraph: The wick shall be dry.
    3 Titel <clause>
      3.1 Unterpunkt <clause>
        . paragraph: Text.
    - Gliederung <clause>
      . paragraph: Kopf
      . note: Remarque
"""
