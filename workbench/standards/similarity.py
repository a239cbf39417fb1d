"""How much of one text is in another: words of alphabetic scripts, pairs of characters of Chinese and Japanese."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from workbench.deferred import deferred

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import sparse

    Floats = NDArray[np.float64]
else:
    np = deferred("numpy")
    sparse = deferred("scipy.sparse")


UNSPACED = r"\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Character class of the scripts that are written without spaces: Chinese characters, hiragana, katakana."""

_PIECE = re.compile(rf"(?P<run>[{UNSPACED}]+)|(?P<word>[^\W_{UNSPACED}]+)")
_SPACE_IN_RUN = re.compile(rf"(?<=[{UNSPACED}\u3001\u3002]) (?=[{UNSPACED}\u3001\u3002])")
_TITLE_ENDS = " ,.:;、。"
_SAME: Mapping[int, str | None] = {
    ord(each): replacement
    for characters, replacement in (
        ("“”„‟«»″＂", '"'),
        ("‘’‚‛′＇", "'"),
        ("‐‑‒–—―−﹣－", "-"),
        ("\u00ad\u200b\u2060\ufeff", None),
    )
    for each in characters
} | {0xFF01 + at: chr(0x21 + at) for at in range(94) if chr(0xFF01 + at) not in "＂＇－"}

Row = Counter[str]


def normalise(text: str) -> str:
    """The text without what printing changes: white space, forms of quotes and hyphens, full-width Latin.

    Upper and lower case, superscripts and every other difference of wording stay.
    """
    folded = " ".join(unicodedata.normalize("NFC", text).translate(_SAME).split())
    return _SPACE_IN_RUN.sub("", folded)


def title_key(title: str | None) -> str:
    """A title as compared: normalised, case folded, without the punctuation that a run-in title ends with."""
    return normalise(title or "").casefold().strip(_TITLE_ENDS)


def tokens(text: str) -> tuple[str, ...]:
    """The words of a text in order, case folded; runs of unspaced scripts as overlapping pairs of characters."""
    found: list[str] = []
    for match in _PIECE.finditer(normalise(text)):
        run = match["run"]
        if run is None:
            found.append(match["word"].casefold())
        elif len(run) == 1:
            found.append(run)
        else:
            found.extend(first + second for first, second in pairwise(run))
    return tuple(found)


def shingles(words: Sequence[str]) -> list[str]:
    """Each two words that follow each other; they tell whose text a piece is where single words do not."""
    return [f"{first} {second}" for first, second in pairwise(words)]


def is_unspaced(text: str) -> bool:
    """Whether most of a text is in a script without spaces, so that one cannot speak of its words."""
    runs = sum(len(match[0]) for match in _PIECE.finditer(text) if match["run"])
    return runs * 2 > sum(len(match[0]) for match in _PIECE.finditer(text))


def shared(first: Row, second: Row) -> int:
    """How many words two texts have in common, each as often as both have it."""
    if len(first) > len(second):
        first, second = second, first
    return sum(min(count, second[word]) for word, count in first.items())


def dice(first: Row, second: Row) -> float:
    """Twice the words in common by the words of both; 1 for the same words, 0 for none in common; 1 if both empty."""
    total = first.total() + second.total()
    return 2 * shared(first, second) / total if total else 1.0


class Weighed:
    """The texts of two drafts as rows over words and pairs of words, weighed by rarity (TF-IDF, length 1).

    Rarity is that in both drafts together; what stands in more than a fifth of all clauses of a long draft weighs
    nothing.
    """

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self.old_words = [tokens(text) for text in old]
        self.new_words = [tokens(text) for text in new]
        rows = [Counter([*words, *shingles(words)]) for words in (*self.old_words, *self.new_words)]
        spread = Counter(feature for row in rows for feature in row)
        filled = sum(1 for row in rows if row)
        most = filled / 5 if filled > 100 else filled
        columns = {feature: at for at, feature in enumerate(f for f, count in spread.items() if count <= most)}
        self.rarity: dict[str, float] = {feature: float(np.log(1 + filled / spread[feature])) for feature in columns}
        """Weight of each word and pair of words that tells clauses apart."""
        weighed = _matrix(rows, columns, self.rarity)
        self.old: sparse.csr_array = weighed[: len(old)]
        self.new: sparse.csr_array = weighed[len(old) :]

    def similarities(self, first: Sequence[int], second: Sequence[int]) -> Floats:
        """The cosines of these pairs (place in the old draft, place in the new one)."""
        found: Floats = np.asarray(self.old[list(first)].multiply(self.new[list(second)]).sum(axis=1)).ravel()
        return found

    def nearest(self, old: Sequence[int], new: Sequence[int], top: int, least: float) -> list[tuple[int, int]]:
        """Pairs among these places of which one is among the `top` most similar of the other; sorted.

        Pairs less similar than `least` are left out.
        """
        found: set[tuple[int, int]] = set()
        ours, theirs = self.old[list(old)], self.new[list(new)]
        for start, row, column in _best(ours, theirs, top, least):
            found.add((old[start + row], new[column]))
        for start, row, column in _best(theirs, ours, top, least):
            found.add((old[column], new[start + row]))
        return sorted(found)


def _best(
    ours: sparse.csr_array, theirs: sparse.csr_array, top: int, least: float, size: int = 256
) -> Iterator[tuple[int, int, int]]:
    """For each row of `ours` its most similar rows of `theirs`, in blocks of rows: (start of the block, row, row)."""
    for start in range(0, ours.shape[0], size):
        block = (ours[start : start + size] @ theirs.T).toarray()
        # A stable sort, so that equal similarities are kept in reading order on every machine.
        best = np.argsort(-block, axis=1, kind="stable")[:, :top]
        rows, places = np.nonzero(np.take_along_axis(block, best, axis=1) >= least)
        for row, place in zip(rows, places, strict=True):
            yield start, int(row), int(best[row, place])


def _matrix(rows: Sequence[Row], columns: Mapping[str, int], rarity: Mapping[str, float]) -> sparse.csr_array:
    indptr: list[int] = [0]
    indices: list[int] = []
    data: list[float] = []
    for row in rows:
        features = [(columns[feature], count, rarity[feature]) for feature, count in row.items() if feature in columns]
        weights = [(1 + np.log(count)) * rare for _, count, rare in features]
        length = float(np.sqrt(sum(weight * weight for weight in weights))) or 1.0
        indices.extend(column for column, _, _ in features)
        data.extend(weight / length for weight in weights)
        indptr.append(len(indices))
    shape = (len(rows), max(1, len(columns)))
    return sparse.csr_array(
        (np.array(data, dtype=np.float64), np.array(indices, dtype=np.int64), np.array(indptr, dtype=np.int64)),
        shape=shape,
    )
