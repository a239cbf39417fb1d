"""Search finds every word of a query in any language, on both databases alike."""

from __future__ import annotations

import pytest

from workbench.db import Store
from workbench.search import SearchEntry, count, find, put, remove


@pytest.fixture
def filled(store: Store) -> Store:
    with store.write() as session:
        put(
            session,
            [
                SearchEntry(
                    kind="clause", key="1", title="6.2 Capability descriptor", body="An endpoint shall publish."
                ),
                SearchEntry(kind="clause", key="2", title="7 試験", body="評価手法は，試験集合を用いる。"),
                SearchEntry(kind="publication", key="3", title="US.1.A", body="a capability of 100% _exactly_"),
            ],
        )
    return store


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("capability", ["1", "3"]),
        ("CAPABILITY endpoint", ["1"]),
        ("評価手法", ["2"]),
        ("評価", ["2"]),
        ("試", ["2"]),
        ("評価 capability", []),
        ("100%", ["3"]),
        ("%", ["3"]),
        ("_e", ["3"]),
        ('"endpoint" OR', []),
        ("NEAR(", []),
        ("", []),
    ],
)
def test_every_word_must_be_there_and_none_is_a_command(filled: Store, query: str, keys: list[str]) -> None:
    with filled.read() as session:
        assert [hit.key for hit in find(session, query)] == keys
        assert sum(count(session, query).values()) == len(keys)


def test_a_hit_in_the_title_comes_first_and_the_snippet_shows_the_word(filled: Store) -> None:
    with filled.write() as session:
        put(session, [SearchEntry(kind="clause", key="9", title="Endpoint", body="x")])
    with filled.read() as session:
        hits = find(session, "endpoint")
    assert [hit.key for hit in hits] == ["9", "1"]
    assert "endpoint" in hits[1].snippet


def test_what_is_put_again_is_found_by_its_new_words_only(filled: Store) -> None:
    with filled.write() as session:
        put(session, [SearchEntry(kind="clause", key="1", title="6.3 Session", body="negotiation")])
        remove(session, "publication", ["3"])
    with filled.read() as session:
        assert find(session, "capability") == []
        assert [hit.key for hit in find(session, "negotiation")] == ["1"]
