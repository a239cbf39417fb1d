"""One invented document written in four formats gives one tree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pytest

from scrapers.drafts import read_draft
from tests.scrapers.draft_trees import outline, show, tree
from tests.scrapers.drafts_docx.build import Docx, p, table
from tests.scrapers.drafts_docx.templates import iso_numbering, iso_styles
from tests.scrapers.drafts_pdf.build import LEFT, RIGHT, Pdf


@dataclass(frozen=True)
class Part:
    """One element of the document: what it is, its number as printed, its text; `rows` are those of a table."""

    kind: str
    text: str
    number: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


DOCUMENT = (
    Part("front", "Foreword"),
    Part("text", "This document was invented for tests."),
    Part("front", "Introduction"),
    Part("text", "Lanterns differ from each other in many ways."),
    Part("clause", "Scope", "1"),
    Part("text", "This document specifies frames of lanterns."),
    Part("clause", "Normative references", "2"),
    Part("text", "There are no normative references in this document."),
    Part("clause", "Terms and definitions", "3"),
    Part("text", "For the purposes of this document, the following terms and definitions apply."),
    Part("term", "lantern", "3.1"),
    Part("definition", "portable light that stands in a case of glass or of horn, and that one person can carry alone"),
    Part("entry note", "A candle alone is not a lantern."),
    Part("term", "wick", "3.2"),
    Part("definition", "cord that burns"),
    Part("clause", "Frames", "4"),
    Part("clause", "General", "4.1"),
    Part("text", "Each frame shall have a header."),
    Part("note", "Headers can be short."),
    Part("clause", "Colours", "4.2"),
    Part("untitled", "Red shall be last in every frame that is sent.", "4.2.1"),
    Part("untitled", "The header shall hold:", "4.2.2"),
    Part("item", "the version;", "a)"),
    Part("item", "the length.", "b)"),
    Part("table", "Codes", "Table 1", (("Code", "Colour"), ("1", "red"), ("2", "green"))),
    Part("clause", "Tests", "5"),
    Part("text", "Shake the lantern for 30 s."),
    Part("annex", "Sieves", "A"),
    Part("clause", "Holes", "A.1"),
    Part("text", "Holes should be round."),
    Part("informative annex", "Advice", "B"),
    Part("text", "Lanterns can smell."),
    Part("front", "Bibliography"),
    Part("reference", "SAMPLE 99009, Wicks", "[1]"),
)

TREE = """
    - Foreword <~foreword>
      . paragraph: This document was invented for tests.
    - Introduction <~introduction>
      . paragraph: Lanterns differ from each other in many ways.
    1 Scope <clause>
      . paragraph: This document specifies frames of lanterns.
    2 Normative references <~clause>
      . paragraph: There are no normative references in this document.
    3 Terms and definitions <terms>
      . paragraph: For the purposes of this document, the following terms and definitions apply.
      3.1 lantern <term>
        . definition: portable light that stands in a case of glass or of horn, and that one person can carry alone
        . note_to_entry[Note 1 to entry]: A candle alone is not a lantern.
      3.2 wick <term>
        . definition: cord that burns
    4 Frames <clause>
      4.1 General <clause>
        . paragraph: Each frame shall have a header.
        . note[NOTE]: Headers can be short.
      4.2 Colours <clause>
        4.2.1 - <clause>
          . paragraph: Red shall be last in every frame that is sent.
        4.2.2 - <clause>
          . paragraph: The header shall hold:
          . list_item[a)]: the version;
          . list_item[b)]: the length.
          . table_title[Table 1]: Codes
          . table_row: Code | Colour
          . table_row: 1 | red
          . table_row: 2 | green
    5 Tests <clause>
      . paragraph: Shake the lantern for 30 s.
    A Sieves <annex>
      A.1 Holes <annex>
        . paragraph: Holes should be round.
    B Advice <~annex>
      . paragraph: Lanterns can smell.
    - Bibliography <~bibliography>
      . reference[[1]]: SAMPLE 99009, Wicks
