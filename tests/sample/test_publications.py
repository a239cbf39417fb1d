"""The sample publications are read by the real readers, nothing refused."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from scrapers.identifiers.numbers import PatentNumber
from scrapers.patents import read_patents
from scrapers.records import Publication
from tests.sample.expected import expectations
from workbench import sample
from workbench.sample.plans import FAMILY

MARKS = ("SAMPLE", "見本")


@pytest.fixture(scope="module")
def files() -> dict[str, list[Publication]]:
    """Publications by file; a refusal fails."""
    found: dict[str, list[Publication]] = {}
    for name in ("uspto-weekly.sample.xml", "ops-biblio.sample.xml", "ops-claims.sample.xml"):
        found[name] = []
        for each in read_patents(sample.folder() / "patents" / name):
            assert isinstance(each, Publication), each
            found[name].append(each)
    return found


@pytest.fixture(scope="module")
def described(files: dict[str, list[Publication]]) -> list[Publication]:
    """The publications of the files that carry bibliographic data."""
    uspto, biblio, _ = files.values()
    return uspto + biblio


def test_there_are_42_publications(files: dict[str, list[Publication]]) -> None:
    assert [len(each) for each in files.values()] == [30, 12, 12]
    uspto, biblio, claims = files.values()
    assert [each.number for each in biblio] == [each.number for each in claims]
    assert len({each.number for each in uspto + biblio}) == 42


def test_the_readme_speaks_of_each_of_them(described: list[Publication]) -> None:
    assert Counter(each.number for each in described) == Counter(each.number for each in expectations())


def test_numbers_are_valid_and_outside_what_offices_use(described: list[Publication]) -> None:
    for each in described:
        number = PatentNumber.parse(each.number)
        assert str(number) == each.number
        running = number.doc_number[4:] if len(number.doc_number) > 8 else number.doc_number
        assert running.startswith("99")


def test_everything_invented_is_marked(described: list[Publication]) -> None:
    for each in described:
        assert each.title is not None
        assert each.title.startswith(MARKS)
        assert all(name.startswith("Sample ") for name in each.applicants)
        assert all("sample" in name.lower() for name in each.inventors)
    assert {name for each in described for name in each.applicants} >= {sample.OWN_PARTY}
    assert len({name for each in described for name in each.applicants}) == 5


def test_publications_are_complete(described: list[Publication]) -> None:
    for each in described:
        assert each.date is not None
        assert each.application is not None
        assert each.abstract
        assert each.inventors
        assert each.ipc
        assert each.cpc


def test_claims_are_numbered_and_refer_to_earlier_ones(files: dict[str, list[Publication]]) -> None:
    uspto, _, claims = files.values()
    for each in uspto + claims:
        assert 6 <= len(each.claims) <= 15
        assert [claim.number for claim in each.claims] == list(range(1, len(each.claims) + 1))
        assert each.claims[0].independent
        assert each.claims[0].depends_on == ()
        assert all(claim.depends_on for claim in each.claims[1:] if not claim.independent)


def test_three_publications_have_japanese_claims(files: dict[str, list[Publication]]) -> None:
    claims = files["ops-claims.sample.xml"]
    languages = {each.number: {claim.language for claim in each.claims} for each in claims}

    assert sum(each == {"ja"} for each in languages.values()) == 3
    assert {each.number for each in expectations() if each.language == "ja"} == {
        number for number, each in languages.items() if each == {"ja"}
    }


def test_american_and_european_members_share_a_priority(described: list[Publication]) -> None:
    members = defaultdict(set)
    for each in described:
        for priority in each.priorities:
            members[priority.number, priority.date].add(each.country)

    assert sum({"US", "EP"} <= each for each in members.values()) >= 5
    assert sum({"US", "WO"} <= each for each in members.values()) >= 3


def test_no_two_publications_share_a_first_claim(files: dict[str, list[Publication]]) -> None:
    uspto, _, claims = files.values()
    texts = [claim.text for each in uspto + claims for claim in each.claims if claim.independent]

    assert len(set(texts)) == len(texts)


def test_the_family_that_the_sample_plan_releases_is_our_own_and_has_independent_claims(
    files: dict[str, list[Publication]],
) -> None:
    _, biblio, claims = files.values()
    numbers = {each.number for each in biblio if each.family_id == FAMILY}
    assert all(sample.OWN_PARTY in each.applicants for each in biblio if each.number in numbers)
    assert any(claim.independent for each in claims if each.number in numbers for claim in each.claims)
