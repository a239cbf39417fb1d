"""Invented Word drafts, each with parts that are hard to read."""

from __future__ import annotations

from tests.scrapers.drafts_docx.build import (
    Docx,
    abstract,
    formula,
    level,
    note_mark,
    num,
    p,
    r,
    start_again,
    style,
    table,
)
from tests.scrapers.drafts_docx.templates import DASHES, LETTERS, iso_numbering, iso_styles


def annexes() -> Docx:
    """Annexes: numbers restart in each, apparatus with run-in titles, titles in paragraphs of their own, captions."""
    return Docx(
        [
            p("Scope", "Heading1"),
            p("Sample."),
            p("\n(normative)\nApparatus", "ANNEX"),
            p("Tools", "a2"),
            p(style="Body", num=(2, 2), content=r("Sieve", bold=True) + r(", with round holes of 1,4 mm.")),
            p(style="Body", num=(2, 2), content=r("Tweezers.", bold=True)),
            p("Weigh 100 g of oil.", num=(2, 2)),
            p("Colours", num=(2, 7)),
            table(["1", "red"]),
            p("Sizes", num=(2, 7)),
            p("A bowl", num=(2, 6)),
            p("Method", "a2"),
            p("Boil it.", "BodyText"),
            p("", "ANNEX"),
            p("(informative)"),
            p("Advice", "BodyText"),
            p("Light", "a2"),
            p("Dim", "a3"),
            p("Lamps can be dim."),
            p("Sizes", num=(2, 7)),
        ],
        [*iso_styles(), style("Body", "Body")],
        iso_numbering(),
    )


ANNEXES = """
    1 Scope <clause>
      . paragraph: Sample.
    A Apparatus <annex>
      A.1 Tools <annex>
        A.1.1 Sieve <annex>
          . paragraph: with round holes of 1,4 mm.
        A.1.2 Tweezers <annex>
        A.1.3 - <annex>
          . paragraph: Weigh 100 g of oil.
          . table_title[Table A.1]: Colours
          . table_row: 1 | red
          . table_title[Table A.2]: Sizes
          . figure_title[Figure A.1]: A bowl
      A.2 Method <annex>
        . paragraph: Boil it.
    B Advice <~annex>
      B.1 Light <~annex>
        B.1.1 Dim <~annex>
          . paragraph: Lamps can be dim.
          . table_title[Table B.1]: Sizes
"""


def tables() -> Docx:
    """Merged cells, lists and footnotes in cells, a table in a table, boxes of one cell, a formula with its number."""
    goes_on = "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>"
    starts = f'<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{p("Oil")}</w:tc>'
    merged = (
        f"<w:tbl><w:tr>{starts}<w:tc>{p('rape')}</w:tc></w:tr><w:tr>{goes_on}<w:tc>{p('fish')}</w:tc></w:tr></w:tbl>"
    )
    return Docx(
        [
            p("Tables", "Heading1"),
            p("Table 1 — Oils", "Tabletitle"),
            merged,
            p("Table 2 (continued)", "Tabletitle"),
            table(
                ["Part", "Limit"],
                [p("hull", num=(DASHES, 0)), p(content=r("1,0") + note_mark(1))],
                [p("first") + p("second"), table(["inner", "cell"])],
                whole=[[p("Metals:")], [p("The limit shall hold."), p("NOTE 1 Dry."), p("a\tMeasured wet.")]],
            ),
            p("After the table."),
            table([p("A warning in a box.") + p("NOTE Boxes are tables.")]),
            table([p(content=formula("<m:r><m:t>a</m:t></m:r>")), "(2)"]),
        ],
        iso_styles(),
        iso_numbering(),
        footnotes={1: "Mass fraction."},
    )


TABLES = """
    1 Tables <clause>
      . table_title[Table 1]: Oils
      . table_row: Oil | rape
      . table_row: fish
      . table_row: Part | Limit
      . table_row: — hull | 1,0
      . table_row: first second | inner cell
      . table_row: Metals:
      . paragraph: The limit shall hold.
      . table_note[NOTE 1]: Dry.
      . table_footnote[a]: Measured wet.
      . table_footnote[1]: Mass fraction.
      . paragraph: After the table.
      . paragraph: A warning in a box.
      . note[NOTE]: Boxes are tables.
      . formula[(2)]: a
"""


