"""Safe XML for files that people hand us: no entities, no network, no external DTD, bounded size and depth.

A DOCTYPE may be present (patent offices write one) but is never followed. Declared entities are refused, apart from
unparsed ones (`NDATA`: names of drawings), which cannot expand. References to entities of an external DTD that is not
read, such as `&ldquo;`, stay in the tree and `text_of` turns those that HTML 5 also knows into their character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from html.entities import html5
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from scrapers.errors import UnreadableFileError
from scrapers.lines import opened

MIB = 1024 * 1024
DEFAULT_MAX_BYTES = 64 * MIB
LIBXML2_MAX_DEPTH = 256
MAX_NODES = 2_000_000
"""How many tags, attributes and references a document may have: a tree takes some 120 bytes for each."""
_CHUNK = 256 * 1024
# "xml" is a reserved target, so this opens a document wherever it starts a line or follows a tag.
_PROLOG = b"<?xml"
_BOM = b"\xef\xbb\xbf"
_LONGEST_PROLOG_START = 16


def parse_xml(
    source: bytes | Path,
    *,
    what: str | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
    max_depth: int = LIBXML2_MAX_DEPTH,
    first_line: int = 1,
) -> etree._Element:
    """The root element of one XML document.

    `what` names the document in messages (default: the file's name); `first_line` is the line of the file on which
    `source` begins. Raises UnreadableFileError, one line with name and line number, where the document is missing,
    larger than `max_bytes`, of more than `MAX_NODES`, not well-formed, nested deeper than `max_depth` elements or
    declares entities.
    """
    name = what or (source.name if isinstance(source, Path) else "the XML document")
    data = _read(source, name, max_bytes) if isinstance(source, Path) else source
    if len(data) > max_bytes:
        raise _too_large(name, first_line, max_bytes)
    if nodes_in(data) > MAX_NODES:
        raise UnreadableFileError(f"{name}, line {first_line}: more than {MAX_NODES:,} tags and attributes; split it")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = first_line + max(error.lineno or 1, 1) - 1
        reason = re.sub(r", line \d+, column \d+.*", "", error.msg or "the document is empty")
        raise UnreadableFileError(f"{name}, line {line}: not well-formed XML ({reason}); get the file again") from error
    _refuse_entities(root, name)
    if max_depth < LIBXML2_MAX_DEPTH and root.xpath("boolean(" + "/*" * (max_depth + 1) + ")"):
        raise UnreadableFileError(f"{name}: elements are nested deeper than {max_depth}; no such document needs that")
    return root


def nodes_in(data: bytes) -> int:
    """No fewer than the tags, attributes and references in a piece of markup, on which the size of its tree depends."""
    return data.count(b"<") + data.count(b"=") + data.count(b"&")


@dataclass(frozen=True)
class XmlDocument:
    """One document of a file that holds several; `first_line` is its first line in the file, `number` counts from 1."""

    name: str
    number: int
    first_line: int
    data: bytes
    max_bytes: int

    def parse(self) -> etree._Element:
        """The root element; raises UnreadableFileError as `parse_xml` does, naming file, document and line."""
        what = f"{self.name}, document {self.number}"
        return parse_xml(self.data, what=what, max_bytes=self.max_bytes, first_line=self.first_line)


def iter_documents(
    source: Path | BinaryIO, *, what: str | None = None, max_bytes: int = DEFAULT_MAX_BYTES
) -> Iterator[XmlDocument]:
    """The XML documents of a file in which they stand one after the other, each with its own `<?xml …?>`.

    The file is streamed: never more than one document and one chunk are in memory, and of a document larger than
    `max_bytes` only as much as shows that it is. Nothing is parsed here, so a broken document does not spoil the
    others: `XmlDocument.parse` raises for it alone. A file with no prolog at all is one document.
    """
    if isinstance(source, Path):
        name = what or source.name
        with opened(source, name) as stream:
            yield from _split(stream, name, max_bytes)
    else:
        yield from _split(source, what or "the XML file", max_bytes)


def local_name(element: etree._Element) -> str:
    """The tag without its namespace; empty for comments, processing instructions and entity references."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def text_of(
    element: etree._Element,
    *,
    skip: Collection[str] = (),
    breaks: Collection[str] = (),
    replace: Callable[[etree._Element], str | None] | None = None,
) -> str:
    """All text in an element, white space folded to single spaces and trimmed.

    `skip` holds local names of descendants that are left out (their tails stay), `breaks` those around which words
    must not run together, such as `br`. `replace` is asked about every other descendant: a string stands for it and
    all in it, None means that it is read as usual. Comments and processing instructions are left out.
    """
    pieces: list[str] = []
    _collect(element, pieces, skip, breaks, replace)
    return " ".join("".join(pieces).split())


