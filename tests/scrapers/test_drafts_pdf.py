"""Drafts in PDF: files set by the tests in the layout of ISO, files that must be refused, and the recorded ones."""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.drafts import pdf, pdf_pages, read_draft
from scrapers.drafts.pdf_join import join_lines
from scrapers.errors import UnreadableFileError
from tests.scrapers.draft_trees import outline, refused, show, tree
from tests.scrapers.drafts_pdf import recorded
from tests.scrapers.drafts_pdf.build import LEFT, RIGHT, Pdf, scanned
from workbench.standards.provisions import find_provisions


@pytest.fixture(autouse=True, scope="module")
def _in_this_process() -> Iterator[None]:
    """Starting a process for each of hundreds of files would take most of the time; see test_drafts_apart.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "read_apart", lambda path, _: pdf.read_here(path))
        yield


def contents(pdf_file: Pdf) -> None:
    pdf_file.title("Contents")
    for text in (
        "Foreword",
        "1 Scope",
        "2 Terms and definitions",
        "3 Frames",
        "3.1 Frames of lanterns that are carried by several persons at the same time in rain",
        "Annex A (normative) Tests",
    ):
        pdf_file.line((LEFT, f"{text} {'.' * 40} 3", "regular"))


def document(**options: object) -> Pdf:
    made = Pdf(**options)  # type: ignore[arg-type]
    made.new_page()
    made.page.text(LEFT, 600, "Confidential: members of the committee only", size=12)
    contents(made)
    made.title("Foreword")
    made.paragraph("This text was invented.")
    made.new_page()
    made.line((LEFT, "Sample lanterns —", "bold"), size=16)
    made.line((LEFT, "Part 1: Frames", "bold"), size=16)
    made.heading("1", "Scope")
    made.paragraph("This document specifies frames of lanterns and everything that is needed to carry", "them.")
    made.heading("2", "Terms and definitions")
    made.paragraph("For the purposes of this document, the following terms and definitions apply.")
    made.line((LEFT, "2.1", "bold"), space=11)
    made.line((LEFT, "lantern", "bold"))
    made.line((LEFT, "carried lamp", "regular"))
    made.line((LEFT, "DEPRECATED: lamp box", "regular"))
    made.line(
        (LEFT, "portable light that stands in a case of glass or horn and that one person or several can", "regular")
    )
    made.line((LEFT, "carry", "regular"))
    made.paragraph("Note 1 to entry: A candle alone is not a lantern.", size=9)
    made.paragraph("[SOURCE: SAMPLE 99000:2019, 3.4]")
    made.heading("3", "Frames")
    made.heading("3.1", "Frames of lanterns that are carried by several", "persons at the same time in rain", size=11)
    made.line(
        (LEFT, "3.1.1", "bold"), (LEFT + 34, "Each frame shall have a header. It should be short,", "regular"), space=11
    )
    made.line((LEFT, "and it may be red.", "regular"))
    made.paragraph("The header shall hold:")
    made.paragraph("a) the version, with", x=LEFT)
    made.line((LEFT + 14, "its date;", "regular"))
    made.paragraph("b) the length.")
    made.paragraph("NOTE 1     Bytes have 8 bits.", size=9)
    made.line(
        (LEFT, "3.1.2", "bold"),
        (LEFT + 34, "Oil", "bold"),
        (LEFT + 50, ", clean and without smell.", "regular"),
        space=11,
    )
    made.line((200, "Table 1 — Colours", "bold"), space=14)
    y = made.page.y - 6
    made.page.rule(LEFT, RIGHT, y)
    for cells in (("Code", "Colour"), ("1", "red"), ("2", "green")):
        made.line((LEFT + 5, cells[0], "regular"), (300, cells[1], "regular"), space=8)
        made.page.rule(LEFT, RIGHT, made.page.y - 4)
    made.line(
        (LEFT + 5, "Blue shall not be used in any frame that is sold or lent after dark.", "regular"), size=9, space=6
    )
    made.line((LEFT + 5, "NOTE 1 Grey is no colour.", "regular"), size=9, space=4)
    made.line((LEFT + 5, "a", "regular"), (LEFT + 20, "As seen at night.", "regular"), size=9, space=4)
    made.page.rule(LEFT, RIGHT, made.page.y - 4)
    made.line((LEFT + 30, "a = b + c", "italic"), (RIGHT - 20, "(1)", "regular"), space=16)
    while made.page.y > 115:
        made.paragraph("This paragraph fills the page and says nothing that anyone has to do at any time.")
    made.paragraph("A sentence may run over the end of a page, and then the rest of the sentence stands on")
    made.new_page()
    made.line((LEFT, "the next page, where it ends.", "regular"))
    made.annex("A", "normative", "Tests")
    made.heading("A.1", "Sieve")
    made.paragraph("Shake the sieve for 30 s.")
    made.line((200, "Figure A.1 — A sieve", "bold"), space=200)
    made.title("Bibliography")
    made.paragraph("[1]   SAMPLE 99009, Wicks")
    return made


TREE = """
    - Foreword <~foreword>
      . paragraph: This text was invented.
    1 Scope <clause>
      . paragraph: This document specifies frames of lanterns and everything that is needed to carry them.
    2 Terms and definitions <terms>
      . paragraph: For the purposes of this document, the following terms and definitions apply.
      2.1 lantern <term>
        . term_name: carried lamp
        . term_name[DEPRECATED]: lamp box
        . definition: portable light that stands in a case of glass or horn and that one person or several can carry
        . note_to_entry[Note 1 to entry]: A candle alone is not a lantern.
        . term_source[SOURCE]: SAMPLE 99000:2019, 3.4
    3 Frames <clause>
      3.1 Frames of lanterns that are carried by several persons at the same time in rain <clause>
        3.1.1 - <clause>
          . paragraph: Each frame shall have a header. It should be short, and it may be red.
          . paragraph: The header shall hold:
          . list_item[a)]: the version, with its date;
          . list_item[b)]: the length.
          . note[NOTE 1]: Bytes have 8 bits.
        3.1.2 Oil <clause>
          . paragraph: clean and without smell.
          . table_title[Table 1]: Colours
          . table_row: Code | Colour
          . table_row: 1 | red
          . table_row: 2 | green
          . paragraph: Blue shall not be used in any frame that is sold or lent after dark.
          . table_note[NOTE 1]: Grey is no colour.
          . table_footnote[a]: As seen at night.
          . formula[(1)]: a = b + c
