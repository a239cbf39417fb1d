"""Cut claims and clauses into comparable words, keeping the place of each in the text as written.

Words of alphabetic scripts are lower-cased and stemmed (Snowball English). Chinese characters, kana and Hangul carry no
spaces, so runs of them become overlapping pairs of characters; a lone one stands for itself. Hiragana is left out: it
is mostly particles and endings, and pairs of it would outnumber the words that matter (so ねじ, a screw, is not seen).
The script decides, character by character, so mixed texts need no language. Upper and lower case, full and half width
are the same word (Unicode case folding and NFKC).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

FUNCTION_WORDS = frozenset(
    """
    a about above after again all also although am among an and another any are as at be because been before being below
    between both but by can cannot could did do does doing done down during e each either etc for from further g had has
    have having he her here hers him his how however i if in into is it its itself just let may me might more most must
    my neither no nor not now of off on once one only onto or other others our out over own per same s shall she should
    since so some such t than that the their them themselves then there therefore these they this those though through
    thus to too toward towards under until up upon us very via was we were what when where whereas whether which while
    who whom whose why will with within without would yet you your
    """.split()
)
"""English words that carry grammar rather than matter, the verbs of provisions (shall, should, may, can) included."""

CLAIM_BOILERPLATE = frozenset(
    """
    accordance according adapted aforementioned aforesaid arrangement based capable characterised characterized claim
    claimed claims comprise comprised comprises comprising configured consist consisting consists contained containing
    contains corresponding embodiment first further furthermore give given hereby herein hereinafter include included
    includes including invention least means operable particular plurality preferably preceding predetermined respective
    respectively said second set third thereby therefrom therein thereof thereto use used using usable way whereby
    wherein whereof
    請求項 記載 前記 上記 当該 該 備 具備 有 含 複数 所定 場合
    权利要求 權利要求 所述 其特征 其特征在于 其特徵 其特徵在於 一种
    """.split()
)
"""Words that any patent claim has, whatever it claims. 特徴 is not among them: it is also a feature of a model."""

STOP_WORDS = FUNCTION_WORDS | CLAIM_BOILERPLATE
"""What the engine leaves out of claims and clauses alike."""

_KANJI_KANA = (
    r"\u3005-\u3007\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_HANGUL = r"\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
_HIRAGANA = r"\u3041-\u309f"
_PIECE = re.compile(
    rf"(?P<pairs>[{_KANJI_KANA}]+|[{_HANGUL}]+)|[{_HIRAGANA}]+|(?P<word>[^\W_{_KANJI_KANA}{_HANGUL}{_HIRAGANA}]+)"
)
_VOICE_MARKS = "\uff9e\uff9f"
_LONGEST_WORD = 64
_LONGEST_COMPOSITION = 31  # a base and 30 marks (Unicode UAX #15, Stream-Safe Text); normalising is quadratic in marks
_MANY_MARKS = re.compile(rf"[^\w\s\x00-\x7f]{{{_LONGEST_COMPOSITION}}}")

_stemmer_lock = threading.Lock()

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Token:
    """A word as compared (`key`) and where it stands in the text as written: `text[start:end]`."""

    key: str
    start: int
    end: int


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The Snowball English stem of a folded word; words over 64 characters (data, not language) stay as they are."""
    if len(word) > _LONGEST_WORD:
        return word
    with _stemmer_lock:  # a stemmer holds the word at hand in itself
        return str(_stemmer().stemWord(word))


def tokens(text: str, *, stop_words: frozenset[str] = STOP_WORDS) -> Iterator[Token]:
    """The words of a text in order, without the stop words (compared case-folded and before stemming).

    In runs of characters without spaces, stop words of two and more characters part the run (前記評価 is 評価), and
    those of one character are left out only where they stand alone.
    """
    folded, places = _fold(text)
    for piece in _PIECE.finditer(folded):
        if piece["word"]:
            if piece["word"] not in stop_words:
                yield _token(stem(piece["word"]), piece.start(), piece.end(), places)
        elif piece["pairs"]:
            for start, end in _between(folded, piece.span(), stop_words):
                if end - start == 1 and folded[start] not in stop_words:
                    yield _token(folded[start], start, end, places)
                for at in range(start, end - 1):
                    yield _token(folded[at : at + 2], at, at + 2, places)


def _between(folded: str, run: Place, stop_words: frozenset[str]) -> Iterator[Place]:
    """The parts of a run of unspaced characters that its stop words leave."""
    start, end = run
    parting = _parting(stop_words)
    if parting is not None:
        for stop_word in parting.finditer(folded, start, end):
            if stop_word.start() > start:
                yield start, stop_word.start()
            start = stop_word.end()
    if end > start:
        yield start, end


@lru_cache(maxsize=8)
def _parting(stop_words: frozenset[str]) -> re.Pattern[str] | None:
    words = sorted((word for word in stop_words if len(word) > 1 and not word.isascii()), key=lambda w: (-len(w), w))
    return re.compile("|".join(map(re.escape, words))) if words else None


def _token(key: str, start: int, end: int, places: Sequence[Place] | None) -> Token:
    if places is None:
        return Token(key, start, end)
    return Token(key, places[start][0], places[end - 1][1])


def _fold(text: str) -> tuple[str, Sequence[Place] | None]:
    """The text in NFKC and folded case, and for each of its characters where it came from (None: the same place)."""
    folded = text.casefold()
    if text.isascii():
        return folded, None
    if len(folded) == len(text) and not _MANY_MARKS.search(text) and unicodedata.is_normalized("NFKC", folded):
        return folded, None
    parts: list[str] = []
    places: list[Place] = []
    start = 0
    while start < len(text):
        end = start + 1
        last = start + _LONGEST_COMPOSITION
        while end < min(last, len(text)) and (unicodedata.combining(text[end]) or text[end] in _VOICE_MARKS):
            end += 1
        part = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text[start:end]).casefold())
        parts.append(part)
        places.extend([(start, end)] * len(part))
        start = end
    return "".join(parts), places
