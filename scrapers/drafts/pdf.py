"""Drafts in PDF, in the layout of ISO, read with PDFium.

Only text is read: scripts, forms, attachments and links of the file are never looked at. A file that asks for a
password or forbids copying of its text is refused, as is a scanned one, which holds pictures of pages.
"""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from scrapers.drafts import cover
from scrapers.drafts.apart import read_apart
from scrapers.drafts.pdf_flow import PdfFlow
from scrapers.drafts.pdf_pages import Layout, read_layout
from scrapers.drafts.reader import Reader
from scrapers.errors import UnreadableFileError
from scrapers.lines import opened
from scrapers.records import Draft
from scrapers.xml import MIB

MAX_BYTES = 256 * MIB
MAX_PAGES = 3000
_FEWEST_CHARACTERS = 40
_MAY_COPY = 1 << 4
_DRAFT_STAGE = re.compile(r"/(WD|CD|CDV|DIS|FDIS|DTS|DTR|PRF)\b")


def recognises(head: bytes) -> bool:
    """Whether the file begins as a PDF; some have other bytes before."""
    return b"%PDF-" in head[:1024]


def read(path: Path) -> Draft:
    """Read a PDF in a process of its own; raises UnreadableFileError where it is encrypted, scanned, too large, made to
    harm, or holds no clause."""
    return read_apart(path, __name__)


def read_here(path: Path) -> Draft:
    """As `read`, in this process; for the one that `read` starts."""
    document = _open(path)
    try:
        pages = len(document)
        if pages > MAX_PAGES:
            raise UnreadableFileError(
                f"{path.name}: {pages:,} pages; more than {MAX_PAGES:,} are not read, split the file"
            )
        layout = read_layout(document, path.name)
        metadata = document.get_metadata_dict()
    except pdfium.PdfiumError as error:
        raise UnreadableFileError(f"{path.name}: a page of the PDF is broken ({error}); get the file again") from error
    finally:
        document.close()
    _refuse_scans(path, layout, pages)
    flow = PdfFlow(path.name, layout)
    flow.read()
    return _draft(path, flow, layout, metadata.get("Title", ""))


READER = Reader("pdf", "PDF in the layout of ISO", recognises, read)


def _open(path: Path) -> pdfium.PdfDocument:
    with opened(path) as stream:
        stream.read(1)
        size = path.stat().st_size
    if size > MAX_BYTES:
        raise UnreadableFileError(f"{path.name}: larger than the limit of {MAX_BYTES:,} bytes for a PDF; split it")
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
            raise UnreadableFileError(
                f"{path.name}: encrypted with a password; give a copy without one, or the Word or XML file"
            ) from error
        raise UnreadableFileError(f"{path.name}: not a whole PDF ({error}); get the file again") from error
    if not raw.FPDF_GetDocPermissions(document.raw) & _MAY_COPY:
        document.close()
        raise UnreadableFileError(
            f"{path.name}: encrypted so that its text may not be copied; ask the publisher for a copy that allows it, "
            "or give the Word or XML file"
        )
    return document


def _refuse_scans(path: Path, layout: Layout, pages: int) -> None:
    characters = sum(page.characters for page in layout.pages)
    if characters < _FEWEST_CHARACTERS * max(min(pages, 20), 1) and characters < 2000:
        raise UnreadableFileError(
            f"{path.name}: {pages} pages with hardly any text, so probably scanned; "
            "give the file it was printed from, or run a text recognition (OCR) over it first"
        )


def _draft(path: Path, flow: PdfFlow, layout: Layout, title: str) -> Draft:
    clauses = flow.outline.clauses(path)
    lines = [*layout.margins, *flow.outline.cover]
    marks = [*layout.watermarks, *lines]
    sample = "".join(block.text for clause in clauses[:40] for block in clause.blocks)
    reference = cover.reference([*(part for line in layout.margins for part in line.split("\t")), *flow.outline.cover])
    stage = _DRAFT_STAGE.search(reference or "")
    return Draft(
        format=READER.name,
        reference=reference,
        title=flow.title or " ".join(title.replace("\ufeff", "").split()) or None,
        language=cover.language_of(sample),
        stage=stage[1] if stage else None,
        copyright=cover.copyright_line(part for line in lines for part in line.split("\t")),
        confidentiality=cover.confidentiality(marks),
        clauses=clauses,
    )
