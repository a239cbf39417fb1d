"""Every recorded file of the USPTO and of OPS imports, or is refused with one clear line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scrapers.errors import UnreadableFileError
from scrapers.patents import Refusal, read_patents
from scrapers.records import Publication

pytestmark = pytest.mark.shared

# File: publications, claims of them all, independent claims of them all, number of the first.
READ = {
    "uspto/xml/US06336130.xml": (1, 22, 3, "US.6336130.B1"),
    "uspto/xml/US07272630B2.xml": (1, 17, 3, "US.7272630.B2"),
    "uspto/xml/US08926509.xml": (1, 31, 6, "US.8926509.B2"),
    "uspto/xml/US08930553.xml": (1, 8, 2, "US.8930553.B2"),
    "uspto/xml/US20010000044A1.xml": (1, 21, 3, "US.20010000044.A1"),
    "uspto/xml/US20050004974A1.xml": (1, 21, 2, "US.20050004974.A1"),
    "uspto/xml/US20250204297A1-20250626.XML": (1, 9, 1, "US.20250204297.A1"),
    "uspto/xml/mpi_application_v4-4-A1.xml": (1, 20, 3, "US.20210267109.A1"),
    "uspto/xml/mpi_application_v4-5-A1.xml": (1, 6, 1, "US.20220159901.A1"),
    "uspto/xml/mpi_grant_v4-5-B2.xml": (1, 9, 1, "US.11147202.B2"),
    "uspto/bulk/ipa061228.one.xml": (1, 10, 1, "US.20060288462.A1"),
    "uspto/bulk/ipg080101.small.xml": (25, 288, 62, "US.D558629.S1"),
    "uspto/grant/US10000000B2.xml": (1, 20, 3, "US.10000000.B2"),
    "ops/get_biblio.xml": (1, 0, 0, "EP.2400812.A1"),
    "ops/get_biblio_multiple.xml": (3, 0, 0, "EP.2400812.A1"),
    "ops/get_claims.xml": (1, 15, 3, "EP.2400812.A1"),
    "ops/get_abstract.xml": (1, 0, 0, "EP.2400812.A1"),
    "ops/pc_biblio_example.xml": (1, 0, 0, "US.20060142694.A1"),
    "ops/pc_biblio_example_2.xml": (1, 0, 0, "JP.2005533465.A"),
    "ops/pc_claims_example.xml": (1, 11, 1, "EP.1000000.A1"),
    "ops/cassette_get_claims_from_result.xml": (1, 0, 0, "WO.2009085664.A2"),
    "ops/cassette_get_claims_from_result_2.xml": (1, 20, 3, "WO.2009085664.A2"),
    "ops/cassette_issue_41.xml": (1, 0, 0, "JP.2005533465.A"),
    "ops/cassette_issue_41_2.xml": (1, 0, 0, "JP.2005533465.A"),
    "ops/search_with_constituent.xml": (3, 0, 0, "AU.2024270787.A1"),
}
# File: what its one line says.
REFUSED = {
    "uspto/xml/US03937375.greenbook": "green book",
    "uspto/xml/cpcMaster.xml": r"ST\.96",
    "uspto/xml/sample_XML4IP.ZIP": "ZIP archive",
    "ops/cassette_can_index_inpadoc_result.xml": "search result without biblio",
    "ops/cassette_can_index_inpadoc_result_2.xml": "search result without biblio",
    "ops/cassette_family_EP1000000.xml": "fault reported by OPS: 400 Access token is invalid",
    "ops/cassette_family_EP1000000_2.xml": "family without biblio",
    "ops/cassette_inpadoc_manager.xml": "search result without biblio",
    "ops/cassette_inpadoc_manager_2.xml": "search result without biblio",
    "ops/convert_patent_number_epodoc.xml": "number service",
    "ops/convert_patent_number_original.xml": "number service",
    "ops/get_classification_schema_subclass.xml": "classification scheme",
    "ops/get_family.xml": "family without biblio",
    "ops/get_family_with_legal.xml": "family without biblio",
    "ops/get_fulltext.xml": "list of available full texts",
    "ops/get_legal.xml": "family without biblio",
    "ops/get_published_equivalents.xml": "list of equivalents",
    "ops/get_register_events.xml": "EP Register",
    "ops/get_register_procedural_steps.xml": "EP Register",
    "ops/number_service_docdb_to_epodoc.xml": "number service",
    "ops/number_service_docdb_to_original.xml": "number service",
    "ops/number_service_original_to_docdb.xml": "number service",
    "ops/pc_image_inquiry.xml": "list of drawings",
    "ops/pc_legal_example_1.xml": "family without biblio",
    "ops/pc_search_example.xml": "search result without biblio",
    "ops/search.xml": "search result without biblio",
    "ops/faults/error_404.xml": "fault reported by OPS: 404",
    "ops/faults/error_429.xml": "fault reported by OPS: 429",
    "ops/faults/fault_403_blacklisted.xml": "fault reported by OPS: 403",
    "ops/faults/fault_403_developer_blocked.xml": "fault reported by OPS: 403",
}


@pytest.fixture
def patents(shared: Path) -> Path:
    return shared / "recorded" / "patents"


@pytest.mark.parametrize("name", READ)
def test_files_that_are_read(patents: Path, name: str) -> None:
    outcomes = list(read_patents(patents / name))
    publications = [outcome for outcome in outcomes if isinstance(outcome, Publication)]
    claims = [claim for publication in publications for claim in publication.claims]
    independent = [claim for claim in claims if claim.independent]
    assert len(outcomes) == len(publications)
    assert (len(publications), len(claims), len(independent), publications[0].number) == READ[name]
    for publication in publications:
        assert [claim.number for claim in publication.claims] == list(range(1, len(publication.claims) + 1))


@pytest.mark.parametrize("name", REFUSED)
def test_files_that_are_refused(patents: Path, name: str) -> None:
    try:
        outcomes = list(read_patents(patents / name))
    except UnreadableFileError as error:
        reasons = [str(error)]
    else:
        assert all(isinstance(outcome, Refusal) for outcome in outcomes)
        reasons = [f"{outcome.place}: {outcome.reason}" for outcome in outcomes if isinstance(outcome, Refusal)]
    assert len(reasons) == 1
    assert re.search(REFUSED[name], reasons[0])
    assert reasons[0].startswith(Path(name).name)
    assert "\n" not in reasons[0]


def test_the_tables_hold_every_file(patents: Path) -> None:
    folders = ("uspto/xml", "uspto/bulk", "uspto/grant")
    files = [path for folder in folders for path in (patents / folder).iterdir()]
    files += list((patents / "ops").rglob("*.xml"))
    assert {str(path.relative_to(patents)) for path in files} == READ.keys() | REFUSED.keys()


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
