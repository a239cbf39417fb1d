"""The form as it is printed: every field is in the Word file and in the PDF, and nothing that must stay inside."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdfium2 import PdfDocument

from tests.cases.filled import OPTION_3, PATENT, TEMPLATE, VALUES, filled
from workbench.cases.form_docx import write_docx
from workbench.cases.form_pdf import write_pdf
from workbench.cases.printing import Box, Rows, UnprintableError, printed
from workbench.cases.validation import PatentRow

HIDDEN = PatentRow("pending", "JP", "2026-990001", "秘密", printed=False)
MORE = frozenset({"patents_more_pages"})


def word_text(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def pdf_text(content: bytes) -> str:
    return "\n".join(pdf_pages(content))


def pdf_pages(content: bytes) -> list[str]:
    document = PdfDocument(content)
    texts = []
    for number in range(len(document)):
        page = document[number]
        text = page.get_textpage()
        texts.append(text.get_text_range())
        text.close()
        page.close()
    document.close()
    return texts


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_field_is_in_both_files(language: str) -> None:
    form = printed(TEMPLATE, filled(PATENT, HIDDEN, **OPTION_3), language)
    word, pdf = word_text(write_docx(form)), pdf_text(write_pdf(form))
    pressed = "".join(pdf.split())
    for field in TEMPLATE.fields:
        assert field.text(language) in word, field.id
        assert "".join(field.text(language).split()) in pressed, field.id
    for name, value in {**VALUES, **OPTION_3}.items():
        if name in ("option", "doc_type"):
            continue
        for line in value.splitlines():
            assert line in word, name
            assert "".join(line.split()) in pressed, name
    for secret in (HIDDEN.number, HIDDEN.title):
        assert secret not in word
        assert "".join(secret.split()) not in pressed


def test_only_the_chosen_boxes_are_ticked() -> None:
    marks = frozenset({"opt1_reciprocity"})
    parts = printed(TEMPLATE, filled(option="1", marks=marks), "en").parts
    ticked = [part.label for part in parts if isinstance(part, Box) and part.ticked]
    chosen = TEMPLATE.field("option").choices[0].en
    assert ticked == ["ISO/IEC deliverable", chosen, TEMPLATE.field("opt1_reciprocity").en]


def test_patents_beyond_the_rows_go_on_further_pages() -> None:
    rows = [PatentRow("granted", "JP", str(7000001 + n), "見本") for n in range(23)]
    form = printed(TEMPLATE, filled(*rows, marks=MORE), "en")
    tables = [part for part in form.parts if isinstance(part, Rows)]
    assert [len(table.rows) for table in tables] == [10, 10, 3]
    assert [row[0] for table in tables for row in table.rows] == [str(n) for n in range(1, 24)]
    last = pdf_pages(write_pdf(form))[-1]
    assert TEMPLATE.field("sig_person").en in last, "the signature is on the last page"


def test_a_form_with_faults_is_not_printed() -> None:
    with pytest.raises(UnprintableError, match="E-mail"):
        printed(TEMPLATE, filled(contact_email="nobody"), "en")
    with pytest.raises(UnprintableError, match="Title"):
        printed(TEMPLATE, filled(HIDDEN, doc_title="after JP2026990001"), "en")


@settings(max_examples=15)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(str.strip))
def test_any_name_can_be_printed(name: str) -> None:
    form = printed(TEMPLATE, filled(doc_title=name), "ja", draft=name)
    assert write_docx(form).startswith(b"PK")
    assert write_pdf(form).startswith(b"%PDF")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_the_word_file(tmp_path: Path) -> None:
    form = printed(TEMPLATE, filled(PATENT, **OPTION_3), "ja")
    (tmp_path / "form.docx").write_bytes(write_docx(form))
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", tmp_path, tmp_path / "form.docx"], check=True, capture_output=True, timeout=120
    )
    text = "".join(pdf_text((tmp_path / "form.pdf").read_bytes()).split())
    assert VALUES["holder_name"] in text
    assert "".join(OPTION_3["opt3_description"].split()) in text
