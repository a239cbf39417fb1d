"""Every recorded patent file imports, or is refused with clear lines: the table in docs/patent-formats.md is kept true.

After a change that is meant, `WRITE_TABLES=1 pytest tests/scrapers/test_patents_shared.py` writes the table anew; read
the difference before it is committed.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from scrapers.errors import UnreadableFileError
from scrapers.patents import Refusal, read_patents
from scrapers.patents.formats import reader_for
from scrapers.records import Publication

pytestmark = pytest.mark.shared

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "patent-formats.md"
_BEGIN = "<!-- table of recorded files: begin -->"
_END = "<!-- table of recorded files: end -->"
_HEADINGS = ("File", "Reader", "Publications", "Claims", "Independent", "Refused", "Reason of the first refusal")
_NEEDS_XLRD = {"exports/espacenet_classic_2015.xls", "exports/patentscope_2016_6177.xls"}
_XLRD = importlib.util.find_spec("xlrd") is not None


@pytest.fixture
def patents(shared: Path) -> Path:
    return shared / "recorded" / "patents"


def measured(folder: Path, path: Path) -> list[str]:
    """The row of the table for one file; checks on the way that claims are numbered from 1 and lines are single."""
    name = str(path.relative_to(folder))
    try:
        reader = reader_for(path).name
        outcomes = list(read_patents(path))
    except UnreadableFileError as error:
        reason = str(error).removeprefix(f"{path.name}: ")
        assert "\n" not in reason
        return [name, "–", "0", "0", "0", "1", shortened(reason)]
    publications = [outcome for outcome in outcomes if isinstance(outcome, Publication)]
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert publications or refusals
    assert all(refusal.place.startswith(path.name) for refusal in refusals)
    assert all("\n" not in refusal.place + refusal.reason for refusal in refusals)
    for publication in publications:
        for language, count in Counter(claim.language for claim in publication.claims).items():
            numbers = [claim.number for claim in publication.claims if claim.language == language]
            assert numbers == list(range(1, count + 1))
    claims = [claim for publication in publications for claim in publication.claims]
    counts = (len(publications), len(claims), sum(claim.independent for claim in claims), len(refusals))
    return [name, reader, *map(str, counts), shortened(refusals[0].reason) if refusals else ""]


def shortened(reason: str) -> str:
    """A reason that fits a table: without the list of known formats and without what Markdown would read."""
    plain = re.sub(r"; known formats: .*", "", reason).replace("|", "/").replace("<", "`<").replace(">", ">`")
    return plain if len(plain) < 160 else plain[:157] + "…"


def rows_of_document() -> dict[str, list[str]]:
    table = DOCUMENT.read_text("utf-8").split(_BEGIN)[1].split(_END)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n") if line.startswith("|")]
    return {row[0]: row for row in rows[2:]}


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.parent.name != "docs")


def test_the_table_of_recorded_files_is_true(patents: Path) -> None:
    rows = [measured(patents, path) for path in files(patents)]
    if os.environ.get("WRITE_TABLES"):
        before, rest = DOCUMENT.read_text("utf-8").split(_BEGIN)
        lines = [_HEADINGS, ("---",) * len(_HEADINGS), *rows]
        table = "\n".join("| " + " | ".join(line) + " |" for line in lines)
        DOCUMENT.write_text(f"{before}{_BEGIN}\n{table}\n{_END}{rest.split(_END)[1]}", "utf-8")
    written = rows_of_document()
    assert written.keys() == {row[0] for row in rows}
    for row in rows:
        if row[0] not in _NEEDS_XLRD or _XLRD:
            assert row == written[row[0]]


def only(path: Path, number: str | None = None) -> Publication:
    """The publication with this number, or the only one."""
    found = [each for each in read_patents(path) if isinstance(each, Publication)]
    return next(each for each in found if number in {None, each.number})


# One document a format, each field compared by eye with the file.
CHECKED: dict[str, dict[str, Any]] = {
    "uspto/xml/US03937375.greenbook": {
        "number": "US.3937375.A",
        "raw_number": "US 03937375 A",
        "date": dt.date(1976, 2, 10),
        "application": "US.05518454",
        "title": "Bumper support for a boat loader",
        "title_language": "en",
        "applicants": ("Daniels, Everette E.",),
        "inventors": ("Daniels, Everette E.",),
        "ipc": ("B60R 9/00",),
    },
    "uspto/xml/US08930553.xml": {
        "number": "US.8930553.B2",
        "raw_number": "US 08930553 B2",
        "date": dt.date(2015, 1, 6),
        "application": "US.13648029",
        "title": "Managing mid-dialog session initiation protocol (SIP) messages",
        "title_language": "en",
        "applicants": ("International Business Machines Corporation",),
        "inventors": ("Nissim, Nitzan", "Pulito, Brian", "Zinger, Asaf"),
        "ipc": ("G06F 15/16",),
    },
    "uspto/xml/US06336130.xml": {
        "number": "US.6336130.B1",
        "raw_number": "US 06336130 B1",
        "date": dt.date(2002, 1, 1),
        "application": "US.09413215",
        "priorities": (("NO 971605", dt.date(1997, 4, 8)),),
        "title": "Arrangement for improving availability of services in a communication system",
        "title_language": "en",
        "applicants": ("Telefonaktiebolaget LM Ericsson (publ)",),
        "inventors": ("Do, Thanh Van",),
        "ipc": ("G06F 15/16", "G06F 13/00"),
    },
    "uspto/xml/US20010000044A1.xml": {
        "number": "US.20010000044.A1",
        "raw_number": "US 20010000044 A1",
        "date": dt.date(2001, 3, 15),
        "application": "US.09342866",
        "title": "Systems and Methods For Transacting Business Over A Global Communications Network "
        "Such As The Internet",
        "title_language": "en",
        "applicants": ("Lin, Wayne W",),
        "inventors": ("Lin, Wayne W",),
        "ipc": ("G06F 17/60",),
    },
    "ops/get_biblio.xml": {
        "number": "EP.2400812.A1",
        "raw_number": "EP 2400812 A1",
        "date": dt.date(2011, 12, 28),
        "application": "EP.10167109.A",
        "priorities": (("EP20100167109", dt.date(2010, 6, 24)),),
        "family_id": "43088294",
        "title": "BLUETOOTH NETWORKING",
        "title_language": "en",
        "applicants": ("9Solutions Oy",),
        "inventors": ("Herrala, Sami", "Kylmänen, Jari", "Niemi, Jaakko"),
        "ipc": ("H04W 84/20",),
        "cpc": ("H04W 84/20", "H04W 88/04"),
    },
    "uspto/xml/cpcMaster.xml": {
        "number": "US.9400000.B2",
        "raw_number": "US 9400000 B2",
        "date": dt.date(2016, 7, 26),
        "application": "US.13897484",
        "cpc": (
            "F04D 29/703", "F04D 17/08", "F04D 25/06", "F04D 25/0613", "F04D 25/08", "F04D 29/403", "F04D 29/4206",
            "F04D 29/4213", "F04D 29/4226",
        ),
    },
    "uspto/odp/search_patents.json": {
        "number": "US.20240362478.A1",
        "raw_number": "US20240362478A1",
        "date": dt.date(2024, 10, 31),
        "application": "US.18597857",
        "priorities": (("2023104556449", dt.date(2023, 4, 25)),),
        "title": "CERTIFIABLE OUT-OF-DISTRIBUTION GENERALIZATION METHOD, MEDIUM, AND ELECTRONIC DEVICE",
        "title_language": "en",
        "applicants": ("Shanghai ArtificialIntelligence Innovation Center",),
        "inventors": (
            "YE, Nanyang", "GU, Qinying", "ZHU, Lin", "ZENG, Zhaoyu", "SHAO, Jiayao", "PENG, Chensheng", "PAN, Bikang",
            "LI, Kaican", "ZHU, Jun", "WANG, Xinbing", "ZHOU, Chenghu",
        ),
        "cpc": ("G06N 3/08",),
    },
    "uspto/ppubs/US-11556547-B2.json": {
        "number": "US.11556547.B2",
        "raw_number": "US 11556547 B2",
        "date": dt.date(2023, 1, 17),
        "application": "US.17197933",
        "priorities": (("JP2020-050222", dt.date(2020, 3, 19)),),
        "title": "Determination apparatus, determination method, and non-transitory computer readable storage medium",
        "title_language": "en",
        "applicants": ("Yahoo Japan Corporation",),
        "inventors": ("Tsubouchi, Kota", "Yamaguchi, Shuji", "Taguchi, Hiroaki"),
        "ipc": ("G06F 16/2457", "G06F 16/248"),
        "cpc": ("G06F 16/24578", "G06F 16/248", "G06F 16/24573", "G06F 16/24575"),
    },
    "docdb/DE-backfile.xml": {
        "number": "DE.1258188.B",
        "raw_number": "DE 1258188 B",
        "date": dt.date(1968, 1, 4),
        "application": "DE.B0077613.A",
        "priorities": (("DE1964B077613", dt.date(1964, 7, 10)),),
        "family_id": "6979546",
        "title": "Kraftstoffeinspritzpumpe fuer mehrzylindrige Brennkraftmaschinen",
        "title_language": "de",
        "applicants": ("ROBERT BOSCH G.M.B.H.",),
        "inventors": ("KNAPP DIPL.-PHYS. DR. HEINRICH", "HEISER DIPL.-ING. JOACHIM"),
        "ipc": ("F02M 41/12", "F02M 59/34", "F02M 59/36"),
        "cpc": ("F02M 59/34", "F02M 41/125", "F02M 59/36", "F02M 2700/1358"),
    },
    "eps/application_v1-5-A1.xml": {
        "number": "EP.3782854.A1",
        "raw_number": "EP 3782854 A1",
        "date": dt.date(2021, 2, 24),
        "application": "EP.18877305.A",
        "priorities": (("CN 201810358967", dt.date(2018, 4, 20)),),
        "title": "VEHICLE-MOUNTED DISPLAY ASSEMBLY AND VEHICLE",
        "title_language": "en",
        "applicants": ("BOE TECHNOLOGY GROUP CO., LTD.", "Chengdu BOE Optoelectronics Technology Co., Ltd."),
        "inventors": ("FENG, Yuhsiung", "GAO, Wenbao", "ZENG, Jia"),
        "ipc": ("B60R 7/06", "B60N 3/12"),
    },
    "google_patents/CN104154208B.html": {
        "number": "CN.104154208.B",
        "raw_number": "CN104154208B",
        "date": dt.date(2017, 5, 17),
        "application": "CN.201410201865.A",
        "priorities": (("US13/894,075", dt.date(2013, 5, 14)),),
        "family_id": "50980457",
        "title": "滚珠偏转倒角",
        "title_language": "zh",
        "applicants": ("Snap On Tools Corp",),
        "inventors": ("戈登·A.·帕特尼",),
        "cpc": (
            "F16C 33/58", "B25B 21/02", "B25B 21/026", "B25D 11/102", "B25D 11/104", "F16H 25/08", "F16H 25/122",
            "B25D 16/00", "B25D 2211/065", "B25D 2217/0003", "Y10T 74/2101",
        ),
    },
    "bigquery/google_patents_public_data_rows.jsonl": {
        "number": "US.20180356996.A1",
        "raw_number": "US-2018356996-A1",
    },
    "exports/lens_2015_1000.csv": {
        "number": "US.20130101709.A1",
        "raw_number": "US 2013/0101709 A1",
        "date": dt.date(2013, 4, 25),
        "application": "US.201213657122.A",
        "priorities": (("US 201161550506 P", dt.date(2011, 10, 24)),),
        "title": "METHOD AND SYSTEM FOR ASSEMBLING A PIZZA",
        "applicants": ("PIZZA HUT INC",),
        "inventors": ("RADER JEFF",),
        "ipc": ("A23L 1/00", "G01N 5/00"),
        "cpc": ("A23L 1/0067", "G01G 19/00"),
    },
    "exports/espacenet_classic_2015.csv": {
        "number": "KR.20150000637.U",
        "raw_number": "KR20150000637 (U)",
        "date": dt.date(2015, 2, 11),
        "application": "KR.20130006425.U",
        "priorities": (("KR20130006425U", dt.date(2013, 8, 1)),),
        "title": "A packing box for pizza",
        "ipc": ("B65D 5/30", "B65D 5/46", "B65D 85/36"),
    },
    "exports/patentscope_2016_6177.xls": {
        "number": "US.20150376176",
        "raw_number": "US20150376176",
        "date": dt.date(2015, 12, 31),
        "title": "SWEET FLAVOR MODIFIER",
        "applicants": ("Joseph R. FOTSING",),
        "inventors": (
            "Sara Adamski-Werner", "Vincent Darmohusodo", "Catherine Tachdjian", "Donald Karanewsky", "Goran Petrovic",
            "Rachel Kimmich", "Joseph Fotsing",
        ),
        "ipc": ("C07D 417/12", "A23L 1/226", "C07D 498/04", "C07D 473/00", "C07D 417/14", "C07D 471/04"),
    },
}  # fmt: skip
_FIELDS = "number raw_number date application priorities family_id title title_language applicants inventors ipc cpc"


@pytest.mark.parametrize("name", CHECKED)
def test_each_field_of_a_document_of_each_format(patents: Path, name: str) -> None:
    if name in _NEEDS_XLRD and not _XLRD:
        pytest.skip("XLS workbooks need the package xlrd")
    expected = CHECKED[name]
    publication = only(patents / name)
    found = publication.model_dump(include=set(_FIELDS.split()), exclude_unset=True)
    if "priorities" in found:
        found["priorities"] = tuple((each["number"], each["date"]) for each in found["priorities"])
    assert found == expected


@pytest.mark.parametrize(
    ("name", "number", "language", "first", "last"),
    [
        ("uspto/xml/US03937375.greenbook", 3, "en", "In a bumper support for a boat loader, ", "scratched thereby."),
        ("uspto/xml/US06336130.xml", 22, "en", "An arrangement in a network including", None),
        ("ops/get_claims.xml", 15, "en", "A communication device (100) comprising: a", "the data packet."),
        ("uspto/ppubs/US-11556547-B2.json", 14, "en", "A determination device comprising:", "search queries."),
        ("eps/grant_v1-5-B1.xml", 12, "de", "Hochspannungsanordnung (2), umfassend:", None),
        ("google_patents/CN104154208B.html", 20, "zh", "一种凸轮轴，所述凸轮轴包括：", "所述开口包括锤凹槽。"),
    ],
)  # fmt: skip
def test_claims_begin_and_end_as_printed(
    patents: Path, name: str, number: int, language: str, first: str, last: str | None
) -> None:
    claims = [claim for claim in only(patents / name).claims if claim.language == language]
    assert len(claims) == number
    assert claims[0].text.startswith(first)
    assert claims[0].independent
    if last is not None:
        assert claims[-1].text.endswith(last)


def test_abstracts(patents: Path) -> None:
    abstract = only(patents / "uspto/xml/US03937375.greenbook").abstract or ""
    assert abstract.startswith("A unit mountable on a rear bumper of a vehicle, and which does not interfere")
    assert abstract.endswith("becoming scratched up or otherwise damaged.")
    abstract = only(patents / "google_patents/CN104154208B.html").abstract or ""
    assert abstract.startswith("公开了一种凸轮轴")
    assert abstract.endswith("的可能性降低。")


def test_a_biblio_and_a_claims_answer_complete_each_other(patents: Path) -> None:
    (biblio,) = read_patents(patents / "ops/get_biblio.xml")
    (claims,) = read_patents(patents / "ops/get_claims.xml")
    assert isinstance(biblio, Publication)
    assert isinstance(claims, Publication)
    assert biblio.number == claims.number
    keys = {"number", "raw_number", "country", "doc_number", "kind", "source_format"}
    assert biblio.model_fields_set & claims.model_fields_set == keys
    assert claims.model_fields_set - keys == {"claims"}
    assert biblio.applicants == ("9Solutions Oy",)
    assert biblio.inventors == ("Herrala, Sami", "Kylmänen, Jari", "Niemi, Jaakko")
    assert biblio.cpc == ("H04W 84/20", "H04W 88/04")
