"""Drafts in STS and Metanorma XML: our own samples, broken ones, and the recorded model document."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from scrapers.drafts import read_draft
from scrapers.drafts.reader import MAX_DEPTH
from scrapers.errors import UnreadableFileError
from scrapers.records import BlockKind, Clause, ClauseKind, Draft

SAMPLES = Path(__file__).parent / "drafts"
STS = SAMPLES / "sample-std-meta.sts.xml"
METANORMA = SAMPLES / "sample.metanorma.xml"


def outline(draft: Draft) -> list[tuple[str | None, str | None, str, int]]:
    return [(clause.number, clause.title, clause.kind.value, clause.level) for clause in draft.clauses]


def clause(draft: Draft, number: str) -> Clause:
    return next(clause for clause in draft.clauses if clause.number == number)


def blocks(draft: Draft, number: str) -> list[tuple[str, str | None, str]]:
    return [(block.kind.value, block.label, block.text) for block in clause(draft, number).blocks]


def test_sts_says_what_the_document_is() -> None:
    draft = read_draft(STS)
    assert (draft.format, draft.reference, draft.stage) == ("sts", "SAMPLE/DIS 99001-1:2025", "DIS")
    assert draft.title == "Sample systems — Lantern exchange — Part 1: Frames"
    assert (draft.language, draft.copyright) == ("en", "© Sample Body 2025")


def test_sts_gives_the_tree_with_untitled_clauses_terms_and_annexes() -> None:
    assert outline(read_draft(STS)) == [
        (None, "Foreword", "foreword", 1),
        ("0", "Introduction", "introduction", 1),
        ("0.1", "History", "introduction", 2),
        ("1", "Scope", "clause", 1),
        ("2", "Normative references", "clause", 1),
        ("3", "Terms and definitions", "terms", 1),
        ("3.1", "Light", "terms", 2),
        ("3.1.1", "lantern", "term", 3),
        ("4", "Frames", "clause", 1),
        ("4.1", None, "clause", 2),
        ("4.2", None, "clause", 2),
        ("A", "Tests", "annex", 1),
        ("A.1", "Sieve", "annex", 2),
        ("B", "Advice", "annex", 1),
        (None, "Bibliography", "bibliography", 1),
        (None, "Online", "bibliography", 2),
    ]


def test_only_scope_clauses_terms_and_normative_annexes_are_normative() -> None:
    draft = read_draft(STS)
    normative = [clause.number for clause in draft.clauses if clause.normative]
    assert normative == ["1", "3", "3.1", "3.1.1", "4", "4.1", "4.2", "A", "A.1"]


def test_parents_come_before_their_children() -> None:
    for draft in (read_draft(STS), read_draft(METANORMA)):
        for position, each in enumerate(draft.clauses):
            if each.parent is None:
                assert each.level == 1
            else:
                assert each.parent < position
                assert draft.clauses[each.parent].level == each.level - 1


def test_a_term_entry_keeps_names_notes_example_and_source() -> None:
    assert blocks(read_draft(STS), "3.1.1") == [
        ("term_name", None, "carried lamp"),
        ("term_name", "DEPRECATED", "lamp box"),
        ("definition", None, "<lighting> portable light in a case"),
        ("note_to_entry", "Note 1 to entry", "A candle alone is not a lantern."),
        ("note_to_entry", "Note 2 to entry", "A torch is."),
        ("example", "EXAMPLE", "Storm lantern."),
        ("term_source", "SOURCE", "SAMPLE 99000:2019, 3.4"),
    ]


def test_what_stands_inside_a_paragraph_comes_in_reading_order() -> None:
    assert blocks(read_draft(STS), "4.1") == [
        ("paragraph", None, "Each frame shall have a header of n^2 bytes:"),
        ("footnote", "1", "Not the file header."),
        ("list_item", "a)", "the version;"),
        ("list_item", None, "more on it;"),
        ("list_item", "b)", "the length:"),
        ("list_item", "1)", "short form;"),
        ("paragraph", None, "and nothing else."),
        ("note", "NOTE", "Bytes have 8 bits."),
        ("footnote", "2", "Octets."),
        ("paragraph", "NOTE", "This note binds."),
        ("example", "EXAMPLE 1", "A frame:"),
        ("code", None, "lantern on; lantern off;"),
        ("warning", "WARNING", "Glass shall be cold."),
    ]


def test_tables_figures_and_formulae_keep_their_parts_apart() -> None:
    assert blocks(read_draft(STS), "4.2") == [
        ("paragraph", None, "See SAMPLE 99002."),
        ("table_title", "Table 1", "Colours"),
        ("table_row", None, "Code | Colour"),
        ("table_row", None, "1 | red"),
        ("table_row", None, "2 | green"),
        ("paragraph", None, "Red shall be last."),
        ("table_note", "NOTE 1", "Blue is rare."),
        ("table_note", "NOTE 2", "Grey is not a colour."),
        ("table_footnote", "a", "As seen at night."),
        ("table_footnote", "b", "Dark red."),
        ("table_footnote", "c", "Values shall be even."),
        ("figure_title", "Figure 1", "A lantern"),
        ("list_item", None, "w wick"),
        ("figure_note", "NOTE", "Not to scale."),
        ("formula", "(1)", "f = a/(b + 1)"),
        ("list_item", None, "a area"),
        ("example", None, "Light shall be."),
        ("paragraph", None, "Text in a box."),
    ]


def test_references_carry_their_label_once() -> None:
    draft = read_draft(STS)
    found = [block for each in draft.clauses[-2:] for block in each.blocks]
    assert [(block.label, block.text) for block in found] == [
        ("[1]", "Lee, A., On lanterns, 2020"),
        ("[2]", "Lantern pages"),
    ]


def test_a_footnote_in_the_title_of_a_bibliography_is_a_footnote(tmp_path: Path) -> None:
    file = tmp_path / "titled.xml"
    text = STS.read_text(encoding="utf-8")
    file.write_text(text.replace("<title>Online", "<title>Online<fn><p>In May.</p></fn>"), encoding="utf-8")
    last = read_draft(file).clauses[-1]
    assert (last.title, [block.text for block in last.blocks]) == ("Online", ["In May.", "Lantern pages"])


@pytest.mark.parametrize("meta", ["iso-meta", "nat-meta", "reg-meta"])
def test_other_kinds_of_metadata_and_adoptions_are_read_alike(meta: str, tmp_path: Path) -> None:
    text = STS.read_text(encoding="utf-8").replace("std-meta", meta)
    start = text.index("<standard")
    adopted = (
        "<adoption><adoption-front><nat-meta><std-ref type='dated'>SAMPLE-EN 99001-1:2026</std-ref></nat-meta>"
        "<sec sec-type='foreword'><title>National foreword</title><p>Adopted.</p></sec></adoption-front>"
    )
    file = tmp_path / "national.xml"
    file.write_text(f"{adopted}{text[start:]}</adoption>", encoding="utf-8")
    draft = read_draft(file)
    assert draft.reference == "SAMPLE-EN 99001-1:2026"
    assert outline(draft)[0] == (None, "National foreword", "foreword", 1)
    assert outline(draft)[1:] == outline(read_draft(STS))


def test_metanorma_is_read_as_printed_and_in_display_order() -> None:
    draft = read_draft(METANORMA)
    assert (draft.format, draft.reference, draft.stage) == ("metanorma", "SAMPLE/CD 99003", "30.60")
    assert (draft.language, draft.title, draft.copyright) == ("ja", "標本 — 提灯", "© 標本 2025")
    assert outline(draft) == [
        (None, "まえがき", "foreword", 1),
        ("1", "適用範囲", "clause", 1),
        ("2", "引用規格", "clause", 1),
        ("3", "用語及び定義", "terms", 1),
        ("3.1", "提灯", "term", 2),
        ("4", "要求事項", "clause", 1),
        ("4.1", None, "clause", 2),
        ("JA", "助言", "annex", 1),
        ("JA.1", "一般", "annex", 2),
        (None, "参考文献", "bibliography", 1),
    ]
    assert [each.number for each in draft.clauses if each.normative] == ["1", "3", "3.1", "4", "4.1"]


def test_metanorma_blocks_are_those_of_the_printed_page() -> None:
    draft = read_draft(METANORMA)
    assert blocks(draft, "4.1") == [
        ("paragraph", None, "灯りは3に従って点灯する。"),
        ("footnote", "1", "夜だけ。"),
        ("note", "注記", "昼も可。"),
        ("list_item", "a)", "芯"),
        ("table_title", "表 1", "色"),
        ("table_row", None, "符号 | 色"),
        ("table_row", None, "1 | 赤"),
        ("paragraph", None, "赤を最後とする。"),
        ("table_note", "注記", "青は少ない。"),
        ("table_footnote", "a", "暗い赤とする。"),
        ("formula", "(1)", "a = b"),
        ("paragraph", None, "ここで，"),
        ("list_item", None, "a 面積"),
        ("warning", "WARNING", "熱い。"),
        ("figure_title", "図 1", "提灯"),
        ("code", "例", "on;"),
    ]
    assert blocks(draft, "3.1") == [
        ("term_name", None, "ランタン"),
        ("term_name", "DEPRECATED", "灯籠"),
        ("definition", None, "持ち運ぶ灯り"),
        ("note_to_entry", "注釈 1", "ろうそくは含まない。"),
        ("term_source", "SOURCE", "SAMPLE 99000:2019, 3.4"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%!PS-Adobe-3.0", "not a draft in a known format; known are: "),
        (b"", "not a draft in a known format"),
        (b"<html><body/></html>", "holds no clause with text"),
        (b"standard <standard/>", "not a draft in a known format"),
        (b"<standard><front>", "line 1: not well-formed XML"),
        (b"<standard/>", "without front, body or back matter"),
        (b"<standard><body/></standard>", "holds no clause with text"),
        (b"<metanorma xmlns='https://www.metanorma.org/ns/standoc'/>", "without printed numbers"),
        (b"<!DOCTYPE standard [<!ENTITY e 'x'>]><standard><body/></standard>", "declares the entity 'e'"),
    ],
)
def test_what_is_no_draft_is_refused_in_one_line(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "file.xml"
    file.write_bytes(content)
    with pytest.raises(UnreadableFileError) as caught:
        read_draft(file)
    assert str(caught.value).startswith("file.xml")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_format_can_be_demanded_and_a_wrong_name_lists_the_known_ones() -> None:
    assert read_draft(STS, "sts") == read_draft(STS)
    with pytest.raises(UnreadableFileError, match=r"no draft format 'word'; use auto or one of: .*metanorma .*, sts "):
        read_draft(STS, "word")


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"^none\.xml: cannot be read"):
        read_draft(tmp_path / "none.xml")


def test_sts_in_utf_16_and_behind_comments_is_recognised(tmp_path: Path) -> None:
    text = STS.read_text(encoding="utf-8").replace('encoding="UTF-8"', 'encoding="UTF-16"')
    file = tmp_path / "wide.xml"
    file.write_bytes(text.replace("<!-- Sample", "<!-- <html> Sample").encode("utf-16"))
    assert read_draft(file) == read_draft(STS)


@pytest.mark.parametrize("nest", ["<sec>", "<sec><p><list><list-item>", "<non-normative-note><p>", "<p><bold>"])
@pytest.mark.parametrize("room", [90, 240])
def test_deep_nesting_is_read_or_refused(nest: str, room: int, tmp_path: Path) -> None:
    names = nest.strip("<>").split("><")
    depth = room // len(names)
    close = "".join(f"</{name}>" for name in reversed(names))
    file = tmp_path / "deep.xml"
    file.write_text(
        f"<standard><body><sec>{nest * depth}<p>x</p>{close * depth}</sec></body></standard>", encoding="utf-8"
    )
    if room > MAX_DEPTH:
        with pytest.raises(UnreadableFileError, match="nested deeper than 100"):
            read_draft(file)
    else:
        assert any(block.text == "x" for each in read_draft(file).clauses for block in each.blocks)


def mutate(source: Path, seed: int, cuts: int) -> bytes:
    chance = random.Random(seed)
    root = etree.parse(source).getroot()
    names = [element.tag for element in root.iter() if isinstance(element.tag, str)]
    for _ in range(cuts):
        elements = [element for element in root.iter() if isinstance(element.tag, str) and element is not root]
        if not elements:
            break
        target = chance.choice(elements)
        parent = target.getparent()
        change = chance.randrange(5)
        if change == 0 and parent is not None:
            parent.remove(target)
        elif change == 1:
            target.tag = chance.choice(names)
        elif change == 2:
            target.attrib.clear()
        elif change == 3:
            target.text = chance.choice(["", "x", "  ", "Annex", "－１", "\u2028"])
        elif parent is not None:
            chance.choice(elements[: elements.index(target) + 1]).addprevious(etree.Element(chance.choice(names)))
    return etree.tostring(root)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=st.sampled_from([STS, METANORMA]), seed=st.integers(0, 2**32), cuts=st.integers(1, 40))
def test_changed_documents_are_read_or_refused(source: Path, seed: int, cuts: int, tmp_path: Path) -> None:
    file = tmp_path / "changed.xml"
    file.write_bytes(mutate(source, seed, cuts))
    with contextlib.suppress(UnreadableFileError):
        for each in read_draft(file).clauses:
            assert each.parent is None or each.parent >= 0
            assert all(block.text == " ".join(block.text.split()) != "" for block in each.blocks)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=st.sampled_from([STS, METANORMA]), data=st.data())
def test_truncated_files_are_refused(source: Path, data: st.DataObject, tmp_path: Path) -> None:
    content = source.read_bytes()
    end = data.draw(st.integers(0, len(content) - 20))
    file = tmp_path / "cut.xml"
    file.write_bytes(content[:end])
    with pytest.raises(UnreadableFileError):
        read_draft(file)


@pytest.mark.shared
def test_the_model_document_gives_the_same_tree_from_both_formats(shared: Path) -> None:
    """65 is the count of numbered clauses and annexes; term entries are numbered too, but are not subclauses (16.4)."""
    folder = shared / "recorded" / "drafts"
    sts = read_draft(folder / "rice-2016.final.niso-sts.xml")
    metanorma = read_draft(folder / "rice-2016.cd.metanorma.xml")

    def numbered(draft: Draft) -> list[tuple[str, str]]:
        return [
            (each.number, (each.title or "").casefold())
            for each in draft.clauses
            if each.number is not None and each.kind is not ClauseKind.TERM
        ]

    def shape(draft: Draft) -> list[tuple[object, ...]]:
        return [
            (each.number, (each.title or "").casefold(), each.kind, each.normative, each.level, each.parent)
            for each in draft.clauses
        ]

    assert len(numbered(sts)) == 65
    assert numbered(sts) == numbered(metanorma)
    assert shape(sts) == shape(metanorma)
    assert (sts.stage, metanorma.stage) == ("IS", "CD")
    assert sts.copyright == metanorma.copyright == "© ISO 2016"
    kinds = {block.kind for each in metanorma.clauses for block in each.blocks}
    assert BlockKind.WARNING in kinds
    assert BlockKind.TABLE_FOOTNOTE in kinds
