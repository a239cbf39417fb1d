"""Drafts in Word: twelve invented files with their exact trees, tracked changes, and files that mean harm."""

from __future__ import annotations

import random
import resource
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.drafts import docx_package, read_draft
from scrapers.drafts.docx import read_docx
from scrapers.drafts.docx_numbering import write_number
from scrapers.errors import UnreadableFileError
from tests.scrapers.draft_trees import refused, show, tree
from tests.scrapers.drafts_docx import corpus, corpus_parts
from tests.scrapers.drafts_docx.build import Docx, p
from tests.scrapers.drafts_docx.templates import iso_numbering, iso_styles

MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (corpus.template, corpus.TEMPLATE),
        (corpus.plain_headings, corpus.PLAIN_HEADINGS),
        (corpus.typed_numbers, corpus.TYPED_NUMBERS),
        (corpus.tracked, corpus.TRACKED_ACCEPTED),
        (corpus.japanese, corpus.JAPANESE),
        (corpus.localised, corpus.LOCALISED),
        (corpus_parts.annexes, corpus_parts.ANNEXES),
        (corpus_parts.tables, corpus_parts.TABLES),
        (corpus_parts.lists, corpus_parts.LISTS),
        (corpus_parts.broken, corpus_parts.BROKEN),
        (corpus_parts.inside, corpus_parts.INSIDE),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_file_of_the_corpus_gives_its_exact_tree(make: Callable[[], Docx], expected: str, tmp_path: Path) -> None:
    assert show(read_draft(make().write(tmp_path / "draft.docx"))) == tree(expected)


def test_three_hundred_pages_are_read_exactly_and_quickly(tmp_path: Path) -> None:
    document, expected = corpus_parts.long_document()
    path = document.write(tmp_path / "long.docx")
    begun = time.monotonic()
    draft = read_draft(path)
    assert show(draft) == expected
    assert time.monotonic() - begun < 30


def test_tracked_changes_give_a_second_version(tmp_path: Path) -> None:
    path = corpus.tracked().write(tmp_path / "draft.docx")
    draft = read_docx(path, tracked="original")
    assert show(draft) == tree(corpus.TRACKED_ORIGINAL)
    assert draft.format == "docx-original"
    assert read_draft(path, "docx-original") == draft
    assert read_draft(path).format == "docx"


def test_a_long_run_of_joined_paragraphs_takes_no_time(tmp_path: Path) -> None:
    body = [p("Scope", "Heading1"), *(p(f"w{at} ", mark="del") for at in range(5000)), p("end")]
    begun = time.monotonic()
    draft = read_draft(Docx(body, iso_styles(), iso_numbering()).write(tmp_path / "joined.docx"))
    assert draft.clauses[0].blocks[0].text == " ".join([*(f"w{at}" for at in range(5000)), "end"])
    assert time.monotonic() - begun < 10


def test_cover_and_margins_say_what_the_document_is(tmp_path: Path) -> None:
    draft = read_draft(corpus.template().write(tmp_path / "draft.docx"))
    assert draft.reference == "ISO/CD 99001-1:2025(E)"
    assert draft.title == "Sample lanterns — Part 1: Frames"
    assert draft.language == "en"
    assert draft.copyright == "© ISO 2025. All rights reserved. Confidential until published."
    assert draft.confidentiality == "Confidential until published."
    assert read_draft(corpus.japanese().write(tmp_path / "ja.docx")).language == "ja"


def test_the_header_and_the_properties_tell_what_the_cover_does_not(tmp_path: Path) -> None:
    body = [p("Scope", "Heading1"), p("Sample.")]
    document = Docx(body, iso_styles(), iso_numbering(), header="ISO/DIS 99001-1 RESTRICTED", title="Lanterns")
    draft = read_draft(document.write(tmp_path / "draft.docx"))
    assert (draft.reference, draft.title) == ("ISO/DIS 99001-1", "Lanterns")
    assert draft.confidentiality == "ISO/DIS 99001-1 RESTRICTED"
    assert draft.copyright is None


def sample() -> Docx:
    return Docx([p("Scope", "Heading1"), p("Sample.")], iso_styles(), iso_numbering())


def test_macros_embedded_files_external_links_and_odd_names_are_never_looked_at(tmp_path: Path) -> None:
    document = sample()
    document.extra = {
        "word/vbaProject.bin": b"\xd0\xcf\x11\xe0 Auto_Open",
        "word/embeddings/oleObject1.bin": b"MZ",
        "../../../../outside.txt": b"outside",
        "/etc/outside": b"outside",
        "..\\..\\outside.txt": b"outside",
    }
    document.relations = [
        '<Relationship Id="a" Type="t/attachedTemplate" Target="file:///etc/passwd" TargetMode="External"/>',
        '<Relationship Id="b" Type="t/header" Target="http://127.0.0.1:9/x" TargetMode="External"/>',
        '<Relationship Id="c" Type="t/footer" Target="../../../../../etc/passwd"/>',
    ]
    path = document.write(tmp_path / "macros.docm")
    before = sorted(tmp_path.rglob("*"))
    assert show(read_draft(path)) == "1 Scope <clause>\n  . paragraph: Sample."
    assert sorted(tmp_path.rglob("*")) == before


