"""Real pairs of versions, compared with lists checked by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from scrapers.drafts import read_draft
from tests.standards.lineage_documents import sample
from workbench.standards.clause_nodes import clause_nodes
from workbench.standards.lineage import align, lineage_rows

# Read side by side. All clauses that are not listed have the same title, text and number in both drafts.
CD_TO_DIS = """
Foreword      Foreword      reworded    list of main changes added
Introduction  Introduction  reworded    paragraph on patent rights added
-             3.11          new         canary item
3.11          3.12          renumbered
3.12          3.13          renumbered
3.13          3.14          renumbered
4             4             reworded    version and left-out subclauses to be named
5.1           5.1           reworded    "5.2 to 5.9" became "5.2 to 5.8", but without Heartbeat
5.2.1         5.2.1         reworded    item e) added
5.2.2         5.2.2         reworded    validity period and digest added
5.3.1         5.3.1         reworded    selection of the first permitted set
5.4.2         5.4.2         reworded    256 bits
5.5.2         5.5.2         reworded    sliding window
5.6           5.6           split       Telemetry is a heading now
5.6           5.6.1         split       events
5.6           5.6.2         split       sampling
5.8           -             gone        Heartbeat
5.9           5.8           renumbered
6.2.1         6.2.1         reworded    share of synthetic items
-             6.3.3         new         Canary items
6.4           6.4           reworded    strata first
6.5           6.5           reworded    95 %
-             6.6           new         Paired comparison of components
6.6           6.7           renumbered
6.6.1         6.7.1         renumbered
6.6.2         6.7.2         renumbered
6.7           6.8           renumbered
6.8           6.9           reworded    five operators, prepared events
7.1           7.1           reworded    item f) added
7.2           7.2           reworded    note to members dropped
"""


# The two tables of contents read side by side: number or title in the older rendering, number in the final text.
HTML_TO_FINAL = """
Foreword - | Introduction - | 1 1 | Normative_References 2 | 2 3
paddy 3.1 | husked_rice 3.2 | milled_rice 3.3 | parboiled_rice 3.4 | waxy_rice 3.5 | extraneous_matter 3.6 | HDK 3.7
damaged_kernel 3.8 | immature_kernel 3.9 | husked_rice_yield 3.10 | nitrogen_content 3.11 | crude_protein_content 3.12
gelatinization 3.13 | gel_state 3.14 | gelatinization_time 3.15
3 4 | 3.1 4.1 | 3.2 4.2 | 3.2.1 4.2.1 | 3.2.2 4.2.2 | 4 5 | 5 6 | 5.1 6.1 | 5.2 6.2 | 5.3 6.3 | 5.4 6.4 | 5.5 6.5
5.5.1 6.5.1 | 5.5.2 6.5.2 | 5.5.2.1 6.5.2.1 | 5.5.2.2 6.5.2.2 | 5.5.2.3 6.5.2.3 | 6 7 | 7 8 | 8 9
A A | A.1 A.1 | A.2 A.2 | A.2.1 A.2.1 | A.2.2 A.2.2 | A.2.3 A.2.3 | A.2.4 A.2.4 | A.2.5 A.2.5 | A.2.6 A.2.6
A.2.7 A.2.7 | A.3 A.3 | A.4 A.4 | A.4.1 A.4.1 | A.5 A.5 | A.6 A.6 | A.7 A.7
B B | B.1 B.1 | B.2 B.2 | B.2.1 B.2.1 | B.2.2 B.2.2 | B.2.3 B.2.3 | B.2.4 B.2.4 | B.2.5 B.2.5 | B.2.6 B.2.6
B.2.7 B.2.7 | B.3 B.3 | B.3.1 B.3.1 | B.3.2 B.3.2 | B.3.3 B.3.3 | B.4 B.4 | B.5 B.5 | B.5.1 B.5.1 | B.5.2 B.5.2
B.5.3 B.5.3 | B.5.4 B.5.4 | B.5.5 B.5.5 | B.6 B.6 | B.7 B.7 | C C | D D | E E | E.1 - | Bibliography -
"""


def test_sample_committee_draft_to_enquiry_draft() -> None:
    old, new = sample("cd"), sample("dis")
    links = align(old, new)
    found = [
        (row["from"] or row["from_title"] or "-", row["to"] or row["to_title"] or "-", row["kind"])
        for row in lineage_rows(links, old, new)
    ]
    expected = [tuple(line.split()[:3]) for line in CD_TO_DIS.strip().splitlines()]
    assert [row for row in found if row[2] != "unchanged"] == expected
    unchanged = [row for row in found if row[2] == "unchanged"]
    assert all(before == after for before, after, _ in unchanged)
    assert len(unchanged) == len(old) - len({before for before, _, _ in expected} - {"-"})


def test_reasons_of_the_samples() -> None:
    old, new = sample("cd"), sample("dis")
    reasons = {row["from"]: row["reason"] for row in lineage_rows(align(old, new), old, new)}
    assert reasons["6.7"] == "same text; number 6.7 → 6.8"
    assert reasons["5.6"] == "text of 5.6 is now in 5.6, 5.6.1 and 5.6.2"
    assert reasons["6.8"] == (
        "94 % of the words kept; 36 % of the words are new; title unchanged; "
        "3 of 5 provisions kept word for word; number 6.8 → 6.9"
    )


@pytest.mark.shared
def test_every_clause_of_a_recorded_committee_draft_is_paired_with_its_final_text(shared: Path) -> None:
    """Both list the same 84 clauses in the same order, as their tables of contents show; the wording differs."""
    folder = shared / "recorded" / "drafts"
    old = clause_nodes(read_draft(folder / "rice-2016.cd.metanorma.xml"))
    new = clause_nodes(read_draft(folder / "rice-2016.final.niso-sts.xml"))
    assert [node.number for node in old] == [node.number for node in new]
    assert len(old) == 84
    links = align(old, new)
    assert [(link.old, link.new) for link in links] == [((key,), (key,)) for key in range(84)]
    assert {link.kind.value for link in links} == {"unchanged", "reworded"}
    # Without their numbers, too.
    bare = align([replace(node, number=None) for node in old], [replace(node, number=None) for node in new])
    assert [(link.old, link.new) for link in bare] == [((key,), (key,)) for key in range(84)]


@pytest.mark.shared
def test_every_clause_of_a_renumbered_rendering_is_paired_with_its_final_text(shared: Path) -> None:
    folder = shared / "recorded" / "drafts"
    old = clause_nodes(read_draft(folder / "rice.preview.html"))
    new = clause_nodes(read_draft(folder / "rice-2016.final.niso-sts.xml"))
    entries = [entry.split() for line in HTML_TO_FINAL.strip().splitlines() for entry in line.split(" | ")]
    expected = [(before.replace("_", " "), None if after == "-" else after) for before, after in entries]
    links = align(old, new)
    assert [(row["from"] or row["from_title"], row["to"]) for row in lineage_rows(links, old, new)] == expected
    unnumbered = {new[link.new[0]].title for link in links if new[link.new[0]].number is None}
    assert unnumbered == {"Foreword", "Introduction", "Sample code", "Bibliography"}
    assert {link.kind.value for link in links} == {"unchanged", "renumbered", "reworded"}
