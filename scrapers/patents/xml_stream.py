"""A file of XML documents as a stream of publications and refusals: one bad document spoils none of the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from scrapers.errors import InvalidIdentifierError, UnreadableFileError
from scrapers.lines import opened
from scrapers.patents.fields import Refusal
from scrapers.records import Publication
from scrapers.set_aside import MAX_EXCERPT
from scrapers.xml import DEFAULT_MAX_BYTES, MAX_NODES, XmlDocument, declared_entity, iter_documents, nodes_in

Outcome = Publication | Refusal
RootReader = Callable[[etree._Element, str], Iterator[Outcome]]
_CHUNK = 256 * 1024
_EXCERPT_BYTES = 4 * MAX_EXCERPT


def read_documents(path: Path, read_root: RootReader) -> Iterator[Outcome]:
    """What `read_root(root, place)` makes of each document of the file, which is never in memory as a whole.

    A document that is not well-formed, too large or unsafe, or for which `read_root` raises UnreadableFileError or
    InvalidIdentifierError, becomes a Refusal. Raises UnreadableFileError where the file itself cannot be opened.
    """
    for document in iter_documents(path):
        place = f"{document.name}, document {document.number}, line {document.first_line}"
        try:
            root = document.parse()
        except UnreadableFileError as error:
            yield _broken(document, error)
            continue
        try:
            yield from read_root(root, place)
        except (UnreadableFileError, InvalidIdentifierError) as error:
            yield Refusal(place=place, reason=str(error), excerpt=document.data[:_EXCERPT_BYTES])


def _broken(document: XmlDocument, error: UnreadableFileError) -> Refusal:
    """The refusal for a document that could not be parsed; the message names the place before its first colon."""
    what = f"{document.name}, document {document.number}"
    found = re.match(r"(?:, line ([0-9]+))?: ", rest := str(error).removeprefix(what))
    line = found[1] if found and found[1] else str(document.first_line)
    return Refusal(
        place=f"{what}, line {line}", reason=rest[found.end() :] if found else rest, excerpt=_around(document, line)
    )


def _around(document: XmlDocument, line: str) -> bytes:
    """The document from two lines before a line of the file, or its beginning."""
    lines_before = max(0, int(line) - document.first_line - 2)
    start = 0
    for _ in range(lines_before):
        found = document.data.find(b"\n", start)
        if found < 0:
            break
        start = found + 1
    return document.data[start : start + _EXCERPT_BYTES]


def read_elements(
    path: Path,
    name: str,
    read_one: Callable[[etree._Element], Publication],
    *,
    wrapper: tuple[bytes, bytes] = (b"", b""),
    max_bytes: int = DEFAULT_MAX_BYTES,
) -> Iterator[Outcome]:
    """What `read_one` makes of each element `name` of one large document, of which one element is in memory at a time.

    An element for which `read_one` raises UnreadableFileError or InvalidIdentifierError becomes a Refusal; so does the
    rest of a document that is not well-formed, declares entities or has `max_bytes` or `MAX_NODES` without the end of
    an element.
    `wrapper` is put before and after the file. Raises UnreadableFileError where the file cannot be opened.
    """
    parser = etree.XMLPullParser(
        events=("end",), tag=f"{{*}}{name}", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    count = waiting = nodes = 0
    if wrapper[0]:
        parser.feed(wrapper[0])
    with opened(path) as stream:
        while True:
            chunk = stream.read(_CHUNK)
            waiting, nodes = waiting + len(chunk), nodes + nodes_in(chunk)
            reason = _feed(parser, chunk, wrapper[1])
            for _, element in parser.read_events():
                count, waiting, nodes = count + 1, 0, 0
                place = f"{path.name}, line {element.sourceline or 0}, publication {count}"
                entity = declared_entity(element)
                if entity is not None:
                    reason = f"declares the entity {entity!r}, which is not safe to read; replace it by its text"
                    break
                yield _outcome(read_one, element, place)
                _forget(element)
            if reason is None and (waiting > max_bytes or nodes > MAX_NODES):
                reason = f"has {waiting:,} bytes without the end of a <{name}>; get the file again"
            if reason is not None:
                yield Refusal(place=f"{path.name}, after publication {count}", reason=reason)
                return
            if not chunk:
                break
    if count == 0:
        yield Refusal(place=path.name, reason=f"holds no <{name}>; nothing in it to import")


def _feed(parser: etree.XMLPullParser[etree._Element], chunk: bytes, end: bytes) -> str | None:
    """Give a chunk to the parser, or `end` and close it with an empty one; what is wrong with the XML, else None."""
    try:
        if chunk or end:
            parser.feed(chunk or end)
        if not chunk:
            parser.close()
    except etree.XMLSyntaxError as error:
        return f"not well-formed XML ({error.msg or 'the document is empty'}); get the file again"
    return None


def _outcome(read_one: Callable[[etree._Element], Publication], element: etree._Element, place: str) -> Outcome:
    try:
        return read_one(element)
    except (UnreadableFileError, InvalidIdentifierError) as error:
        return Refusal(place=place, reason=str(error), excerpt=etree.tostring(element)[:_EXCERPT_BYTES])


def _forget(element: etree._Element) -> None:
    """Free an element that was read and what stands before it, which the parser would keep."""
    element.clear()
    parent = element.getparent()
    while parent is not None and (earlier := element.getprevious()) is not None:
        parent.remove(earlier)
