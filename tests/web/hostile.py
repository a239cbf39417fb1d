"""Requests that mean harm, drawn by hypothesis: texts, files, whole forms and addresses."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from docx import Document
from hypothesis import strategies as st
from openpyxl import Workbook

from workbench.resources import resource

SCRIPT: Final = "<script>window.ran"
"""The start of a script; no page may show it as it was sent."""
MISSING: Final = None
"""Instead of a value: the field is left out."""

_SPECIAL: Final = (
    "", " ", "\t\r\n", "\x00", "a\x00b", "\ud800", "\udfff a", "\ud7ff\uffff", "\x1b[31m", "\x7f\x85\u2028",
    "\u202egnp.exe", "\u2066\u2069\u200b\ufeff", "\N{COMBINING ACUTE ACCENT}" * 50, "評価" * 30, "%00%0a%ff",
    "%s%n%(x)s",
    "{{ 7*7 }}", "{% raw %}", "${7*7}", "#{x}", "'", '"', "\\", "' OR 1=1 --", "'; DROP TABLE account; --",
    "%' ESCAPE '_",
    "<script>window.ran=1</script>", "\"'><img src=x onerror=window.ran=1>", "]]>", "&lt;&#0;&bogus;", "javascript:x",
    "../../etc/passwd", "..\\..\\x", "/etc/passwd", "C:\\con", "file:///etc/passwd", "//evil.example", "http://[",
    "//[::1",
    "http://127.0.0.1:1/", "a\r\nBcc: x@example.org", "\r\nSet-Cookie: a=b", "a@b", "a@example.org", "@",
    "x@" + "y" * 300,
    "=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://evil.example")',
    "0", "-0", "1", "2", "9" * 20, "9" * 5000, "-9223372036854775809", "2147483648", "1e309", "NaN", "-inf", "٣",
    "²", "1.5",
    "0x10", "1_000", " 1 ", "1,5", "true", "null", "[]", "{}", '{"a": 1}', "[" * 3000, "(" * 500, "a" * 300,
    "x" * 70_000,
    "2026-11-25", "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "+999999-01-01", "2026-W01", "２０２６-01-01",
    "2026-11-25T09:00", "9999-12-31T23:59", "0001-01-01T00:00", "24:00", "FF_JP", "OSS <= NP", "not (", "a: [",
    "- - -\n\t?",
    "reader", "administrator", "read_standards", "en", "ISO/IEC DIS 90001", "90001", "90501", "XX.9001.A1", "claim",
)  # fmt: skip
TEXTS: Final = st.one_of(
    st.sampled_from(_SPECIAL),
    st.sampled_from(_SPECIAL),
    st.text(max_size=40),
    st.integers(min_value=-(2**70), max_value=2**70).map(str),
    st.dates().map(str),
    st.floats().map(str),
)

_ENTITY: Final = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
_LAUGHS: Final = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha">'
    + b"".join(b'<!ENTITY b%d "%s">' % (each + 1, b"&b%d;" % each * 10 if each else b"&b;" * 10) for each in range(9))
    + b"]><a>&b9;</a>"
)


def _packed(members: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return held.getvalue()


def _sheet(rows: Sequence[Sequence[str]]) -> bytes:
    book, held = Workbook(), io.BytesIO()
    sheet = book.create_sheet(index=0)
    for row in rows:
        sheet.append(tuple(row))
    book.save(held)
    return held.getvalue()


def _letter(rows: Sequence[Sequence[str]]) -> bytes:
    document, held = Document(), io.BytesIO()
    table = document.add_table(len(rows), len(rows[0]))
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, written in zip(row.cells, cells, strict=True):
            cell.text = written
    document.save(held)
    return held.getvalue()


_COMMENTS: Final = (
    ("MB/NC", "Line number", "Clause/Subclause", "Paragraph/Figure/Table", "Type of comment", "Comments",
     "Proposed change", "Observations of the secretariat"),
    ("JP 1", "12", "7", "", "te", "The term is not defined.", "Define it.", "Accepted"),
    ("=1+1", "-1", "9" * 400, "\u202e", "zz", "<script>window.ran=1</script>", "{{ 7*7 }}", "maybe"),
)  # fmt: skip
_PATENTS: Final = (("publication_number", "title", "claims"), ("XX.9.A1", "=1+1", "<script>window.ran=1</script>"))
_VOTES: Final = (("Country", "Vote"), ("Japan (JISC)", "Approval"), ("=1+1", "Perhaps"), ("", "\u202e"))
_CALENDAR: Final = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\nBEGIN:VEVENT\r\nUID:1@example.org\r\nDTSTAMP:20261125T000000Z\r\n"
    b"DTSTART:20261201T090000Z\r\nDTEND:20261201T100000Z\r\nSUMMARY:SC 42 plenary\r\nRRULE:FREQ=SECONDLY\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)
_MAIL: Final = (
    b"From: a@example.org\r\nSubject: =?utf-8?B?////?= ballot\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-7\r\n\r\n'
    b"+ADw-script+AD4-\r\n--b\r\nContent-Type: text/calendar\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n"
    b"--b--\r\n"
)


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    return "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in rows).encode("utf-8")


def _samples() -> tuple[bytes, ...]:
    kept = ("ballots/*.*", "comments/*.csv", "drafts/*-cd-*.xml", "patents/ops-biblio*.xml")
    return tuple(path.read_bytes() for each in kept for path in sorted(resource("sample").glob(each)))


_WHOLE: Final = (
    *(make(rows) for rows in (_COMMENTS, _PATENTS, _VOTES) for make in (_csv, _sheet)),
    _letter(_COMMENTS),
    _CALENDAR,
    _MAIL,
)
"""What the readers take, with hostile words in it; cut off and disturbed before it is sent."""
_BROKEN: Final = (
    b"", b"\x00" * 1000, b"\x7fELF", b"\xff\xfe<", b"\xff\xfeM\x00C\x00",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old workbook",
    b"%PDF-1.7 broken", b"{\\rtf1", b"[" * 4000, b"{" * 2000, b'{"a": 1e999}\n{', b'"' * 999, b'"never closed\n' * 50,
    _ENTITY, _LAUGHS, b"<?xml version='1.0' encoding='utf-7'?><a/>", b"<standard>" + b"<sec>" * 3000, b"<a",
    b"<html><script>window.ran=1</script>", b"PK\x03\x04 cut off", b"PK\x05\x06" + b"\xff" * 18,
    _packed({"../../x": b"x", "/etc/passwd": b"x"}), _packed({"a.xml": b"\x00" * 9_000_000}),
    _packed({"[Content_Types].xml": _ENTITY, "xl/workbook.xml": _LAUGHS}),
    _packed({"[Content_Types].xml": b"<x/>", "word/document.xml": _LAUGHS}),
    _packed({"inner.zip": _packed({"inner.zip": _packed({"x.xml": _ENTITY})})}),
    b"a,b\n" + b"=1+1," * 5000, "公報番号\n特許\n".encode("shift_jis"), b"publication_number\n" + b"X" * 40_000,
    b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:99999999T999999Z\n", b"Subject: \x00\r\n" * 300, b"=\n=\n=\n",
)  # fmt: skip


def _disturbed(content: bytes, cut: float, change: bytes) -> bytes:
    """Cut off at a part of its length, or with something written over what stands there."""
    at = int(len(content) * abs(cut))
    return content[:at] if cut < 0 else content[:at] + change + content[at + len(change) :]


FILES: Final = st.one_of(
    st.sampled_from(_BROKEN),
    st.builds(
        _disturbed,
        st.sampled_from((*_WHOLE, *_samples())),
        st.floats(-1, 1, allow_nan=False, width=16),
        st.binary(max_size=6),
    ),
    st.sampled_from(_WHOLE),
)
NAMES: Final = st.sampled_from(
    ("table.csv", "x.xlsx", "x.docx", "x.xml", "x.zip", "x.ics", "x.eml", "x.pdf", "..\\..\\x.xml", "../../etc/passwd",
     "a\x00b.csv", "x" * 300 + ".xlsx", "con", "", ".", "ü\u202ecsv.exe", "=1.csv", "\ud800.csv", 'a"; filename="b')
)  # fmt: skip


@dataclass(frozen=True)
class File:
    """A file in a field."""

    name: str
    content: bytes


FILE: Final = File("table.csv", b"publication_number,title\nXX.1.A1,Records\n")
"""A file that does no harm."""


@dataclass(frozen=True)
class Form:
    """What an address takes: its fields as the page filled them in, what may be chosen, and the address it went to."""

    endpoint: str
    method: str
    fields: tuple[tuple[str, str | File], ...]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for name, _ in self.fields))

    @property
    def uploads(self) -> bool:
        return any(isinstance(value, File) for _, value in self.fields)


@dataclass(frozen=True)
class Sent:
    """One request: arguments of the address, and what goes with it."""

    arguments: Mapping[str, Any]
    query: str
    body: bytes
    content_type: str


def requests(form: Form, arguments: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Sent]:
    """A form as the page had it, but for a few fields: wrong, repeated, missing, or never asked for."""
    names = st.sampled_from((*form.names, *form.names, "never_asked_for", "\x00")) if form.names else st.just("unasked")
    files = st.builds(File, NAMES, FILES)
    value: st.SearchStrategy[Any] = st.one_of(
        TEXTS, TEXTS, TEXTS, st.just(MISSING), st.lists(TEXTS, min_size=2, max_size=3)
    )
    changes = st.lists(st.tuples(names, st.one_of(value, files) if form.uploads else value), min_size=1, max_size=4)
    wished: dict[str, st.SearchStrategy[Any]] = {name: st.sampled_from(each) for name, each in form.choices.items()}
    wished |= {name: files for name, each in form.fields if isinstance(each, File)}
    return st.builds(
        lambda given, chosen, changed, damage: _sent(form, given, {**chosen, **dict(changed)}, damage),
        st.fixed_dictionaries(dict(arguments)),
        st.fixed_dictionaries(wished),
        changes,
        st.sampled_from((0,) * 20 + (1, 2, 3)),
    )


def _sent(form: Form, arguments: Mapping[str, Any], changed: Mapping[str, Any], damage: int) -> Sent:
    values = [(name, value) for name, value in form.fields if name not in changed]
    for name, value in changed.items():
        values += [(name, each) for each in (value if isinstance(value, list) else [value]) if each is not MISSING]
    if form.method == "GET":
        return Sent(arguments, _encoded(values), b"", "")
    if form.uploads or any(isinstance(value, File) for _, value in values):
        body, kind = _multipart(values), "multipart/form-data; boundary=B"
    else:
        body, kind = _encoded(values).encode("ascii"), "application/x-www-form-urlencoded"
    if damage == 1:
        body = body[: len(body) // 2]
    elif damage:
        kind = ("multipart/form-data", "application/json")[damage - 2]
    return Sent(arguments, form.query, body, kind)


def _encoded(values: Sequence[tuple[str, Any]]) -> str:
    plain = [(name, value.name if isinstance(value, File) else value) for name, value in values]
    return urlencode(plain, encoding="utf-8", errors="surrogatepass")


def _multipart(values: Sequence[tuple[str, Any]]) -> bytes:
    parts = []
    for name, value in values:
        head = f'--B\r\nContent-Disposition: form-data; name="{_header(name)}"'
        if isinstance(value, File):
            head += f'; filename="{_header(value.name)}"\r\nContent-Type: application/octet-stream'
        content = value.content if isinstance(value, File) else value.encode("utf-8", "surrogatepass")
        parts.append(head.encode("utf-8", "surrogatepass") + b"\r\n\r\n" + content + b"\r\n")
    return b"".join(parts) + b"--B--\r\n"


def _header(written: str) -> str:
    return written.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
