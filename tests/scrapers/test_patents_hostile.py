"""Hostile files: each gives one clear error, in bounded memory, and reads nothing from disk or net that it names."""

from __future__ import annotations

import io
import subprocess
import sys
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from scrapers.errors import UnreadableFileError
from scrapers.patents import ColumnMap, Refusal, read_patents
from scrapers.patents.archives import Limits, members_of, unpacked
from scrapers.patents.column_maps import Field
from scrapers.patents.zip_files import read as read_zip
from scrapers.records import Publication

SAMPLES = Path(__file__).parent / "patents"
MIB = 1024 * 1024
BOUND = 400 * MIB
GREEN = b"PATN\r\nWKU  044900018\r\nAPT  1\r\nISD  19850101\r\nTTL  "
MAP = ColumnMap(name="any", columns={Field.NUMBER: ("Publication Number",), Field.TITLE: ("Title",)})
BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9)
)


@contextmanager
def bounded_memory() -> Iterator[None]:
    """Fails where Python's allocations pass the bound."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < BOUND
    finally:
        tracemalloc.stop()


def errors_of(path: Path, column_map: ColumnMap | None = None) -> list[str]:
    """The errors and refusals of a file of which nothing may be imported."""
    try:
        outcomes = list(read_patents(path, column_map=column_map))
    except UnreadableFileError as error:
        return [str(error)]
    assert not any(isinstance(outcome, Publication) for outcome in outcomes)
    return [f"{outcome.place}: {outcome.reason}" for outcome in outcomes if isinstance(outcome, Refusal)]


def laughs(root: str, body: str = "&j;") -> bytes:
    return (
        b'<?xml version="1.0"?>'
        + BOMB.replace(b"DOCTYPE x", f"DOCTYPE {root}".encode())
        + (f"]><{root}>{body}</{root}>".encode())
    )


@pytest.mark.parametrize(
    "root", ["us-patent-grant", "world-patent-data", "ep-patent-document", "jp-official-gazette", "exchange-documents"]
)
@pytest.mark.parametrize("place", ["text", "attribute"])
def test_billion_laughs(tmp_path: Path, root: str, place: str) -> None:
    path = tmp_path / "laughs.xml"
    child = "exchange-document" if root == "exchange-documents" else "p"
    path.write_bytes(laughs(root, f"<{child}>&j;</{child}>" if place == "text" else f'<{child} a="&j;"/>'))
    with bounded_memory():
        (error,) = errors_of(path)
    assert "entity" in error or "not well-formed" in error
    assert "\n" not in error
    assert len(error) < 300


@pytest.mark.parametrize("root", ["us-patent-grant", "ep-patent-document", "exchange-documents"])
def test_external_entities_are_not_followed(tmp_path: Path, root: str) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    child = "exchange-document" if root == "exchange-documents" else "p"
    path = tmp_path / "external.xml"
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        f"<{root}><{child}>&x;</{child}></{root}>"
    )
    (error,) = errors_of(path)
    assert "entity 'x'" in error
    assert "secret" not in error.replace("secret.txt", "")


def deflated_zeros(size: int) -> bytes:
    """A raw deflate stream of `size` zero bytes: one packed piece, which a full flush lets repeat."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(bytes(8 * MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(bytes(8 * MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + piece * (size // (8 * MIB) - 1) + packer.flush()


def bomb(path: Path, size: int, claimed: int) -> None:
    """A ZIP with one member of `size` zero bytes, whose list says that it has `claimed` bytes."""
    data = deflated_zeros(size)
    name = b"week.xml"
    # The checksum is not that of the content; nobody may read far enough to compare it.
    sizes = bytes(4) + len(data).to_bytes(4, "little") + claimed.to_bytes(4, "little")
    local = b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + bytes(4) + sizes + len(name).to_bytes(2, "little") + bytes(2) + name
    central = (
        (b"PK\x01\x02\x14\x00\x14\x00\x00\x00\x08\x00" + bytes(4) + sizes + len(name).to_bytes(2, "little"))
        + bytes(16)
        + name
    )
    end = (
        (b"PK\x05\x06" + bytes(4) + b"\x01\x00\x01\x00" + len(central).to_bytes(4, "little"))
        + (len(local) + len(data)).to_bytes(4, "little")
        + bytes(2)
    )
    path.write_bytes(local + data + central + end)


@pytest.mark.slow
def test_a_bomb_of_ten_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    bomb(path, 10 * 1024 * MIB, 2**32 - 2)
    assert path.stat().st_size < 32 * MIB
    with bounded_memory():
        (error,) = errors_of(path)
    assert "decompression bomb" in error


@pytest.mark.parametrize("claimed", [256 * MIB, 1000])
def test_a_bomb_is_stopped_whatever_its_list_claims(tmp_path: Path, claimed: int) -> None:
    path = tmp_path / "bomb.zip"
    bomb(path, 256 * MIB, claimed)
    with bounded_memory():
        (error,) = errors_of(path)
    assert "decompression bomb" in error or "damaged" in error or "no known format" in error
    assert "\n" not in error


