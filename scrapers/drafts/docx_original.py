"""Drafts in DOCX as they were before their tracked changes: the second version that such a file holds."""

from __future__ import annotations

from pathlib import Path

from scrapers.drafts.docx import read_docx
from scrapers.drafts.reader import Reader
from scrapers.records import Draft


def recognises(_head: bytes) -> bool:
    """Never by itself: the text with changes accepted is what a file is read as unless a person asks for this one."""
    return False


def read(path: Path) -> Draft:
    """Read a Word draft with all tracked changes undone."""
    return read_docx(path, "original")


READER = Reader("docx-original", "Word, before its tracked changes", recognises, read)
