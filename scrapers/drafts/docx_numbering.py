"""The numbers that Word prints before paragraphs, computed from the numbering definitions (ISO/IEC 29500-1, 17.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from scrapers.drafts.docx_xml import attribute, child, children, is_on, number, value
from scrapers.xml import local_name

_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")
_HIGHEST = 100_000
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_AIUEO = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
_KANJI = "〇一二三四五六七八九"


@dataclass(frozen=True)
class Level:
    """One level of a list: how its number is written, where it starts, after which level it starts again."""

    text: str = ""
    format: str = "decimal"
    start: int = 1
    legal: bool = False
    restart: int | None = None
    style: str | None = None


@dataclass
class _Abstract:
    levels: dict[int, Level] = field(default_factory=dict)
    link: str | None = None
    defines: str | None = None


@dataclass
class _Number:
    abstract: str
    starts: dict[int, int] = field(default_factory=dict)
    levels: dict[int, Level] = field(default_factory=dict)


class Numbering:
    """The lists of a document and how far each has counted.

    `style_numbers` gives the list of a numbering style, by style id; definitions may point to it instead of to levels.
    """

    def __init__(self, root: etree._Element | None, style_numbers: dict[str, str]) -> None:
        self._abstracts = {
            attribute(part, "abstractNumId") or "": _abstract(part) for part in _all(root, "abstractNum")
        }
        self._numbers = {attribute(part, "numId") or "": _number(part) for part in _all(root, "num")}
        self._style_numbers = style_numbers
        self._counts: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()

    def level(self, num_id: str, level: int) -> Level | None:
        """The definition of a level, or None where list or level is not defined: Word then prints no number."""
        found = self._numbers.get(num_id)
        if found is None:
            return None
        return found.levels.get(level) or self._levels(found).get(level)

    def level_of_style(self, num_id: str, style: str) -> int | None:
        """The level of a list that a paragraph style is linked to."""
        found = self._numbers.get(num_id)
        levels = {} if found is None else {**self._levels(found), **found.levels}
        return next((at for at, level in levels.items() if level.style == style), None)

    def annex_list(self, num_id: str) -> bool:
        """Whether the first level of a list numbers annexes."""
        first = self.level(num_id, 0)
        return first is not None and bool(re.match(r"annex|附属書", first.text.strip(), re.IGNORECASE))

    def next(self, num_id: str, level: int) -> str | None:
        """Count one paragraph and return its number as printed; None where nothing is defined."""
        definition = self.level(num_id, level)
        if definition is None:
            return None
        found = self._numbers[num_id]
        counts = self._counts.setdefault(self._key(found), {})
        start = self._start(num_id, found, level)
        counts[level] = min(start if start is not None else counts.get(level, definition.start - 1) + 1, _HIGHEST)
        for place in _PLACE.findall(definition.text):
            # Word counts a level that was left out, and whose number it prints, as if it had stood there once.
            higher = int(place) - 1
            if higher < level and higher not in counts:
                above = self.level(num_id, higher)
                counts[higher] = above.start if above else 1
        for deeper in [at for at in counts if at > level]:
            below = self.level(num_id, deeper)
            restart = below.restart if below else None
            if restart is None or (restart > 0 and level < restart):
                del counts[deeper]
        return self._print(num_id, definition, counts)

    def _start(self, num_id: str, found: _Number, level: int) -> int | None:
        """The value that a list with an override of its start takes when it is first used at the level."""
        if level not in found.starts or (num_id, level) in self._started:
            return None
        self._started.add((num_id, level))
        return found.starts[level]

    def _print(self, num_id: str, definition: Level, counts: dict[int, int]) -> str:
        def place(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            level = self.level(num_id, at)
            style = "decimal" if definition.legal or level is None else level.format
            return write_number(counts.get(at, level.start if level else 1), style)

        if definition.format == "none" or definition.format == "bullet":
            return definition.text
        return _PLACE.sub(place, definition.text)

    def _key(self, found: _Number) -> str:
        abstract = self._abstracts.get(found.abstract)
        linked = self._linked(abstract)
        return linked.abstract if linked else found.abstract

    def _levels(self, found: _Number) -> dict[int, Level]:
        abstract = self._abstracts.get(found.abstract)
        linked = self._linked(abstract)
        if linked is not None:
            abstract = self._abstracts.get(linked.abstract)
        return abstract.levels if abstract else {}

    def _linked(self, abstract: _Abstract | None) -> _Number | None:
        if abstract is None or abstract.link is None:
            return None
        by_style = self._numbers.get(self._style_numbers.get(abstract.link, ""))
        if by_style is not None and self._abstracts.get(by_style.abstract) is not abstract:
            return by_style
        owner = next((key for key, other in self._abstracts.items() if other.defines == abstract.link), None)
        return _Number(owner) if owner is not None else None


def write_number(count: int, style: str) -> str:
    """A count in one of Word's number formats; formats that are not known are written in digits."""
    if style in ("upperLetter", "lowerLetter"):
        letters = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, 4) if count > 0 else ""
        return letters.upper() if style == "upperLetter" else letters
    if style in ("upperRoman", "lowerRoman"):
        roman = _roman(count)
        return roman.upper() if style == "upperRoman" else roman
    if style == "decimalZero":
        return f"{count:02d}"
    if style in ("decimalFullWidth", "decimalFullWidth2"):
        return "".join(chr(ord(digit) + 0xFEE0) for digit in str(count))
    if style.startswith(("aiueo", "iroha")):
        letters = _AIUEO if style.startswith("aiueo") else _IROHA
        return letters[(count - 1) % len(letters)] if count > 0 else ""
    if style in ("japaneseCounting", "japaneseDigitalTenThousand", "ideographDigital", "chineseCounting"):
        return _kanji(count) if style == "japaneseCounting" else "".join(_KANJI[int(digit)] for digit in str(count))
    if style == "decimalEnclosedCircle" and 1 <= count <= 20:
        return chr(0x2460 + count - 1)
    if style == "none":
        return ""
    return str(count)


