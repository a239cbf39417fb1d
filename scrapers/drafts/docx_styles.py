"""What the styles of a DOCX say a paragraph is: those of the ISO, IEC and JIS templates and of plain Word.

Files translated by Word or by hand rename styles, so a style is known by its id, then by its numbering and outline
level, and by its name last; a style that says nothing is as the one that it is based on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from scrapers.drafts.docx_xml import attribute, child, is_on, number, value
from scrapers.xml import local_name

_LONGEST_CHAIN = 20
_BODY_LEVEL = 9


class Role(StrEnum):
    """What a paragraph is by its style."""

    HEADING = "heading"
    UNNUMBERED = "unnumbered heading"
    NUMBERED_TEXT = "numbered text"
    ANNEX = "annex"
    FRONT = "front heading"
    TERM_NUMBER = "term number"
    TERM = "term"
    ADMITTED = "admitted term"
    DEPRECATED = "deprecated term"
    DEFINITION = "definition"
    SOURCE = "source"
    NOTE = "note"
    EXAMPLE = "example"
    WARNING = "warning"
    TABLE_TITLE = "table title"
    FIGURE_TITLE = "figure title"
    TABLE_NOTE = "table note"
    FIGURE_NOTE = "figure note"
    TABLE_FOOTNOTE = "table footnote"
    LIST_ITEM = "list item"
    CODE = "code"
    FORMULA = "formula"
    REFERENCE = "reference"
    TITLE = "title of the document"
    COVER = "cover"
    SKIP = "skip"


@dataclass(frozen=True)
class Kind:
    """A role and, for headings, how deep they stand (1 is the top)."""

    role: Role
    depth: int = 1


_ROLES: dict[str, Role] = {
    "annex": Role.ANNEX,
    "annextitle": Role.ANNEX,
    "annexe": Role.ANNEX,
    "附属書見出し": Role.ANNEX,
    "附属書": Role.ANNEX,
    "headingnonumber": Role.UNNUMBERED,
    "headingunnumbered": Role.UNNUMBERED,
    "termnum": Role.TERM_NUMBER,
    "termnumber": Role.TERM_NUMBER,
    "用語番号": Role.TERM_NUMBER,
    "terms": Role.TERM,
    "term": Role.TERM,
    "用語": Role.TERM,
    "definition": Role.DEFINITION,
    "termdefinition": Role.DEFINITION,
    "定義": Role.DEFINITION,
    "source": Role.SOURCE,
    "termsource": Role.SOURCE,
    "出典": Role.SOURCE,
    "warning": Role.WARNING,
    "code": Role.CODE,
    "sourcecode": Role.CODE,
    "formula": Role.FORMULA,
    "equation": Role.FORMULA,
    "式": Role.FORMULA,
    "refnorm": Role.REFERENCE,
    "title": Role.TITLE,
    "zzstdtitle": Role.TITLE,
    "maintitle1": Role.TITLE,
    "coverltitle": Role.TITLE,
}
_PATTERNS: tuple[tuple[re.Pattern[str], Role], ...] = tuple(
    (re.compile(pattern), role)
    for pattern, role in (
        (r"zzcontents.*|toc\d?|tocheading|tocentete|目次\d?|tableoffigures|index\d?|indexheading", Role.SKIP),
        (r"zz.*|cover.*|表紙.*", Role.COVER),
        (
            r"(fore|intro|introduction|foreword|biblio|bibliography)title|preface|まえがき|序文|参考文献見出し",
            Role.FRONT,
        ),
        (r"(admittedterm|altterm|termadmitted|preferredterm2)s?|代替用語", Role.ADMITTED),
        (r"(deprecatedterm|termdeprecated)s?|非推奨用語", Role.DEPRECATED),
        (r"tablenotes?", Role.TABLE_NOTE),
        (r"figurenotes?", Role.FIGURE_NOTE),
        (r"(term)?note(toentry)?(continued|indent|\d)*|注記.*|注釈.*", Role.NOTE),
        (r"(term|figure|table)?example(continued|indent|\d)*|例.*", Role.EXAMPLE),
        (r"(annex)?tabletitle(continued)?|表題|表見出し|表番号", Role.TABLE_TITLE),
        (r"(annex)?figuretitle(continued)?|図題|図見出し|図番号", Role.FIGURE_TITLE),
        (r"tablefootnote|tablefooter|tablenotes?footer|figurefootnote|表脚注", Role.TABLE_FOOTNOTE),
        (r"list(number|bullet|continue|paragraph)?\d?|細別符号\d*|箇条書き?\d*(符号)?", Role.LIST_ITEM),
        (r"(biblioentry|bibliography|bibliographytext|biblio)\d?", Role.REFERENCE),
    )
)
_HEADINGS = (
    (re.compile(r"(?:heading|titre|berschrift|überschrift|見出し|箇条)([1-9])"), Role.HEADING, 0),
    (re.compile(r"(?:a|附属書|附属書箇条|附属書見出し)([2-9])"), Role.HEADING, 0),
    (re.compile(r"annexh(?:eading)?([1-8])"), Role.HEADING, 1),
    (re.compile(r"p([2-9])"), Role.NUMBERED_TEXT, 0),
)


@dataclass
class Style:
    """A paragraph style: its properties and the style that it is based on."""

    id: str
    name: str
    based_on: str | None
    properties: etree._Element | None
    hidden: bool
    bold: bool


class Styles:
    """The paragraph styles of a document."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, Style] = {}
        self.default: str | None = None
        self.numbering_styles: dict[str, str] = {}
        for part in () if root is None else root:
            if local_name(part) == "style":
                self._add(part)

    def _add(self, part: etree._Element) -> None:
        key = attribute(part, "styleId") or ""
        if attribute(part, "type") == "numbering":
            self.numbering_styles[key] = value(part, "pPr", "numPr", "numId") or ""
            return
        if attribute(part, "type") not in (None, "paragraph"):
            return
        self._styles[key] = Style(
            key,
            value(part, "name") or "",
            value(part, "basedOn"),
            child(part, "pPr"),
            is_on(child(part, "rPr", "vanish")),
            is_on(child(part, "rPr", "b")),
        )
        if attribute(part, "default") in ("1", "true", "on"):
            self.default = key

    def chain(self, style: str | None) -> Iterator[Style]:
        """A style and those it is based on, nearest first; a circle in the file ends."""
        seen: set[str] = set()
        key = style if style in self._styles else self.default
        while key is not None and key in self._styles and key not in seen and len(seen) < _LONGEST_CHAIN:
            seen.add(key)
            yield self._styles[key]
            key = self._styles[key].based_on

    def number_of(self, style: str | None) -> tuple[str, int | None, str] | None:
        """List, level and owner of the numbering that a style brings along; a list of 0 is none."""
        level = None
        for each in self.chain(style):
            found = value(each.properties, "numPr", "numId")
            if level is None:
                level = number(value(each.properties, "numPr", "ilvl"))
            if found is not None:
                return None if found == "0" else (found, level, each.id)
        return None

    def outline_level(self, style: str | None) -> int | None:
        """The outline level of a style from 1; None where it is body text."""
        for each in self.chain(style):
            level = number(value(each.properties, "outlineLvl"))
            if level is not None:
                return level + 1 if 0 <= level < _BODY_LEVEL else None
        return None

    def kind(self, style: str | None) -> Kind | None:
        """What a style says, by its id and that of the styles below it, then by their names."""
        for each in self.chain(style):
            if each.id == self.default:
                break
            by_name = _known(_plain(each.name))
            # Word in Japanese makes ids such as `a3` up for any style, so an id of that shape needs its name.
            by_id = _known(_plain(each.id)) if not re.fullmatch(r"[ap]?\d*", each.id) else None
            if by_id or by_name:
                return by_id or by_name
        return None


def _known(key: str) -> Kind | None:
    if not key:
        return None
    for pattern, role, deeper in _HEADINGS:
        found = pattern.fullmatch(key)
        if found:
            return Kind(role, int(found[1]) + deeper)
    if key in _ROLES:
        return Kind(_ROLES[key])
    return next((Kind(role) for pattern, role in _PATTERNS if pattern.fullmatch(key)), None)


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\s()_\-,.'/]+|amend", "", text).removesuffix("char")
