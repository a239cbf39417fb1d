"""References of ISO and IEC documents, from `ISO/IEC CD 42119-3` to `ISO/IEC 22989:2022/DAmd 1`. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from scrapers.errors import InvalidIdentifierError

MAX_LENGTH = 200

PUBLISHERS = ("ISO", "IEC", "CISPR")
COPUBLISHERS = ("IEC", "IEEE", "ASTM", "CIE", "HL7", "IDF", "OECD", "OIML", "SAE", "ULC", "UNDP", "ITU-T")
TYPES = ("TS", "TR", "PAS", "Guide", "IWA", "ISP", "TTA", "R", "DATA")
# Prefixes that stand before a type and a number, and those that name an International Standard's draft themselves.
STAGES = ("PWI", "NP", "AWI", "WD", "CD", "PRF", "PNW")
STANDARD_STAGES = ("DIS", "FDIS", "FCD", "CDV")
# Prefixes that are written in one word with the type or with Amd and Cor: DTS, FDAmd; PD and FPD are obsolete.
JOINED_STAGES = ("D", "FD", "PD", "FPD")
SUPPLEMENTS = ("Amd", "Cor", "Add", "Suppl")

_LANGUAGES = {"E": "en", "F": "fr", "R": "ru", "S": "es", "A": "ar", "C": "zh", "D": "de", "J": "ja"}
_LANGUAGE_CODE = re.compile(r"[a-z]{2}")
_DASHES = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-") | dict.fromkeys("\u00ad\u200b\u2060\ufeff")
)


def _either(words: tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_JOINED_TYPES = tuple(name for name in TYPES if name not in ("IWA", "R", "DATA"))
_ORDINAL = r"(?:(?P<ordinal>\d{1,2})(?:st|nd|rd|th) )?"
_STAGE = rf"(?P<stage>NWIP|{_either(STAGES + STANDARD_STAGES)})"
_DOCUMENT = re.compile(
    rf"(?:(?P<publisher>(?:{_either(PUBLISHERS)})(?:/(?:{_either(COPUBLISHERS)}))*)[ /])?"
    rf"{_ORDINAL}"
    rf"(?:{_STAGE}(?:\.?(?P<prefix_iteration>\d{{1,2}}))?(?= ) )?"
    rf"(?:(?P<joined>{_either(JOINED_STAGES)})?(?P<type>{_either(TYPES)}) )?"
    r"(?P<number>\d{1,6})(?:-(?P<part>[0-9A-Z]{1,6}(?:-[0-9A-Z]{1,6})*))?(?:\.(?P<iteration>\d{1,2}))?"
    r"(?: ?: ?(?P<year>\d{4}|-))?",
    re.ASCII | re.IGNORECASE,
)
_SUPPLEMENT = re.compile(
    rf"{_ORDINAL}"
    rf"(?:(?P<stage>NWIP|{_either(STAGES)})(?:\.?(?P<prefix_iteration>\d{{1,2}}))?(?= ) )?"
    rf"(?:(?P<joined>{_either(JOINED_STAGES)})?(?P<kind>{_either((*SUPPLEMENTS, 'AM'))}))"
    r"[ .]{0,2}(?P<number>\d{1,3})(?:\.(?P<iteration>\d{1,2}))?(?: ?: ?(?P<year>\d{4}|-))?",
    re.ASCII | re.IGNORECASE,
)
_LANGUAGE = re.compile(r" ?\((?P<languages>[A-Za-z]{1,2}(?:[/,] ?[A-Za-z]{1,2})*)\)$", re.ASCII)


@dataclass(frozen=True, slots=True)
class Supplement:
    """An amendment, corrigendum or addendum: the part of a reference after the document that it changes.

    `stage` is a prefix such as `CD` or the joined `D` of `DAmd`; `forthcoming` is the year written as a dash.
    """

    kind: str
    number: int
    stage: str | None = None
    iteration: int | None = None
    year: int | None = None
    forthcoming: bool = False

    def __str__(self) -> str:
        stage = "" if self.stage is None else self.stage if self.stage in JOINED_STAGES else f"{self.stage} "
        return f"{stage}{self.kind} {self.number}{_suffix(self.iteration, self.year, self.forthcoming)}"


@dataclass(frozen=True, slots=True)
class StandardRef:
    """Reference of a document; `str()` gives its canonical form (ISO/IEC Directives Part 2; ISO's own practice).

    `stage` is the prefix (`CD`, `DIS`, or the joined `D` of `DTS`), `type` is None for an International Standard,
    `iteration` counts from 2 (`DIS 12345.2`), `forthcoming` is a year written as a dash, `languages` are ISO 639 codes.
    """

    publisher: str
    number: int
    part: str | None = None
    type: str | None = None
    stage: str | None = None
    iteration: int | None = None
    year: int | None = None
    forthcoming: bool = False
    supplements: tuple[Supplement, ...] = ()
    languages: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> StandardRef:
        """Read a reference as people and publishers write it: odd spaces, dashes and case, CD2, 2nd CD, DAM, (E).

        Raises InvalidIdentifierError where the text is no reference.
        """
        plain = _plain(text)
        languages: tuple[str, ...] = ()
        if language := _LANGUAGE.search(plain):
            languages = _read_languages(language["languages"], text)
            plain = plain[: language.start()]
        match = _DOCUMENT.match(plain)
        if match is None or not (match["publisher"] or (match["type"] or "").upper() == "IWA"):
            raise _invalid(text)
        supplements: list[Supplement] = []
        position = match.end()
        while position < len(plain):
            supplement = _SUPPLEMENT.match(plain, position + 1) if plain[position] == "/" else None
            if supplement is None:
                raise _invalid(text)
            supplements.append(_read_supplement(supplement))
            position = supplement.end()

        stage = _stage(match)
        kind = _spelled(match["type"], TYPES)
        if (match["stage"] and match["joined"]) or (stage in STANDARD_STAGES and kind is not None):
            raise _invalid(text)
        if match["joined"] and kind not in _JOINED_TYPES:
            raise _invalid(text)
        publisher = (match["publisher"] or "ISO").upper()
        if kind == "IWA" and publisher != "ISO":
            raise _invalid(text)
        return cls(
            publisher=publisher,
            number=int(match["number"]),
            part=match["part"].upper() if match["part"] else None,
            type=kind,
            stage=stage,
            iteration=_iteration(match),
            year=_year(match),
            forthcoming=match["year"] == "-",
            supplements=tuple(supplements),
            languages=languages,
        )

    def __str__(self) -> str:
        joined = self.stage if self.stage in JOINED_STAGES else ""
        words = [] if joined or self.stage is None else [self.stage]
        if self.type is not None:
            words.append(f"{joined}{self.type}")
        first = self.publisher
        if self.type == "IWA":
            first = "" if self.stage is None else "ISO"
        # ISO alone is joined by a slash to what follows; joint publishers, IEC and published Guides are not.
        slash = first == "ISO" and bool(words) and words[0] != "Guide"
        lead = f"{first}/{' '.join(words)}" if slash else " ".join(filter(None, [first, *words]))
        part = f"-{self.part}" if self.part else ""
        text = f"{lead} {self.number}{part}{_suffix(self.iteration, self.year, self.forthcoming)}"
        text += "".join(f"/{supplement}" for supplement in self.supplements)
        return f"{text}({','.join(self.languages)})" if self.languages else text

    @property
    def base(self) -> StandardRef | None:
        """The document that an amendment or corrigendum changes; None where this is no supplement."""
        if not self.supplements:
            return None
        return replace(self, supplements=self.supplements[:-1], languages=())

    @property
    def undated(self) -> StandardRef:
        """The same document at any stage and in any edition: no stage, iteration, year or language."""
        bare = tuple(Supplement(each.kind, each.number) for each in self.supplements)
        return StandardRef(self.publisher, self.number, self.part, self.type, supplements=bare)


def _plain(text: str) -> str:
    if len(text) > MAX_LENGTH:
        raise InvalidIdentifierError(f"{text[:40]!r}... is longer than a reference can be ({MAX_LENGTH} characters)")
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES)
    plain = " ".join(folded.split())
    return re.sub(r" ?/ ?", "/", plain)


def _read_languages(text: str, whole: str) -> tuple[str, ...]:
    languages = []
    for word in re.split(r"[/,] ?", text):
        code = _LANGUAGES.get(word.upper(), word.lower())
        if not _LANGUAGE_CODE.fullmatch(code):
            raise _invalid(whole)
        languages.append(code)
    return tuple(languages)


def _read_supplement(match: re.Match[str]) -> Supplement:
    kind = "Amd" if match["kind"].upper() == "AM" else _spelled(match["kind"], SUPPLEMENTS)
    if kind is None or (match["stage"] and match["joined"]):
        raise _invalid(match.string)
    return Supplement(
        kind=kind,
        number=int(match["number"]),
        stage=_stage(match),
        iteration=_iteration(match),
        year=_year(match),
        forthcoming=match["year"] == "-",
    )


def _stage(match: re.Match[str]) -> str | None:
    stage = (match["stage"] or match["joined"] or "").upper()
    return "NP" if stage == "NWIP" else stage or None


def _iteration(match: re.Match[str]) -> int | None:
    """The iteration, wherever it was written; the first is not counted."""
    written = {int(match[name]) for name in ("ordinal", "prefix_iteration", "iteration") if match[name]}
    if len(written) > 1 or (match["ordinal"] and not (match["stage"] or match["joined"])):
        raise _invalid(match.string)
    number = written.pop() if written else 1
    if number == 0:
        raise _invalid(match.string)
    return number if number > 1 else None


def _year(match: re.Match[str]) -> int | None:
    return None if match["year"] in (None, "-") else int(match["year"])


def _spelled(word: str | None, known: tuple[str, ...]) -> str | None:
    return next((name for name in known if word is not None and name.upper() == word.upper()), None)


def _suffix(iteration: int | None, year: int | None, forthcoming: bool) -> str:
    date = ":\u2014" if forthcoming else "" if year is None else f":{year:04d}"
    return (f".{iteration}" if iteration else "") + date


def _invalid(text: str) -> InvalidIdentifierError:
    return InvalidIdentifierError(
        f"{text!r} is no reference of an ISO or IEC document; expected one such as ISO/IEC CD 42119-3 or "
        "ISO/IEC 22989:2022/Amd 1:2026"
    )
