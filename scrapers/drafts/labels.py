"""What the first words of a printed paragraph say it is: a note, an example, a list item, the title of a table."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scrapers.records import BlockKind

DASH = "—"
_GAP = r"(?:\s*[:：—–―]\s*|\s+|$)"
_OBJECT = r"(?:[A-Z]{1,2}[.-])?\d+(?:[.-]\d+)*"
_PATTERNS: tuple[tuple[BlockKind, re.Pattern[str]], ...] = (
    (BlockKind.NOTE_TO_ENTRY, re.compile(rf"(Notes?\s*\d*\s+to\s+entry|注釈\s*\d*){_GAP}", re.IGNORECASE)),
    (BlockKind.NOTE, re.compile(rf"(NOTE(?:\s*\d+)?|注記\s*\d+|注記){_GAP}")),
    (BlockKind.EXAMPLE, re.compile(rf"(EXAMPLES?(?:\s*\d+)?|例\s*\d*){_GAP}")),
    (BlockKind.WARNING, re.compile(rf"(WARNING|CAUTION|DANGER|警告|危険){_GAP}")),
    (BlockKind.TABLE_TITLE, re.compile(rf"(Table\s+{_OBJECT}|表\s*{_OBJECT})\s*(?:[:—–―-]\s*|\s)(?=\S)")),
    (BlockKind.FIGURE_TITLE, re.compile(rf"(Figure\s+{_OBJECT}|図\s*{_OBJECT})\s*(?:[:—–―-]\s*|\s)(?=\S)")),
)
_CAPTION_DASH = re.compile(r"(?:Table|Figure|表|図)\s*\S+\s*(?:\([^)]*\)\s*)?[:—–―-]")
_CONTINUED = re.compile(r"^(?:Table|Figure)\s+\S+\s*\((?:continued|concluded|\d+ of \d+)\)\s*$", re.IGNORECASE)
_SOURCE = re.compile(r"^[\[［]\s*(?:SOURCE|出典)\s*[:：]\s*(.*?)\s*[\]］]?$", re.DOTALL)
_BULLET = re.compile(r"^([—–⎯―‒•·▪◦‣○●\uf0b7\uf0be\uf02d-])\s+(?=\S)")
_ITEM = re.compile(r"^([a-z]{1,2}|\d{1,2}|[ivx]{1,5})\)\s+(?=\S)")
_DEPRECATED = re.compile(r"^(?:DEPRECATED|OBSOLETE|推奨しない用語)\s*[:：]\s*(.*)$|^(.*?)\s*\(deprecated\)$", re.DOTALL)


@dataclass(frozen=True)
class Marked:
    """A paragraph without its label; `kind` is None where the words do not say."""

    kind: BlockKind | None
    label: str | None
    text: str


def read_label(text: str) -> Marked:
    """Take the label off a paragraph: `NOTE 1 Bytes …` gives a note labelled `NOTE 1`.

    A dash of any shape becomes the label `—`. Captions need a dash after their number, so `Table 1 shows` is text.
    """
    text = text.strip()
    source = _SOURCE.match(text)
    if source:
        return Marked(BlockKind.TERM_SOURCE, "SOURCE", source[1])
    for kind, pattern in _PATTERNS:
        found = pattern.match(text)
        if found and (kind not in (BlockKind.TABLE_TITLE, BlockKind.FIGURE_TITLE) or _CAPTION_DASH.match(text)):
            return Marked(kind, _tidy(found[1]), text[found.end() :])
    bullet = _BULLET.match(text)
    if bullet:
        return Marked(BlockKind.LIST_ITEM, DASH, text[bullet.end() :])
    item = _ITEM.match(text)
    if item:
        return Marked(BlockKind.LIST_ITEM, f"{item[1]})", text[item.end() :])
    return Marked(None, None, text)


def is_continued(text: str) -> bool:
    """Whether a line only repeats the label of a table or figure on its next page."""
    return bool(_CONTINUED.match(text.strip()))


def deprecated_term(text: str) -> str | None:
    """The term in `DEPRECATED: term` or, in older documents, `term (deprecated)`; None where it is not marked so."""
    found = _DEPRECATED.match(text.strip())
    return (found[1] or found[2]) if found else None


def list_label(label: str) -> str:
    """The label of a list item from that of a numbering definition: a bullet of any shape is a dash."""
    text = label.strip()
    return text if re.fullmatch(r"\(?[\w]{1,5}[).:]*", text) and not text.startswith("_") and text != "o" else DASH


def _tidy(label: str) -> str:
    return re.sub(r"(?<=[A-Z])(?=\d)", " ", " ".join(label.split()))