def test_a_zip_bomb_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    sample().write(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("word/header9.xml", "w") as part:
        for _ in range(600):
            part.write(bytes(MIB))
    document = sample()
    document.relations = ['<Relationship Id="h" Type="t/header" Target="header9.xml"/>']
    bomb = tmp_path / "bomb2.docx"
    document.write(bomb)
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("word/header9.xml", "w") as part:
        for _ in range(600):
            part.write(bytes(MIB))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "unpacks to more than" in refused(bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024  # KiB
    assert show(read_draft(path)).startswith("1 Scope")  # the same part, when nothing refers to it, is never unpacked


def test_many_parts_add_up_to_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx_package, "MAX_TOTAL_BYTES", 4000)
    document = sample()
    assert "unpacks to more than" in refused(document.write(tmp_path / "draft.docx"))
    monkeypatch.setattr(docx_package, "MAX_PARTS", 3)
    assert "more than 3 parts" in refused(document.write(tmp_path / "parts.docx"))


def test_a_size_that_the_directory_lies_about_is_found_out(tmp_path: Path) -> None:
    path = sample().write(tmp_path / "lie.docx")
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02", 0, data.rfind(b"word/document.xml"))
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")  # the unpacked size in the directory
    path.write_bytes(data)
    assert "not a whole Word file" in refused(path) or "not well-formed" in refused(path)


def test_entities_and_deep_nesting_are_refused(tmp_path: Path) -> None:
    document = sample()
    document.body = ["<w:p>" * 300 + "</w:p>" * 300]
    refused(document.write(tmp_path / "deep.docx"))
    path = sample().write(tmp_path / "entity.docx")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", '<!DOCTYPE w [<!ENTITY a "b">]><w>&a;</w>')
    assert "entity" in refused(path)


def test_files_that_are_no_word_draft_are_refused_with_advice(tmp_path: Path) -> None:
    old = tmp_path / "old.doc"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    assert "without password" in refused(old)
    sheet = tmp_path / "sheet.xlsx"
    with zipfile.ZipFile(sheet, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert "without a Word document" in refused(sheet)
    document = sample()
    document.body = ['<w:altChunk xmlns:r="r" r:id="x"/>']
    assert "another document inside" in refused(document.write(tmp_path / "chunk.docx"))
    document.body = [p("No heading at all.")]
    assert "no clause with text" in refused(document.write(tmp_path / "flat.docx"))
    whole = sample().write(tmp_path / "whole.docx").read_bytes()
    for size in (40, len(whole) // 2, len(whole) - 5):
        part = tmp_path / "part.docx"
        part.write_bytes(whole[:size])
        refused(part)
    locked = tmp_path / "locked.docx"
    data = bytearray(whole)
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = data.find(mark)
        while at >= 0:
            data[at + (6 if mark[2] == 3 else 8)] |= 1
            at = data.find(mark, at + 4)
    locked.write_bytes(data)
    assert "without password" in refused(locked)
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        read_draft(tmp_path / "missing.docx", "docx")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_damage_to_the_parts_never_ends_in_anything_but_a_draft_or_one_line(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    whole = corpus.template().write(tmp_path / "whole.docx")
    path = tmp_path / "damaged.docx"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name).decode()
            for _ in range(chance.randint(0, 3)):
                at, size = chance.randrange(len(data)), chance.randrange(30)
                data = data[:at] + chance.choice(["", "0", "9999999999999", "<w:p/>", "w:val"]) + data[at + size :]
            new.writestr(name, data)
    try:
        draft = read_draft(path)
    except UnreadableFileError as error:
        lines = str(error).splitlines()
        draft = None
    else:
        lines = ["read"]
    assert len(lines) == 1
    for position, clause in enumerate(draft.clauses if draft else ()):
        assert clause.parent is None or clause.parent < position


@given(st.integers(1, 3000))
def test_numbers_are_written_as_word_does(count: int) -> None:
    roman = write_number(count, "lowerRoman")
    worth = dict(zip("ivxlcdm", (1, 5, 10, 50, 100, 500, 1000), strict=True))
    values = [worth[letter] for letter in roman]
    after = [*values[1:], 0]
    assert sum(-value if value < next_ else value for value, next_ in zip(values, after, strict=True)) == count
    assert write_number(count, "decimal") == str(count)


@pytest.mark.parametrize(
    ("count", "style", "written"),
    [
        (27, "upperLetter", "AA"),
        (53, "lowerLetter", "aaa"),
        (3, "decimalZero", "03"),
        (12, "decimalFullWidth", "１２"),
        (2, "aiueoFullWidth", "イ"),
        (2, "iroha", "ロ"),
        (21, "japaneseCounting", "二十一"),
        (3, "decimalEnclosedCircle", "③"),
        (0, "lowerLetter", ""),
        (5, "none", ""),
        (7, "somethingNew", "7"),
        (5000, "upperRoman", "5000"),
    ],
)
def test_number_formats(count: int, style: str, written: str) -> None:
    assert write_number(count, style) == written
