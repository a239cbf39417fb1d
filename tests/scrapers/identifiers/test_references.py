"""Reading, normalising and writing references of documents."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.errors import InvalidIdentifierError
from scrapers.identifiers import StandardRef, Supplement
from scrapers.identifiers.references import (
    COPUBLISHERS,
    JOINED_STAGES,
    PUBLISHERS,
    STAGES,
    STANDARD_STAGES,
    SUPPLEMENTS,
    TYPES,
)

CANONICAL = [
    "ISO 9001",
    "ISO 123:2001",
    "ISO/CD 12345",
    "ISO/CD 12345.2",
    "ISO/TS 8000-1:2022",
    "ISO/AWI TR 19115-4",
    "ISO/R 125:1959",
    "ISO/IEC CD 42119-3",
    "ISO/IEC CD TS 6254",
    "ISO/IEC DTS 12791.2",
    "ISO/IEC PRF TS 25058",
    "ISO/IEC TR 29110-5-1-3:2017",
    "ISO/IEC 42001:\u2014",
    "ISO/IEC 42001:2023(en)",
    "ISO/IEC Guide 51:2014",
    "ISO Guide 82:2019",
    "ISO/DGuide 84",
    "ISO/CD Guide 84",
    "IWA 42:2022",
    "ISO/AWI IWA 42",
    "ISO/IEC/IEEE DIS 9945",
    "ISO/IEC/IEEE 8802-1AR:2020",
    "IEC/IEEE CD 82079-1",
    "IEC TS 62443-1-5:2023",
    "ISO/IEC 22989:2022/AWI Amd 1",
    "ISO/IEC 22989:2022/CD Amd 1.2",
    "ISO/IEC 22989:2022/DAmd 1",
    "ISO/IEC 22989:2022/Amd 1:2026",
    "ISO/IEC DIS 23008-1/WD Amd 3",
    "ISO/IEC 10646-1:1993/Amd 1:1998/Cor 1:2000",
]


@pytest.mark.parametrize("text", CANONICAL)
def test_the_canonical_form_stays_as_it_is(text: str) -> None:
    assert str(StandardRef.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("ISO/IEC\u00a042001:2023", "ISO/IEC 42001:2023"),
        ("ISO/IEC  5259\u20111", "ISO/IEC 5259-1"),
        ("  iso/iec dis 42005 ", "ISO/IEC DIS 42005"),
        ("ＩＳＯ／ＩＥＣ　４２００１", "ISO/IEC 42001"),
        ("ISO/IEC/CD 42119-3", "ISO/IEC CD 42119-3"),
        ("ISO CD 12345", "ISO/CD 12345"),
        ("ISO/Guide 82", "ISO Guide 82"),
        ("ISO/IWA 42", "IWA 42"),
        ("ISO/CD2 12345", "ISO/CD 12345.2"),
        ("ISO/CD.2 12345", "ISO/CD 12345.2"),
        ("ISO/IEC 2nd CD 12345-1", "ISO/IEC CD 12345-1.2"),
        ("ISO/IEC CD1 12345", "ISO/IEC CD 12345"),
        ("ISO/IEC NWIP 12345", "ISO/IEC NP 12345"),
        ("ISO/IEC 42001:-", "ISO/IEC 42001:\u2014"),
        ("ISO/IEC 42001:\u2013", "ISO/IEC 42001:\u2014"),
        ("ISO/IEC 42001:2023(E)", "ISO/IEC 42001:2023(en)"),
        ("ISO/IEC 42001:2023 (E/F)", "ISO/IEC 42001:2023(en,fr)"),
        ("ISO/IEC 42001:2023/DAM 1", "ISO/IEC 42001:2023/DAmd 1"),
        ("ISO/IEC 42001:2023/FDAM 1", "ISO/IEC 42001:2023/FDAmd 1"),
        ("ISO/IEC 42001:2023/PDAM 1", "ISO/IEC 42001:2023/PDAmd 1"),
        ("ISO/IEC 42001:2023/FPDAM 2", "ISO/IEC 42001:2023/FPDAmd 2"),
        ("ISO/IEC FCD 12345", "ISO/IEC FCD 12345"),
        ("ISO/IEC PDTR 12345", "ISO/IEC PDTR 12345"),
        ("ISO/IEC 42001:2023 / Amd.1 : 2026", "ISO/IEC 42001:2023/Amd 1:2026"),
        ("ISO/IEC 42001:2023/AMD1:2026", "ISO/IEC 42001:2023/Amd 1:2026"),
        ("ISO/IEC 42001:2023/CD2 Amd 1", "ISO/IEC 42001:2023/CD Amd 1.2"),
    ],
)
def test_what_people_write_becomes_canonical(text: str, canonical: str) -> None:
    assert str(StandardRef.parse(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ISO",
        "42001",
        "TS 12345",
        "ISO/IEC JTC 1/SC 42",
        "ISO/IEC JTC 1/SC 42/WG 3 N 567",
        "ISO/IEC 42001:2023 - Artificial intelligence",
        "ISO/IEC DIS TS 12345",
        "ISO/IEC CD2 12345.3",
        "ISO/IEC CD 12345.0",
        "ISO/IEC 2nd 12345",
        "ISO/IEC 42001:",
        "ISO/IEC 42001:23",
        "ISO/IEC 42001/",
        "ISO/IEC 42001/Amd",
        "ISO/IEC IWA 42",
        "ISO/DR 5",
        "ISO/IEC 1234567",
        "ISO/IEC " + "1" * 300,
        "IEEE 802.1",
        "ISO/IEC 42001(english)",
    ],
)
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InvalidIdentifierError) as caught:
        StandardRef.parse(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_the_parts_are_named() -> None:
    assert StandardRef.parse("ISO/IEC DTS 12791-1.2") == StandardRef(
        publisher="ISO/IEC", number=12791, part="1", type="TS", stage="D", iteration=2
    )
    amendment = StandardRef.parse("ISO/IEC 22989:2022/Amd 1:2026")
    assert amendment.supplements == (Supplement("Amd", 1, year=2026),)
    assert amendment.year == 2022


@pytest.mark.parametrize(
    ("text", "base", "undated"),
    [
        ("ISO/IEC 22989:2022", None, "ISO/IEC 22989"),
        ("ISO/IEC DTS 12791.2", None, "ISO/IEC TS 12791"),
        ("ISO/IEC 22989:2022/CD Amd 1", "ISO/IEC 22989:2022", "ISO/IEC 22989/Amd 1"),
        ("ISO/IEC 22989:2022/Amd 1:2026(en)", "ISO/IEC 22989:2022", "ISO/IEC 22989/Amd 1"),
        ("ISO/IEC 1:1993/Amd 1:1998/Cor 1:2000", "ISO/IEC 1:1993/Amd 1:1998", "ISO/IEC 1/Amd 1/Cor 1"),
    ],
)
def test_the_base_document_and_the_undated_reference(text: str, base: str | None, undated: str) -> None:
    reference = StandardRef.parse(text)
    assert (None if reference.base is None else str(reference.base)) == base
    assert str(reference.undated) == undated


iterations = st.none() | st.integers(2, 99)
dates = st.sampled_from([(None, False), (None, True)]) | st.tuples(st.integers(0, 9999), st.just(False))


@st.composite
def supplements(draw: st.DrawFn) -> Supplement:
    year, forthcoming = draw(dates)
    return Supplement(
        kind=draw(st.sampled_from(SUPPLEMENTS)),
        number=draw(st.integers(0, 999)),
        stage=draw(st.none() | st.sampled_from(STAGES + JOINED_STAGES)),
        iteration=draw(iterations),
        year=year,
        forthcoming=forthcoming,
    )


@st.composite
def references(draw: st.DrawFn) -> StandardRef:
    kind = draw(st.none() | st.sampled_from(TYPES))
    stages = STAGES + (STANDARD_STAGES if kind is None else () if kind in ("IWA", "R", "DATA") else JOINED_STAGES)
    others = draw(st.lists(st.sampled_from(COPUBLISHERS), max_size=2))
    publisher = "ISO" if kind == "IWA" else "/".join([draw(st.sampled_from(PUBLISHERS)), *others])
    year, forthcoming = draw(dates)
    return StandardRef(
        publisher=publisher,
        number=draw(st.integers(0, 999999)),
        part=draw(st.none() | st.from_regex(r"[0-9A-Z]{1,3}(-[0-9A-Z]{1,3})?", fullmatch=True)),
        type=kind,
        stage=draw(st.none() | st.sampled_from(stages)),
        iteration=draw(iterations),
        year=year,
        forthcoming=forthcoming,
        supplements=tuple(draw(st.lists(supplements(), max_size=2))),
        languages=tuple(draw(st.lists(st.sampled_from(["en", "fr", "ru"]), max_size=2, unique=True))),
    )


@given(references())
def test_what_is_written_reads_the_same(reference: StandardRef) -> None:
    assert StandardRef.parse(str(reference)) == reference


@given(references())
def test_an_undated_reference_is_its_own(reference: StandardRef) -> None:
    assert reference.undated.undated == reference.undated
    assert StandardRef.parse(str(reference.undated)) == reference.undated


@given(st.text() | st.text(alphabet="ISOECDTRAmdGuide 0123456789-./:()\u2014\u00a0"))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        reference = StandardRef.parse(text)
    except InvalidIdentifierError:
        return
    assert StandardRef.parse(str(reference)) == reference


@pytest.mark.shared
def test_every_recorded_reference_is_read(shared: Path) -> None:
    found: set[str] = set()
    for file in (shared / "replay" / "sc42").glob("deliverables*.jsonl"):
        found |= {json.loads(line)["reference"] for line in file.read_text("utf-8").splitlines()}
    for item in json.loads((shared / "data" / "sc42_work_items.json").read_text("utf-8"))["items"]:
        found |= {item["reference"], *item["references_seen"]}
    recorded = shared / "recorded" / "iso"
    for file in (recorded / "relaton").glob("*.yaml"):
        found |= set(re.findall(r"^- id: (ISO\S* .+)$", file.read_text("utf-8"), re.MULTILINE))
    for name, entry in json.loads((recorded / "index.json").read_text("utf-8")).items():
        if name.startswith("standard/") and (
            match := re.match(r"ISO - (ISO.+?)(?: - |$)", entry.get("page_title", ""))
        ):
            found.add(match[1])
    for file in (recorded / "opendata").glob("iso_deliverables*.jsonl"):
        found |= {json.loads(line)["reference"] for line in file.read_text("utf-8").splitlines()}
    assert len(found) > 150
    for text in sorted(found):
        reference = StandardRef.parse(text)
        assert StandardRef.parse(str(reference)) == reference
        if not reference.languages:
            assert str(reference) == text