def test_a_bomb_in_many_members(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20):
            archive.writestr(f"{number}.xml", "<a/>")
    with pytest.raises(UnreadableFileError, match="20 members, more than 10"):
        members_of(path, Limits(members=10))
    with pytest.raises(UnreadableFileError, match="unpacks to 80 bytes"):
        members_of(path, Limits(total=79))


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/evil.xml", "a/../../evil.xml", "..\\evil.xml", "C:\\evil.xml"])
def test_paths_that_lead_out_of_the_archive(tmp_path: Path, name: str) -> None:
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, (SAMPLES / "application.xml").read_bytes())
    (error,) = errors_of(path)
    assert "leads out of the archive" in error
    assert not (tmp_path.parent / "evil.xml").exists()


def test_members_are_read_each_by_its_reader_and_spoil_no_others(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x.xml", "<x/>")
    path = tmp_path / "week.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("grants.xml", "green_book.txt", "odp.json"):
            archive.write(SAMPLES / name, f"2024/{name}")
        archive.writestr("nested.zip", inner.getvalue())
        archive.writestr("broken.xml", "<us-patent-grant><a")
        archive.writestr("drawing.tif", b"II*\x00")
        archive.writestr("notes.txt", "notes")
    outcomes = list(read_patents(path))
    numbers = [outcome.number for outcome in outcomes if isinstance(outcome, Publication)]
    assert numbers == [
        "US.9990001.B2", "US.D999002.S1", "US.4490001.A", "US.D299902.S", "US.6299999", "US.20220999031.A1",
        "US.11999032.B2",
    ]  # fmt: skip
    refusals = {outcome.place: outcome.reason for outcome in outcomes if isinstance(outcome, Refusal)}
    assert refusals["week.zip/2024/grants.xml, document 2, line 60"].startswith("<sequence-cwu>")
    assert "archive in an archive" in refusals["week.zip/nested.zip"]
    assert "not well-formed" in refusals["week.zip/broken.xml, document 1, line 1"]
    assert "no known format" in refusals["week.zip/notes.txt"]
    assert not any("drawing" in place for place in refusals)


def test_damaged_and_encrypted_members(tmp_path: Path) -> None:
    path = tmp_path / "week.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(SAMPLES / "grants.xml", "grants.xml")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"Sample", b"Simple", 1))
    (error,) = (each for each in errors_of(path))
    assert "damaged" in error
    encrypted = bytearray(whole)
    encrypted[6] |= 1
    encrypted[whole.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(encrypted)
    (error,) = errors_of(path)
    assert "is encrypted" in error


def test_unpacked_files_are_deleted(tmp_path: Path) -> None:
    path = tmp_path / "week.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/b.xml", "<x/>")
    (member,) = members_of(path)
    with unpacked(path, member) as content:
        assert (content.name, content.read_text()) == ("b.xml", "<x/>")
    assert not content.exists()


@pytest.mark.parametrize(
    ("start", "filler", "end"),
    [
        (GREEN, b"x", b"\r\n"),
        (b'{"publication_number": "EP-1000000-A1", "abstract_en": "', b"x", b'"}\n'),
        (b'{"patentFileWrapperDataBag": ["', b"x", b'"]}'),
        (b"Publication Number,Title,Publication Date,IPC\nEP1000000A1,", b"x", b",,\n"),
        (b'Publication Number,Title,Publication Date,IPC\nEP1000000A1,"', b"x\n", b'",,\n'),
        (b"<?xml version='1.0'?><us-patent-grant><p>", b"x", b"</p></us-patent-grant>"),
        (b"<exchange-documents><exchange-document><p>", b"x", b"</p></exchange-document></exchange-documents>"),
        (b'<html><link href="https://patents.google.com/patent/EP1000000A1/en">', b"x", b"</html>"),
    ],
    ids=["green book", "json lines", "json", "csv", "csv quoted", "xml", "docdb", "html"],
)
def test_a_line_of_a_gigabyte(tmp_path: Path, start: bytes, filler: bytes, end: bytes) -> None:
    path = tmp_path / "line"
    with path.open("wb") as stream:
        stream.write(start)
        block = filler * (8 * MIB // len(filler))
        for _ in range(10):
            stream.write(block)
        if filler == b"x" and not start.startswith(b"<"):
            stream.seek(1024 * MIB)  # the rest is a hole in the file: a gigabyte without a line end
        stream.write(end)
    with bounded_memory():
        (error,) = errors_of(path)
    assert "\n" not in error
    assert len(error) < 400


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.iterdir() if path.suffix != ".md"))
@given(data=st.data())
def test_damaged_files_give_publications_refusals_or_one_error(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    content = bytearray((SAMPLES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = start + data.draw(st.integers(0, 40))
        content[start:end] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"<", b">", b"&x;", b'"', b"null", b"[]", b"{}", b"\n", b"9" * 20])
        )
    path = tmp_path_factory.getbasetemp() / f"damaged-{name}"
    path.write_bytes(content)
    assert all("\n" not in error for error in _refusals(path))


