"""A clause made ready to be read loses and invents nothing; a long draft cut into pages neither."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scrapers.records import ClauseKind
from workbench.mapping.terms import Span, Term
from workbench.standards.draft_queries import Heading, reading_pages
from workbench.standards.models import Clause, Provision
from workbench.standards.provisions import Binds, ProvisionKind
from workbench.web.reading import Mark, clause_anchors, marked_pieces, marked_spans, reading_blocks

KINDS = st.sampled_from(["paragraph", "list_item", "note", "table_row", "term_name", "code"])


def heading(order: int, level: int, number: str | None) -> Heading:
    return Heading(order, None, number, None, level, ClauseKind.CLAUSE, normative=True)


@given(st.lists(st.tuples(KINDS, st.text(min_size=1, max_size=30)), min_size=1, max_size=6), st.data())
def test_the_text_comes_out_whole_whatever_is_marked(parts: list[tuple[str, str]], data: st.DataObject) -> None:
    text = "\n".join(words for _, words in parts)
    blocks, start = [], 0
    for kind, words in parts:
        blocks.append({"kind": kind, "label": None, "start": start, "end": start + len(words)})
        start += len(words) + 1
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    edges = list(zip(places[::2], places[1::2], strict=False))
    provisions = [
        Provision(
            clause_id=1,
            index=index,
            kind=ProvisionKind.REQUIREMENT,
            text=text[first:last],
            start=first,
            end=last,
            binds=Binds.YES,
            reason="shall",
        )
        for index, (first, last) in enumerate(edges)
    ]
    spans = [(Span(first, last, "word"), Mark.STRONG) for first, last in edges]
    clause = Clause(
        draft_id=1, order=0, level=1, kind=ClauseKind.CLAUSE, normative=True, text=text, blocks=blocks, title=None
    )
    shown = [block for group in reading_blocks(clause, provisions, spans) for block in group.blocks]
    told = ["".join(piece for sentence in block.sentences for piece, _ in sentence.pieces) for block in shown]
    assert told == [words for _, words in parts]
    for block, (_, words) in zip(shown, parts, strict=True):
        if block.cells:
            assert (
                " | ".join("".join(piece for part in cell for piece, _ in part.pieces) for cell in block.cells) == words
            )


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5))
def test_pieces_are_the_text_and_marked_ones_lie_in_a_span(text: str, places: list[tuple[int, int]]) -> None:
    spans = sorted((min(place), max(place)) for place in places)
    pieces = marked_pieces(text, 0, len(text), [(Span(*place, "word"), Mark.LIGHT) for place in spans])
    assert "".join(piece for piece, _ in pieces) == text
    at = 0
    for piece, mark in pieces:
        inside = any(first <= at and at + len(piece) <= last for first, last in spans)
        assert inside or mark is Mark.NONE
        at += len(piece)


def test_the_heaviest_words_are_marked_strongly() -> None:
    spans = marked_spans("Offers listed by a session", [Term("offer", 8.0), Term("listing", 4.0), Term("session", 1.0)])
    assert [(span.term, mark) for span, mark in spans] == [
        ("offer", Mark.STRONG),
        ("listing", Mark.STRONG),
        ("session", Mark.LIGHT),
    ]


@given(st.lists(st.integers(1, 4), max_size=60), st.integers(1, 12))
def test_pages_hold_every_clause_once_in_order_and_not_too_many(levels: list[int], size: int) -> None:
    entries = [heading(order, level, None) for order, level in enumerate(levels)]
    pages = reading_pages(entries, size)
    assert [entry for page in pages for entry in page] == entries
    assert all(0 < len(page) <= size for page in pages)


@given(st.lists(st.none() | st.sampled_from(["1", "A.2", "o-1", "a b", '"><x', ""]), max_size=12))
def test_anchors_are_unique_and_plain(numbers: list[str | None]) -> None:
    anchors = clause_anchors([heading(order, 1, number) for order, number in enumerate(numbers)])
    assert len(set(anchors.values())) == len(numbers)
    assert all(anchor.replace("-", "").replace(".", "").isalnum() for anchor in anchors.values())
    if "A.2" in numbers:
        assert anchors[numbers.index("A.2")] == "c-A.2"
