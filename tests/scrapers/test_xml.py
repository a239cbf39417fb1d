"""What the safe XML reader accepts, refuses and says."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from scrapers.errors import UnreadableFileError
from scrapers.xml import iter_documents, local_name, parse_xml, text_of

LAUGHS = (
    '<!DOCTYPE a [<!ENTITY l0 "haha">' + "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10)) + "]>"
)


def refused(data: bytes, **limits: int) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        parse_xml(data, what="sample.xml", **limits)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("sample.xml")
    return message


@pytest.mark.parametrize(
    "body",
    ["<a>&l9;</a>", '<a x="&l9;"/>', "<a/>"],
    ids=["in content", "in an attribute", "only declared"],
)
def test_a_billion_laughs_is_refused(body: str) -> None:
    refused((LAUGHS + body).encode())


def test_entities_are_refused_in_any_encoding() -> None:
    document = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>'
    assert "entity 'e'" in refused(document.encode("utf-16"))


@pytest.mark.parametrize(
    "declaration",
    ['<!ENTITY e SYSTEM "{uri}">', '<!ENTITY % e SYSTEM "{uri}"> %e;', '<!ENTITY % e "x">'],
    ids=["external", "external parameter", "internal parameter"],
)
def test_external_and_parameter_entities_are_refused_and_never_opened(declaration: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("never to be shown")
    document = f"<!DOCTYPE a [{declaration.format(uri=secret.as_uri())}]><a/>"
    assert "never to be shown" not in refused(document.encode())


def test_an_external_dtd_is_named_but_not_read(tmp_path: Path) -> None:
    dtd = tmp_path / "x.dtd"
    dtd.write_text('<!ELEMENT a ANY><!ATTLIST a given CDATA "by the DTD">')
    root = parse_xml(f'<!DOCTYPE a SYSTEM "{dtd.as_uri()}" [ ]><a>text</a>'.encode())
    assert dict(root.attrib) == {}


def test_names_of_drawings_are_not_entities_that_expand() -> None:
    root = parse_xml(b'<!DOCTYPE a [<!ENTITY fig1 SYSTEM "fig1.tif" NDATA TIF>]><a>text</a>')
    assert text_of(root) == "text"


def test_named_characters_of_an_unread_dtd_are_not_lost() -> None:
    root = parse_xml(b'<!DOCTYPE a SYSTEM "x.dtd"><a>Handeg&aring;rd &ldquo;x&rdquo; &NOSUCH; end</a>')
    assert text_of(root) == "Handegård “x” &NOSUCH; end"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"<a>\n<b>\n</a>", 3),
        (b"<a>\n<b>text", 2),
        (b"", 1),
        (b"no XML at all", 1),
        ('<?xml version="1.0" encoding="UTF-8"?>\n<a>\nM\xfcnchen</a>'.encode("latin-1"), 3),
        (b'<?xml version="1.0" encoding="no-such-code"?><a/>', 1),
        (b"<a>" * 300 + b"</a>" * 300, 1),
    ],
    ids=["wrong nesting", "truncated", "empty", "text", "wrong encoding", "unknown encoding", "too deep"],
)
def test_broken_documents_are_refused_with_their_line(data: bytes, line: int) -> None:
    assert refused(data).startswith(f"sample.xml, line {line}:")


def test_a_reader_can_allow_less_depth() -> None:
    def nested(depth: int) -> bytes:
        return b"<a>" * depth + b"</a>" * depth

    assert parse_xml(nested(100), max_depth=100) is not None
    with pytest.raises(UnreadableFileError, match="nested deeper than 100"):
        parse_xml(nested(101), max_depth=100)


def test_a_document_over_the_limit_is_refused() -> None:
    assert "larger than the limit of 10 bytes" in refused(b"<a>0123456789</a>", max_bytes=10)


def test_a_file_is_named_by_its_name_and_a_missing_one_says_so(tmp_path: Path) -> None:
    file = tmp_path / "draft.xml"
    with pytest.raises(UnreadableFileError, match=r"^draft\.xml: cannot be read"):
        parse_xml(file)
    file.write_bytes(b"<a>" + b"x" * 20 + b"</a>")
    with pytest.raises(UnreadableFileError, match=r"^draft\.xml, line 1: larger than"):
        parse_xml(file, max_bytes=10)
    assert local_name(parse_xml(file)) == "a"


def test_text_folds_white_space_and_keeps_the_tails_of_what_it_skips() -> None:
    root = parse_xml(b"<p>One<!-- no --> <b>two</b>\n\t<fn>note</fn>three<?pi?>.<br/>Four<x:y xmlns:x='u'>5</x:y></p>")
    assert text_of(root, skip={"fn"}, breaks={"br"}) == "One two three. Four5"


def test_text_can_be_replaced_with_what_an_element_stands_for() -> None:
    root = parse_xml(b"<p>Take <math><mi>x</mi></math> <b>or <math/></b>.</p>")
    assert text_of(root, replace=lambda child: "y" if local_name(child) == "math" else None) == "Take y or y."


def several(*bodies: str) -> bytes:
    return "".join(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n' for body in bodies).encode()


def test_a_broken_document_does_not_spoil_its_neighbours(tmp_path: Path) -> None:
    file = tmp_path / "week.xml"
    file.write_bytes(several("<a>1</a>", "<a>\n<b></a>", LAUGHS + "<a>&l9;</a>", "<a>4</a>"))
    read, errors = [], []
    for document in iter_documents(file):
        try:
            read.append(text_of(document.parse()))
        except UnreadableFileError as error:
            errors.append(str(error))
    assert read == ["1", "4"]
    assert errors[0].startswith("week.xml, document 2, line 5: not well-formed")
    assert errors[1].startswith("week.xml, document 3")


def test_an_oversized_document_is_refused_alone_and_lines_still_count() -> None:
    huge = "<a>" + "x\n" * 1_000_000 + "</a>"
    documents = list(iter_documents(io.BytesIO(several("<a/>", huge, "<a>\n<b></a>")), what="week.xml", max_bytes=1000))
    assert all(len(document.data) < 1_000_000 for document in documents)
    with pytest.raises(UnreadableFileError, match="document 2, line 3: larger than"):
        documents[1].parse()
    line = 3 + 1 + 1_000_000 + 1 + 2
    with pytest.raises(UnreadableFileError, match=f"document 3, line {line}: not well-formed"):
        documents[2].parse()


def test_a_missing_file_of_documents_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"^week\.xml: cannot be read"):
        list(iter_documents(tmp_path / "week.xml"))


def test_an_empty_file_is_one_document_that_cannot_be_read() -> None:
    (document,) = iter_documents(io.BytesIO(b""), what="week.xml")
    with pytest.raises(UnreadableFileError, match=r"^week\.xml, document 1, line 1: not well-formed"):
        document.parse()


@given(st.lists(st.integers(0, 300_000), min_size=1, max_size=5), st.booleans())
def test_every_document_of_a_file_is_found_wherever_the_chunks_fall(sizes: list[int], newline: bool) -> None:
    data = several(*(f"<a>{'x' * size}</a>" for size in sizes))
    if not newline:
        data = data.replace(b"\n", b"")
    roots = [document.parse() for document in iter_documents(io.BytesIO(data))]
    assert [len(root.text or "") for root in roots] == sizes


@given(st.binary(max_size=200))
def test_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(UnreadableFileError):
        assert isinstance(parse_xml(data), etree._Element)
