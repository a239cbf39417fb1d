"""Publications from sample files of the offices' own formats and of services: each field, claim and refusal."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from scrapers.patents import Refusal, read_patents
from scrapers.patents.xml_stream import read_elements
from scrapers.records import Publication

SAMPLES = Path(__file__).parent / "patents"


def read(path: Path) -> tuple[list[Publication], list[Refusal]]:
    outcomes = list(read_patents(path))
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert all("\n" not in refusal.place + refusal.reason for refusal in refusals)
    return [outcome for outcome in outcomes if isinstance(outcome, Publication)], refusals


def fields(publication: Publication) -> dict[str, Any]:
    """What the file said, without the parts of the number; priorities as pairs."""
    found = publication.model_dump(exclude={"country", "doc_number", "kind", "claims"}, exclude_unset=True)
    if "priorities" in found:
        found["priorities"] = [(each["number"], each["date"]) for each in found["priorities"]]
    return found


def claims(publication: Publication) -> list[tuple[str, int, str, bool]]:
    return [(claim.language, claim.number, claim.text, claim.independent) for claim in publication.claims]


def test_green_book() -> None:
    (first, design, late), (refusal,) = read(SAMPLES / "green_book.txt")
    assert fields(first) == {
        "number": "US.4490001.A",
        "raw_number": "US 04490001 A",
        "date": dt.date(1985, 1, 1),
        "application": "US.06499901",
        "priorities": [("DE 3299901", dt.date(1982, 1, 6)), ("JP 57-99902", dt.date(1982, 1, 7))],
        "title": "Sample gauge with a long title that goes on",
        "title_language": "en",
        "abstract": "A sample gauge of 10.sup.2 parts, with a dial.",
        "applicants": ("Sample Gauges Ltd.",),
        "inventors": ("Muster, Erika", "Probe, Hans A."),
        "ipc": ("G01B 7/10", "G06F 15/16"),
        "source_format": "uspto-aps",
    }
    assert claims(first) == [
        ("en", 1, "A sample gauge comprising a dial; and a hand.", True),
        ("en", 2, "The gauge of claim 1, of steel.", False),
    ]
    assert (design.number, [claim.number for claim in design.claims]) == ("US.D299902.S", [1])
    assert (late.number, late.kind) == ("US.6299999", None)  # B1 and B2 are not told apart
    assert refusal.place == "green_book.txt, document 3, line 54"


def test_docdb() -> None:
    (first, other), (deleted, unknown) = read(SAMPLES / "docdb.xml")
    assert fields(first) == {
        "number": "EP.9990010.A1",
        "raw_number": "EP 9990010 A1",
        "date": dt.date(2024, 1, 3),
        "application": "EP.22999010.A",
        "priorities": [("US202163999011P", dt.date(2021, 7, 2)), ("FR.2199012.A", dt.date(2021, 7, 3))],
        "family_id": "99000010",
        "title": "Sample tester",
        "title_language": "en",
        "abstract": "Tests H₂O samples.",
        "applicants": ("SÄmple GmbH",),
        "inventors": ("MUSTER ERIKA",),
        "ipc": ("G06N 3/08",),
        "cpc": ("G06N 3/084",),
        "source_format": "docdb-xml",
    }
    assert other.number == "XX.1.A"
    assert deleted.reason == "DOCDB deleted EP.9990011.A1; nothing in it to import"
    assert "not a number" in unknown.reason


def test_a_docdb_document_cut_out_of_its_file(tmp_path: Path) -> None:
    text = (SAMPLES / "docdb.xml").read_text("utf-8")
    path = tmp_path / "one.xml"
    path.write_text(
        text[text.index("<exch:exchange-document ") : text.index("</exch:exchange-document>") + 25], "utf-8"
    )
    (publication,), refusals = read(path)
    assert (publication.number, refusals) == ("EP.9990010.A1", [])


def test_european_publication_server() -> None:
    (patent,), refusals = read(SAMPLES / "ep.xml")
    assert not refusals
    assert fields(patent) == {
        "number": "EP.9990012.B1",
        "raw_number": "EP 9990012 B1",
        "date": dt.date(2024, 2, 7),
        "application": "EP.22999010.A",
        "priorities": [("JP 202199001", dt.date(2021, 7, 5)), ("US 63999002", dt.date(2021, 7, 6))],
        "title": "SAMPLE TESTER",
        "title_language": "en",
        "applicants": ("Sample GmbH",),
        "inventors": ("MUSTER, Erika",),
        "ipc": ("G06N 3/08",),
        "cpc": ("G06N 3/084",),
        "source_format": "ep-xml",
    }
    assert claims(patent) == [
        ("en", 1, "A tester (1) comprising: - a dial (2); characterized by a hand.", True),
        ("en", 2, "Tester according to claim 1, red.", False),
        ("de", 1, "Prüfer (1).", True),
        ("de", 2, "Prüfer nach Anspruch 1, rot.", False),
        ("fr", 1, "Testeur (1).", True),
        ("fr", 2, "Testeur selon la revendication 1, rouge.", False),
    ]


def test_gazettes_of_the_jpo_in_shift_jis_and_st96() -> None:
    (old,), _ = read(SAMPLES / "jpo_gazette.xml")
    assert fields(old) == {
        "number": "JP.2019999001.A",
        "raw_number": "JP 2019999001 A",
        "date": dt.date(2019, 6, 6),
        "application": "JP.2017999002.A",
        "priorities": [("US 62/999003", dt.date(2016, 11, 15))],
        "title": "見本の計器",
        "title_language": "ja",
        "abstract": "【課題】見本。 【解決手段】針。",
        "applicants": ("見本計器株式会社",),
        "inventors": ("見本 花子",),
        "ipc": ("G06N 3/08", "G06F 15/16"),
        "source_format": "jpo-xml",
    }
    assert claims(old) == [
        ("ja", 1, "針を備える計器。", True),
        ("ja", 2, "前記針が赤い、請求項１に記載の計器。", False),
    ]
    (new,), _ = read(SAMPLES / "jpo_st96.xml")
    assert (new.number, new.raw_number, new.date) == ("JP.2023999004.A", "特開2023-999004(A)", dt.date(2023, 7, 6))
    assert (new.application, new.applicants, new.ipc) == ("JP.2021999005.A", ("見本計器株式会社",), ("G06N 3/08",))
    assert claims(new) == [("ja", 1, "針を備える装置。", True)]


def test_st96_of_the_uspto() -> None:
    (grant,), (refusal,) = read(SAMPLES / "cpc_master.xml")
    assert (grant.number, grant.date, grant.application) == ("US.9999020.B2", dt.date(2018, 6, 19), "US.13999020")
    assert grant.cpc == ("G06N 3/08",)
    assert "claims" not in grant.model_fields_set
    assert "names no grant" in refusal.reason
    _, (of_a_file,) = read(SAMPLES / "xml4ip.xml")
    assert of_a_file.reason.startswith("is claims of the application 13999021")


def test_open_data_portal_gives_application_and_grant() -> None:
    (early, grant), (unpublished, bare) = read(SAMPLES / "odp.json")
    common = {
        "application": "US.17999030",
        "priorities": [("2020-999033", dt.date(2020, 7, 7)), ("US 63999034", dt.date(2020, 7, 1))],
        "title": "SAMPLE TESTER",
        "title_language": "en",
        "applicants": ("Sample Inc.",),
        "inventors": ("Muster, Erika A.",),
        "cpc": ("G06N 3/08", "Y02D 10/00"),
        "source_format": "uspto-odp",
    }
    assert fields(early) == {
        "number": "US.20220999031.A1",
        "raw_number": "US20220999031A1",
        "date": dt.date(2022, 7, 7),
        **common,
    }
    assert fields(grant) == {
        "number": "US.11999032.B2",
        "raw_number": "US 11999032 B2",
        "date": dt.date(2024, 6, 4),
        **common,
    }
    assert "not published" in unpublished.reason
    assert "no metadata" in bare.reason


def test_public_search() -> None:
    (publication,), _ = read(SAMPLES / "ppubs.json")
    assert fields(publication) == {
        "number": "US.20230999040.A1",
        "raw_number": "US 20230999040 A1",
        "date": dt.date(2023, 1, 12),
        "application": "US.17999041",
        "priorities": [("JP2021-999042", dt.date(2021, 7, 5))],
        "title": "Sample tester",
        "title_language": "en",
        "abstract": "A tester (1) of H₂O.",
        "applicants": ("Sample Inc.",),
        "inventors": ("Muster, Erika", "Probe, Hans"),
        "ipc": ("G06N 3/08", "G06F 18/00"),
        "cpc": ("G06N 3/084", "Y02D 10/00"),
        "source_format": "uspto-ppubs",
    }
    assert claims(publication) == [
        ("en", 1, "A tester, comprising: a dial; and a hand.", True),
        ("en", 2, "The tester of claim 1, of 10² parts.", False),
    ]


def test_several_priorities_of_public_search_are_not_paired_with_dates(tmp_path: Path) -> None:
    document = json.loads((SAMPLES / "ppubs.json").read_text())
    document["priorityClaimsDocNumber"] = ["JP2021-1", "JP2021-2"]
    document["priorityClaimsDate"] = ["2021-07-05T00:00:00Z", "2021-07-06T00:00:00Z"]
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"patents": [document, {"guid": "none"}]}))
    (publication,), (refusal,) = read(path)
    assert [each.date for each in publication.priorities] == [None, None]
    assert refusal.place == "list.json, publication 2"


def test_bigquery_rows() -> None:
    (first, second), refusals = read(SAMPLES / "bigquery.jsonl")
    assert fields(first) == {
        "number": "EP.9990050.B1",
        "raw_number": "EP-9990050-B1",
        "date": dt.date(2024, 2, 14),
        "application": "EP.22999051.A",
        "priorities": [("JP-2021999052-A", dt.date(2021, 7, 5))],
        "family_id": "99000050",
        "title": "Sample tester",
        "title_language": "en",
        "abstract": "A sample.",
        "applicants": ("SAMPLE GMBH",),
        "inventors": ("Muster, Erika",),
        "ipc": ("G06N 3/08",),
        "cpc": ("G06N 3/08",),
        "source_format": "bigquery",
    }
    assert claims(first) == [("en", 1, "A tester.", True), ("en", 2, "The tester of claim 1, red.", False)]
    assert fields(second).keys() == {"number", "raw_number", "abstract", "source_format"}
    assert [refusal.place for refusal in refusals] == [f"bigquery.jsonl, line {number}" for number in (3, 4, 5)]


def test_a_saved_page_of_google_patents() -> None:
    (publication,), _ = read(SAMPLES / "google.html")
    assert fields(publication) == {
        "number": "CN.999000060.B",
        "raw_number": "CN999000060B",
        "date": dt.date(2021, 5, 18),
        "application": "CN.202010999061.A",
        "priorities": [("US16/999,062", dt.date(2019, 7, 5))],
        "family_id": "99000060",
        "title": "见本计器",
        "title_language": "zh",
        "abstract": "一种计器。",
        "applicants": ("Sample Works",),
        "inventors": ("样 品",),
        "ipc": ("G06F 18/00",),
        "cpc": ("G06N 3/08",),
        "source_format": "google-html",
    }
    assert claims(publication) == [
        ("zh", 1, "一种计器，包括：指针。", True),
        ("zh", 2, "根据权利要求1所述的计器，红色。", False),
    ]
    assert publication.claims[1].depends_on == (1,)


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
def test_a_large_document_that_breaks_off_keeps_what_was_read(tmp_path: Path, cut: float) -> None:
    one = '<a><doc n="1"/></a>'
    path = tmp_path / "large.xml"
    text = "<all>" + one * 30_000 + "</all>"
    path.write_text(text[: int(len(text) * cut)])
    sample, _ = read(SAMPLES / "docdb.xml")
    outcomes = list(read_elements(path, "doc", lambda element: sample[0]))
    assert len(outcomes) > 30_000 * cut - 2
    assert isinstance(outcomes[-1], Refusal)
    assert "not well-formed" in outcomes[-1].reason
