from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scrapers.errors import UnreadableFileError
from workbench.mapping import labelled
from workbench.mapping.labelled import read_corpus, read_labels, read_queries, write_run
from workbench.mapping.ranking import ClaimText, ClauseText, Match


def write(folder: Path, *lines: str) -> Path:
    path = folder / "input"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_queries_are_read_with_and_without_their_parents(tmp_path: Path) -> None:
    first = {"id": "P1#1", "text": "A method.", "parent_text": None, "group": "ai", "more": [1]}
    second = {"id": "P1#2", "text": "評価。", "parent_text": "A method.", "language": "ja"}
    queries = read_queries(write(tmp_path, "\ufeff" + json.dumps(first), "", json.dumps(second, ensure_ascii=False)))
    assert [query.claim for query in queries] == [
        ClaimText("P1#1", "A method.", None, "en"),
        ClaimText("P1#2", "評価。", "A method.", "ja"),
    ]
    assert [(query.group, query.patent) for query in queries] == [("ai", "P1"), (None, "P1")]


def test_a_corpus_is_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '{"id": "S 1/5.1", "title": "Scores", "text": "Text.", "standard": "S 1", "clause": "5.1"}',
        '{"id": "S 1/5.2", "title": null, "text": ""}',
    )
    assert read_corpus(path) == [ClauseText("S 1/5.1", "Scores", "Text.", "S 1"), ClauseText("S 1/5.2", None, "")]


def test_labels_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, "P1#1\tS 1/5.1\t2", "P1#1\tS 1/5.2\t1", "P2#1\tS 1/5.1\t0\r", "P1#1\tS 1/5.1\t2")
    assert read_labels(path) == {"P1#1": {"S 1/5.1": 2, "S 1/5.2": 1}, "P2#1": {"S 1/5.1": 0}}


@pytest.mark.parametrize("read", [read_queries, read_corpus])
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "a JSON list"),
        ('{"text": "x"}', '"id" is missing'),
        ('{"id": "a\\tb", "text": "x"}', '"id" is missing or not an id'),
        ('{"id": 7, "text": "x"}', '"id" is a int'),
        ('{"id": "first", "text": "x"}', "comes twice"),
        ('{"id": "b"}', '"text" is missing'),
        ('{"id": "b", "text": ["x"]}', '"text" is a list'),
        ('{"id": "b", "text": "\\ud800"}', "surrogate"),
    ],
)
def test_a_bad_line_is_named(read: Callable[[Path], object], line: str, said: str, tmp_path: Path) -> None:
    path = write(tmp_path, '{"id": "first", "text": "x"}', "", line)
    with pytest.raises(UnreadableFileError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"{path}, line 3: ")
    assert said in message
    assert "\n" not in message
    assert len(message) < len(str(path)) + 300


def test_a_query_needs_words(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match='line 1: "text" is missing or empty'):
        read_queries(write(tmp_path, '{"id": "a", "text": " "}'))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("P1#1 S/1 2", "1 columns instead of 3"),
        ("P1#1\tS/1\t2\t0", "4 columns instead of 3"),
        ("\tS/1\t2", "an id is empty"),
        ("query\tdocument\tgrade", "the grade is 'grade'"),
        ("P1#1\tS/1\t3", "the grade is '3'"),
        ("P1#1\tS/0\t1", "another grade"),
    ],
)
def test_a_bad_label_is_named(line: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=f"line 2: .*{said}"):
        read_labels(write(tmp_path, "P1#1\tS/0\t2", line))


@pytest.mark.parametrize("read", [read_queries, read_corpus, read_labels])
def test_files_that_are_no_text_are_refused(
    read: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "input"
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        read(path)
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        read(tmp_path)
    path.write_bytes(b"")
    with pytest.raises(UnreadableFileError, match="the file is empty"):
        read(path)
    path.write_bytes(b"ab\xff")
    with pytest.raises(UnreadableFileError, match="line 1: not UTF-8 at byte 3"):
        read(path)
    monkeypatch.setattr(labelled, "MAX_LINE_BYTES", 2**20)
    path.write_bytes(b"a" * (2**20 + 1))
    with pytest.raises(UnreadableFileError, match="line 1: longer than 1 MB"):
        read(path)
    monkeypatch.setattr(labelled, "MAX_FILE_BYTES", 4)
    path.write_bytes(b"\n\n\n\n\n")
    with pytest.raises(UnreadableFileError, match="line 5: the file passes"):
        read(path)


def test_a_run_is_written_with_tabs(tmp_path: Path) -> None:
    path = tmp_path / "run.trec"
    write_run(path, [[Match("P#1", "S 1/5", 1, 2.5, (), {}), Match("P#1", "S 1/6", 2, 1 / 3, (), {})], []])
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    assert rows == [
        ["P#1", "Q0", "S 1/5", "1", "2.5", "workbench"],
        ["P#1", "Q0", "S 1/6", "2", repr(1 / 3), "workbench"],
    ]
