"""A file is read in a process of its own: what it does there harms nobody else."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from scrapers.drafts import apart, pdf, read_draft
from scrapers.drafts.apart import read_apart
from scrapers.errors import UnreadableFileError
from scrapers.xml import MIB
from tests.scrapers.drafts_pdf import hostile
from tests.scrapers.drafts_pdf.build import Pdf, scanned


def made(path: Path) -> Path:
    file = Pdf()
    file.heading("1", "Lanterns")
    file.paragraph("A lantern shall be carried by one person who can read what is written on it. “Größe”.")
    file.paragraph("It may be lit before it is carried.")
    return file.write(path)


def test_a_draft_comes_back_as_it_was_read(tmp_path: Path) -> None:
    path = made(tmp_path / "draft.pdf")
    assert read_draft(path) == pdf.read_here(path)


def test_a_refusal_comes_back_in_its_own_words(tmp_path: Path) -> None:
    path = scanned(tmp_path / "scan.pdf")
    with pytest.raises(UnreadableFileError) as here:
        pdf.read_here(path)
    with pytest.raises(UnreadableFileError) as there:
        read_draft(path)
    assert str(there.value) == str(here.value)


def refused(path: Path, **limits: float) -> str:
    path.touch()
    with pytest.raises(UnreadableFileError) as caught:
        read_apart(path, hostile.__name__, **limits)  # type: ignore[arg-type]
    message = str(caught.value)
    assert message.startswith(path.name)
    assert "\n" not in message
    return message


def test_an_endless_file_is_stopped(tmp_path: Path) -> None:
    begun = time.monotonic()
    assert "took longer than 2 s" in refused(tmp_path / "endless.pdf", seconds=2)
    assert time.monotonic() - begun < 20


def test_a_greedy_file_is_refused_and_this_process_does_not_grow(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "needs more than 512 MiB" in refused(tmp_path / "greedy.pdf", memory=512 * MIB)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024  # KiB


def test_a_crash_there_is_one_line_here(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / "crash.pdf")


def test_more_text_than_any_draft_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made(tmp_path / "draft.pdf")
    monkeypatch.setattr(apart, "MAX_ANSWER", 100)
    with pytest.raises(UnreadableFileError, match="more text than any draft"):
        read_draft(path)
