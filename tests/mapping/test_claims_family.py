"""Whose claims are read for a publication."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.db import Store, key_of
from workbench.mapping.chosen_claims import Choice, chosen_claims
from workbench.mapping.claims_family import ClaimSource, Member, choose_sources, claim_sources
from workbench.patents.models import Claim, Family, Publication

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


def member(key: int, languages: str, family: int | None = 1, kind: str = "A1", year: int = 2020) -> Member:
    return Member(key, f"XX.{key}.{kind}", family, kind, dt.date(year, 1, 1), frozenset(languages.split()))


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([member(1, "ja"), member(2, "en")], {1: (2, "en"), 2: (2, "en")}),
        ([member(1, "ja"), member(2, "en"), member(3, "en", kind="B2")], {1: (3, "en"), 2: (2, "en"), 3: (3, "en")}),
        ([member(1, "ja"), member(2, "en", year=2024), member(3, "en")], {1: (2, "en"), 2: (2, "en"), 3: (3, "en")}),
        ([member(1, "ja"), member(2, "en", family=2)], {1: (1, "ja"), 2: (2, "en")}),
        ([member(1, "ja", family=None), member(2, "en", family=None)], {1: (1, "ja"), 2: (2, "en")}),
        ([member(1, "zh ja de")], {1: (1, "de")}),
    ],
)
def test_the_english_member_speaks_for_a_family(members: list[Member], expected: dict[int, tuple[int, str]]) -> None:
    found = choose_sources(members)
    assert {key: (source.publication, source.language) for key, source in found.items()} == expected


def test_a_japanese_reader_is_given_the_japanese_member() -> None:
    found = choose_sources([member(1, "ja"), member(2, "en")], "ja")
    assert found[2] == ClaimSource(1, "XX.1.A1", "ja")


members = st.lists(
    st.builds(
        member,
        st.integers(1, 99),
        st.sampled_from(["en", "ja", "en ja", "de zh"]),
        st.sampled_from([None, 1, 2]),
        st.sampled_from(["A1", "B2"]),
        st.integers(2000, 2002),
    ),
    unique_by=lambda each: each.publication,
)


@given(members)
def test_every_publication_has_a_source_that_speaks(found: list[Member]) -> None:
    by_key = {each.publication: each for each in found}
    sources = choose_sources(found)
    assert sources.keys() == by_key.keys()
    for key, source in sources.items():
        assert source.language in by_key[source.publication].languages
        assert source.publication == key or by_key[source.publication].family == by_key[key].family is not None
    assert sources == choose_sources(reversed(found))


def test_the_store_is_asked_for_some_or_for_all(store: Store) -> None:
    def publication(number: str, family: int | None) -> Publication:
        return Publication(
            number=number, raw_number=number, country=number[:2], doc_number="1", family_ref=family,
            source_format="sample", first_seen=NOW, last_seen=NOW,
        )  # fmt: skip

    with store.write() as session:
        family = Family(family_id="9001")
        session.add(family)
        session.flush()
        rows = [publication(number, key_of(family)) for number in ("JP.1.A", "US.1.B2", "EP.1.A1")]
        rows.append(publication("KR.2.A", None))
        session.add_all(rows)
        session.flush()
        japanese, american, silent, korean = (key_of(row) for row in rows)
        for key, language in ((japanese, "ja"), (american, "en"), (korean, "ko")):
            session.add(Claim(publication_id=key, language=language, number=1, text="x", independent=True))
    with store.read() as session:
        assert claim_sources(session, [japanese]) == {japanese: ClaimSource(american, "US.1.B2", "en")}
        every = claim_sources(session)
        assert {key: source.number for key, source in every.items()} == {
            japanese: "US.1.B2",
            american: "US.1.B2",
            silent: "US.1.B2",
            korean: "KR.2.A",
        }
        assert claim_sources(session, [silent])[silent].number == "US.1.B2"
        assert claim_sources(session, []) == {}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_claim_that_refers_to_one_of_another_category_is_ranked_with_its_text(store: Store) -> None:
    texts = ["A method of grading.", "The method of claim 1, twice.", "A system performing the method of claim 2."]
    with store.write() as session:
        row = Publication(
            number="US.3.A", raw_number="-", country="US", doc_number="3", source_format="sample",
            first_seen=NOW, last_seen=NOW,
        )  # fmt: skip
        session.add(row)
        session.flush()
        for number, text in enumerate(texts, start=1):
            above = [number - 1] if number > 1 else []
            session.add(
                Claim(
                    publication_id=key_of(row), language="en", number=number, text=text,
                    independent=number != 2, depends_on=above,
                )
            )  # fmt: skip
    told = [(each.text, each.parent_text) for each in chosen_claims(store, Choice("en", dependent=True))]
    assert told == [(texts[0], None), (texts[1], texts[0]), ("\n".join([texts[2], texts[1], texts[0]]), None)]
