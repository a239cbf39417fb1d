"""Text inside a line of AsciiDoc: formatting taken off, links and cross-references resolved, footnotes set aside."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_ATTRIBUTE = re.compile(r"(\\?)\{([\w][\w-]*)\}")
_FOOTNOTE = re.compile(r"\s{0,9}footnote:([\w-]{0,99})\[((?:[^\[\]]|\[[^\[\]]{0,1000}\]){0,5000})\]")
_MATH = re.compile(r"(?:stem|latexmath|asciimath):\[((?:\\.|[^\]\[\\]|\[[^\[\]]{0,1000}\]){0,800})\]")
_XREF = re.compile(r"<<([^,<>]+?)(?:,\s*([^<>]*))?>>|xref:([\w.#-]+)\[([^\]]*)\]")
_CONCEPT = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_LINK = re.compile(r"(?:link:)?((?:https?|ftp|mailto):[^\s\[\]<>]+)\[([^\]]*)\]|link:([^\s\[\]]+)\[([^\]]*)\]")
_TERM_MACRO = re.compile(r"\b(?:term|termref):\[([^\]]*)\]")
_PASS = re.compile(r"pass:\w*\[([^\]]*)\]|\+\+\+(.{0,1000}?)\+\+\+")
_ANCHOR = re.compile(r"\[\[\[?[\w.:,/ ()-]*\]?\]\]|anchor:[\w-]+\[[^\]]*\]")
_INDEX = re.compile(r"\(\(\([^()]*\)\)\)|indexterm:\[[^\]]*\]")
_SHOWN_INDEX = re.compile(r"\(\(([^()]+)\)\)|indexterm2:\[([^\]]*)\]")
_ROLE = re.compile(r"\[[.\w%#,= -]*\](?=[#*_`])")
_QUOTED = (re.compile(r"\"`(.{1,1000}?)`\""), re.compile(r"'`(.{1,1000}?)`'"))
_FORMATS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\*\*(.{1,1000}?)\*\*", r"__(.{1,1000}?)__", r"``(.{1,1000}?)``", r"##(.{1,1000}?)##",
        r"(?<![\w*])\*(?=\S)(.{1,1000}?)(?<=\S)\*(?![\w*])",
        r"(?<![\w_])_(?=\S)(.{1,1000}?)(?<=\S)_(?![\w_])",
        r"(?<![\w`])`(?=\S)(.{1,1000}?)(?<=\S)`(?![\w`])",
        r"(?<![\w#&])#(?=\S)(.{1,1000}?)(?<=\S)#(?![\w#])",
        r"\^(\S+?)\^", r"~(\S+?)~",
    )
)  # fmt: skip
_HARD_BREAK = re.compile(r"(?<=\s)\+[ \t]*(?=\n|$)")
_PREDEFINED = {
    "blank": "", "empty": "", "sp": " ", "nbsp": " ", "zwsp": "", "wj": "", "apos": "'", "quot": '"', "lsquo": "‘",
    "rsquo": "’", "ldquo": "“", "rdquo": "”", "deg": "°", "plus": "+", "brvbar": "¦", "vbar": "|", "amp": "&",
    "lt": "<", "gt": ">", "startsb": "[", "endsb": "]", "caret": "^", "asterisk": "*", "tilde": "~", "backslash": "\\",
    "backtick": "`", "two-colons": "::", "two-semicolons": ";;", "cpp": "C++", "pp": "++",
}  # fmt: skip
_KEEP = re.compile("\ue000(\\d+)\ue001")


@dataclass
class Inline:
    """A line of text, the footnotes in it, and whether it is nothing but mathematics."""

    text: str
    footnotes: list[str] = field(default_factory=list)
    formula: bool = False


class InlineReader:
    """Reads inline text; `resolve` turns the target and the text of a cross-reference into what is printed."""

    def __init__(
        self,
        attributes: Mapping[str, str],
        resolve: Callable[[str, str | None], str],
        concept: Callable[[str], str],
    ) -> None:
        self._attributes = attributes
        self._resolve = resolve
        self._concept = concept

    def read(self, raw: str) -> Inline:
        """Read one paragraph."""
        footnotes: list[str] = []

        def footnote(match: re.Match[str]) -> str:
            # Without text it is a footnote again that was there before.
            if match[2].strip():
                footnotes.append(self.read_plain(match[2]))
            return ""

        text = _FOOTNOTE.sub(footnote, raw)
        plain, formula = self._plain(text)
        return Inline(plain, footnotes, formula)

    def read_plain(self, raw: str) -> str:
        """The text alone, for titles and labels."""
        return self._plain(_FOOTNOTE.sub("", raw))[0]

    def _plain(self, raw: str) -> tuple[str, bool]:
        kept: list[str] = []

        def keep(text: str) -> str:
            kept.append(text)
            return f"\ue000{len(kept) - 1}\ue001"

        text = raw.replace("\ue000", "").replace("\ue001", "")
        formula = bool(_MATH.fullmatch(text.strip()))
        text = _MATH.sub(lambda match: keep(match[1].replace("\\]", "]")), text)
        text = _PASS.sub(lambda match: keep(match[1] or match[2] or ""), text)
        text = _CONCEPT.sub(lambda match: keep(self._concept(match[1])), text)
        text = _XREF.sub(lambda match: keep(self._resolve(match[1] or match[3], match[2] or match[4])), text)
        text = _LINK.sub(self._link, text)
        text = _ANCHOR.sub("", _SHOWN_INDEX.sub(lambda match: match[1] or match[2], _INDEX.sub("", text)))
        text = _TERM_MACRO.sub(r"\1", text)
        text = _ATTRIBUTE.sub(self._attribute, text)
        text = _HARD_BREAK.sub(" ", _ROLE.sub("", text))
        for pattern, marks in zip(_QUOTED, ("“{}”", "‘{}’"), strict=True):
            text = pattern.sub(lambda match, marks=marks: marks.format(match[1]), text)  # type: ignore[misc]
        for pattern in _FORMATS:
            text = pattern.sub(r"\1", text)
        text = re.sub(r"(?<=\s)--(?=\s)|(?<=\w)--(?=\w)", "—", text)
        text = text.replace("(C)", "©").replace("(R)", "®").replace("...", "…")
        while _KEEP.search(text):
            text = _KEEP.sub(lambda match: kept[int(match[1])] if int(match[1]) < len(kept) else "", text)
        return " ".join(text.split()), formula

    def _attribute(self, match: re.Match[str]) -> str:
        if match[1]:
            return match[0][1:]
        name = match[2].lower()
        return self._attributes.get(name, _PREDEFINED.get(name, match[0]))

    @staticmethod
    def _link(match: re.Match[str]) -> str:
        target, shown = match[1] or match[3], match[2] or match[4] or ""
        return shown.strip('"') or target.removeprefix("mailto:")
