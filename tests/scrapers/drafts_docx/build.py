"""Writes small DOCX files: paragraphs with styles, lists, tables, footnotes and tracked changes."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_AUTHOR = 'w:id="1" w:author="A" w:date="2025-01-01T00:00:00Z"'


def r(text: str, *, bold: bool = False) -> str:
    """A run; a tab and a line break in the text become those of Word."""
    inside = escape(text).replace("\t", "</w:t><w:tab/><w:t>").replace("\n", "</w:t><w:br/><w:t>")
    properties = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{inside}</w:t></w:r>'


def ins(content: str) -> str:
    """Content that was added as a tracked change."""
    return f"<w:ins {_AUTHOR}>{content}</w:ins>"


def dele(text: str) -> str:
    """Text that was deleted as a tracked change."""
    return f'<w:del {_AUTHOR}><w:r><w:delText xml:space="preserve">{escape(text)}</w:delText></w:r></w:del>'


def note_mark(key: int, kind: str = "footnote") -> str:
    """The mark of a footnote or endnote in the text."""
    return f'<w:r><w:{kind}Reference w:id="{key}"/></w:r>'


def formula(xml: str) -> str:
    """Mathematics, given as OMML inside `oMath`."""
    return f"<m:oMath>{xml}</m:oMath>"


def p(
    text: str = "",
    style: str | None = None,
    *,
    num: tuple[int, int] | None = None,
    outline: int | None = None,
    content: str | None = None,
    mark: str | None = None,
    properties: str = "",
) -> str:
    """A paragraph; `content` replaces `text` by runs, `mark` is `ins` or `del` for its paragraph mark."""
    inside = f"<w:pStyle w:val={quoteattr(style)}/>" if style else ""
    if num is not None:
        inside += f'<w:numPr><w:ilvl w:val="{num[1]}"/><w:numId w:val="{num[0]}"/></w:numPr>'
    if outline is not None:
        inside += f'<w:outlineLvl w:val="{outline}"/>'
    inside += properties
    if mark:
        inside += f"<w:rPr><w:{mark} {_AUTHOR}/></w:rPr>"
    return f"<w:p><w:pPr>{inside}</w:pPr>{r(text) if content is None else content}</w:p>"


def table(*rows: list[str], whole: list[list[str]] | None = None) -> str:
    """A table of rows of cells (text, or paragraphs as XML); `whole` are rows of one cell with paragraphs."""
    widest = max(len(row) for row in rows)
    pieces = ["<w:tbl><w:tblPr/>"]
    for row in rows:
        cells = "".join(f"<w:tc><w:tcPr/>{cell if cell.startswith('<') else p(cell)}</w:tc>" for cell in row)
        pieces.append(f"<w:tr>{cells}</w:tr>")
    pieces.extend(
        f'<w:tr><w:tc><w:tcPr><w:gridSpan w:val="{widest}"/></w:tcPr>{"".join(paragraphs)}</w:tc></w:tr>'
        for paragraphs in whole or []
    )
    return "".join([*pieces, "</w:tbl>"])


def style(
    key: str, name: str, based: str | None = None, *, num: tuple[int, int] | None = None, outline: int | None = None
) -> str:
    """A paragraph style."""
    inside = ""
    if num is not None:
        inside += f'<w:numPr><w:ilvl w:val="{num[1]}"/><w:numId w:val="{num[0]}"/></w:numPr>'
    if outline is not None:
        inside += f'<w:outlineLvl w:val="{outline}"/>'
    parent = f"<w:basedOn w:val={quoteattr(based)}/>" if based else ""
    return (
        f'<w:style w:type="paragraph" w:styleId={quoteattr(key)}><w:name w:val={quoteattr(name)}/>{parent}'
        f"<w:pPr>{inside}</w:pPr></w:style>"
    )


def level(
    at: int, text: str, form: str = "decimal", *, start: int = 1, linked: str | None = None, extra: str = ""
) -> str:
    """A level of a list definition."""
    link = f"<w:pStyle w:val={quoteattr(linked)}/>" if linked else ""
    return (
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>{link}{extra}'
        f"<w:lvlText w:val={quoteattr(text)}/></w:lvl>"
    )


def abstract(key: int, *levels: str, extra: str = "") -> str:
    """A list definition."""
    return f'<w:abstractNum w:abstractNumId="{key}">{extra}{"".join(levels)}</w:abstractNum>'


def num(key: int, of: int, overrides: str = "") -> str:
    """A list that follows a definition."""
    return f'<w:num w:numId="{key}"><w:abstractNumId w:val="{of}"/>{overrides}</w:num>'


def start_again(at: int, value: int) -> str:
    """An override of where a list starts at a level."""
    return f'<w:lvlOverride w:ilvl="{at}"><w:startOverride w:val="{value}"/></w:lvlOverride>'


@dataclass
class Docx:
    """The parts of a file; `body`, `styles` and `numbering` are XML."""

    body: list[str]
    styles: list[str] = field(default_factory=list)
    numbering: list[str] = field(default_factory=list)
    footnotes: dict[int, str] = field(default_factory=dict)
    endnotes: dict[int, str] = field(default_factory=dict)
    header: str | None = None
    footer: str | None = None
    title: str | None = None
    extra: dict[str, bytes] = field(default_factory=dict)
    relations: list[str] = field(default_factory=list)

    def write(self, path: Path) -> Path:
        """Write the file and return its path."""
        root = f'xmlns:w="{W}" xmlns:m="{M}" xmlns:r="{R}"'
        parts = {
            "word/document.xml": f"<w:document {root}><w:body>{''.join(self.body)}</w:body></w:document>",
            "word/styles.xml": (
                f'<w:styles {root}><w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
                f'<w:name w:val="Normal"/></w:style>{"".join(self.styles)}</w:styles>'
            ),
        }
        if self.numbering:
            parts["word/numbering.xml"] = f"<w:numbering {root}>{''.join(self.numbering)}</w:numbering>"
        for name, notes in (("footnote", self.footnotes), ("endnote", self.endnotes)):
            if notes:
                inside = f'<w:{name} w:type="separator" w:id="-1">{p("---")}</w:{name}>'
                inside += "".join(f'<w:{name} w:id="{key}">{p(text)}</w:{name}>' for key, text in notes.items())
                parts[f"word/{name}s.xml"] = f"<w:{name}s {root}>{inside}</w:{name}s>"
        for name, text in (("header", self.header), ("footer", self.footer)):
            if text:
                parts[f"word/{name}1.xml"] = f"<w:{name[:3]} {root}>{p(text)}</w:{name[:3]}>"
        relations = [
            f'<Relationship Id="r{at}" Type="{_RELATION}/{kind}" Target="{part.removeprefix("word/")}"/>'
            for at, part in enumerate(parts)
            if (kind := part.removeprefix("word/").removesuffix(".xml").rstrip("1")) != "document"
        ]
        links = "".join([*relations, *self.relations])
        opening = f'<Relationships xmlns="{_PACKAGE}/relationships">'
        parts["word/_rels/document.xml.rels"] = f"{opening}{links}</Relationships>"
        parts["_rels/.rels"] = (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="m" '
            f'Type="{_RELATION}/officeDocument" Target="word/document.xml"/></Relationships>'
        )
        if self.title:
            parts["docProps/core.xml"] = (
                f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
                f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(self.title)}</dc:title></cp:coreProperties>'
            )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types"/>')
            for name, xml in parts.items():
                archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{xml}')
            for name, data in self.extra.items():
                archive.writestr(name, data)
        return path
