"""The readers of drafts: one module of this package for each format, found by the content of the file.

A new format is one more module with a `READER`; nothing else changes.
"""

from __future__ import annotations

import codecs
import importlib
import pkgutil
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import scrapers.drafts
from scrapers.errors import UnreadableFileError
from scrapers.lines import opened
from scrapers.records import Draft

PARSER_VERSION = "drafts/2"
"""Raised whenever the same file would be read otherwise than before."""

HEAD_BYTES = 16 * 1024
MAX_DEPTH = 100
"""How deep the elements of a draft may be nested; real ones stay under 40, and readers recurse."""

_BEFORE_ROOT = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL)
_ROOT = re.compile(r"<([^\s!?/>][^\s/>]*)[^>]*>?")


@dataclass(frozen=True)
class Reader:
    """How one format is read.

    `name` is what `--format` takes, `title` what a person calls it; `recognises` gets the first bytes of the file;
    `read` returns the draft or raises UnreadableFileError.
    """

    name: str
    title: str
    recognises: Callable[[bytes], bool]
    read: Callable[[Path], Draft]


@cache
def readers() -> tuple[Reader, ...]:
    """All readers of this package, by name."""
    modules = (
        importlib.import_module(f"{scrapers.drafts.__name__}.{found.name}")
        for found in pkgutil.iter_modules(scrapers.drafts.__path__)
    )
    found = [module.READER for module in modules if hasattr(module, "READER")]
    return tuple(sorted(found, key=lambda reader: reader.name))


def read_draft(path: Path, format: str = "auto") -> Draft:  # noqa: A002 - the name that the command line uses
    """Read a draft of a standard into its clauses.

    `format` is `auto` (by content) or the name of a reader. Raises UnreadableFileError with one line where the file
    cannot be opened, is of no known format, broken or unsafe.
    """
    known = ", ".join(f"{reader.name} ({reader.title})" for reader in readers())
    if format != "auto":
        for reader in readers():
            if reader.name == format:
                return reader.read(path)
        raise UnreadableFileError(f"{path.name}: there is no draft format {format!r}; use auto or one of: {known}")
    with opened(path) as stream:
        head = stream.read(HEAD_BYTES)
    for reader in readers():
        if reader.recognises(head):
            return reader.read(path)
    raise UnreadableFileError(f"{path.name}: not a draft in a known format; known are: {known}")


def xml_root(head: bytes) -> tuple[str, str]:
    """The local name of the root element in the first bytes of a file and its whole start tag; empty if it has none."""
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head.decode("utf-16" if wide else "utf-8", errors="ignore")
    match = _ROOT.search(_BEFORE_ROOT.sub("", text))
    if match is None or text.lstrip("\ufeff \t\r\n")[:1] != "<":
        return "", ""
    return match[1].rpartition(":")[2], match[0]
