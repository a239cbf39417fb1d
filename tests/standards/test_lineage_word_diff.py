"""The word diff: its pieces give back both texts, it reads well, and no text keeps it busy for long."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from difflib import Match, SequenceMatcher
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.standards.word_diff import MOST_STEPS, DiffKind, DiffPiece, word_diff

SAME, ADDED, REMOVED = DiffKind.SAME, DiffKind.ADDED, DiffKind.REMOVED
TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(["shall ", "the", " ", ", ", "6.2", "6.3", "\n", "し", "装置", "は，", "ü", "\u0301", "\u00a0"])
).map("".join)


def both(pieces: list[DiffPiece]) -> tuple[str, str]:
    return (
        "".join(piece.text for piece in pieces if piece.kind is not ADDED),
        "".join(piece.text for piece in pieces if piece.kind is not REMOVED),
    )


@given(TEXTS, TEXTS)
def test_pieces_give_back_both_texts(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    assert both(pieces) == (old, new)
    assert all(piece.text for piece in pieces)
    assert all(first.kind is not second.kind for first, second in pairwise(pieces))
    assert all((first.kind, second.kind) != (ADDED, REMOVED) for first, second in pairwise(pieces))


@given(TEXTS)
def test_a_text_and_itself(text: str) -> None:
    assert word_diff(text, text) == ([DiffPiece(SAME, text)] if text else [])


def test_words_and_numbers_are_whole() -> None:
    pieces = word_diff("The rate shall be 0,50 ms, see 6.2.", "The rate should be 0,65 ms, see 6.3.")
    assert [(piece.kind.value, piece.text) for piece in pieces] == [
        ("same", "The rate "),
        ("removed", "shall"),
        ("added", "should"),
        ("same", " be "),
        ("removed", "0,50"),
        ("added", "0,65"),
        ("same", " ms, see "),
        ("removed", "6.2"),
        ("added", "6.3"),
        ("same", "."),
    ]


def test_spaces_between_changes_do_not_chop_them() -> None:
    pieces = word_diff("wet grey dust", "dry white sand")
    assert pieces == [DiffPiece(REMOVED, "wet grey dust"), DiffPiece(ADDED, "dry white sand")]


def test_japanese_by_character() -> None:
    pieces = word_diff("受信機は，パケットを破棄する。", "受信機は，パケットを保存する。")
    assert pieces == [
        DiffPiece(SAME, "受信機は，パケットを"),
        DiffPiece(REMOVED, "破棄"),
        DiffPiece(ADDED, "保存"),
        DiffPiece(SAME, "する。"),
    ]


def test_work_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    source = random.Random(1)
    steps = 0

    class Counted(SequenceMatcher[str]):
        def __init__(self, junk: Callable[[str], bool], first: list[str], second: list[str], *, autojunk: bool) -> None:
            super().__init__(junk, first, second, autojunk=autojunk)
            counts = Counter(word for word in second if not word.isspace())
            self.costs = [1 + counts[word] for word in first]

        def find_longest_match(self, *ends: int) -> Match:  # type: ignore[override]
            nonlocal steps
            steps += sum(self.costs[ends[0] : ends[1]])
            return super().find_longest_match(*ends)

    monkeypatch.setattr("workbench.standards.word_diff.SequenceMatcher", Counted)
    for letters in ("ab", "abcdefgh", "abcdefghijklmnopqrstuvwxyz"):
        old, new = (" ".join(source.choices(letters, k=4000)) for _ in range(2))
        steps = 0
        assert both(word_diff(old, new)) == (old, new)
        assert steps <= MOST_STEPS