"""


def depth(part: Part) -> int:
    return part.number.count(".") + 1


def as_docx(folder: Path) -> Path:
    front = {"Foreword": "ForewordTitle", "Introduction": "IntroTitle", "Bibliography": "BiblioTitle"}
    body: list[str] = []
    for part in DOCUMENT:
        level, text = f"{'a' if part.number[:1].isupper() else 'Heading'}{depth(part)}", part.text
        elements = {
            "front": [p(text, front.get(text))],
            "clause": [p(text, level)],
            "untitled": [p(text, f"p{depth(part)}")],
            "annex": [p(f"\n(normative)\n{text}", "ANNEX")],
            "informative annex": [p(f"\n(informative)\n{text}", "ANNEX")],
            "term": [p(part.number, "TermNum"), p(text, "Terms")],
            "definition": [p(text, "Definition")],
            "entry note": [p(f"Note 1 to entry: {text}", "Note")],
            "note": [p(f"NOTE\t{text}", "Note")],
            "item": [p(text, "ListNumber1")],
            "reference": [p(f"{part.number}\t{text}", "BiblioEntry")],
            "text": [p(text)],
        }
        if part.kind == "table":
            body += [p(f"{part.number} — {text}", "Tabletitle"), table(*map(list, part.rows))]
        else:
            body += elements[part.kind]
    return Docx(body, iso_styles(), iso_numbering()).write(folder / "same.docx")


def as_html(folder: Path) -> Path:
    pieces = ["<!DOCTYPE html><html><body>"]
    for part in DOCUMENT:
        text, number = escape(part.text), part.number
        rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in part.rows)
        status = "informative" if part.kind.startswith("informative") else "normative"
        pieces.append(
            {
                "front": f"<h1>{text}</h1>",
                "clause": f"<h{depth(part)}>{number} {text}</h{depth(part)}>",
                "untitled": f"<h{depth(part)}>{number}</h{depth(part)}><p>{text}</p>",
                "term": f"<p class='TermNum'>{number}</p><p class='Terms'>{text}</p>",
                "entry note": f"<div class='Note'><p>Note 1 to entry: {text}</p></div>",
                "note": f"<div class='Note'><p>NOTE {text}</p></div>",
                "item": f"<ol type='a' start='{ord(number[0]) - 96 if number else 1}'><li>{text}</li></ol>",
                "table": f"<table><caption>{number} — {text}</caption>{rows}</table>",
                "reference": f"<p class='Biblio'>{number} {text}</p>",
            }.get(
                part.kind,
                f"<h1>Annex {number}<br>({status})<br>{text}</h1>" if "annex" in part.kind else f"<p>{text}</p>",
            )
        )
    path = folder / "same.html"
    path.write_text("\n".join([*pieces, "</body></html>"]), encoding="utf-8")
    return path


def as_asciidoc(folder: Path) -> Path:
    pieces = ["= Same\n:docnumber: 99001\n"]
    for part in DOCUMENT:
        rows = "\n".join("".join(f"|{cell} " for cell in row) for row in part.rows)
        marks = "=" * (depth(part) + 1)
        style = "[bibliography]\n" if part.text in ("Bibliography", "Normative references") else ""
        status = "informative" if part.kind.startswith("informative") else "normative"
        pieces.append(
            {
                "front": f"{style}== {part.text}",
                "clause": f"{style}{marks} {part.text}",
                "untitled": f"{marks} {{blank}}\n\n{part.text}",
                "annex": f"[appendix,obligation={status}]\n== {part.text}",
                "informative annex": f"[appendix,obligation={status}]\n== {part.text}",
                "term": f"{marks} {part.text}",
                "entry note": f"NOTE: {part.text}",
                "note": f"NOTE: {part.text}",
                "item": f". {part.text}",
                "table": f".{part.text}\n|===\n{rows}\n|===",
                "reference": f"* [[[b1,SAMPLE 99009]]], {part.text.partition(', ')[2]}",
            }.get(part.kind, part.text)
        )
    path = folder / "same.adoc"
    path.write_text("\n\n".join(pieces) + "\n", encoding="utf-8")
    return path


def as_pdf(folder: Path) -> Path:
    made = Pdf()
    for part in DOCUMENT:
        if part.kind == "front":
            made.title(part.text)
        elif part.kind == "clause":
            made.heading(part.number, part.text)
        elif part.kind == "untitled":
            made.line((LEFT, part.number, "bold"), (LEFT + 34, part.text, "regular"), space=11)
        elif "annex" in part.kind:
            made.annex(part.number, "informative" if part.kind.startswith("informative") else "normative", part.text)
        elif part.kind == "term":
            made.line((LEFT, part.number, "bold"), space=11)
            made.line((LEFT, part.text, "bold"))
        elif part.kind == "definition":
            first = part.text if len(part.text) < 88 else part.text[:88].rpartition(" ")[0]
            for line in filter(None, (first, part.text[len(first) :].strip())):
                made.line((LEFT, line, "regular"))
        elif part.kind == "table":
            made.line((200, f"{part.number} — {part.text}", "bold"), space=14)
            made.page.rule(LEFT, RIGHT, made.page.y - 6)
            for row in part.rows:
                made.line(*((LEFT + 5 + 200 * at, cell, "regular") for at, cell in enumerate(row)), space=8)
                made.page.rule(LEFT, RIGHT, made.page.y - 4)
        else:
            label = {"entry note": "Note 1 to entry:", "note": "NOTE"}.get(part.kind, part.number)
            made.paragraph(f"{label} {part.text}".strip())
    return made.write(folder / "same.pdf")


def test_docx_html_and_asciidoc_give_one_tree_with_all_its_text(tmp_path: Path) -> None:
    trees = {write.__name__: show(read_draft(write(tmp_path))) for write in (as_docx, as_html, as_asciidoc)}
    assert trees == dict.fromkeys(trees, tree(TREE))


@pytest.mark.parametrize("write", [as_docx, as_html, as_asciidoc, as_pdf])
def test_every_format_gives_the_same_clauses_and_titles(write: Callable[[Path], Path], tmp_path: Path) -> None:
    draft = read_draft(write(tmp_path))
    assert outline(draft) == "\n".join(line for line in tree(TREE).split("\n") if not line.lstrip().startswith(". "))


def test_pdf_gives_the_text_too(tmp_path: Path) -> None:
    assert show(read_draft(as_pdf(tmp_path))) == tree(TREE)
