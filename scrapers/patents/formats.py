"""The formats of patent files that are known, recognised by content."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scrapers.errors import UnreadableFileError
from scrapers.patents import (
    bigquery,
    docdb_xml,
    ep_xml,
    google_html,
    jpo_xml,
    ops_xml,
    table_reader,
    uspto_aps,
    uspto_odp,
    uspto_ppubs,
    uspto_st96,
    uspto_xml,
    zip_files,
)
from scrapers.patents.column_maps import ColumnMap, built_in
from scrapers.patents.tables import OLE, ZIP, is_xlsx, looks_like_csv
from scrapers.patents.xml_stream import Outcome

_HEAD_BYTES = 256 * 1024
_TABLE_HEAD = 64 * 1024  # characters
_TABLE_LINES = 100
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
    """The beginning of a file: its first bytes and the roots of the XML documents that begin there.

    `is_table` tells that it is a workbook or looks like CSV; `column_map` is that of the known export it is.
    """

    data: bytes
    roots: tuple[Root, ...]
    is_json: bool
    is_table: bool
    column_map: ColumnMap | None


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


def _has_root(*names: str, namespace: str = "") -> Callable[[Head], bool]:
    """Whether a document with one of these roots begins in the file, in a namespace that holds the given words."""
    return lambda head: any(
        root.name in names and (not namespace or not root.namespace or namespace in root.namespace)
        for root in head.roots
    )


def _json_with(*keys: str) -> Callable[[Head], bool]:
    """Whether the file is JSON and has one of these keys near its beginning."""
    pattern = re.compile(rb'"(?:' + "|".join(keys).encode() + rb')"\s*:')
    return lambda head: head.is_json and pattern.search(head.data) is not None


def _exported(name: str) -> Callable[[Head], bool]:
    return lambda head: head.column_map is not None and head.column_map.name == name


def _table_reader(column_map: ColumnMap) -> Reader:
    return Reader(
        column_map.name,
        column_map.title,
        _exported(column_map.name),
        lambda path: table_reader.read(path, column_map),
    )


READERS = (
    Reader(
        uspto_xml.NAME,
        "USPTO full text XML, 2001 on",
        _has_root(*uspto_xml.ROOTS, *uspto_xml.OTHER_ROOTS),
        uspto_xml.read,
    ),
    Reader(
        uspto_aps.NAME,
        "USPTO green book text, grants of 1976 to 2001",
        lambda head: re.search(rb"^PATN *\r?\nWKU ", head.data, re.MULTILINE) is not None,
        uspto_aps.read,
    ),
    Reader(
        uspto_st96.NAME,
        "USPTO CPC master classification file, ST.96",
        _has_root(uspto_st96.MASTER),
        uspto_st96.read_master,
    ),
    Reader(
        "uspto-xml4ip",
        "documents of a USPTO application's file, ST.96: refused one by one",
        _has_root(*uspto_st96.FILE_ROOTS, namespace="uspto"),
        uspto_st96.read_file_documents,
    ),
    Reader(
        uspto_odp.NAME,
        "USPTO Open Data Portal JSON",
        _json_with(uspto_odp.BAG, "ApplicationNumber", *uspto_odp.OTHER_KEYS),
        uspto_odp.read,
    ),
    Reader(uspto_ppubs.NAME, "USPTO Patent Public Search JSON", _json_with(uspto_ppubs.KEY), uspto_ppubs.read),
    Reader(
        ops_xml.NAME,
        "EPO OPS XML (biblio, claims)",
        _has_root(*ops_xml.ROOTS, namespace="epo.org"),
        ops_xml.read,
    ),
    Reader(docdb_xml.NAME, "EPO DOCDB XML", _has_root(*docdb_xml.ROOTS), docdb_xml.read),
    Reader(ep_xml.NAME, "European publication server XML", _has_root(*ep_xml.ROOTS), ep_xml.read),
    Reader(
        jpo_xml.NAME,
        "JPO gazette XML",
        _has_root(jpo_xml.GAZETTE, *jpo_xml.ST96_ROOTS, *jpo_xml.FILE_ROOTS),
        jpo_xml.read,
    ),
    Reader(
        google_html.NAME,
        "saved Google Patents page",
        lambda head: google_html.MARK in head.data and re.search(rb"<(?:!doctype )?html", head.data, re.I) is not None,
        google_html.read,
    ),
    Reader(
        bigquery.NAME,
        "BigQuery rows of Google's public patent data, JSON Lines",
        _json_with(bigquery.KEY),
        bigquery.read,
    ),
    *(_table_reader(column_map) for column_map in built_in()),
    Reader(
        zip_files.NAME,
        "ZIP archive of any of these",
        lambda head: head.data.startswith(b"PK") and not head.is_table,
        lambda path: zip_files.read(path, _read_member),
    ),
)
UNSUPPORTED = (
    Unsupported(
        "an answer of the JPO's patent information API",
        "import the gazette of the publication",
        _json_with("remainAccessCount"),
    ),
    Unsupported(
        "a recorded HTTP answer",
        "import the body of the answer",
        lambda head: head.data.startswith(b"HTTP/"),
    ),
    Unsupported(
        "a table whose headings are those of no known export",
        "give a column map for it",
        lambda head: head.is_table and head.column_map is None,
    ),
)


def reader_for(path: Path, format: str = "auto", column_map: ColumnMap | None = None) -> Reader:  # noqa: A002
    """The reader of the named format, or with `auto` the one that recognises the file.

    A column map makes a reader of its own for tables. Raises UnreadableFileError, one line naming the file, where the
    format is unknown, recognised but not read, or the file cannot be opened.
    """
    if column_map is not None:
        _start(path)
        return _table_reader(column_map)
    known = ", ".join(reader.name for reader in READERS)
    if format != "auto":
        for reader in READERS:
            if reader.name == format:
                return reader
        raise UnreadableFileError(f"{path.name}: format {format!r} is not known; known formats: auto, {known}")
    head = _head(path)
    for reader in READERS:
        if reader.recognises(head):
            return reader
    for other in UNSUPPORTED:
        if other.recognises(head):
            raise UnreadableFileError(f"{path.name}: is {other.title}, which is not read; {other.remedy}")
    found = f"XML with root <{head.roots[0].name}>" if head.roots else "JSON" if head.is_json else "no XML"
    raise UnreadableFileError(f"{path.name}: is {found}, of no known format; known formats: {known}")


def _read_member(path: Path) -> Iterator[Outcome]:
    """The publications of a member of an archive; an archive in an archive was refused before."""
    return reader_for(path).read(path)


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD_BYTES)
    except OSError as error:
        raise UnreadableFileError(
            f"{path.name}: cannot be read ({error.strerror or error}); check the path and its permissions"
        ) from error


def _head(path: Path) -> Head:
    data = _start(path)
    utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = data.decode("utf-16" if utf16 else "utf-8", errors="replace").removeprefix("﻿")
    roots = tuple(_roots(text)) if text.lstrip().startswith("<") else ()
    is_json = not roots and text.lstrip()[:1] in {"{", "["}
    workbook = data.startswith(OLE) or (data.startswith(ZIP) and is_xlsx(path))
    plain = not (roots or is_json or data.startswith(b"PK") or text.lstrip().startswith("<") or "\x00" in text)
    start = text[:_TABLE_HEAD] if plain else ""
    maybe = workbook or any(len(re.findall(r"[,;\t|]", line)) > 1 for line in start.splitlines()[:_TABLE_LINES])
    column_map = table_reader.recognised(path) if maybe else None
    is_table = workbook or column_map is not None or looks_like_csv(start)
    return Head(data, roots, is_json, is_table, column_map)


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