def _roman(count: int) -> str:
    if not 0 < count < 4000:
        return str(count)
    pieces = []
    for worth, letters in _ROMAN:
        pieces.append(letters * (count // worth))
        count %= worth
    return "".join(pieces)


def _kanji(count: int) -> str:
    if not 0 < count < 100:
        return str(count)
    tens, ones = divmod(count, 10)
    return ("" if tens == 0 else ("十" if tens == 1 else f"{_KANJI[tens]}十")) + (_KANJI[ones] if ones else "")


def _all(root: etree._Element | None, name: str) -> list[etree._Element]:
    return [] if root is None else [part for part in root.iter() if local_name(part) == name]


def _abstract(element: etree._Element) -> _Abstract:
    return _Abstract(_level_map(element), value(element, "numStyleLink"), value(element, "styleLink"))


def _number(element: etree._Element) -> _Number:
    found = _Number(value(element, "abstractNumId") or "")
    for override in children(element, "lvlOverride"):
        at = number(attribute(override, "ilvl"))
        if at is None or not 0 <= at < _LEVELS:
            continue
        start = number(value(override, "startOverride"))
        if start is not None:
            found.starts[at] = start
        found.levels.update(_level_map(override))
    return found


def _level_map(element: etree._Element) -> dict[int, Level]:
    levels = {}
    for part in children(element, "lvl"):
        at = number(attribute(part, "ilvl"))
        if at is not None and 0 <= at < _LEVELS:
            start = number(value(part, "start"))
            levels[at] = Level(
                text=value(part, "lvlText") or "",
                format=value(part, "numFmt") or "decimal",
                start=1 if start is None else start,
                legal=is_on(child(part, "isLgl")),
                restart=number(value(part, "lvlRestart")),
                style=value(part, "pStyle"),
            )
    return levels
