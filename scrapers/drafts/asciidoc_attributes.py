"""What stands before the blocks of AsciiDoc: attributes, anchors, titles, and conditions on whole lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_ANCHOR = re.compile(r"^\[\[([\w.:-]+)(?:,[^\]]*)?\]\]$")
_ATTRIBUTES = re.compile(r'^\[((?:[^\[\]"]|"[^"]*")*)\]$')
_TITLE = re.compile(r"^\.(?![\s.])(\S.*)$")


@dataclass(frozen=True)
class Attributes:
    """What stands in `[…]` before a block: style, roles, options and named values."""

    style: str = ""
    roles: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    named: tuple[tuple[str, str], ...] = ()

    def get(self, name: str) -> str:
        """A named value, or an empty string."""
        return dict(self.named).get(name, "")

    def then(self, other: Attributes) -> Attributes:
        """These attributes and those of a further line."""
        return Attributes(
            other.style or self.style, self.roles | other.roles, self.options | other.options, self.named + other.named
        )


def read_attributes(text: str) -> tuple[Attributes, str | None]:
    """Attributes and the anchor among them: `[appendix#x,obligation=informative]`."""
    parts = [part.strip() for part in re.findall(r'(?:[^,"]|"[^"]*")+', text)]
    first = parts[0] if parts and "=" not in parts[0] else ""
    style = re.match(r"[^.%#]*", first)
    named = [part.split("=", 1) for part in parts if "=" in part]
    values = tuple((key.strip(), value.strip().strip('"')) for key, value in named)
    options = set(re.findall(r"%([\w-]+)", first)) | set(dict(values).get("options", "").split(","))
    anchor = re.search(r"#([\w.:-]+)", first)
    attributes = Attributes(
        (style[0] if style else "").strip(), frozenset(re.findall(r"\.([\w-]+)", first)), frozenset(options), values
    )
    return attributes, anchor[1] if anchor else dict(values).get("id")


@dataclass
class Lead:
    """What stands in lines of its own before a block: anchors, a title, attributes."""

    anchors: list[str] = field(default_factory=list)
    title: str = ""
    attributes: Attributes = field(default_factory=Attributes)

    def read(self, line: str) -> bool:
        """Take a line in; False where it is none of these."""
        if found := _ANCHOR.match(line):
            self.anchors.append(found[1])
        elif (found := _ATTRIBUTES.match(line)) and not line.startswith("[["):
            merged, anchor = read_attributes(found[1])
            self.attributes = self.attributes.then(merged)
            self.anchors += [anchor] if anchor else []
        elif found := _TITLE.match(line):
            self.title = found[1]
        else:
            return False
        return True

    @property
    def count(self) -> bool:
        """Whether the block is numbered."""
        return "unnumbered" not in self.attributes.options


def active_lines(lines: Sequence[str], attributes: dict[str, str]) -> Iterator[str]:
    """The lines that hold under the conditions of the file (`ifdef::x[]`), without comment blocks."""
    waiting: list[bool] = []
    comment = False
    for line in lines:
        text = line.rstrip()
        if re.fullmatch(r"/{4,}", text):
            comment = not comment
            continue
        if comment:
            continue
        condition = re.match(r"^(ifdef|ifndef|ifeval|endif)::([^\[]*)\[(.*)\]$", text)
        if condition is None:
            if all(waiting):
                yield line
            continue
        name, wanted, inline = condition[1], condition[2].lower(), condition[3]
        if name == "endif":
            waiting = waiting[:-1]
            continue
        holds = name == "ifeval" or any(each in attributes for each in re.split(r"[,+]", wanted)) == (name == "ifdef")
        if inline and name != "ifeval":
            if holds and all(waiting):
                yield inline
        else:
            waiting.append(holds)
