"""Readers that do what a hostile file could make PDFium do; `read_apart` starts them by name."""

from __future__ import annotations

import os
from pathlib import Path

from scrapers.records import Draft


def read_here(path: Path) -> Draft:
    """Behave as the name of the file says."""
    if path.stem == "endless":
        while True:
            pass
    if path.stem == "greedy":
        pages = [bytearray(64 << 20) for _ in range(1000)]
        return Draft(format=str(len(pages)), clauses=())
    os.abort()
