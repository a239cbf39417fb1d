"""Which clause a text cites: by the links of the file, else by its words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from scrapers.drafts import read_draft
from workbench import sample
from workbench.db import Store
from workbench.settings import Settings
from workbench.standards.cross_references import citations, targets_of
from workbench.standards.draft_queries import cited_targets
from workbench.standards.drafts import import_draft
from workbench.standards.models import Clause, Draft
from workbench.standards.provisions import block_spans, clause_text

NUMBERS = [None, "1", "4", "5", "5.1", "6.2", "6.2.1", "A", "B", "B.2", "JA"]
TITLES = {
    3: [("table_title", "Table 1"), ("formula", "(1)")],
    7: [("figure_title", "Figure A.1")],
    9: [("table_title", "表 B.2")],
}


def block(text: str, kind: str = "paragraph", label: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "label": label, "start": 0, "end": len(text), **fields}


TARGETS = targets_of(
    (order, number, [block("x", kind, label) for kind, label in TITLES.get(order, ())])
    for order, number in enumerate(NUMBERS)
)


def cited(text: str, kind: str = "paragraph", **fields: Any) -> dict[str, str | None]:
    """What is cited, by the words that cite it, as numbers of clauses; `-` where it is dangling."""
    found = citations(text, [block(text, kind, **fields)], TARGETS)
    return {text[each.start : each.end]: "-" if each.order is None else NUMBERS[each.order] for each in found}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The frame follows 6.2.1.", {"6.2.1": "6.2.1"}),
        ("See Clause 5 and Annex B.", {"5": "5", "B": "B"}),
        ("as specified in Clauses 4 and 5", {"4": "4", "5": "5"}),
        ("in accordance with B.2, see 6.2", {"B.2": "B.2", "6.2": "6.2"}),
        ("values of Table 1, Figure A.1 and Formula (1)", {"Table 1": "5", "Figure A.1": "A", "Formula (1)": "5"}),
        ("Tables 1 and B.2 show", {"Tables 1": "5", "B.2": "B.2"}),
        ("表1及び表B.2に示す。", {"表1": "5", "表B.2": "B.2"}),
        ("箇条5及び附属書JAによる。", {"5": "5", "JA": "JA"}),
        ("6.2に従って測る。", {"6.2": "6.2"}),
        ("paddy (5.1) without husk", {"5.1": "5.1"}),
        ("See Annex Z.", {"Z": "-"}),
        ("see 6.9.9 and Table 7", {"6.9.9": "-", "Table 7": "-"}),
        ("of ISO 712:2009, Clause 5", {}),
        ("ISO 8351-1:1994, Table 1", {}),
        ("about 6.2 mm or 5 % of 4 items", {}),
        ("version 5.1 of the tool", {}),
    ],
)
def test_words_tell_what_is_cited(text: str, expected: dict[str, str | None]) -> None:
    assert cited(text) == expected


def test_links_of_the_file_win_over_words_and_over_nothing() -> None:
    text = "See 5.1, and the paddy of Annex Z."
    assert cited(text, references=[[4, 7, 2], [17, 22, 9]]) == {"5.1": "4", "paddy": "B.2", "Z": "-"}
    assert cited(text, references=[[4, 7, None]]) == {"5.1": "5.1", "Z": "-"}


def test_lists_of_documents_and_code_are_not_read() -> None:
    for kind in ("reference", "term_source", "code", "formula"):
        assert cited("see Clause 5", kind) == {}


TEXTS = st.lists(
    st.sampled_from(["see ", "Clause 5", "Annex", " A", "Table 1", "6.2.1", ", ", "(5.1)", "ISO 1, ", "表B.2", "5 mm"]),
    max_size=12,
).map("".join)


LINES = st.one_of(TEXTS, st.text(max_size=40)).map(lambda text: " ".join(text.split())).filter(bool)


@given(st.lists(LINES, max_size=4))
def test_citations_are_in_order_apart_and_inside_their_block(texts: list[str]) -> None:
    blocks, at = [], 0
    for text in texts:
        blocks.append(block(text) | {"start": at, "end": at + len(text)})
        at += len(text) + 1
    found = citations("\n".join(texts), blocks, TARGETS)
    end = 0
    for each in found:
        assert end <= each.start < each.end
        assert any(int(one["start"]) <= each.start and each.end <= int(one["end"]) for one in blocks)
        end = each.end


def test_an_imported_draft_keeps_the_links_of_its_file(store: Store, settings: Settings) -> None:
    path = sample.folder() / "drafts/iso-iec-dis-99001.sample.xml"
    run = import_draft(store, settings, path, work_item="9900001", label="DIS")
    assert run.error is None
    with store.read() as session:
        draft = session.exec(select(Draft)).one()
        targets = cited_targets(session, draft.id or 0)
        clauses = {row.order: row for row in session.exec(select(Clause))}
        found = [(row, each) for row in clauses.values() for each in citations(row.text, row.blocks, targets)]
    assert len(found) > 5
    for row, each in found:
        words = row.text[each.start : each.end]
        assert each.order is not None, words
        number = clauses[each.order].number or ""
        assert words.split()[-1] == number or words.startswith(("Table", "Figure", "Formula")), words


LINKED = {
    "rice-2016.final.niso-sts.xml": (36, 0),
    "rice-2016.cd.metanorma.xml": (74, 0),
    "rice.preview.html": (75, 0),
    "iso-iec-directives-part1.clause2.adoc": (72, 22),
}


@pytest.mark.shared
def test_every_link_of_the_recorded_documents_is_resolved(shared: Path) -> None:
    """All but those of the Directives' clause, which cites clauses that are not in the file."""
    counts = {}
    for name in LINKED:
        draft = read_draft(shared / "recorded" / "drafts" / name)
        links = [link for clause in draft.clauses for each in clause.blocks for link in each.references]
        counts[name] = len(links), sum(link.clause is None for link in links)
        targets = targets_of(
            (
                order,
                clause.number,
                [{"kind": each.kind.value, "label": each.label} for each in clause.blocks],
            )
            for order, clause in enumerate(draft.clauses)
        )
        for clause in draft.clauses:
            spans = block_spans(clause.blocks)
            blocks = [
                {
                    "kind": each.kind.value,
                    "label": each.label,
                    "start": start,
                    "end": end,
                    "references": [(link.start, link.end, link.clause) for link in each.references],
                }
                for each, (start, end) in zip(clause.blocks, spans, strict=True)
            ]
            dangling = [each for each in citations(clause_text(clause.blocks), blocks, targets) if each.order is None]
            if name.startswith("rice-2016"):
                assert not dangling, (clause.number, dangling)
    assert counts == LINKED
