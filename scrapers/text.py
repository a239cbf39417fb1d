"""Turn a publisher's HTML fragments into plain text."""

from __future__ import annotations

import re
import warnings

from bs4 import BeautifulSoup, Comment, UnusualUsageWarning
from bs4.element import NavigableString, Tag

MAX_FRAGMENT = 200_000
_DROPPED = frozenset({"script", "style", "noscript", "template", "iframe", "object", "svg", "head"})
_BLOCKS = frozenset(
    "address article aside blockquote br dd div dl dt figure footer h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre "
    "section table tbody td tfoot th thead tr ul".split()
)


def fold(text: str) -> str:
    """White space, non-breaking too, folded to single spaces and trimmed."""
    return " ".join(text.split())


def clean_html(fragment: str) -> str | None:
    """Plain text of a fragment: paragraphs on lines of their own, no scripts, no comments; None where nothing is left.

    Only the first 200 000 characters are read.
    """
    soup = BeautifulSoup(f"<div>{fragment[:MAX_FRAGMENT]}</div>", "lxml")
    pieces: list[str] = []
    _collect(soup, pieces)
    lines = (fold(line) for line in re.split(r"\x00+", "".join(pieces)))
    return "\n".join(line for line in lines if line) or None


def _collect(root: Tag, pieces: list[str]) -> None:
    """Append the text under `root`, a NUL where a block starts or ends. Iterative: depth is the publisher's choice."""
    stack: list[Tag | NavigableString | None] = [root]
    while stack:
        node = stack.pop()
        if node is None:
            pieces.append("\x00")
        elif isinstance(node, Comment):
            continue
        elif isinstance(node, NavigableString):
            pieces.append(str(node).replace("\x00", ""))
        elif node.name not in _DROPPED:
            if node.name in _BLOCKS:
                pieces.append("\x00")
                stack.append(None)
            stack.extend(child for child in reversed(node.contents) if isinstance(child, Tag | NavigableString))


def parse_page(page: str | bytes) -> BeautifulSoup:
    """A web page as a tree. What looks like XML or a file name is read as a page too, for it was asked for as one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnusualUsageWarning)
        return BeautifulSoup(page, "lxml")