@pytest.mark.parametrize(
    "name", ["application.xml", "bigquery.jsonl", "docdb.xml", "ep.xml", "espacenet.csv", "google.html", "odp.json"]
)
def test_bytes_that_are_no_utf_8_are_one_refusal_and_never_text(tmp_path: Path, name: str) -> None:
    good = (SAMPLES / name).read_bytes()
    path = tmp_path / name
    word = b"Sample" if b"Sample" in good else b"sample"
    path.write_bytes(good.replace(word, b"Sam\xff\xfeple", 1))
    outcomes = list(read_patents(path))
    told = [each.reason for each in outcomes if isinstance(each, Refusal)]
    assert any("UTF-8" in reason or "encoding" in reason for reason in told)
    assert not any("\ufffd" in each.model_dump_json() for each in outcomes if isinstance(each, Publication))


def _refusals(path: Path, column_map: ColumnMap | None = None) -> list[str]:
    try:
        outcomes = list(read_patents(path, column_map=column_map))
    except UnreadableFileError as error:
        return [str(error)]
    return [f"{outcome.place}: {outcome.reason}" for outcome in outcomes if isinstance(outcome, Refusal)]


RSS = """
import sys, psutil, threading
from pathlib import Path
from scrapers.errors import UnreadableFileError
from scrapers.patents import read_patents
process, peak, over = psutil.Process(), [0], threading.Event()
def watch():
    while not over.wait(0.005):
        peak[0] = max(peak[0], process.memory_info().rss)
watcher = threading.Thread(target=watch)
watcher.start()
try:
    reasons = [getattr(outcome, "reason", "imported") for outcome in read_patents(Path(sys.argv[1]))]
except UnreadableFileError as error:
    reasons = [str(error)]
over.set()
watcher.join()
print(peak[0], len(reasons), *reasons)
"""


@pytest.mark.parametrize(
    ("start", "filler", "end"),
    [
        (b"<us-patent-grant>", b"<a/>", b"</us-patent-grant>"),
        (b"<us-patent-grant>", b'<a b=""/>', b"</us-patent-grant>"),
        (b"<!DOCTYPE us-patent-grant SYSTEM 'x'><us-patent-grant>", b"&a;", b"</us-patent-grant>"),
        (b"<exchange-documents><exchange-document>", b"<a/>", b"</exchange-document></exchange-documents>"),
        (b"<exchange-documents>", b"<a/>", b"</exchange-documents>"),
        (b'<html><link href="https://patents.google.com/patent/EP1000000A1/en">', b"<b>", b"</html>"),
        (b'{"patentFileWrapperDataBag": [', b"[],", b"[]]}"),
        (b'{"publication_number": [', b"[],", b"[]]}"),
        (b"Publication Number,Title,Publication Date,IPC\n", b",", b"\n"),
    ],
    ids=["tags", "attributes", "references", "docdb", "docdb outside", "html", "json", "json line", "csv"],
)
def test_resident_memory_is_bounded_for_dense_files(tmp_path: Path, start: bytes, filler: bytes, end: bytes) -> None:
    path = tmp_path / "dense"
    size = 15 * MIB if start.startswith(b'{"publication_number"') else 60 * MIB
    path.write_bytes(start + filler * (size // len(filler)) + end)
    run = subprocess.run([sys.executable, "-c", RSS, str(path)], capture_output=True, text=True, check=True)
    peak, count, reason = run.stdout.split(" ", 2)
    assert int(peak) < BOUND
    assert int(count) == 1
    assert "imported" not in reason


def workbook(path: Path, change: Callable[[bytes], bytes]) -> None:
    """A small workbook whose sheet was changed by hand."""
    book = Workbook()
    assert book.active is not None
    book.active.append(["Publication Number", "Title"])
    book.active.append(["EP1000000A1", "Sample"])
    whole = io.BytesIO()
    book.save(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            data = source.read(member)
            target.writestr(member.filename, change(data) if member.filename.endswith("sheet1.xml") else data)


def test_workbooks_with_entities_or_bombs_or_broken_xml(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    workbook(path, lambda data: b'<?xml version="1.0"?>' + BOMB + b"]>" + data)
    (error,) = errors_of(path, MAP)
    assert "DOCTYPE" in error
    workbook(path, lambda data: data + b" " * (200 * MIB))
    (error,) = errors_of(path, MAP)
    assert "decompression bomb" in error
    workbook(path, lambda data: data[: len(data) // 2])
    assert any("not readable as XLSX" in error for error in _refusals(path, MAP))


def errors_of_partly_read(path: Path) -> list[str]:
    return [outcome.reason for outcome in read_patents(path, column_map=MAP) if isinstance(outcome, Refusal)]


def test_a_broken_member_reader_is_told_by_its_archive(tmp_path: Path) -> None:
    path = tmp_path / "empty.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("only.tif", b"II*\x00")
    (outcome,) = read_zip(path, lambda member: iter(()))
    assert isinstance(outcome, Refusal)
    assert "holds no patent file" in outcome.reason
