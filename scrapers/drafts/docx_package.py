"""The parts of a DOCX file (ISO/IEC 29500-2), read without unpacking anything to disk.

Sizes are counted while reading, so a file that expands without end is refused whatever its directory says. Parts are
found by relationships inside the package; external links are never followed, macros never looked at.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from pathlib import Path

from lxml import etree

from scrapers.errors import UnreadableFileError
from scrapers.xml import MIB, local_name, parse_xml

MAX_PART_BYTES = 64 * MIB
MAX_TOTAL_BYTES = 192 * MIB
MAX_PARTS = 20_000
MAX_DEPTH = 200
"""How deep elements may be nested: tables in text boxes in tables go deeper than the XML formats of drafts."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK = 1 * MIB


def recognises(head: bytes) -> bool:
    """Whether the file is a package of Office Open XML, or an old or encrypted Word file, which is then refused."""
    office = b"[Content_Types].xml" in head or b"word/" in head or b"_rels/.rels" in head
    return head.startswith(_OLE) or (head.startswith(b"PK\x03\x04") and office)


class Package:
    """An open DOCX file; use it in a `with` statement."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._left = MAX_TOTAL_BYTES
        try:
            with path.open("rb") as stream:
                if stream.read(len(_OLE)) == _OLE:
                    raise UnreadableFileError(
                        f"{self.name}: an encrypted or old (.doc) Word file; save it in Word as .docx without password"
                    )
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise UnreadableFileError(
                f"{self.name}: cannot be read ({error.strerror or error}); check path and permissions"
            ) from error
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise self._broken(error) from error
        members = self._zip.infolist()
        if len(members) > MAX_PARTS:
            self._zip.close()
            raise UnreadableFileError(f"{self.name}: more than {MAX_PARTS:,} parts; no Word file needs that")
        self._members = {info.filename.replace("\\", "/").lstrip("/").casefold(): info for info in members}

    def __enter__(self) -> Package:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def xml(self, part: str) -> etree._Element | None:
        """The root of a part, or None where the package has no such part."""
        info = self._members.get(part.casefold())
        return (
            None
            if info is None
            else parse_xml(self._read(info), what=f"{self.name}: {part}", max_bytes=MAX_PART_BYTES, max_depth=MAX_DEPTH)
        )

    def related(self, part: str, kind: str) -> list[str]:
        """The parts inside the package that `part` refers to by a relationship whose type ends in `/kind`."""
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = []
        for relation in () if root is None else root:
            if local_name(relation) == "Relationship" and relation.get("TargetMode") != "External":
                target = relation.get("Target", "")
                if relation.get("Type", "").endswith(f"/{kind}") and target:
                    inside = posixpath.normpath(posixpath.join("/", folder, target))
                    found.append(inside.lstrip("/"))
        return found

    def main(self) -> str:
        """The name of the part with the text; raises UnreadableFileError where the package is no Word file."""
        for part in self.related("", "officeDocument"):
            if part.casefold() in self._members:
                return part
        raise UnreadableFileError(f"{self.name}: an Office file without a Word document in it; give a .docx")

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        if info.flag_bits & 0x1:
            raise UnreadableFileError(f"{self.name}: encrypted; save it in Word without password")
        limit = min(MAX_PART_BYTES, self._left)
        pieces: list[bytes] = []
        size = 0
        try:
            with self._zip.open(info) as stream:
                while piece := stream.read(_CHUNK):
                    size += len(piece)
                    if size > limit:
                        raise UnreadableFileError(
                            f"{self.name}: {info.filename[:80]} unpacks to more than {limit:,} bytes; "
                            "no draft needs that, so it is not read"
                        )
                    pieces.append(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise self._broken(error) from error
        self._left -= size
        return b"".join(pieces)

    def _broken(self, error: Exception) -> UnreadableFileError:
        return UnreadableFileError(f"{self.name}: not a whole Word file ({error}); get the file again")
