"""Writes small PDF files in the layout of ISO with the standard fonts: text at places, ruled lines, pictures."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from pathlib import Path

WIDTH, HEIGHT = 595, 842
LEFT, RIGHT, TOP, BOTTOM = 71, 525, 740, 70
FONTS = {"regular": "Helvetica", "bold": "Helvetica-Bold", "italic": "Helvetica-Oblique", "other": "Courier"}
_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


@dataclass
class Page:
    """The drawing operators of a page."""

    operators: list[str] = field(default_factory=list)
    y: float = TOP

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 10,
        font: str = "regular",
        grey: float = 0,
        turn: bool = False,
    ) -> None:
        """Text at a place; `turn` sets it at 45 degrees."""
        matrix = f"0.707 0.707 -0.707 0.707 {x} {y}" if turn else f"1 0 0 1 {x} {y}"
        name = list(FONTS).index(font)
        coded = text.encode("cp1252").hex()
        self.operators.append(f"BT {grey} g /F{name} {size} Tf {matrix} Tm <{coded}> Tj ET")

    def rule(self, x0: float, x1: float, y: float) -> None:
        """A ruled line."""
        self.operators.append(f"0.5 w {x0} {y} m {x1} {y} l S")

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: str = "0.6 0.1 0.2") -> None:
        """A filled box."""
        self.operators.append(f"{colour} rg {x0} {y0} {x1 - x0} {y1 - y0} re f")


@dataclass
class Pdf:
    """Pages set one after the other, with running heads and page numbers."""

    head: str = "SAMPLE/DIS 99001-1:2025(E)"
    foot: str = "© ISO 2025 – All rights reserved"
    pages: list[Page] = field(default_factory=list)
    line_numbers: bool = False
    watermark: str = ""
    _lines: int = 0

    @property
    def page(self) -> Page:
        """The page that is being set."""
        if not self.pages:
            self.new_page()
        return self.pages[-1]

    def new_page(self) -> Page:
        """Start a page."""
        page = Page()
        self.pages.append(page)
        number = len(self.pages)
        if self.head:
            page.text(LEFT, 797, self.head, size=11, font="bold")
        if self.foot:
            page.text(LEFT, 30, self.foot, size=8)
            page.text(RIGHT - 8, 30, str(number), size=10)
        if self.watermark:
            page.text(150, 250, self.watermark, size=60, grey=0.8, turn=True)
        return page

    def line(self, *parts: tuple[float, str, str], size: float = 10, space: float = 0) -> None:
        """A line of (x, text, font) parts, after `space` points."""
        if self.page.y - space - size * 1.15 < BOTTOM:
            self.new_page()
        self.page.y -= space + size * 1.15
        if self.line_numbers:
            self._lines += 1
            self.page.text(40, self.page.y, str(self._lines), size=8)
        for x, text, font in parts:
            self.page.text(x, self.page.y, text, size=size, font=font)

    def heading(self, number: str, title: str, *more: str, size: float = 12) -> None:
        """A numbered heading, its title perhaps in several lines."""
        self.line((LEFT, number, "bold"), (LEFT + 12 + 5.5 * len(number), title, "bold"), size=size, space=16)
        for line in more:
            self.line((LEFT + 12 + 5.5 * len(number), line, "bold"), size=size)

    def title(self, text: str, size: float = 14) -> None:
        """An unnumbered heading on a new page."""
        self.new_page()
        self.line((LEFT, text, "bold"), size=size)

    def annex(self, letter: str, status: str, title: str) -> None:
        """The heading of an annex on a new page."""
        self.new_page()
        for text, font in ((f"Annex {letter}", "bold"), (f"({status})", "regular"), (title, "bold")):
            self.line((300 - 3.5 * len(text), text, font), size=14, space=6)

    def paragraph(self, *lines: str, x: float = LEFT, size: float = 10, space: float = 11) -> None:
        """A paragraph of given lines."""
        for at, line in enumerate(lines):
            self.line((x, line, "regular"), size=size, space=space if at == 0 else 0)

    def wrapped(self, text: str, *, width: int = 88) -> None:
        """A paragraph, its lines broken after `width` characters and spread to the right edge as far as words allow."""
        words, lines = text.split(), [""]
        for word in words:
            if len(lines[-1]) + len(word) + 1 > width:
                lines.append("")
            lines[-1] = f"{lines[-1]} {word}".strip()
        self.paragraph(*lines)

    def write(self, path: Path, *, encrypt: str = "") -> Path:
        """Write the file; `encrypt` is `password` or `no copying`."""
        objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
        fonts: list[str] = []
        for name in FONTS.values():
            objects.append(f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>")
            fonts.append(f"/F{len(fonts)} {len(objects)} 0 R")
        streams: dict[int, bytes] = {}
        kids = []
        for page in self.pages:
            objects.append("")
            streams[len(objects)] = zlib.compress("\n".join(page.operators).encode("latin-1"))
            objects.append(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] "
                f"/Resources << /Font << {' '.join(fonts)} >> >> /Contents {len(objects)} 0 R >>"
            )
            kids.append(f"{len(objects)} 0 R")
        objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>"
        trailer = ""
        if encrypt:
            objects.append(_encryption(encrypt))
            trailer = f"/Encrypt {len(objects)} 0 R /ID [<{'00' * 16}> <{'00' * 16}>]"
        path.write_bytes(_file(objects, streams, trailer))
        return path


def scanned(path: Path, pages: int = 3) -> Path:
    """A file whose pages are pictures."""
    pdf = Pdf(head="", foot="")
    for _ in range(pages):
        pdf.new_page().operators.append("q 400 0 0 600 100 100 cm BI /W 2 /H 2 /CS /G /BPC 8 ID \x00\xff\xff\x00 EI Q")
    return pdf.write(path)


def _file(objects: list[str], streams: dict[int, bytes], trailer: str) -> bytes:
    data = bytearray(b"%PDF-1.4\n")
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n".encode()
        if number in streams:
            data += f"<< /Length {len(streams[number])} /Filter /FlateDecode >>\nstream\n".encode()
            data += streams[number] + b"\nendstream"
        else:
            data += text.encode("latin-1")
        data += b"\nendobj\n"
    start = len(data)
    data += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    data += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    data += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(data)


def _encryption(kind: str) -> str:
    """The standard security handler, revision 2 (ISO 32000-1, 7.6.3), with an empty or another user password."""
    allowed = -60 if kind == "no copying" else -4
    owner = bytes(32)
    password = (b"" if kind == "no copying" else b"secret") + _PADDING
    bits = (allowed & 0xFFFFFFFF).to_bytes(4, "little")
    key = hashlib.md5(password[:32] + owner + bits + bytes(16)).digest()[:5]
    user = _rc4(key, _PADDING)
    return f"<< /Filter /Standard /V 1 /R 2 /P {allowed} /O <{owner.hex()}> /U <{user.hex()}> >>"


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
