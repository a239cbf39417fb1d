"""The styles and lists of the templates that the sample files follow."""

from __future__ import annotations

from tests.scrapers.drafts_docx.build import abstract, level, num, style

HEADINGS, ANNEXES, DASHES, LETTERS, REFERENCES = 1, 2, 3, 4, 5


def iso_styles() -> list[str]:
    """Styles with the ids and names of ISO's template, numbering linked to them."""
    plain = (
        "Foreword Title|Foreword Text|Intro Title|Biblio Title|Biblio Entry|TermNum|Term(s)|AltTerms|DeprecatedTerms"
        "|Definition|Source|Note|Example|Table title|Figure Title|Table footnote|Formula|Code|List Continue 1"
        "|zzCopyright|zzSTDTitle|TOC 1|RefNorm|zzCover|Warning|Body Text"
    ).split("|")
    return [
        *(style(f"Heading{at}", f"heading {at}", num=(HEADINGS, at - 1), outline=at - 1) for at in range(1, 7)),
        style("ANNEX", "ANNEX", num=(ANNEXES, 0), outline=0),
        *(style(f"a{at}", f"a{at}", num=(ANNEXES, at - 1), outline=at - 1) for at in range(2, 7)),
        *(style(f"p{at}", f"p{at}", num=(HEADINGS, at - 1)) for at in range(2, 7)),
        *(style(name.replace(" ", "").replace("(", "").replace(")", ""), name) for name in plain),
        style("ListNumber1", "List Number 1", num=(LETTERS, 0)),
        style("ListContinue", "List Continue", num=(DASHES, 0)),
    ]


def iso_numbering() -> list[str]:
    """The lists of ISO's template: headings, annexes, dashes, a) 1) i), references."""
    places = [".".join(f"%{place + 1}" for place in range(at + 1)) for at in range(6)]
    headings = [level(at, places[at], linked=f"Heading{at + 1}") for at in range(6)]
    annexes = [level(0, "Annex %1", "upperLetter", linked="ANNEX")]
    annexes += [level(at, places[at], linked=f"a{at + 1}") for at in range(1, 6)]
    annexes += [level(6, "Figure %1.%7 —"), level(7, "Table %1.%8 —")]
    return [
        abstract(10, *headings),
        abstract(20, *annexes),
        abstract(30, level(0, "—", "bullet"), level(1, "–", "bullet")),
        abstract(40, level(0, "%1)", "lowerLetter"), level(1, "%2)"), level(2, "%3)", "lowerRoman")),
        abstract(50, level(0, "[%1]")),
        num(HEADINGS, 10),
        num(ANNEXES, 20),
        num(DASHES, 30),
        num(LETTERS, 40),
        num(REFERENCES, 50),
    ]


def word_styles(*, numbered: bool = True) -> list[str]:
    """Word's own headings."""
    return [
        style(f"Heading{at}", f"heading {at}", outline=at - 1, num=(HEADINGS, at - 1) if numbered else None)
        for at in range(1, 6)
    ]