def _collect(
    element: etree._Element,
    pieces: list[str],
    skip: Collection[str],
    breaks: Collection[str],
    replace: Callable[[etree._Element], str | None] | None,
) -> None:
    pieces.append(element.text or "")
    for child in element:
        name = local_name(child)
        if isinstance(child, etree._Entity):
            pieces.append(html5.get(f"{child.name};", child.text or ""))
        elif name and name not in skip:
            instead = replace(child) if replace else None
            if instead is not None:
                pieces.append(instead)
            else:
                edge = " " if name in breaks else ""
                pieces.append(edge)
                _collect(child, pieces, skip, breaks, replace)
                pieces.append(edge)
        pieces.append(child.tail or "")


def declared_entity(element: etree._Element) -> str | None:
    """The name of an entity that the document of this element declares, if any may expand; None otherwise."""
    dtd = element.getroottree().docinfo.internalDTD
    if dtd is None:
        return None
    # lxml shows an unparsed entity as one with its notation for content and no original text.
    unsafe = (entity for entity in dtd.iterentities() if entity.orig is not None or entity.content is None)
    return next((entity.name or "" for entity in unsafe), None)


def _refuse_entities(root: etree._Element, name: str) -> None:
    entity = declared_entity(root)
    if entity is not None:
        raise UnreadableFileError(
            f"{name}: declares the entity {entity!r}, which is not safe to read; replace it by its text"
        )


def _read(path: Path, name: str, max_bytes: int) -> bytes:
    with opened(path, name) as stream:
        return stream.read(max_bytes + 1)


def _prolog(buffer: bytearray, searched: int) -> int | None:
    """Where the next document begins at or after `searched` (1 or more); an expression would search far longer."""
    found = buffer.find(_PROLOG, searched)
    while found >= 0:
        start = found - len(_BOM) if buffer[max(0, found - len(_BOM)) : found] == _BOM else found
        ends = buffer[found + len(_PROLOG) : found + len(_PROLOG) + 1]
        if start >= searched and buffer[start - 1] in b"\n\r>" and ends.isspace():
            return start
        found = buffer.find(_PROLOG, found + 1)
    return None


def _split(stream: BinaryIO, name: str, max_bytes: int) -> Iterator[XmlDocument]:
    buffer = bytearray()
    number, first_line, lost_lines = 1, 1, 0
    searched = 1  # the prolog of the document in the buffer stands at 0
    while True:
        chunk = stream.read(_CHUNK)
        buffer += chunk
        while (start := _prolog(buffer, searched)) is not None:
            data = bytes(buffer[:start])
            del buffer[:start]
            if data.strip():
                yield XmlDocument(name, number, first_line, data, max_bytes)
                number += 1
            first_line += data.count(b"\n") + lost_lines
            searched, lost_lines = 1, 0
        if not chunk:
            break
        if len(buffer) > max_bytes + 2 * _CHUNK:
            # Too large already: keep enough to say so, and the end, where the next prolog may have begun.
            dropped = buffer[max_bytes + 1 : -_LONGEST_PROLOG_START]
            lost_lines += dropped.count(b"\n")
            del buffer[max_bytes + 1 : -_LONGEST_PROLOG_START]
        searched = max(1, len(buffer) - _LONGEST_PROLOG_START)
    if buffer.strip() or number == 1:
        yield XmlDocument(name, number, first_line, bytes(buffer), max_bytes)


def _too_large(name: str, line: int, max_bytes: int) -> UnreadableFileError:
    return UnreadableFileError(
        f"{name}, line {line}: larger than the limit of {max_bytes:,} bytes for one document; split it"
    )
