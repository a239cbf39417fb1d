"""The formats of patent files that are known, recognised by content."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scrapers.errors import UnreadableFileError
from scrapers.patents import ops_xml, uspto_xml
from scrapers.patents.xml_stream import Outcome

_HEAD_BYTES = 256 * 1024
_BEFORE_ROOT = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL)
_ROOT = re.compile(r"<(?:([\w.-]+):)?([\w.-]+)((?:\s[^<>]*)?)/?>")
_DOCTYPE = re.compile(r"<!DOCTYPE\s+(?:[\w.-]+:)?([\w.-]+)")


@dataclass(frozen=True)
class Root:
    """The root element of an XML document: local name, namespace (empty for none) and attributes as written."""

    name: str
    namespace: str
    attributes: str


@dataclass(frozen=True)
class Head:
    """The beginning of a file: its first bytes and the roots of the XML documents that begin there."""

    data: bytes
    roots: tuple[Root, ...]


@dataclass(frozen=True)
class Reader:
    """A format that is read. `read` raises UnreadableFileError only where the file itself cannot be opened."""

    name: str
    title: str
    recognises: Callable[[Head], bool]
    read: Callable[[Path], Iterator[Outcome]]


@dataclass(frozen=True)
class Unsupported:
    """A format that is recognised but not read; `remedy` says what to do instead."""

    title: str
    remedy: str
    recognises: Callable[[Head], bool]


READERS = (
    Reader(
        uspto_xml.NAME,
        "USPTO full text XML, 2001 on",
        lambda head: any(root.name in uspto_xml.ROOTS | uspto_xml.OTHER_ROOTS.keys() for root in head.roots),
        uspto_xml.read,
    ),
    Reader(
        ops_xml.NAME,
        "EPO OPS XML (biblio, claims)",
        lambda head: any(
            root.name in ops_xml.ROOTS and (not root.namespace or "epo.org" in root.namespace) for root in head.roots
        ),
        ops_xml.read,
    ),
)
UNSUPPORTED = (
    Unsupported("a ZIP archive", "unpack it and import the files in it", lambda head: head.data.startswith(b"PK")),
    Unsupported(
        "USPTO green book text (APS, grants of 1976 to 2001)",
        "import the publication in XML",
        lambda head: re.search(rb"^PATN\s*\r?\nWKU ", head.data, re.MULTILINE) is not None,
    ),
    Unsupported(
        "USPTO XML by WIPO ST.96",
        "import the full text of the publication (us-patent-grant or us-patent-application)",
        lambda head: any(
            root.namespace == "patent:uspto:doc:us:gov" or "ST96" in root.namespace + root.attributes
            for root in head.roots
        ),
    ),
    Unsupported(
        "EPO DOCDB XML",
        "import the publication from OPS (biblio, claims)",
        lambda head: any(root.name in {"exchange-documents", "exchange-document"} for root in head.roots),
    ),
)


def reader_for(path: Path, format: str = "auto") -> Reader:  # noqa: A002
    """The reader of the named format, or with `auto` the one that recognises the file.

    Raises UnreadableFileError, one line naming the file, where the format is unknown, recognised but not read, or the
    file cannot be opened.
    """
    known = ", ".join(f"{reader.name} ({reader.title})" for reader in READERS)
    if format != "auto":
        for reader in READERS:
            if reader.name == format:
                return reader
        raise UnreadableFileError(f"{path.name}: format {format!r} is not known; known formats: auto, {known}")
    head = _head(path)
    for other in UNSUPPORTED:
        if other.recognises(head):
            raise UnreadableFileError(f"{path.name}: is {other.title}, which is not read; {other.remedy}")
    for reader in READERS:
        if reader.recognises(head):
            return reader
    found = f"XML with root <{head.roots[0].name}>" if head.roots else "no XML"
    raise UnreadableFileError(f"{path.name}: is {found}, of no known format; known formats: {known}")


def _head(path: Path) -> Head:
    try:
        with path.open("rb") as stream:
            data = stream.read(_HEAD_BYTES)
    except OSError as error:
        raise UnreadableFileError(
            f"{path.name}: cannot be read ({error.strerror or error}); check the path and its permissions"
        ) from error
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = data.decode("utf-16" if utf16 else "utf-8", errors="replace").removeprefix("﻿")
    return Head(data, tuple(_roots(text)))


def _roots(text: str) -> Iterator[Root]:
    """The roots of all documents that begin in the text; the first of them may be cut off or broken."""
    for document in re.split(r"(?=<\?xml\s)", text):
        position = 0
        while (before := _BEFORE_ROOT.match(document, position)) is not None:
            position = before.end()
        root = _ROOT.match(document, position)
        doctype = _DOCTYPE.search(document, 0, 4096)
        if root is not None:
            prefix = f":{root[1]}" if root[1] else ""
            declared = re.search(rf"\sxmlns{re.escape(prefix)}\s*=\s*[\"']([^\"']*)", root[3])
            yield Root(root[2], declared[1] if declared else "", root[3])
        elif doctype is not None:
            yield Root(doctype[1], "", "")
