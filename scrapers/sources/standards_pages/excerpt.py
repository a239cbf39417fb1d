"""The watched part of a page and its words. Pure."""

from __future__ import annotations

import hashlib

from bs4.element import Tag
from soupsieve import SelectorSyntaxError

from scrapers.errors import DriftError
from scrapers.text import clean_html, fold, parse_page


def read_excerpt(page: bytes, selector: str) -> str:
    """Text of the smallest node that holds all the text of what `selector` matches, a paragraph on each line.

    Raises ValueError where the selector is none of CSS, DriftError where it matches nothing, several nodes or no text.
    """
    soup = parse_page(page)
    try:
        found = soup.select(selector, limit=2)
    except (SelectorSyntaxError, NotImplementedError) as error:
        raise ValueError(f"{selector!r} is no CSS selector ({fold(str(error)).partition(' line ')[0]})") from error
    if len(found) != 1:
        number = "several parts" if found else "nothing"
        raise DriftError(f"expected one part that the selector {selector!r} matches, found {number}")
    text = clean_html(str(_smallest(found[0])))
    if text is None:
        raise DriftError(f"the part that the selector {selector!r} matches has no text")
    return text


def _smallest(node: Tag) -> Tag:
    """Go down as long as one child has all the text: what stands around it may be changed without a word changing."""
    while True:
        words = fold(node.get_text(" "))
        holder = next(
            (child for child in node.children if isinstance(child, Tag) and fold(child.get_text(" ")) == words), None
        )
        if holder is None or not words:
            return node
        node = holder


def hash_of(text: str) -> str:
    """SHA-256 of the words, so that line breaks and spaces change nothing."""
    return hashlib.sha256(fold(text).encode("utf-8")).hexdigest()