"""
REST = """
          . paragraph: A sentence may run over the end of a page, and then the rest of the sentence stands on the next page, where it ends.
    A Tests <annex>
      A.1 Sieve <annex>
        . paragraph: Shake the sieve for 30 s.
        . figure_title[Figure A.1]: A sieve
    - Bibliography <~bibliography>
      . reference[[1]]: SAMPLE 99009, Wicks
"""  # noqa: E501


def without_filling(text: str) -> str:
    return "\n".join(line for line in text.split("\n") if "This paragraph fills" not in line)


@pytest.mark.parametrize(
    "options", [{}, {"line_numbers": True}, {"watermark": "DRAFT"}, {"line_numbers": True, "watermark": "Restricted"}]
)
def test_the_layout_of_iso_gives_its_tree(options: dict[str, object], tmp_path: Path) -> None:
    draft = read_draft(document(**options).write(tmp_path / "draft.pdf"))
    assert without_filling(show(draft)) == tree(TREE + REST.lstrip("\n"))


def test_cover_margins_and_watermark_say_what_the_document_is(tmp_path: Path) -> None:
    draft = read_draft(document().write(tmp_path / "draft.pdf"))
    assert (draft.format, draft.language) == ("pdf", "en")
    assert draft.title == "Sample lanterns — Part 1: Frames"
    assert draft.copyright == "© ISO 2025 – All rights reserved"
    assert draft.confidentiality == "Confidential: members of the committee only"
    marked = document(watermark="Restricted", head="ISO/CD 99001-1").write(tmp_path / "marked.pdf")
    draft = read_draft(marked)
    assert (draft.reference, draft.stage, draft.confidentiality) == ("ISO/CD 99001-1", "CD", "Restricted")


def test_remarks_on_coloured_ground_and_repeated_pages_are_left_out(tmp_path: Path) -> None:
    made = Pdf()
    made.new_page()
    made.heading("1", "Scope")
    for at in range(8):
        made.paragraph(f"Paragraph {at} says nothing at all, at some length, so that a page is filled with words.")
    plain = list(made.page.operators)
    for remark in ("Mandatory clause", "Used as a summary"):
        made.page.box(200, 600, 400, 680)
        made.page.text(210, 640, remark, font="other", grey=1)
        made.new_page().operators[:] = plain
    made.new_page()
    made.heading("2", "Tests")
    made.paragraph("Blow.")
    draft = read_draft(made.write(tmp_path / "remarks.pdf"))
    assert outline(draft) == "1 Scope <clause>\n2 Tests <clause>"
    text = show(draft)
    assert "Mandatory" not in text
    assert "summary" not in text
    assert text.count("nothing at all") == 8


def test_numbers_at_line_starts_are_no_headings(tmp_path: Path) -> None:
    made = Pdf()
    made.heading("1", "Scope")
    made.paragraph(
        "Samples weigh between 1 g and the mass that is given in the table of the other part, which is", "2 Rice"
    )
    made.heading("7", "Far away")
    made.line((LEFT, "1.2", "regular"), (LEFT + 20, "m is the length of the rod.", "regular"), space=11)
    made.heading("2", "Tests")
    made.paragraph("Blow.")
    draft = read_draft(made.write(tmp_path / "numbers.pdf"))
    assert [clause.number for clause in draft.clauses] == ["1", "2"]


def test_a_landscape_page_is_read_turned(tmp_path: Path) -> None:
    made = Pdf(head="", foot="")
    page = made.new_page()
    for at, (text, font) in enumerate([("1 Scope", "bold"), ("Turned text stands here.", "regular")]):
        number = ["regular", "bold"].index(font)
        page.operators.append(f"BT /F{number} 10 Tf 0 1 -1 0 {100 + 30 * at} 80 Tm <{text.encode().hex()}> Tj ET")
    page.operators.append(f"BT /F0 10 Tf 0 1 -1 0 160 80 Tm <{b'It has more than forty characters, too.'.hex()}> Tj ET")
    assert "Turned text stands here." in show(read_draft(made.write(tmp_path / "turned.pdf")))


def test_scanned_encrypted_broken_and_empty_files_are_refused_with_advice(tmp_path: Path) -> None:
    assert "scanned" in refused(scanned(tmp_path / "scan.pdf"))
    assert "(OCR)" in refused(tmp_path / "scan.pdf")
    assert "encrypted with a password" in refused(document().write(tmp_path / "locked.pdf", encrypt="password"))
    assert "may not be copied" in refused(document().write(tmp_path / "bound.pdf", encrypt="no copying"))
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing")
    assert "not a whole PDF" in refused(broken)
    flat = Pdf()
    for _ in range(30):
        flat.paragraph("Words without any heading, of which there are many more than forty characters.")
    assert "no clause with text" in refused(flat.write(tmp_path / "flat.pdf"))
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        read_draft(tmp_path / "none.pdf", "pdf")


def test_limits_of_size_pages_and_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = document().write(tmp_path / "draft.pdf")
    monkeypatch.setattr(pdf_pages, "MAX_CHARACTERS", 100)
    assert "characters on one page" in refused(path)
    monkeypatch.setattr(pdf_pages, "MAX_SECONDS", -1.0)
    assert "took longer" in refused(path)
    monkeypatch.setattr(pdf, "MAX_PAGES", 3)
    assert "more than 3 are not read" in refused(path)
    monkeypatch.setattr(pdf, "MAX_BYTES", 100)
    assert "larger than the limit" in refused(path)


@pytest.mark.slow
def test_a_thousand_pages_are_read_in_bounded_time_and_memory(tmp_path: Path) -> None:
    made = Pdf()
    for number in range(1, 1001):
        made.new_page()
        made.heading(str(number), f"Clause about {number}")
        for at in range(20):
            made.paragraph(f"Paragraph {at} of clause {number} shall be read in its place, whatever stands around it.")
    path = made.write(tmp_path / "long.pdf")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    draft = read_draft(path)
    assert len(draft.clauses) == 999  # numbers of a clause have at most three digits
    assert all(len(clause.blocks) >= 20 for clause in draft.clauses)
    assert time.monotonic() - begun < 240
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 600 * 1024  # KiB


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 6000), size=st.integers(0, 200), junk=st.binary(max_size=40))
def test_damaged_files_give_a_draft_or_one_line(at: int, size: int, junk: bytes, tmp_path: Path) -> None:
    data = document().write(tmp_path / "draft.pdf").read_bytes()
    path = tmp_path / "damaged.pdf"
    path.write_bytes(b"%PDF-1.4\n" + data[9 : 9 + at] + junk + data[9 + at + size :])
    try:
        lines = [read_draft(path).format]
    except UnreadableFileError as error:
        lines = str(error).splitlines()
    assert len(lines) == 1


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["one", "two"], "one two"),
        (["par\u00ad", "boiled"], "parboiled"),
        (["red-", "streaked"], "red-streaked"),
        (["ISO 1-", "2"], "ISO 1- 2"),
        (["試験片は，", "洗浄する。"], "試験片は，洗浄する。"),
        (["", "a  b", ""], "a b"),
    ],
)
def test_lines_are_joined(lines: list[str], joined: str) -> None:
    assert join_lines(lines) == joined


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "clauses", "provisions"),
    [
        ("rice-model-document-202311.pdf", recorded.CLAUSES_2023, recorded.PROVISIONS_2023),
        ("iso-17301-1-2007.pdf", recorded.CLAUSES_2007, recorded.PROVISIONS_2007),
    ],
)
def test_recorded_files_against_a_list_made_by_hand(name: str, clauses: str, provisions: str, shared: Path) -> None:
    draft = read_draft(shared / "recorded" / "drafts" / name)
    wanted = recorded.clauses(clauses)
    found = {clause.number: clause.title for clause in draft.clauses if clause.number}
    right = sum(number in found and found[number] == title for number, title in wanted.items())
    assert right >= 0.98 * len(wanted), {
        number: found.get(number) for number in wanted if found.get(number) != wanted[number]
    }
    assert list(found) == list(wanted)
    letters = {"requirement": "R", "recommendation": "r", "permission": "p", "possibility": "c"}
    counted: dict[str, Counter[str]] = {}
    for clause in draft.clauses:
        each = find_provisions(clause.blocks, kind=clause.kind, normative=clause.normative, title=clause.title)
        kinds = Counter(letters[found_.kind.value] for found_ in each if found_.kind.value in letters)
        counted[clause.number or clause.title or ""] = kinds
    listed = {key: Counter(kinds) for key, kinds in recorded.provisions(provisions).items()}
    total = sum(kinds.total() for kinds in listed.values())
    hit = sum((kinds & counted.get(key, Counter())).total() for key, kinds in listed.items())
    assert hit >= 0.95 * total
    made_up = sum(
        (kinds - listed.get(key, Counter())).total() for key, kinds in counted.items() if key not in ("Foreword", "")
    )
    assert made_up <= 0.05 * total


@pytest.mark.shared
def test_recorded_files_say_what_they_are(shared: Path) -> None:
    folder = shared / "recorded" / "drafts"
    model = read_draft(folder / "rice-model-document-202311.pdf")
    assert (model.reference, model.copyright) == ("ISO 17301-1:2023(E)", "© ISO 2023")
    assert model.title == "Cereals and pulses — Specification and test methods — Part 1: Rice"
    older = read_draft(folder / "iso-17301-1-2007.pdf")
    assert (older.reference, older.stage) == ("ISO/DIS 17301-1", "DIS")
    assert older.copyright == "© ISO 2007 – All rights reserved"
    status = [
        (clause.number, clause.normative) for clause in older.clauses if clause.kind == "annex" and clause.level == 1
    ]
    assert status == [("A", True), ("B", False), ("C", False), ("D", False)]