def lists() -> Docx:
    """Lists in lists, lists that go on, start again or start elsewhere, all letters of the alphabet and more."""
    many = [p(f"item {at}", num=(60, 0)) for at in range(1, 29)]
    return Docx(
        [
            p("Lists", "Heading1"),
            p("letter", num=(LETTERS, 0)),
            p("digit", num=(LETTERS, 1)),
            p("roman", num=(LETTERS, 2)),
            p("roman again", num=(LETTERS, 2)),
            p("digit again", num=(LETTERS, 1)),
            p("roman from the start", num=(LETTERS, 2)),
            p("more of it", "ListContinue1"),
            p("letter again", num=(LETTERS, 0)),
            p("dash", num=(DASHES, 0)),
            p("inner dash", num=(DASHES, 1)),
            p("goes on under another list", num=(61, 0)),
            p("starts again", num=(62, 0)),
            p("goes on there", num=(62, 0)),
            p("starts at five", num=(63, 0)),
            p("never restarts", num=(64, 1)),
            p("outer", num=(64, 0)),
            p("did not restart", num=(64, 1)),
            p("by link", num=(65, 0)),
            p("typed number", num=(0, 0)),
            *many,
        ],
        iso_styles(),
        [
            *iso_numbering(),
            num(60, 40, start_again(0, 1)),
            num(61, 40),
            num(62, 40, start_again(0, 1)),
            abstract(70, level(0, "%1.", start=5), level(1, "%1.%2)")),
            num(63, 70),
            abstract(71, level(0, "(%1)"), level(1, "%2)", "lowerLetter", extra='<w:lvlRestart w:val="0"/>')),
            num(64, 71),
            abstract(72, extra='<w:numStyleLink w:val="MyList"/>'),
            abstract(73, level(0, "%1)", "upperRoman"), extra='<w:styleLink w:val="MyList"/>'),
            num(65, 72),
        ],
    )


LISTS = """
    1 Lists <clause>
      . list_item[a)]: letter
      . list_item[1)]: digit
      . list_item[i)]: roman
      . list_item[ii)]: roman again
      . list_item[2)]: digit again
      . list_item[i)]: roman from the start
      . list_item: more of it
      . list_item[b)]: letter again
      . list_item[—]: dash
      . list_item[—]: inner dash
      . list_item[c)]: goes on under another list
      . list_item[a)]: starts again
      . list_item[b)]: goes on there
      . list_item[5.]: starts at five
      . list_item[a)]: never restarts
      . list_item[(1)]: outer
      . list_item[b)]: did not restart
      . list_item[I)]: by link
      . paragraph: typed number
""" + "".join(
    f"      . list_item[{label})]: item {at}\n"
    for at, label in enumerate([*(chr(ord("a") + at) for at in range(26)), "aa", "bb"], 1)
)


def broken() -> Docx:
    """Lists that do not exist, levels that are not defined, styles in a circle, headings without text."""
    return Docx(
        [
            p("Before the first", "Heading2"),
            p("It is 1.1, and Word goes on with 2."),
            p("After it", "Heading1"),
            p("No such list", "Heading1", num=(999, 0)),
            p("No such level", num=(DASHES, 8)),
            p("", "Heading2"),
            p("Under a heading without text."),
            p("", "Heading1", num=(0, 0)),
            p("Circle", "Round"),
            p("no such style", "Missing"),
            p("Big level", num=(1, 77)),
            p("Not a number").replace("<w:pPr>", '<w:pPr><w:numPr><w:ilvl w:val="x"/><w:numId w:val="1e9"/></w:numPr>'),
        ],
        [*iso_styles(), style("Round", "Round", "Trip"), style("Trip", "Trip", "Round")],
        [*iso_numbering(), num(7, 888), '<w:num w:numId="8"/>'],
    )


