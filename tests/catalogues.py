"""Compiles the message catalogues for tests, as the build does for wheels."""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).resolve().parent.parent / "workbench" / "translations"


def compile_catalogues() -> None:
    """Write each `messages.mo` that is older than its `.po`; put into place whole, for test runs side by side."""
    for source in TRANSLATIONS.rglob("*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        draft = target.with_suffix(f".{os.getpid()}.part")
        with source.open("rb") as lines, draft.open("wb") as compiled:
            write_mo(compiled, read_po(lines, locale=source.parent.parent.name))
        draft.replace(target)