BROKEN = """
    1.1 Before the first <clause>
      . paragraph: It is 1.1, and Word goes on with 2.
    2 After it <clause>
    - No such list <clause>
      . paragraph: No such level
      2.1 - <clause>
        . paragraph: Under a heading without text.
        . paragraph: Circle
        . paragraph: no such style
        . paragraph: Big level
        . paragraph: Not a number
"""


def inside() -> Docx:
    """Footnotes, endnotes, fields, hidden text, text boxes, content controls, links, symbols."""
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>"
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> REF x </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>Table 7</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    contents = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC \\o</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1 Inside</w:t></w:r>'
    )
    link = f'<w:hyperlink r:id="x">{r("a link")}</w:hyperlink>'
    hyphen = "<w:r><w:{}Hyphen/></w:r>"
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{p('In a control.')}</w:sdtContent></w:sdt>"
    drawing = "<w:drawing><w:txbxContent>{}</w:txbxContent></w:drawing>".format(p("In a box."))
    box = "<w:r><mc:AlternateContent>{}</mc:AlternateContent></w:r>".format(
        f"<mc:Choice>{drawing}</mc:Choice><mc:Fallback>{drawing}</mc:Fallback>"
    ).replace("<mc:AlternateContent>", '<mc:AlternateContent xmlns:mc="urn:mc">')
    sub = "<m:sSub><m:e><m:r><m:t>t</m:t></m:r></m:e><m:sub><m:r><m:t>90</m:t></m:r></m:sub></m:sSub>"
    return Docx(
        [
            p(content=contents),
            p("2 Second"),
            p(content='<w:r><w:fldChar w:fldCharType="end"/></w:r>'),
            p("Inside", "Heading1"),
            p(content=r("First") + note_mark(2) + r(" and second") + note_mark(5, "endnote") + r(".") + note_mark(77)),
            p(content=r("See ") + field + r(" and ") + link + hidden + r(".")),
            control,
            p(content=r("Beside.") + box),
            p(content=r("The time ") + formula(sub) + r(" is short.")),
            p(content=r("No") + hyphen.format("noBreak") + r("break, soft") + hyphen.format("soft") + r("ly.")),
        ],
        iso_styles(),
        iso_numbering(),
        footnotes={2: "At the foot."},
        endnotes={5: "At the end."},
        relations=['<Relationship Id="x" Type="t/hyperlink" Target="https://example.invalid/" TargetMode="External"/>'],
    )


INSIDE = """
    1 Inside <clause>
      . paragraph: First and second.
      . footnote[1]: At the foot.
      . footnote[2]: At the end.
      . paragraph: See Table 7 and a link.
      . paragraph: In a control.
      . paragraph: Beside.
      . paragraph: In a box.
      . paragraph: The time t_90 is short.
      . paragraph: No-break, softly.
"""


def long_document(clauses: int = 300) -> tuple[Docx, str]:
    """About 300 pages: clauses of three subclauses of eight paragraphs and lists; returns the file and its tree."""
    body: list[str] = []
    lines: list[str] = []
    restarted: list[str] = []
    for first in range(1, clauses + 1):
        body.append(p(f"Clause about {first}", "Heading1"))
        lines.append(f"{first} Clause about {first} <clause>")
        for second in range(1, 4):
            body.append(p(f"Part {second}", "Heading2"))
            lines.append(f"  {first}.{second} Part {second} <clause>")
            for at in range(6):
                text = f"Paragraph {at} of {first}.{second} shall be read in its place, whatever stands around it."
                body.append(p(text))
                lines.append(f"    . paragraph: {text}")
            own = 1000 + first * 3 + second
            restarted.append(num(own, 40, start_again(0, 1)))
            body += [p("one", num=(own, 0)), p("two", num=(own, 0))]
            lines += ["    . list_item[a)]: one", "    . list_item[b)]: two"]
    return Docx(body, iso_styles(), [*iso_numbering(), *restarted]), "\n".join(lines)
